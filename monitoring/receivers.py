"""What happens elsewhere in the house that the audit waits for: migrations, and the start of the beat process."""

import threading
from typing import Any

from monitoring.drainer import Drainer
from monitoring.services import make_partitions


def make_partitions_after_migrating(**_kwargs: Any) -> None:
    """Receiver of `post_migrate`: the months ahead exist before the first row."""
    make_partitions()


def start_drainer(**_kwargs: Any) -> None:
    """Receiver of Celery's `beat_embedded_init`: the audit moves where the sweeper runs.

    A daemon: it may be cut anywhere, and must not keep the process from ending.
    """
    threading.Thread(target=Drainer().run, name="audit-drainer", daemon=True).start()
