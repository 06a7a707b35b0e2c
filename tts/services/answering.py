"""Requests whose sound is known already: completed in the transaction that accepts them, without a worker.

The task walks through the same states by the same statements, so its history, results and quota are those of any other.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from tasks.engines.errors import EngineError
from tasks.live import publish_frame, state_frame
from tasks.models import Task, Worker
from tasks.services.acting import acting
from tasks.services.running import claim_new_task, finish_new_task
from tts.models import AudioRequest
from tts.services.files import check_kept_files
from tts.services.inputs import SpeechOrder
from tts.services.rendering import Rendering, cached_renderings, outcome_of

#: Stands for the cache where a claim names its worker; it has stopped for good, so nobody waits for its heartbeat.
CACHE_WORKER_ID = UUID("00000000-0000-7000-8000-000000000ca5")


def ensure_cache_worker() -> None:
    """Make the row behind CACHE_WORKER_ID, after each migration."""
    worker = Worker(worker_id=CACHE_WORKER_ID, hostname="cache", pid=0, profile="light", stopped_at=Now())
    Worker.objects.bulk_create([worker], ignore_conflicts=True)


#: By task: requests that were answered where somebody asks for them.
_answered: ContextVar[dict[UUID, AudioRequest] | None] = ContextVar("answered", default=None)


@contextmanager
def answers_in_hand() -> Iterator[dict[UUID, AudioRequest]]:
    """Requests answered inside, by task and as the transaction leaves them: nobody needs to read them again."""
    answered: dict[UUID, AudioRequest] = {}
    token = _answered.set(answered)
    try:
        yield answered
    finally:
        _answered.reset(token)


class _NotNow(Exception):
    """The queue is paused, or the task must wait: a worker will do it."""


def answer_from_cache(task: Task, request: AudioRequest, order: SpeechOrder) -> bool:
    """Complete a task just inserted if the cache holds every answer; False leaves it untouched for a worker."""
    if task.parent_task_id is not None or task.pending_deps:
        return False
    renderings = cached_renderings(order, request_id=request.pk)
    if renderings is None:
        return False
    try:
        with acting("cache", "answered from the cache"):
            _complete(task, order, request, renderings)
    except (EngineError, _NotNow):
        return False
    transaction.on_commit(lambda: _announce(task), robust=True)
    return True


def _complete(task: Task, order: SpeechOrder, request: AudioRequest, renderings: list[Rendering]) -> None:
    claim = claim_new_task(task=task, worker_id=CACHE_WORKER_ID)
    row = finish_new_task(claim=claim, outcome=outcome_of(order, request, renderings, is_new=True))
    if row is None:
        raise _NotNow
    files = [rendering.audio_file for rendering in renderings if rendering.audio_file is not None]
    check_kept_files({audio_file.file_path for audio_file in files})
    # Nothing can fail any more. Who wants the output, too, has Django read it.
    del task.__dict__["output_data"]
    task.__dict__.update(row)
    request.answers = files
    if (answered := _answered.get()) is not None:
        answered[task.pk] = request


def _announce(task: Task) -> None:
    frame = state_frame(
        task_id=task.pk,
        task_type=task.task_type,
        project_id=task.project_id,
        status=task.status,
        attempt=1,
        progress=100,
    )
    publish_frame(task.user_id, frame)
