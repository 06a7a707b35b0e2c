"""Operations console of the audit: every model call and their sums to look at, nothing to edit."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, FieldTextFilter, RangeDateTimeFilter
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from accounts.admin import ReadOnlyAdmin
from monitoring.models import Interaction, InteractionStatus, InteractionUsage, StreamOffset, StreamReject
from monitoring.querysets import InteractionQuerySet
from monitoring.selectors import UsageSum, usage_by_engine, usage_total
from tasks.admin import dashboard as dashboard_of_tasks

STATUS_COLOURS = {"started": "info", "success": "success", "blocked": "warning", "error": "danger"}


@admin.register(Interaction)
class InteractionAdmin(ReadOnlyAdmin):
    """Model calls, newest first; the list keeps itself up to date while it is looked at.

    No date hierarchy: its years are a DISTINCT over every partition. The filter by time reads only those it needs.
    """

    list_display = (
        "timestamp", "endpoint", "model", "engine_name", "show_status", "user", "project", "intent_classification",
        "total_tokens", "response_time_ms", "cost", "currency", "error_code",
    )  # fmt: skip
    # Texts instead of lists of all values, which would be read from every row.
    list_filter = (
        "status", ("model", FieldTextFilter), ("intent_classification", FieldTextFilter),
        ("project", AutocompleteSelectFilter), ("user", AutocompleteSelectFilter), ("timestamp", RangeDateTimeFilter),
    )  # fmt: skip
    list_select_related = ("user", "project")
    search_fields = ("request_id", "id")
    search_help_text = _("Request id or interaction id")
    ordering = ("-timestamp",)
    list_before_template = "monitoring/admin_live.html"
    # Counts nothing: a page of millions of rows needs no last page.
    paginator = InfinitePaginator
    fieldsets = (
        (None, {"fields": (
            "id", "timestamp", "finished_at", "status", "error_code", "error_message", "user", "project", "api_key",
            "conversation_id", "message_id",
        )}),
        (_("Call"), {"fields": (
            "endpoint", "engine_name", "model", "is_streaming", "is_partial", "response_time_ms", "first_token_ms",
            "total_tokens", "prompt_tokens", "completion_tokens", "usage", "cost", "currency",
        )}),
        (_("Intent"), {"fields": (
            "intent_classification", "confidence_score", "deviation_score_delta", "user_score_before",
            "user_score_after",
        )}),
        (_("Content"), {"fields": ("system_message", "prompt", "response", "content_deleted_at")}),
        (_("Request"), {"fields": ("request_id", "ip_address", "user_agent")}),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Interaction]:
        """The list does not read what was said."""
        calls: InteractionQuerySet = super().get_queryset(request)
        return calls.without_content()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Interaction], search_term: str
    ) -> tuple[QuerySet[Interaction], bool]:
        """By indexes: Django would compare the ids of all rows as texts."""
        found = Q(request_id=search_term)
        with suppress(ValueError):
            found |= Q(pk=UUID(search_term))
        return (queryset.filter(found) if search_term else queryset), False

    @display(description=_("Status"), label=STATUS_COLOURS, ordering="status")
    def show_status(self, interaction: Interaction) -> tuple[str, str]:
        """Coloured state."""
        return interaction.status, str(interaction.get_status_display())


@admin.register(InteractionUsage)
class InteractionUsageAdmin(ReadOnlyAdmin):
    """Sums by the hour, and the total of whatever the filters leave."""

    list_display = (
        "hour", "engine_name", "endpoint", "show_status", "user", "project", "calls", "prompt_tokens",
        "completion_tokens", "cost", "currency", "show_mean", "response_time_ms_max",
    )  # fmt: skip
    list_filter = (
        ("hour", RangeDateTimeFilter), ("engine_name", FieldTextFilter), ("endpoint", FieldTextFilter),
        ("project", AutocompleteSelectFilter), ("user", AutocompleteSelectFilter), "status",
    )  # fmt: skip
    list_select_related = ("user", "project")
    ordering = ("-hour", "-calls", "id")
    list_before_template = "monitoring/admin_totals.html"
    paginator = InfinitePaginator

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list with the totals of all its pages."""
        response: HttpResponse = super().changelist_view(request, extra_context)
        # Anything else is a redirect away from filters that make no sense.
        if isinstance(response, TemplateResponse) and response.context_data and "cl" in response.context_data:
            total = usage_total(response.context_data["cl"].queryset)
            response.context_data["totals"] = {"headers": _SUM_HEADERS, "rows": [_cells(total)]}
        return response

    @display(description=_("Status"), label=STATUS_COLOURS, ordering="status")
    def show_status(self, usage: InteractionUsage) -> tuple[str, str]:
        """Coloured state."""
        return usage.status, str(usage.get_status_display())

    @display(description=_("Mean response time (ms)"))
    def show_mean(self, usage: InteractionUsage) -> str:
        """Of the calls that told their time."""
        return _number(usage.response_time_ms_sum / usage.timed_calls if usage.timed_calls else None)


_SUM_HEADERS = [
    _("Calls"), _("Errors"), _("Tokens of the prompts"), _("Tokens of the responses"), _("Cost"),
    _("Mean response time (ms)"), _("Longest response time (ms)"),
]  # fmt: skip


def _cells(usage: UsageSum) -> list[str]:
    """In the order of `_SUM_HEADERS`."""
    counts = (usage.calls, usage.errors, usage.prompt_tokens, usage.completion_tokens)
    costs = [f"{_number(cost, 4)} {currency}".strip() for currency, cost in sorted(usage.costs.items())]
    times = (usage.mean_ms, usage.slowest_ms)
    return [*map(_number, counts), ", ".join(costs) or "-", *map(_number, times)]


def _number(value: Any, decimals: int = 0) -> str:
    return "-" if value is None else str(number_format(round(value, decimals), decimals, force_grouping=True))


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Context of the console's first page (UNFOLD["DASHBOARD_CALLBACK"]): the queue's, and the last day's calls."""
    context = dashboard_of_tasks(request, context)
    engines = usage_by_engine(InteractionUsage.objects.of_last_day())
    means = {name: usage.mean_ms for name, usage in engines.items() if usage.mean_ms is not None}
    slowest = max(means, key=lambda name: means[name], default="-")
    context["figures"] += [
        (_("Model calls running"), _number(Interaction.objects.filter(status=InteractionStatus.STARTED).count())),
        (_("Model calls in the last day"), _number(sum(usage.calls for usage in engines.values()))),
        (_("Model calls with an error"), _number(sum(usage.errors for usage in engines.values()))),
        (_("Slowest engine"), slowest or _("unknown")),
    ]
    rows = [[name or _("unknown"), *_cells(usage)] for name, usage in engines.items()]
    context["usage_table"] = {"headers": [_("Engine"), *_SUM_HEADERS], "rows": rows}
    return context


@admin.register(StreamOffset)
class StreamOffsetAdmin(ReadOnlyAdmin):
    """How far the streams were moved, and when last."""

    list_display = ("stream", "last_id", "updated_at")


@admin.register(StreamReject)
class StreamRejectAdmin(ReadOnlyAdmin):
    """Entries that the database refused."""

    list_display = ("created_at", "stream", "entry_id", "reason")
    list_filter = ("stream", ("created_at", RangeDateTimeFilter))
    search_fields = ("entry_id__exact", "reason")
    ordering = ("-id",)
