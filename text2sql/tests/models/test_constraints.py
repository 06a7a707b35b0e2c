"""What the database itself refuses, whoever writes."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import DataError, IntegrityError, transaction
from django.db.models import ProtectedError

from accounts.models import Account
from projects.models import Project
from text2sql.models import (
    DatabaseConnection,
    DatabaseSchema,
    EvaluationRun,
    EvaluationVerdict,
    QueryExport,
    QueryHistory,
    SchemaNote,
)
from text2sql.tests.pairs import answered, known, make_connection, make_task, read_schema
from text2sql.tests.services.test_schemas import CATALOG


@pytest.fixture
def connection(owner: Account, project: Project) -> DatabaseConnection:
    return make_connection(owner, project, name="Shop")


def refused(write: Callable[[], object]) -> str:
    """The constraint's name."""
    try:
        with transaction.atomic():
            write()
    except (IntegrityError, DataError) as error:
        return str(error).split('"')[-2] if '"' in str(error) else type(error).__name__
    return ""


def test_connections_that_cannot_be_are_refused(connection: DatabaseConnection, owner: Account) -> None:
    rows = DatabaseConnection.objects.filter(pk=connection.pk)
    names = {
        "type": refused(lambda: rows.update(type="sqlite")), "port": refused(lambda: rows.update(port=70_000)),
        "no port": refused(lambda: rows.update(port=0)), "name": refused(lambda: make_connection(owner, name="Shop")),
        "example without a port": refused(lambda: rows.update(port=0, is_demo=True)),
        "removed namesake": refused(lambda: make_connection(owner, name="Shop", is_active=False)),
    }  # fmt: skip
    assert names == {
        "type": "valid_db_type", "port": "database_connections_valid_port",
        "no port": "database_connections_valid_port", "name": "database_connections_name_of_person",
        "example without a port": "", "removed namesake": "",
    }  # fmt: skip


def test_questions_are_in_one_of_their_states(owner: Account, project: Project) -> None:
    query = answered(owner, project, None)
    rows = QueryHistory.objects.filter(pk=query.pk)
    names = ("status", "source", "feedback")
    assert {name: refused(partial(rows.update, **{name: "x"})) for name in names} == {
        "status": "query_history_valid_status", "source": "query_history_valid_source",
        "feedback": "query_history_valid_feedback",
    }  # fmt: skip
    same_task = {"user": owner, "project": project, "task": query.task}
    assert refused(lambda: QueryHistory.objects.create(**same_task)) == "query_history_task_id_key"


def test_structures_notes_and_verdicts_are_there_once(
    connection: DatabaseConnection, owner: Account, project: Project
) -> None:
    read_schema(connection, CATALOG)
    note = {"connection": connection, "table_name": "orders"}
    SchemaNote.objects.create(**note)
    run = EvaluationRun.objects.create(project=project, connection=connection, task=make_task(owner, project))
    verdict = {"run": run, "knowledge": known(project), "outcome": "passed"}
    EvaluationVerdict.objects.create(**verdict)
    assert [refused(write) for write in (
        lambda: read_schema(connection, CATALOG), lambda: SchemaNote.objects.create(**note),
        lambda: EvaluationVerdict.objects.create(**verdict),
        lambda: EvaluationVerdict.objects.filter(run=run).update(outcome="unknown"),
    )] == [
        "database_schemas_one_per_structure", "schema_notes_one_per_place", "sql_evaluation_one_per_pair",
        "sql_evaluation_valid_outcome",
    ]  # fmt: skip


def test_what_was_asked_outlives_the_connection(
    connection: DatabaseConnection, owner: Account, project: Project
) -> None:
    query, pair = answered(owner, project, connection), known(project, connection_id=connection.pk)
    read_schema(connection, CATALOG)
    SchemaNote.objects.create(connection=connection, table_name="orders")
    connection.delete()
    query.refresh_from_db()
    pair.refresh_from_db()
    assert (query.connection, pair.connection) == (None, None)
    assert (DatabaseSchema.objects.count(), SchemaNote.objects.count()) == (0, 0)


def test_people_and_projects_with_questions_stay(
    connection: DatabaseConnection, owner: Account, project: Project
) -> None:
    answered(owner, project, connection)
    for row in (owner, project):
        with pytest.raises(ProtectedError):
            row.delete()
    assert QueryHistory.objects.count() == 1


def test_follow_up_outlives_what_it_follows(owner: Account, project: Project) -> None:
    first = answered(owner, project, None)
    second = answered(owner, project, None, follows=first)
    export = QueryExport.objects.create(query=first, task=make_task(owner, project), file_format="csv")
    first.delete()
    second.refresh_from_db()
    assert (second.follows, QueryExport.objects.filter(pk=export.pk).exists()) == (None, False)


def test_rows_have_names(connection: DatabaseConnection, owner: Account, project: Project) -> None:
    note: Any = SchemaNote(table_name="orders", column_name="status")
    names = {
        "connection": str(connection), "schema": str(DatabaseSchema(schema_hash="ab" * 32)), "column": str(note),
        "table": str(SchemaNote(table_name="orders")), "question": str(QueryHistory(question="q" * 100)),
        "query": str(QueryHistory(sql_query="SELECT 1")), "verdict": str(EvaluationVerdict(outcome="passed")),
    }  # fmt: skip
    assert names == {
        "connection": "Shop", "schema": "abababababab", "column": "orders.status", "table": "orders",
        "question": "q" * 80, "query": "SELECT 1", "verdict": "passed",
    }  # fmt: skip
