"""Operations console of the queue: tasks, history, queues, workers, engines; every action calls a service."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet, URLField
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminPasswordWidget

from accounts.admin import ReadOnlyAdmin, actor_of
from config.common.problems import DomainError
from tasks.models import Engine, Queue, Task, TaskHistory, TaskStatus, Worker
from tasks.selectors import failures_of_last_day, queue_overview
from tasks.services import (
    cancel_task,
    make_default,
    pause_queue,
    pause_task,
    probe_engine,
    resume_queue,
    resume_task,
    retry_task,
)
from tasks.states import TERMINAL

STATUS_COLOURS = {
    "pending": "info", "in_queue": "info", "processing": "warning", "completed": "success", "failed": "danger",
    "cancelled": "secondary", "paused": "secondary", "retrying": "warning",
}  # fmt: skip


class TaskHistoryInline(TabularInline):
    """Every transition of a task."""

    model = TaskHistory
    fields = ["changed_at", "attempt", "status_from", "status_to", "actor", "reason"]
    readonly_fields = fields
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Written by the trigger only."""
        return False


def _task_action(verb: Callable[..., Task], label: Any) -> Callable[..., None]:
    """An admin action that calls one service per task and reports what was refused."""

    @admin.action(description=label)
    def action(modeladmin: ModelAdmin, request: HttpRequest, queryset: QuerySet[Task]) -> None:
        done = 0
        for task in queryset:
            try:
                verb(task_id=task.pk, actor=actor_of(request), reason="operations")
                done += 1
            except DomainError as error:
                messages.warning(request, f"{task}: {error.detail}")
        messages.success(request, _("%(count)d tasks changed.") % {"count": done})

    action.__name__ = verb.__name__
    return action


@admin.register(Task)
class TaskAdmin(ReadOnlyAdmin):
    """The queue's rows."""

    list_display = ["task_id", "task_type", "title", "show_status", "progress", "project", "user", "queue_name",
                    "priority", "attempt", "created_at", "error_code"]  # fmt: skip
    list_filter = ["status", "task_type", "queue_name", ("created_at", RangeDateTimeFilter)]
    list_filter_submit = True
    # Without it each line asks for its project and its person.
    list_select_related = ["project", "user"]
    search_fields = ["task_id__exact", "project__project_name", "user__username", "error_code"]
    search_help_text = _("Task id, project, person or error code")
    ordering = ["-task_id"]
    # Counting millions of rows costs more than the page that shows a hundred.
    show_full_result_count = False
    inlines = [TaskHistoryInline]
    actions = [
        _task_action(cancel_task, _("Cancel")),
        _task_action(pause_task, _("Pause")),
        _task_action(resume_task, _("Resume")),
        _task_action(retry_task, _("Retry")),
    ]

    @display(description=_("Status"), label=STATUS_COLOURS, ordering="status")
    def show_status(self, task: Task) -> tuple[str, str]:
        """Coloured state."""
        return task.status, str(task.get_status_display())


@admin.register(TaskHistory)
class TaskHistoryAdmin(ReadOnlyAdmin):
    """All transitions."""

    list_display = ["changed_at", "task", "attempt", "status_from", "status_to", "actor", "reason"]
    list_filter = ["status_to", ("changed_at", RangeDateTimeFilter)]
    list_filter_submit = True
    search_fields = ["task__task_id__exact", "actor", "reason"]
    ordering = ["-changed_at"]
    show_full_result_count = False


