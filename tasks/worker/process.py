"""This worker process: its profile, its keeper, and Celery's signals about its life."""

import os
import signal
import threading
from dataclasses import dataclass, field

import psutil
from celery.signals import worker_process_init, worker_ready, worker_shutdown, worker_shutting_down
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from tasks.models.triggers import ACTOR_SETTING
from tasks.queue.connection import prefer_indexes
from tasks.registry import queue_profiles
from tasks.states import WorkerProfile
from tasks.worker.keeper import LeaseKeeper

#: How a prefork parent tells its children that the shutdown began. Not SIGUSR1: billiard takes that for its soft time
#: limit after our handler was set, and would fail the running task.
DRAIN_SIGNAL = signal.SIGUSR2


@dataclass
class _Process:
    profile: str = WorkerProfile.LIGHT.value
    queues: list[str] = field(default_factory=list)
    concurrency: int = 1
    pool: str = "threads"
    keeper: LeaseKeeper | None = None
    keeper_pid: int = 0
    draining: bool = False


_process = _Process()
_lock = threading.Lock()


def configure(*, profile: str, queues: list[str], concurrency: int, pool: str) -> None:
    """Say what this process (and, with prefork, its children) serves; before Celery starts."""
    _process.profile, _process.queues = profile, queues
    _process.concurrency, _process.pool = concurrency, pool
    connection_created.connect(_name_the_session)
    connection_created.connect(prefer_indexes)


def keeper() -> LeaseKeeper:
    """The keeper of this process; a forked child makes its own, with an id of its own."""
    with _lock:
        if _process.keeper is None or _process.keeper_pid != os.getpid():
            made = LeaseKeeper(
                profile=_process.profile,
                queues=_process.queues or list(queue_profiles()),
                concurrency=_process.concurrency,
            )
            _process.keeper, _process.keeper_pid = made, os.getpid()
            made.start()
        return _process.keeper


def shut_down(reason: str) -> None:
    """Stop the keeper of this process, if it has one."""
    with _lock:
        if _process.keeper is not None and _process.keeper_pid == os.getpid():
            _process.keeper.stop(reason)
            _process.keeper = None


def _drain_own(*_arguments: object) -> None:
    if _process.keeper is not None and _process.keeper_pid == os.getpid():
        _process.keeper.drain()


def _name_the_session(connection: BaseDatabaseWrapper, **_kwargs: object) -> None:
    """Every transition written on this connection is recorded as this worker's, unless `acting` says otherwise."""
    if _process.keeper is not None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config(%s, %s, false)", [ACTOR_SETTING, f"worker:{_process.keeper.worker_id}"])


# Threads do not survive a fork: a child that used its parent's keeper would hold leases that nobody extends.
@worker_process_init.connect
def _on_child_start(**_kwargs: object) -> None:
    signal.signal(DRAIN_SIGNAL, _drain_own)
    keeper()


@worker_ready.connect
def _on_ready(**_kwargs: object) -> None:
    # With prefork the children register themselves; the parent runs no task.
    if _process.pool != "prefork":
        keeper()


# Celery tells the parent only; its children would first hear of the shutdown when their pool is torn down.
@worker_shutting_down.connect
def _on_shutting_down(**_kwargs: object) -> None:
    _drain_own()
    if _process.pool == "prefork":
        for child in psutil.Process().children():
            child.send_signal(DRAIN_SIGNAL)


@worker_shutdown.connect
def _on_shutdown(**_kwargs: object) -> None:
    shut_down("stopped")
