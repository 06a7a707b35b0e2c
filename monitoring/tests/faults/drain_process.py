"""A drainer in a process of its own that books tokens as accounts would, in small batches."""

import signal
from collections import Counter
from functools import partial
from typing import Any
from uuid import UUID

import django

BATCH_ENTRIES = 300


def book(entries: list[Any], **_: Any) -> None:
    """Add up what each person used, in the drain's own transaction."""
    from django.db.models import F

    from accounts.models import UsageQuota

    used: Counter[UUID | None] = Counter()
    for entry in entries:
        used[entry.user_id] += entry.amounts["tokens"]
    for user_id, tokens in used.items():
        UsageQuota.objects.filter(user_id=user_id).update(current_usage=F("current_usage") + tokens)


def main() -> None:
    """Drain until SIGTERM."""
    django.setup()
    from monitoring import drainer as module
    from monitoring.events import interactions_ended
    from monitoring.services import drain_interactions

    interactions_ended.connect(book)
    # Many commits, so that a kill finds many places.
    vars(module)["drain_interactions"] = partial(drain_interactions, BATCH_ENTRIES)
    drainer = module.Drainer()
    signal.signal(signal.SIGTERM, lambda *_: drainer.stopping.set())
    drainer.run()


if __name__ == "__main__":
    main()
