"""Every write of the task protocol."""

from tasks.services.control import cancel_task, pause_task, resume_task, retry_task
from tasks.services.engines import (
    add_engine,
    choose_engine,
    load_adapter,
    make_default,
    probe_engine,
    sync_engines,
    withdraw_engine,
)
from tasks.services.errors import (
    DeadlineInPast,
    EngineInUse,
    IdempotencyKeyReused,
    IllegalTransition,
    InvalidEngine,
    InvalidInput,
    TaskNotFound,
    UnknownEngine,
    UnknownTaskType,
)
from tasks.services.queues import pause_queue, resume_queue, sync_queues
from tasks.services.submit import submit_task
from tasks.services.sweeping import Sweep, release_orphans, sweep
from tasks.services.waiting import wait_until_ended

__all__ = [
    "DeadlineInPast",
    "EngineInUse",
    "IdempotencyKeyReused",
    "IllegalTransition",
    "InvalidEngine",
    "InvalidInput",
    "Sweep",
    "TaskNotFound",
    "UnknownEngine",
    "UnknownTaskType",
    "add_engine",
    "cancel_task",
    "choose_engine",
    "load_adapter",
    "make_default",
    "pause_queue",
    "pause_task",
    "probe_engine",
    "release_orphans",
    "resume_queue",
    "resume_task",
    "retry_task",
    "submit_task",
    "sweep",
    "sync_engines",
    "sync_queues",
    "wait_until_ended",
    "withdraw_engine",
]
