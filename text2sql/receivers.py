"""What other floors tell: tasks that ended otherwise than well, and a house that has been prepared."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID


def end_queries(sender: object, task_ids: Sequence[UUID], **_signal: Any) -> None:
    """A task that failed or was cancelled leaves no question waiting.

    Told inside the transaction that ends the task, whoever ends it: a worker, the sweeper, or a person.
    """
    from text2sql.services.closing import end_abandoned

    end_abandoned(task_ids=task_ids)


def make_demo(sender: object, **prepared: Any) -> None:
    """The example shop of the first start.

    At each start, since a database may have been lost with its volume; what is there is left alone.
    """
    from text2sql.services.demo import ensure_demo

    ensure_demo(owner=prepared["owner"], project=prepared["project"])
