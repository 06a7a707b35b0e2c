"""Where a request stands: the task's row, joined with the worker's last report and the place in the queue."""

from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import Q

from accounts.models import ApiKey
from accounts.queries import AnyPerson, CompiledQuery
from accounts.querysets import Viewer, is_staff
from projects.selectors import key_scope
from tasks.models import Task
from tasks.states import TaskStatus
from tts.models import AudioFile, AudioRequest
from tts.querysets import AudioFileQuerySet, AudioRequestQuerySet
from tts.selectors.live import read_live_status

#: Counting further costs the database and tells the reader nothing: the position is then "1000 or more".
MAX_POSITION = 1_000


def audio_requests_for(user: Viewer, key: ApiKey | None = None) -> AudioRequestQuerySet:
    """Requests that a person or a program may see, with their tasks; a bound key sees its own project's only."""
    visible: AudioRequestQuerySet = AudioRequest.objects.visible_to(user)
    return visible.filter(key_scope(key, "task__project_id")).select_related("task")


def find_audio_request(pk: UUID, user: Viewer, key: ApiKey | None = None) -> AudioRequest | None:
    """One of `audio_requests_for`, with its task."""
    visible = _visible_request(is_staff(user), has_key=key is not None)
    return visible.first(request=pk, person=user.pk, key=key.pk if key else None)


def find_spoken_request(pk: UUID, user: Viewer, key: ApiKey | None = None) -> AudioRequest | None:
    """As `find_audio_request` if the request has files: with them, in one query."""
    visible = _visible_files(is_staff(user), has_key=key is not None)
    files = visible.all(request=pk, person=user.pk, key=key.pk if key else None)
    if not files:
        return None
    request: AudioRequest = files[0].request
    request.answers = files
    return request


@cache
def _visible_request(staff: bool, *, has_key: bool) -> CompiledQuery[AudioRequest]:
    def build(request: UUID, person: UUID, key: UUID) -> AudioRequestQuerySet:
        visible = audio_requests_for(AnyPerson(person, is_staff=staff), ApiKey(key_id=key) if has_key else None)
        return visible.filter(pk=request)

    return CompiledQuery(build, request=UUID, person=UUID, key=UUID)


@cache
def _visible_files(staff: bool, *, has_key: bool) -> CompiledQuery[AudioFile]:
    def build(request: UUID, person: UUID, key: UUID) -> AudioFileQuerySet:
        visible: AudioFileQuerySet = AudioFile.objects.visible_to(AnyPerson(person, is_staff=staff))
        scope = key_scope(ApiKey(key_id=key) if has_key else None, "request__task__project_id")
        return _in_order(visible.filter(scope, request_id=request)).select_related("request__task")

    return CompiledQuery(build, request=UUID, person=UUID, key=UUID)


def request_of_task(task_id: UUID) -> AudioRequest:
    """The request that became this task, as both rows are now; raises LookupError."""
    request = _BY_TASK.first(task=task_id)
    if request is None:
        raise LookupError(task_id)
    return request


_BY_TASK = CompiledQuery[AudioRequest](
    lambda task: AudioRequest.objects.select_related("task").filter(task_id=task), task=UUID
)


def files_of(request: AudioRequest) -> list[AudioFile]:
    """The request's files, the first engine's first, without their word timings: those may be long."""
    return list(request.answers) or _FILES.all(request=request.pk)


def _in_order(files: AudioFileQuerySet) -> AudioFileQuerySet:
    return files.order_by("pk").defer("word_timings")


_FILES = CompiledQuery[AudioFile](lambda request: _in_order(AudioFile.objects.filter(request_id=request)), request=UUID)


def queue_position(task: Task) -> int | None:
    """1 for the next to start, at most MAX_POSITION; None when the task does not wait in its queue.

    Dispatched tasks start in the order they were handed out, pending ones by priority and age behind them.
    """
    if task.status not in (TaskStatus.IN_QUEUE, TaskStatus.PENDING):
        return None
    # Without order_by() PostgreSQL would sort the rows before it counts them.
    waiting = Task.objects.filter(queue_name=task.queue_name).order_by()
    if task.status == TaskStatus.IN_QUEUE and task.enqueued_at is not None:
        return waiting.filter(enqueued_at__lt=task.enqueued_at)[: MAX_POSITION - 1].count() + 1
    if task.status != TaskStatus.PENDING or task.pending_deps:
        return None
    dispatched = waiting.filter(enqueued_at__isnull=False)[: MAX_POSITION - 1].count()
    before = Q(priority__gt=task.priority) | Q(priority=task.priority, pk__lt=task.pk)
    ahead = waiting.filter(before, status=TaskStatus.PENDING, pending_deps=0)[: MAX_POSITION - 1].count()
    return min(dispatched + ahead + 1, MAX_POSITION)


def live_progress(request: AudioRequest) -> int:
    """The percentage of the row, or the worker's newer one while the same attempt runs.

    A hash of an earlier attempt may outlive its worker; the larger figure wins because the row lags behind.
    """
    task = request.task
    if task.status != TaskStatus.PROCESSING:
        return task.progress
    live = read_live_status(request.pk)
    if live is None or live["attempt"] != task.attempt:
        return task.progress
    return max(task.progress, live["progress"])


def processing_seconds(task: Task) -> float | None:
    """D4 `processing_time`: from the start of the last attempt to its end; None while it has not ended."""
    if task.started_at is None or task.completed_at is None:
        return None
    return round((task.completed_at - task.started_at).total_seconds(), 3)


def status_of(request: AudioRequest) -> dict[str, Any]:
    """The status hash of D4 as JSON: status, progress, queue_position, worker_id, started_at, completed_at, error."""
    task = request.task
    return {
        "id": str(request.pk),
        "status": task.status,
        "progress": live_progress(request),
        "queue_position": queue_position(task),
        "worker_id": str(task.assigned_worker_id) if task.assigned_worker_id else None,
        "started_at": _iso(task.started_at),
        "completed_at": _iso(task.completed_at),
        "error_code": task.error_code,
        "error_message": task.error_message,
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
