"""Two tabs, two workers, two retries at the same moment: one wins, and nothing is there twice or half."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError

from accounts.models import Account
from config.common.problems import DomainError
from projects.models import Project
from tasks.models import Task
from text2sql.catalog import Catalog
from text2sql.errors import ConnectionNotFound, InvalidConnection
from text2sql.models import DatabaseConnection, DatabaseSchema, EvaluationRun, QueryExport, QueryHistory, SchemaNote
from text2sql.services.asking import Caller, ask_question, evaluate_connection, export_query
from text2sql.services.connections import create_connection, remove_connection, update_connection
from text2sql.services.schemas import keep_schema, latest_changes, write_note
from text2sql.tests.pairs import answered, make_connection
from text2sql.tests.services.test_knowledge_races import together
from text2sql.tests.services.test_schemas import CATALOG, CUSTOMERS

pytestmark = pytest.mark.django_db(transaction=True)

FIELDS: dict[str, Any] = {"name": "Sales", "type": "mysql", "host": "db.example.org"}
CITY = ("public", "customers", "city")


def told(work: Callable[[], Any]) -> Callable[[], str]:
    """The work, with its refusal as an answer."""

    def run() -> str:
        try:
            work()
        except (DomainError, IntegrityError) as error:
            return type(error).__name__
        return "done"

    return run


def test_same_form_in_two_tabs_saves_one_connection(owner: Account) -> None:
    def save() -> DatabaseConnection:
        return create_connection(user=owner, **FIELDS)

    assert sorted(together(told(save), told(save), told(save))) == ["InvalidConnection", "InvalidConnection", "done"]
    assert DatabaseConnection.objects.count() == 1


def test_different_fields_of_two_tabs_are_both_kept(owner: Account) -> None:
    made = create_connection(user=owner, **FIELDS, password="old")
    changes: list[Any] = [{"name": "Shop"}, {"host": "db2.example.org"}, {"password": "new"}, {"port": 3307}]
    works = [lambda change=change: update_connection(connection=made, actor=owner, **change) for change in changes]
    together(*works)
    row = DatabaseConnection.objects.get()
    assert (row.name, row.host, row.password_encrypted, row.port) == ("Shop", "db2.example.org", "new", 3307)


def test_removal_beside_a_change_leaves_no_password(owner: Account) -> None:
    for _round in range(5):
        made = create_connection(user=owner, **FIELDS, password="old")
        together(
            told(partial(remove_connection, connection=made, actor=owner)),
            told(partial(update_connection, connection=made, actor=owner, password="new")),
        )
        row = DatabaseConnection.objects.get(pk=made.pk)
        assert (row.is_active, row.password_encrypted) == (False, "")


def test_change_of_what_was_removed_is_told(owner: Account) -> None:
    made = create_connection(user=owner, **FIELDS)
    remove_connection(connection=made, actor=owner)
    with pytest.raises(ConnectionNotFound):
        update_connection(connection=made, actor=owner, name="Back")
    create_connection(user=owner, **FIELDS)
    with pytest.raises(InvalidConnection) as error:
        create_connection(user=owner, **FIELDS)
    assert (error.value.code, list(error.value.errors)) == ("name_taken", ["name"])


def test_same_structure_read_by_two_workers_is_one_row(owner: Account, project: Project) -> None:
    connection = make_connection(owner, project)
    schemas = together(*[lambda: keep_schema(connection=connection, catalog=CATALOG)] * 3)
    assert ({schema.pk for schema in schemas}, DatabaseSchema.objects.count()) == ({schemas[0].pk}, 1)


def test_different_structures_at_once_are_both_kept_and_one_is_present(owner: Account, project: Project) -> None:
    connection, smaller = make_connection(owner, project), replace(CATALOG, tables=(CUSTOMERS,))
    together(*(lambda catalog=catalog: keep_schema(connection=connection, catalog=catalog)
               for catalog in (CATALOG, smaller, CATALOG, smaller)))  # fmt: skip
    changes = latest_changes(connection)
    hashes = {CATALOG.structure_hash(), smaller.structure_hash()}
    assert ({changes["schema_hash"], changes["previous_hash"]}, DatabaseSchema.objects.count()) == (hashes, 2)


def test_values_opted_out_while_a_worker_reads_are_kept_by_nobody(owner: Account, project: Project) -> None:
    connection = make_connection(owner, project)
    keep_schema(connection=connection, catalog=CATALOG)
    together(
        lambda: keep_schema(connection=connection, catalog=CATALOG),
        lambda: write_note(connection=connection, actor=owner, place=CITY, is_sampled=False),
        lambda: keep_schema(connection=connection, catalog=CATALOG),
    )
    kept = Catalog.from_json(DatabaseSchema.objects.get().schema_json)
    assert kept.table_by_key[CITY[:2]].column_by_name["city"].samples == ()


def test_two_notes_on_one_place_are_one(owner: Account, project: Project) -> None:
    connection = make_connection(owner, project)
    keep_schema(connection=connection, catalog=CATALOG)
    works = [lambda text=text: write_note(connection=connection, actor=owner, place=CITY, description=text)
             for text in ("a", "b", "c")]  # fmt: skip
    together(*works)
    assert SchemaNote.objects.get().description in {"a", "b", "c"}


def test_request_that_is_repeated_at_once_asks_once(owner: Account, project: Project) -> None:
    make_connection(owner, project)
    caller = Caller(user=owner, project=project, idempotency_key="k1")
    asked = together(*[lambda: ask_question(caller=caller, input_data={"question": "x", "engine": "fake"})] * 3)
    assert ({query.pk for query in asked}, QueryHistory.objects.count(), Task.objects.count()) == ({asked[0].pk}, 1, 1)


def test_button_pressed_twice_at_once_is_one_export_and_one_evaluation(owner: Account, project: Project) -> None:
    connection = make_connection(owner, project)
    query = answered(owner, project, connection)
    keyed = Caller(user=owner, project=project, idempotency_key="e1")
    together(*[lambda: export_query(caller=keyed, query=query, file_format="csv")] * 2)
    runs = Caller(user=owner, project=project, idempotency_key="e2")
    together(*[lambda: evaluate_connection(caller=runs, connection=connection)] * 2)
    assert (QueryExport.objects.count(), EvaluationRun.objects.count()) == (1, 1)
