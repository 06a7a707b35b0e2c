"""Accepting questions, queries written by hand, and other work on a database; the work itself is the task's."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import Account, ApiKey
from config.common.problems import Forbidden
from projects.models import Project
from projects.services import get_abilities
from tasks.models import Task
from tasks.selectors import task_abilities
from tasks.services import cancel_task, submit_task
from text2sql.errors import ConnectionNotFound, NotAnswered
from text2sql.models import DatabaseConnection, EvaluationRun, QueryExport, QueryHistory, QuerySource, QueryStatus
from text2sql.selectors.connections import usable_connection
from text2sql.selectors.queries import get_query, query_of_task
from text2sql.services.inputs import (
    ASK_KIND,
    ASK_MODEL_KIND,
    EVALUATE_KIND,
    EXPORT_KIND,
    INTROSPECT_KIND,
    RUN_KIND,
    TEST_KIND,
)
from text2sql.services.language_models import needs_resident_model


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, in which project, and how the request was made.

    `request_id` leads from the task and the audit back to the request; the key limits what is seen, never what is
    owned.
    """

    user: Account
    project: Project
    api_key: ApiKey | None = None
    idempotency_key: str | None = None
    request_id: str = ""


def _submit(caller: Caller, kind: str, input_data: Mapping[str, Any]) -> Task:
    return submit_task(
        user=caller.user,
        project=caller.project,
        task_type=kind,
        input_data={name: value for name, value in input_data.items() if value is not None},
        api_key=caller.api_key,
        idempotency_key=caller.idempotency_key,
        request_id=caller.request_id,
    )


def ask_question(*, caller: Caller, input_data: Mapping[str, Any]) -> QueryHistory:
    """Submit a question (`ASK_SCHEMA`); raises what `submit_task` raises, ConnectionNotFound or QueryNotFound.

    Nothing is written where it raises. With an idempotency key that was used for the same question, the first one is
    returned, whatever has become of it.
    """
    kind = ASK_MODEL_KIND if needs_resident_model(input_data.get("engine"), caller.project) else ASK_KIND
    return query_of_task(_submit(caller, kind, input_data).pk)


def run_statement(*, caller: Caller, input_data: Mapping[str, Any]) -> QueryHistory:
    """Submit a query written by hand (`RUN_SCHEMA`); raises as `ask_question`."""
    return query_of_task(_submit(caller, RUN_KIND, input_data).pk)


def export_query(*, caller: Caller, query: QueryHistory, file_format: str) -> QueryExport:
    """Have a worker write all rows of a query into a file; raises NotAnswered, or InvalidInput for a format.

    The file is made from the database, not from the kept rows, so that the person must still be allowed to ask it.
    """
    task = _submit(caller, EXPORT_KIND, {"query_id": str(query.pk), "format": file_format})
    return QueryExport.objects.select_related("query", "task").get(task=task)


def test_connection(*, caller: Caller, connection: DatabaseConnection) -> Task:
    """Have a worker sign in to the database; the result is stored with the connection.

    Whoever sees a connection may have it tested: the result tells of the database's state and of no secret.
    """
    return _submit(caller, TEST_KIND, {"connection_id": str(connection.pk)})


def introspect_connection(*, caller: Caller, connection: DatabaseConnection) -> Task:
    """Have a worker read the schema anew.

    Members of the project may, too: a question about a new column would fail until somebody does.
    """
    return _submit(caller, INTROSPECT_KIND, {"connection_id": str(connection.pk)})


def cancel_query(*, query: QueryHistory, actor: Account) -> QueryHistory:
    """Cancel the question's task; raises Forbidden, or IllegalTransition when it has ended.

    A waiting question is cancelled now; a running one when its worker hears of it, which also stops the query on the
    database's server. Cancelling twice is no error.
    """
    if not task_abilities(task=query.task, user=actor)["manage"]:
        raise Forbidden(_("You may not cancel this."))
    # The task's own service locks the row and checks its state; only the question of rights is answered here.
    cancel_task(task_id=query.task_id, actor=actor)
    return query_of_task(query.task_id)


def project_of_work(connection: DatabaseConnection, user: Account) -> UUID | None:
    """The project whose work on a connection is: the one it is shared with, where the person may work in it.

    None otherwise: the work then belongs to the person's own project, if the connection may be asked there at all.
    """
    project = connection.project
    if project is None or not get_abilities(project=project, user=user)["submit_tasks"]:
        return None
    return project.pk


def create_query(task: Task) -> None:
    """Write the question's row in the transaction that writes its task (`TaskKind.on_submit`).

    Without a connection, that of the question it follows is asked again. Raises ConnectionNotFound or QueryNotFound,
    and then there is no task either.
    """
    given = task.input_data
    follows = _followed(given.get("follows"), task)
    asked = given.get("connection_id")
    if asked is None and follows is not None and follows.connection_id is not None:
        asked = str(follows.connection_id)
    connection = usable_connection(
        UUID(asked) if asked else None, user=task.user, project=task.project, key=task.api_key
    )
    by_hand = task.task_type == RUN_KIND
    QueryHistory.objects.create(
        task=task,
        user_id=task.user_id,
        project_id=task.project_id,
        connection=connection,
        follows=follows,
        question=given.get("question", ""),
        sql_query=given.get("sql", ""),
        source=QuerySource.PERSON if by_hand else QuerySource.ENGINE,
    )


def check_connection(task: Task) -> None:
    """For kinds that work on a connection without a question: raises ConnectionNotFound before the task is written."""
    usable_connection(UUID(task.input_data["connection_id"]), user=task.user, project=task.project, key=task.api_key)


def evaluate_connection(*, caller: Caller, connection: DatabaseConnection) -> EvaluationRun:
    """Have a worker run the project's known questions against a database; raises Forbidden for who may only ask."""
    _require_manager(caller.project, caller.user)
    task = _submit(caller, EVALUATE_KIND, {"connection_id": str(connection.pk)})
    return EvaluationRun.objects.select_related("task", "connection").get(task=task)


def _require_manager(project: Project, user: Account) -> None:
    if not get_abilities(project=project, user=user)["update"]:
        raise Forbidden(_("Only who manages the project may evaluate its knowledge base."))


def create_evaluation(task: Task) -> None:
    """Write the run's row in the transaction that writes its task; raises Forbidden or ConnectionNotFound."""
    # Here and not in the service alone: tasks may be submitted without it (POST /api/v1/tasks/, chains).
    _require_manager(task.project, task.user)
    pk = UUID(task.input_data["connection_id"])
    connection = usable_connection(pk, user=task.user, project=task.project, key=task.api_key)
    EvaluationRun.objects.create(project_id=task.project_id, connection=connection, task=task)


def create_export(task: Task) -> None:
    """Write the export's row in the transaction that writes its task; raises QueryNotFound or NotAnswered.

    Raises ConnectionNotFound where the person may no longer ask the database: an export runs the query again.
    """
    query = get_query(UUID(task.input_data["query_id"]), task.user, task.api_key)
    if query.status != QueryStatus.SUCCESS:
        raise NotAnswered(_("Only a query that ran can be exported."))
    if query.connection_id is None:
        raise ConnectionNotFound
    usable_connection(query.connection_id, user=task.user, project=query.project, key=task.api_key)
    QueryExport.objects.create(query=query, task=task, file_format=task.input_data["format"])


def _followed(pk: str | None, task: Task) -> QueryHistory | None:
    return None if pk is None else get_query(UUID(pk), task.user, task.api_key)
