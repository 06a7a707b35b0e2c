"""Events that higher floors receive without being imported here.

Both are sent inside the transaction that ends the task: a receiver that raises rolls it back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.dispatch import Signal

from tasks.registry import EngineOutcome


@dataclass(frozen=True)
class CompletedAttempt:
    """What the receivers of `task_completed` get as `attempt`.

    Ids instead of rows: the worker has claimed by raw SQL and holds no Task object.
    """

    task_id: UUID
    user_id: UUID
    project_id: UUID
    attempt: int
    results: Sequence[EngineOutcome]


#: Arguments: attempt (CompletedAttempt). Only sent when the attempt has results.
task_completed = Signal()

#: Arguments: task_ids (list of UUID). Failed and cancelled tasks, whoever ended them.
tasks_abandoned = Signal()
