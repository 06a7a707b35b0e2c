"""Operations console of results: everything to look at, nothing to edit."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import display

from accounts.admin import ReadOnlyAdmin
from results.models import Result, ResultFeedback

STATUS_COLOURS = {"completed": "success", "failed": "danger"}


class ResultFeedbackInline(TabularInline):
    """What people thought of a result."""

    model = ResultFeedback
    fields = ("user", "rating", "feedback_text", "created_at", "updated_at")
    readonly_fields = fields
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """People rate on the result's page."""
        return False


@admin.register(Result)
class ResultAdmin(ReadOnlyAdmin):
    """Every engine's answer, newest first."""

    list_display = (
        "result_id", "engine_name", "engine_version", "show_status", "task_kind", "project", "processing_time", "cost",
        "currency", "confidence_score", "is_final", "created_at",
    )  # fmt: skip
    list_filter = ("status", "engine_type", "engine_name", "is_final", ("created_at", RangeDateTimeFilter))
    list_filter_submit = True
    list_select_related = ("task__project",)
    # Ids exactly and texts by parts: the output, which may be large, is not searched.
    search_fields = ("result_id__exact", "task__task_id__exact", "engine_name", "task__project__project_name")
    search_help_text = _("Result id, task id, engine or project")
    ordering = ("-result_id",)
    # A second count, of all rows without the filters, would cost more than the page itself.
    show_full_result_count = False
    inlines = (ResultFeedbackInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Result]:
        """The list does not read the outputs."""
        results: QuerySet[Result] = super().get_queryset(request)
        return results.defer("task__input_data", "task__output_data")

    @display(description=_("Status"), label=STATUS_COLOURS, ordering="status")
    def show_status(self, result: Result) -> tuple[str, str]:
        """Coloured state."""
        return result.status, str(result.get_status_display())

    @admin.display(description=_("Kind"), ordering="task__task_type")
    def task_kind(self, result: Result) -> str:
        """Of its task."""
        return result.task.task_type

    @admin.display(description=_("Project"), ordering="task__project__project_name")
    def project(self, result: Result) -> str:
        """Of its task."""
        return str(result.task.project)


@admin.register(ResultFeedback)
class ResultFeedbackAdmin(ReadOnlyAdmin, ModelAdmin):
    """Ratings and comments."""

    list_display = ("created_at", "result", "user", "rating", "feedback_text", "updated_at")
    list_filter = ("rating", "result__engine_name", ("created_at", RangeDateTimeFilter))
    list_filter_submit = True
    list_select_related = ("result", "user")
    search_fields = ("feedback_text", "user__username", "result__result_id__exact", "result__engine_name")
    ordering = ("-feedback_id",)
    show_full_result_count = False