@admin.register(Queue)
class QueueAdmin(ModelAdmin):
    """Queues: pause, resume, window."""

    list_display = ["queue_name", "profile", "is_paused", "paused_at", "paused_by", "paused_reason", "window"]
    list_filter = ["profile", "is_paused"]
    search_fields = ["queue_name"]
    readonly_fields = ["queue_name", "profile", "is_paused", "paused_at", "paused_by", "paused_reason"]
    actions = ["pause", "resume"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Queues come from the registered kinds."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tasks name them."""
        return False

    @admin.action(description=_("Pause"))
    def pause(self, request: HttpRequest, queryset: QuerySet[Queue]) -> None:
        """No worker claims from these queues until they are resumed."""
        for queue in queryset:
            pause_queue(queue_name=queue.queue_name, actor=actor_of(request), reason="operations")

    @admin.action(description=_("Resume"))
    def resume(self, request: HttpRequest, queryset: QuerySet[Queue]) -> None:
        """Go on at once."""
        for queue in queryset:
            resume_queue(queue_name=queue.queue_name, actor=actor_of(request))


@admin.register(Worker)
class WorkerAdmin(ReadOnlyAdmin):
    """Who serves the queues."""

    list_display = ["worker_id", "hostname", "pid", "profile", "concurrency", "started_at", "last_seen_at",
                    "last_claim_at", "stopped_at", "stop_reason"]  # fmt: skip
    list_filter = ["profile", ("stopped_at", admin.EmptyFieldListFilter)]
    search_fields = ["hostname", "worker_id__exact", "stop_reason"]
    ordering = ["-last_seen_at"]


@admin.register(Engine)
class EngineAdmin(ModelAdmin):
    """The catalogue. The credential is write-only: it is never shown again."""

    # An address typed without a scheme is meant to be encrypted.
    formfield_overrides = {URLField: {"assume_scheme": "https"}}
    list_display = [
        "name",
        "domain",
        "title",
        "adapter",
        "model",
        "is_enabled",
        "is_default",
        "last_probed_at",
        "show_probe",
    ]
    list_filter = ["domain", "is_enabled"]
    search_fields = ["name", "title", "model"]
    readonly_fields = ["is_default", "last_probed_at", "last_probe_result"]
    actions = ["probe", "set_default"]

    @display(description=_("Probe"), label={True: "success", False: "danger"})
    def show_probe(self, engine: Engine) -> tuple[bool | None, str]:
        """How the last probe ended."""
        result = engine.last_probe_result
        if result is None:
            return None, str(_("never"))
        return bool(result.get("ok")), str(_("works") if result.get("ok") else result.get("code"))

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A password box without its value."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "credential" and field is not None:
            field.widget = UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"})
            field.help_text = _("Leave empty to keep the stored one.")
        return field

    def save_model(self, request: HttpRequest, obj: Engine, form: Any, change: bool) -> None:
        """An empty credential keeps the stored one."""
        if change and not obj.credential:
            obj.credential = Engine.objects.values_list("credential", flat=True).get(pk=obj.pk)
        super().save_model(request, obj, form, change)

    @admin.action(description=_("Probe: do a small real piece of work"))
    def probe(self, request: HttpRequest, queryset: QuerySet[Engine]) -> None:
        """Live test; the result is stored and shown."""
        for engine in queryset:
            probed = probe_engine(engine=engine, actor=actor_of(request))
            messages.info(request, f"{probed}: {probed.last_probe_result}")

    @admin.action(description=_("Make default of its domain"))
    def set_default(self, request: HttpRequest, queryset: QuerySet[Engine]) -> None:
        """Exactly one default per domain."""
        for engine in queryset:
            make_default(engine=engine, actor=actor_of(request))


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Context of the console's first page (UNFOLD["DASHBOARD_CALLBACK"])."""
    states = [status for status in TaskStatus if status not in TERMINAL]
    lines = queue_overview()
    context["queue_table"] = {
        "headers": [_("Queue"), _("Workers"), *(status.label for status in states), _("Oldest waiting")],
        "rows": [
            [
                f"{line.queue_name} ({_('paused')})" if line.is_paused else line.queue_name,
                line.profile,
                *(line.counts.get(status.value, 0) for status in states),
                f"{line.oldest_waiting_seconds:.0f} s" if line.oldest_waiting_seconds is not None else "-",
            ]
            for line in lines
        ],
    }
    failures = failures_of_last_day()
    context["failure_table"] = {
        "headers": [_("Kind"), _("Error"), _("Count")],
        "rows": [list(failure) for failure in failures],
    }
    context["figures"] = [
        (_("Waiting"), sum(line.counts.get("pending", 0) + line.counts.get("in_queue", 0) for line in lines)),
        (_("Processing"), sum(line.counts.get("processing", 0) for line in lines)),
        (_("Workers alive"), Worker.objects.alive().count()),
        (_("Failed in the last day"), sum(count for _kind, _code, count in failures)),
    ]
    return context
