"""Browser pages of tasks: the live list, one task, and what people do to it."""

import json
from typing import Any, TypeVar
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.requests import person_of
from config.common.problems import DomainError, Forbidden
from projects.selectors import visible_projects
from tasks.forms import TaskFilterForm
from tasks.models import Task, TaskHistory, TaskStatus
from tasks.registry import kind_title
from tasks.selectors import attempts_of, get_task, task_abilities, visible_tasks
from tasks.services import cancel_task, pause_task, resume_task, retry_task

PAGE_SIZE = 25
#: Beyond this many rows the pager stops counting: the count itself would cost more than the page.
MAX_COUNTED = 10_000
RUNNING_SHOWN = 8

_VERBS = {"cancel": cancel_task, "pause": pause_task, "resume": resume_task, "retry": retry_task}


Row = TypeVar("Row", bound=Model)


class BoundedPaginator(Paginator[Row]):
    """Counts at most MAX_COUNTED rows, so that a million tasks page as fast as a thousand."""

    @cached_property
    def count(self) -> int:
        """Number of rows, capped."""
        rows: Any = self.object_list
        return int(rows.order_by().values("pk")[:MAX_COUNTED].count())


def elapsed_seconds(task: Task) -> float | None:
    """Time in work: until now for a running task, until its end for an ended one."""
    if task.started_at is None:
        return None
    return ((task.completed_at or timezone.now()) - task.started_at).total_seconds()


@login_required
@require_GET
def task_list(request: HttpRequest) -> HttpResponse:
    """All tasks one may see, newest first, with filters in the URL; rows follow live."""
    user = person_of(request)
    form = TaskFilterForm(request.GET or None, projects=visible_projects(user, None))
    tasks = visible_tasks(user=user).select_related("project", "user").defer("input_data", "output_data")
    tasks = (form.apply(tasks) if form.is_bound else tasks).order_by("-task_id")
    page: Page[Task] = BoundedPaginator(tasks, PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [
        {
            "task": task,
            "title": task.title or kind_title(task.task_type),
            "kind_title": kind_title(task.task_type),
            "elapsed": elapsed_seconds(task),
        }
        for task in page
    ]
    return render(request, "tasks/list.html", {"form": form, "page_obj": page, "rows": rows})


@login_required
@require_GET
def task_detail(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """One task: timeline of every transition, attempts, worker, input, output, children and actions."""
    user = person_of(request)
    task = get_task(user=user, task_id=task_id)
    context = {
        "task": task,
        "title": task.title or kind_title(task.task_type),
        "kind_title": kind_title(task.task_type),
        "elapsed": elapsed_seconds(task),
        "entries": [_timeline_entry(entry) for entry in task.history.all()],
        "attempts": attempts_of(task),
        "children": task.children.order_by("execution_order", "task_id"),
        "abilities": task_abilities(task=task, user=user),
        "input_json": _pretty(task.input_data),
        "output_json": _pretty(task.output_data),
    }
    return render(request, "tasks/detail.html", context)


def _pretty(value: Any) -> str:
    return "" if value is None else json.dumps(value, indent=2, ensure_ascii=False)


def _timeline_entry(entry: TaskHistory) -> dict[str, Any]:
    detail = [_("Attempt %(number)d") % {"number": entry.attempt}] if entry.attempt else []
    detail += [entry.reason] if entry.reason else []
    return {
        "at": entry.changed_at,
        "title": TaskStatus(entry.status_to).label,
        "status": entry.status_to,
        "detail": " · ".join(detail),
        "actor": entry.actor,
    }


@login_required
@require_GET
def running(request: HttpRequest) -> HttpResponse:
    """Fragment of the top bar: the person's own unfinished tasks."""
    user = person_of(request)
    tasks = user.tasks.active().newest_first().only("task_id", "task_type", "title", "status", "progress", "started_at")
    shown = [
        {
            "task_id": task.task_id, "task_type": task.task_type, "task_name": task.title or kind_title(task.task_type),
            "status": task.status, "progress": task.progress, "elapsed_seconds": elapsed_seconds(task),
        }
        for task in tasks[:RUNNING_SHOWN]
    ]  # fmt: skip
    return render(request, "components/running.html", {"tasks": shown})


@login_required
@require_POST
def steer(request: HttpRequest, task_id: UUID, verb: str) -> HttpResponse:
    """Cancel, pause, resume or retry; 204 with a toast for htmx, else back to the task's page."""
    user = person_of(request)
    if verb not in _VERBS:
        raise Http404
    task = get_task(user=user, task_id=task_id)
    try:
        if not task_abilities(task=task, user=user)["manage"]:
            raise Forbidden(_("You may not change this task."))
        _VERBS[verb](task_id=task.pk, actor=user, reason=request.POST.get("reason", "")[:500])
        level, text = "success", _DONE[verb]()
    except DomainError as error:
        level, text = "error", str(error.detail)
    if request.headers.get("HX-Request"):
        toast = json.dumps({"rh:toast": {"level": level, "text": text}})
        return HttpResponse(status=204, headers={"HX-Trigger": toast})
    messages.add_message(request, messages.SUCCESS if level == "success" else messages.ERROR, text)
    return redirect("tasks:detail", task_id=task.pk)


_DONE = {
    "cancel": lambda: _("Cancelled, or asked to stop."),
    "pause": lambda: _("Paused, or asked to pause."),
    "resume": lambda: _("Resumed."),
    "retry": lambda: _("Started again."),
}
