"""Questions and their answers as people and programs may see them."""

from uuid import UUID

from accounts.models import ApiKey
from accounts.queries import CompiledQuery
from accounts.querysets import Viewer
from projects.selectors import key_scope
from text2sql.engines.base import Exchange
from text2sql.errors import ExportNotFound, QueryNotFound
from text2sql.models import QueryExport, QueryHistory, QueryStatus
from text2sql.querysets import QueryHistoryQuerySet

MAX_HISTORY = 4
#: Questions that were not answered are passed over, but not for ever: each costs a query.
MAX_LOOKED_BACK = 20


def queries_for(user: Viewer, key: ApiKey | None = None) -> QueryHistoryQuerySet:
    """Questions one sees, with what their lists show; a bound key sees its own project's only."""
    visible: QueryHistoryQuerySet = QueryHistory.objects.visible_to(user)
    return visible.filter(key_scope(key, "project_id")).select_related("task", "connection")


def get_query(pk: UUID, user: Viewer, key: ApiKey | None = None) -> QueryHistory:
    """One of `queries_for`; raises QueryNotFound.

    Members of a project see each other's tasks, and not each other's questions: rows are of the person who asked.
    """
    found = queries_for(user, key).filter(pk=pk).first()
    if found is None:
        raise QueryNotFound
    return found


#: Each piece of work begins with it, and Django builds it for longer than the database looks for it.
_BY_TASK = CompiledQuery[QueryHistory](
    lambda task: QueryHistory.objects.select_related("task", "connection", "project", "user").filter(task_id=task),
    task=UUID,
)


def query_of_task(task_id: UUID) -> QueryHistory:
    """The question that became this task; raises LookupError."""
    found = _BY_TASK.first(task=task_id)
    if found is None:
        raise LookupError(task_id)
    return found


def get_export(pk: UUID, user: Viewer, key: ApiKey | None = None) -> QueryExport:
    """An export of one of `queries_for`; raises ExportNotFound."""
    visible = QueryExport.objects.visible_to(user).filter(key_scope(key, "query__project_id"))
    found = visible.select_related("query", "task").filter(pk=pk).first()
    if found is None:
        raise ExportNotFound
    return found


def exchanges_before(query: QueryHistory) -> tuple[Exchange, ...]:
    """What was asked before in the same thread and answered, oldest first, at most MAX_HISTORY of them.

    Queries without a question, which people wrote by hand, say nothing that an engine could refer to.
    """
    found: list[Exchange] = []
    seen = query
    for _step in range(MAX_LOOKED_BACK):
        if seen.follows is None or len(found) == MAX_HISTORY:
            break
        seen = seen.follows
        if seen.status == QueryStatus.SUCCESS and seen.question:
            found.append(Exchange(seen.question, seen.sql_query))
    return tuple(reversed(found))
