"""Operations console of the audit: every model call to look at, nothing to edit."""

from contextlib import suppress
from uuid import UUID

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, FieldTextFilter, RangeDateTimeFilter
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from accounts.admin import ReadOnlyAdmin
from monitoring.models import Interaction, StreamOffset, StreamReject
from monitoring.querysets import InteractionQuerySet

STATUS_COLOURS = {"started": "info", "success": "success", "blocked": "warning", "error": "danger"}


@admin.register(Interaction)
class InteractionAdmin(ReadOnlyAdmin):
    """Model calls, newest first.

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
