"""Operations console of text-to-SQL: which databases, what was asked of them and how it ended; never any rows."""

from functools import partial

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import display

from accounts.admin import ReadOnlyAdmin, apply_to_each
from accounts.requests import person_of
from text2sql.models import (
    DatabaseConnection,
    DatabaseSchema,
    EvaluationRun,
    EvaluationVerdict,
    QueryExport,
    QueryHistory,
    SchemaNote,
    SqlKnowledge,
)
from text2sql.services.connections import remove_connection, update_connection
from text2sql.services.knowledge import approve_pair, reject_pair

_STATUS_COLOURS = {
    "pending": "info", "success": "success", "error": "danger", "timeout": "danger", "unclear": "warning",
    "refused": "warning", "cancelled": "warning", "proposed": "info", "approved": "success", "rejected": "danger",
}  # fmt: skip


class DatabaseAdmin(ReadOnlyAdmin):
    """Newest first, counted never.

    Questions become millions; a list that counts them reads them all for a number.
    """

    list_filter_submit = True
    ordering = ["-id"]
    show_full_result_count = False


@admin.register(DatabaseConnection)
class DatabaseConnectionAdmin(DatabaseAdmin):
    """Connections without their passwords; staff say which may lead inside the network.

    Everything else about a connection is its owner's: staff change it on its own page, as themselves.
    """

    list_display = ["name", "type", "host", "user", "project", "allows_private", "is_active", "show_test"]
    list_filter = ["type", "is_active", "allows_private", "is_demo", ("last_tested", RangeDateTimeFilter)]
    list_select_related = ["user", "project"]
    search_fields = ["=id", "name", "host", "database_name", "user__username", "user__email"]
    exclude = ["password_encrypted"]
    actions = ["allow_private", "forbid_private", "remove"]

    @display(description=_("last test"), label={"ok": "success", "failed": "danger"})
    def show_test(self, connection: DatabaseConnection) -> str:
        """How the last test went."""
        result = connection.last_test_result
        return "" if result is None else "ok" if result.get("ok") else "failed"

    @admin.action(description=_("Allow addresses inside the network"))
    def allow_private(self, request: HttpRequest, queryset: QuerySet[DatabaseConnection]) -> None:
        """The product's own servers stay out of reach."""
        self._set_private(request, queryset, allowed=True)

    @admin.action(description=_("Forbid addresses inside the network"))
    def forbid_private(self, request: HttpRequest, queryset: QuerySet[DatabaseConnection]) -> None:
        """Open sessions of workers end when they are next idle."""
        self._set_private(request, queryset, allowed=False)

    def _set_private(self, request: HttpRequest, queryset: QuerySet[DatabaseConnection], *, allowed: bool) -> None:
        change = partial(update_connection, actor=person_of(request), allows_private=allowed)
        apply_to_each(request, queryset, lambda connection: change(connection=connection))

    @admin.action(description=_("Remove, with the stored password"))
    def remove(self, request: HttpRequest, queryset: QuerySet[DatabaseConnection]) -> None:
        """Questions and what was learned stay."""
        remove = partial(remove_connection, actor=person_of(request))
        apply_to_each(request, queryset, lambda connection: remove(connection=connection))


@admin.register(DatabaseSchema)
class DatabaseSchemaAdmin(DatabaseAdmin):
    """Structures that were read, without their samples.

    The samples are rows of somebody's database.
    """

    list_display = ["connection", "schema_hash", "table_count", "total_columns", "last_updated"]
    list_select_related = ["connection"]
    search_fields = ["=id", "=schema_hash", "connection__name"]
    exclude = ["schema_json"]


@admin.register(SchemaNote)
class SchemaNoteAdmin(DatabaseAdmin):
    """What people say about tables and columns."""

    list_display = ["connection", "table_schema", "table_name", "column_name", "is_sampled", "updated_at"]
    list_filter = ["is_sampled"]
    list_select_related = ["connection"]
    search_fields = ["=id", "connection__name", "table_name", "column_name"]


@admin.register(QueryHistory)
class QueryHistoryAdmin(DatabaseAdmin):
    """Questions with their queries; what the databases answered is the person's."""

    list_display = ["__str__", "show_status", "source", "engine_name", "user", "connection", "feedback", "created_at"]
    list_filter = ["status", "source", "feedback", "engine_name", ("created_at", RangeDateTimeFilter)]
    list_select_related = ["user", "connection"]
    search_fields = ["=id", "=task__task_id", "question", "sql_query", "user__username", "connection__name"]
    exclude = ["result_preview", "result_file", "answer"]

    @display(description=_("status"), label=_STATUS_COLOURS)
    def show_status(self, query: QueryHistory) -> str:
        """How it ended."""
        return query.status


@admin.register(SqlKnowledge)
class SqlKnowledgeAdmin(DatabaseAdmin):
    """Known questions; staff may decide what answers.

    With the same services as managers of the project: the query is checked again, and the decision bears a name.
    """

    list_display = ["__str__", "show_status", "project", "database_type", "usage_count", "success_rate", "wrong_count"]
    list_filter = ["status", "database_type", ("created_at", RangeDateTimeFilter)]
    list_select_related = ["project"]
    search_fields = ["=id", "question", "sql_query", "project__project_name", "created_by__username"]
    exclude = ["embedding", "slots", "mask_hash"]
    actions = ["approve", "reject"]

    @display(description=_("status"), label=_STATUS_COLOURS)
    def show_status(self, pair: SqlKnowledge) -> str:
        """Whether it answers."""
        return pair.status

    @admin.action(description=_("Approve"))
    def approve(self, request: HttpRequest, queryset: QuerySet[SqlKnowledge]) -> None:
        """They answer from now on."""
        approve = partial(approve_pair, actor=person_of(request))
        apply_to_each(request, queryset, lambda pair: approve(pair=pair))

    @admin.action(description=_("Reject"))
    def reject(self, request: HttpRequest, queryset: QuerySet[SqlKnowledge]) -> None:
        """They stay as a record."""
        reject = partial(reject_pair, actor=person_of(request))
        apply_to_each(request, queryset, lambda pair: reject(pair=pair))


@admin.register(QueryExport)
class QueryExportAdmin(DatabaseAdmin):
    """Files that were made.

    Their names lead to no download here: the content is the person's.
    """

    list_display = ["id", "query", "file_format", "rows", "file_size", "created_at"]
    list_filter = ["file_format", ("created_at", RangeDateTimeFilter)]
    list_select_related = ["query"]
    search_fields = ["=id", "=query__id", "=task__task_id"]


@admin.register(EvaluationRun)
class EvaluationRunAdmin(DatabaseAdmin):
    """Runs of the knowledge base."""

    list_display = ["id", "project", "connection", "total", "passed", "broken", "created_at"]
    list_select_related = ["project", "connection"]
    search_fields = ["=id", "project__project_name", "connection__name"]


@admin.register(EvaluationVerdict)
class EvaluationVerdictAdmin(DatabaseAdmin):
    """What single pairs did."""

    list_display = ["id", "run", "knowledge", "outcome", "error_code", "execution_time_ms"]
    list_filter = ["outcome"]
    list_select_related = ["run", "knowledge"]
    search_fields = ["=id", "=run__id", "=knowledge__id", "error_code"]
