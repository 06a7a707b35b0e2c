"""What the tests of the knowledge base begin with: a connection, pairs, answers."""

from typing import Any
from uuid import UUID

from django.db.models.functions import Now

from accounts.models import Account
from config.common.ids import uuid7
from projects.models import Project
from tasks.models import Task
from text2sql.catalog import Catalog
from text2sql.models import DatabaseConnection, DatabaseSchema, QueryHistory, QuerySource, QueryStatus, SqlKnowledge
from text2sql.services.knowledge import approve_pair, propose_pair

PARIS = ("How many customers live in Paris?", "SELECT count(*) FROM customers WHERE city = 'Paris'")


def make_connection(user: Account, project: Project | None = None, **fields: Any) -> DatabaseConnection:
    """A PostgreSQL connection of the person, shared with the project."""
    given: dict[str, Any] = {"name": f"shop {uuid7()}", "type": "postgresql", "host": "localhost", "port": 5432}
    return DatabaseConnection.objects.create(user=user, project=project, **given | fields)


def read_schema(connection: DatabaseConnection, catalog: Catalog) -> DatabaseSchema:
    """The catalog as the connection's present schema."""
    return DatabaseSchema.objects.create(
        connection=connection,
        schema_json=catalog.to_json(),
        schema_hash=catalog.structure_hash(),
        table_count=len(catalog.tables),
        total_columns=catalog.total_columns,
    )


def propose(
    project: Project, actor: Account, question: str = PARIS[0], sql: str = PARIS[1], **fields: Any
) -> SqlKnowledge:
    """A proposed pair."""
    given: dict[str, Any] = {"database_type": "postgresql"}
    return propose_pair(project=project, actor=actor, question=question, sql_query=sql, **given | fields).pair


def known(project: Project, question: str = PARIS[0], sql: str = PARIS[1], **fields: Any) -> SqlKnowledge:
    """An approved pair of the project's owner."""
    pair = propose(project, project.user, question, sql, **fields)
    return approve_pair(pair=pair, actor=project.user)


def make_task(user: Account, project: Project) -> Task:
    """A task past the queue."""
    return Task.objects.create(
        task_id=uuid7(), user=user, project=project, task_type="text2sql.ask", queue_name="default", input_data={}
    )


_MOMENT_OF = {
    "in_queue": "enqueued_at", "processing": "lease_expires_at", "retrying": "next_retry_at",
    "completed": "completed_at", "failed": "completed_at", "cancelled": "completed_at",
}  # fmt: skip


def move_task(task_id: UUID, *statuses: str, **fields: Any) -> None:
    """Through these states, one after the other, as the table of transitions allows; the last one gets `fields`."""
    for place, status in enumerate(statuses, 1):
        moments: dict[str, Any] = dict.fromkeys(_MOMENT_OF.values())
        if status in _MOMENT_OF:
            moments[_MOMENT_OF[status]] = Now()
        given = fields if place == len(statuses) else {}
        Task.objects.filter(pk=task_id).update(status=status, **moments, **given)


def answered(user: Account, project: Project, connection: DatabaseConnection | None, **fields: Any) -> QueryHistory:
    """A question that an engine answered."""
    given: dict[str, Any] = {
        "question": PARIS[0],
        "sql_query": PARIS[1],
        "source": QuerySource.ENGINE,
        "status": QueryStatus.SUCCESS,
    }
    task = make_task(user, project)
    return QueryHistory.objects.create(user=user, project=project, connection=connection, task=task, **given | fields)


def reread(pair: SqlKnowledge | UUID) -> SqlKnowledge:
    """As it is in the database now."""
    return SqlKnowledge.objects.get(pk=pair.pk if isinstance(pair, SqlKnowledge) else pair)
