"""The lease keeper: one thread per worker process that extends leases, brings back requests and notices deafness."""

import logging
import os
import threading
import time
from collections.abc import Callable
from uuid import UUID

from django.conf import settings

from config.common.ids import uuid7
from tasks.queue.connection import DatabaseDown, forget_connection
from tasks.services.running import extend_leases, read_flags, stop_task
from tasks.services.workers import oldest_waiting_seconds, register_worker, retire_worker, touch_worker
from tasks.states import TaskStatus, WorkerProfile
from tasks.worker.context import RunningTask, StopReason

logger = logging.getLogger(__name__)

TOUCH_SECONDS = 5.0
#: Exit code by which the supervisor knows that a restart was asked for (EX_TEMPFAIL).
RESTART_EXIT_CODE = 75


class LeaseKeeper:
    """Everything a worker process does beside its handlers. All times are monotonic; deadlines are PostgreSQL's."""

    def __init__(
        self, *, profile: str, queues: list[str], concurrency: int, exit_process: Callable[[int], object] = os._exit
    ) -> None:
        self.worker_id: UUID = uuid7()
        self.profile = profile
        self.queues = queues
        self.concurrency = concurrency
        self.exit_process = exit_process
        self.draining_since: float | None = None
        self.last_claim = time.monotonic()
        self._running: dict[tuple[UUID, int], RunningTask] = {}
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._next_touch = 0.0
        self._next_lease = 0.0
        self._touched_claim = 0.0
        self._thread = threading.Thread(target=self._loop, name="lease-keeper", daemon=True)

    def start(self) -> None:
        """Register this process and begin."""
        register_worker(
            worker_id=self.worker_id, profile=self.profile, queues=self.queues, concurrency=self.concurrency
        )
        self._thread.start()

    def stop(self, reason: str) -> None:
        """End the thread and record the orderly end."""
        self._stopped.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)
        retire_worker(worker_id=self.worker_id, reason=reason)

    def drain(self) -> None:
        """Graceful shutdown begins: running tasks get TASK_DRAIN_SECONDS, then go back to their queue."""
        self.draining_since = self.draining_since or time.monotonic()
        self._wake.set()

    def add(self, running: RunningTask) -> None:
        """Keep the lease of an attempt from now on."""
        with self._lock:
            self._running[running.task_id, running.attempt] = running
            self.last_claim = time.monotonic()

    # By (task, attempt): a task may come back to this process while its lost attempt still runs here.
    def remove(self, running: RunningTask) -> None:
        """The attempt has ended."""
        with self._lock:
            self._running.pop((running.task_id, running.attempt), None)

    def running(self) -> list[RunningTask]:
        """Attempts in flight."""
        with self._lock:
            return list(self._running.values())

    def _loop(self) -> None:
        tick_seconds = min(1.0, settings.TASK_LEASE_SECONDS / 3)
        while not self._stopped.is_set():
            self._wake.wait(tick_seconds)
            self._wake.clear()
            try:
                self._tick()
            except DatabaseDown as error:
                logger.warning("tasks.lease.database_down", extra={"error": str(error)})
                forget_connection()
                self._stopped.wait(0.25)
            except Exception:  # the keeper's edge: without leases this process would only make zombies
                logger.exception("tasks.lease.keeper_failed")
                self.exit_process(RESTART_EXIT_CODE)
        forget_connection()

    def _tick(self) -> None:
        now = time.monotonic()
        running = self.running()
        if running:
            self._read_flags(running)
            if now >= self._next_lease:
                self._next_lease = now + settings.TASK_LEASE_SECONDS / 3
                self._extend(self.running())
            self._enforce(running, time.monotonic())
        if self.draining_since is not None:
            self._drain_tick(now)
        if now >= self._next_touch:
            self._next_touch = now + TOUCH_SECONDS
            self._touch(now)

    def _extend(self, running: list[RunningTask]) -> None:
        kept = extend_leases(worker_id=self.worker_id, beats=[task.beat() for task in running])
        for task in running:
            if (task.task_id, task.attempt) not in kept:
                self._lose(task)

    def _read_flags(self, running: list[RunningTask]) -> None:
        flags = read_flags(worker_id=self.worker_id, task_ids=[task.task_id for task in running])
        for task in running:
            flag = flags.get((task.task_id, task.attempt))
            if flag is None:
                self._lose(task)
            elif flag.cancel:
                task.stop(StopReason.CANCEL)
            elif flag.expired:
                task.stop(StopReason.DEADLINE)
            elif flag.pause:
                task.stop(StopReason.PAUSE)

    def _lose(self, task: RunningTask) -> None:
        # A task that ended between our look and the statement is no longer ours to lose.
        if task in self.running():
            task.stop(StopReason.LOST)

    def _enforce(self, running: list[RunningTask], now: float) -> None:
        """A handler that does not listen loses its row after a grace time; a heavy one loses its process too."""
        for task in running:
            reason = task.stop_reason
            if reason not in (StopReason.CANCEL, StopReason.DEADLINE):
                continue
            if now - task.stop_asked_at < settings.TASK_CANCEL_GRACE_SECONDS:
                continue
            status = TaskStatus.CANCELLED if reason is StopReason.CANCEL else TaskStatus.FAILED
            stop_task(claim=task.claim, status=status, reason=reason.value)
            task.stop(StopReason.LOST)
            logger.warning("tasks.cancel.forced", extra={"task_id": str(task.task_id)})
            if self.profile == WorkerProfile.HEAVY:
                self._exit("a cancelled task did not listen")

    def _drain_tick(self, now: float) -> None:
        waited = now - (self.draining_since or now)
        if waited < settings.TASK_DRAIN_SECONDS:
            return
        for task in self.running():
            task.stop(StopReason.DRAIN)
        if waited < settings.TASK_DRAIN_SECONDS + settings.TASK_DRAIN_SECONDS / 4 + 0.5:
            return
        for task in self.running():
            stop_task(claim=task.claim, status=TaskStatus.PENDING, reason=StopReason.DRAIN.value)
        if self.running():
            self._exit("drained")

    def _touch(self, now: float) -> None:
        claimed = self.last_claim > self._touched_claim
        self._touched_claim = now
        if not touch_worker(worker_id=self.worker_id, claimed_lately=claimed):
            register_worker(
                worker_id=self.worker_id, profile=self.profile, queues=self.queues, concurrency=self.concurrency
            )
        if self._is_deaf(now):
            self._exit("deaf: messages wait and none arrives")

    def _is_deaf(self, now: float) -> bool:
        """Idle, nothing claimed for long, and yet rows wait in_queue: the broker connection went deaf."""
        # Right after a claim nothing is wrong, and a busy worker cannot be expected to claim.
        if self.draining_since or self.running() or now - self.last_claim < settings.TASK_DEAF_SECONDS:
            return False
        return oldest_waiting_seconds(queues=self.queues) > settings.TASK_DEAF_SECONDS / 6

    def _exit(self, reason: str) -> None:
        logger.error("tasks.worker.restart", extra={"reason": reason, "worker_id": str(self.worker_id)})
        retire_worker(worker_id=self.worker_id, reason=reason)
        self.exit_process(RESTART_EXIT_CODE)
