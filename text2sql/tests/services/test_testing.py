"""Live tests of connections and schemas read anew, on a real server, with changes coming in between."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Account
from projects.models import Project
from tasks.engines.cancel import CancelFlag, NeverCancelled
from tasks.engines.errors import Cancelled, EngineError
from tasks.models import Task
from text2sql.catalog import Catalog
from text2sql.connectors.base import Target
from text2sql.connectors.base import TestFacts as Facts
from text2sql.connectors.registry import connector_for
from text2sql.models import DatabaseConnection, DatabaseSchema, SchemaNote
from text2sql.services.asking import Caller, introspect_connection
from text2sql.services.connections import remove_connection, update_connection
from text2sql.services.schemas import keep_schema, read_schema, write_note
from text2sql.services.testing import introspect_now
from text2sql.services.testing import test_now as run_test
from text2sql.tests.pairs import make_connection
from text2sql.tests.servers import PostgresServer
from text2sql.tests.services.test_schemas import CATALOG
from text2sql.tests.working import Work

CITY = ("public", "customers", "city")


def result_of(connection: DatabaseConnection) -> Any:
    return DatabaseConnection.objects.values_list("last_test_result", flat=True).get(pk=connection.pk)


def test_good_test_tells_what_was_found(shop: DatabaseConnection) -> None:
    result = run_test(shop)
    assert (result["ok"], result["username"], result["is_read_only"], result["warnings"]) == (
        True,
        "t2s_reader",
        True,
        [],
    )
    assert result["version"].startswith("PostgreSQL ")
    assert 0 < result["latency_ms"] < 10_000
    row = DatabaseConnection.objects.get()
    assert (row.last_test_result, row.last_tested is not None) == (result, True)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"password_encrypted": "wrong"}, "wrong_credentials"), ({"username": "nobody"}, "wrong_credentials"),
        ({"database_name": "nowhere"}, "unknown_database"), ({"host": "no-such-host.invalid"}, "host_not_found"),
        ({"allows_private": False}, "address_refused"),
    ],
)  # fmt: skip
def test_failed_test_is_an_answer_without_secrets(shop: DatabaseConnection, change: dict[str, Any], code: str) -> None:
    DatabaseConnection.objects.update(**change)
    shop.refresh_from_db()
    result = run_test(shop)
    assert (result["ok"], sorted(result)) == (False, ["code", "detail", "ok"])
    if code != "wrong_credentials" or "username" not in change:
        assert result["code"] == code
    assert shop.password_encrypted not in result["detail"]
    assert result_of(shop) == result


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """`meanwhile(change)`: it happens while the server is being tested."""
    connector = connector_for("postgresql")
    original = type(connector).test

    def arrange(change: Callable[[], object]) -> None:
        def test(self: Any, target: Target, *, timeout_seconds: float = 10.0) -> Facts:
            facts: Facts = original(self, target, timeout_seconds=timeout_seconds)
            change()
            return facts

        monkeypatch.setattr(type(connector), "test", test)

    return arrange


def test_result_of_an_address_that_was_changed_meanwhile_is_not_kept(
    shop: DatabaseConnection, owner: Account, meanwhile: Callable[[Callable[[], object]], None]
) -> None:
    meanwhile(lambda: update_connection(connection=shop, actor=owner, host="elsewhere.example.org"))
    assert run_test(shop)["ok"] is True
    assert (result_of(shop), DatabaseConnection.objects.get().last_tested) == (None, None)


def test_result_of_a_connection_that_was_removed_or_renamed_meanwhile(
    shop: DatabaseConnection, owner: Account, meanwhile: Callable[[Callable[[], object]], None]
) -> None:
    meanwhile(lambda: update_connection(connection=shop, actor=owner, name="Renamed"))
    assert result_of(shop) is None
    run_test(shop)
    assert result_of(shop)["ok"] is True
    DatabaseConnection.objects.update(last_test_result=None)
    meanwhile(lambda: remove_connection(connection=shop, actor=owner))
    run_test(shop)
    assert result_of(shop) is None


def test_schema_read_anew_tells_what_changed(
    shop: DatabaseConnection, postgres_server: PostgresServer, django_assert_max_num_queries: Any
) -> None:
    first = introspect_now(shop, NeverCancelled())
    assert (first["table_count"], first["is_changed"], first["changes"], first["change_count"]) == (6, False, [], 0)
    assert introspect_now(shop, NeverCancelled()) == first
    with postgres_server.connect("t2s_shop") as connection:
        connection.execute("ALTER TABLE customers ADD COLUMN nickname text")
        try:
            second = introspect_now(shop, NeverCancelled())
        finally:
            connection.execute("ALTER TABLE customers DROP COLUMN nickname")
    assert (second["is_changed"], second["change_count"], second["total_columns"]) == (
        True, 1, first["total_columns"] + 1,
    )  # fmt: skip
    assert second["changes"] == [{"what": "added", "place": "public.customers.nickname", "detail": ""}]
    assert introspect_now(shop, NeverCancelled())["schema_hash"] == first["schema_hash"]
    assert DatabaseSchema.objects.count() == 2


def test_schema_that_cannot_be_read_leaves_the_old_one(read_shop: DatabaseConnection) -> None:
    DatabaseConnection.objects.update(password_encrypted="wrong")
    read_shop.refresh_from_db()
    with pytest.raises(EngineError) as error:
        introspect_now(read_shop, NeverCancelled())
    assert (error.value.code, error.value.retryable, DatabaseSchema.objects.count()) == ("wrong_credentials", False, 1)


def test_cancelled_reading_keeps_nothing(shop: DatabaseConnection) -> None:
    flag = CancelFlag()
    flag.cancel()
    with pytest.raises(Cancelled):
        introspect_now(shop, flag)
    assert not DatabaseSchema.objects.exists()


def test_task_says_what_changed(caller: Caller, shop: DatabaseConnection, work: Work) -> None:
    assert work(introspect_connection(caller=caller, connection=shop)) == "completed"
    output = Task.objects.get().output_data or {}
    assert (output["table_count"], output["is_changed"], output["changes"]) == (6, False, [])
    assert output["schema_hash"] == shop.schemas.get().schema_hash


def test_values_that_were_opted_out_while_the_schema_was_read_are_not_kept(owner: Account, project: Project) -> None:
    connection = make_connection(owner, project)
    keep_schema(connection=connection, catalog=CATALOG)
    write_note(connection=connection, actor=owner, place=CITY, is_sampled=False)
    # A worker that began before the note brings what it has read.
    keep_schema(connection=connection, catalog=CATALOG)
    kept = Catalog.from_json(DatabaseSchema.objects.get().schema_json)
    city = kept.table_by_key[CITY[:2]].column_by_name["city"]
    assert (city.samples, city.samples_complete, kept.structure_hash()) == ((), False, CATALOG.structure_hash())


def test_values_come_back_with_the_next_reading(read_shop: DatabaseConnection, owner: Account) -> None:
    def cities() -> set[str]:
        catalog = Catalog.from_json(read_shop.schemas.get().schema_json)
        return set(catalog.table_by_key[CITY[:2]].column_by_name["city"].samples)

    seen = [cities()]
    for is_sampled in (False, True):
        write_note(connection=read_shop, actor=owner, place=CITY, is_sampled=is_sampled)
        read_schema(read_shop, cancel=NeverCancelled())
        seen.append(cities())
    assert seen == [{"Hà Nội", "Đà Nẵng", "Huế"}, set(), {"Hà Nội", "Đà Nẵng", "Huế"}]
    assert SchemaNote.objects.count() == 1
