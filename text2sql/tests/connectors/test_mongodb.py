"""MongoDB: PyMongo itself against mongomock behind MongoDB's wire protocol; a real server was never asked."""

import threading
import time
from collections.abc import Generator, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from bson import Binary, Decimal128, Int64, MaxKey, ObjectId, Regex
from pymongo import errors

from tasks.engines.cancel import NeverCancelled
from tasks.engines.errors import Cancelled
from text2sql.connectors import base
from text2sql.connectors.addresses import Place
from text2sql.connectors.base import Batch, Header, RunLimits, SamplingRules, Target
from text2sql.connectors.mongodb.connector import MongoConnector, client_options
from text2sql.connectors.mongodb.errors import connector_error
from text2sql.connectors.mongodb.introspection import infer_columns
from text2sql.connectors.mongodb.pipelines import read_statement
from text2sql.connectors.mongodb.rights import judge_status
from text2sql.connectors.mongodb.session import MongoSession
from text2sql.tests.connectors.asking import CancelledAfter, ask, catalog_of, code_of, columns_of, finished, rows_of
from text2sql.tests.connectors.mongo_server import DATABASE, MongoServer
from text2sql.tests.connectors.relay import closed_port, relay, to_port

CONNECTOR = MongoConnector()
OID = ObjectId("0123456789abcdef01234567")
CUSTOMERS: list[dict[str, Any]] = [
    {
        "_id": number,
        "name": f"Nguyễn Văn {number}",
        "city": ["Hà Nội", "Hà Nội", "Huế"][number % 3],
        "address": {"street": "Lê Lợi", "number": Int64(number)},
        "items": [{"sku": "A", "n": 1}],
        "member": number % 2 == 0,
        "joined": datetime(2026, 1, 1, tzinfo=UTC),
        "score": Decimal128("1.5"),
        "note": None,
    }
    for number in range(30)
]


@pytest.fixture(scope="module")
def server() -> Iterator[MongoServer]:
    made = MongoServer()
    database = made.mock[DATABASE]
    database["customers"].insert_many(CUSTOMERS)
    database["customers"].create_index("name", unique=True)
    database["numbers"].insert_many([{"_id": number} for number in range(3000)])
    database["late"].insert_many([{"_id": n, "a": 1} if n < 1000 else {"_id": n, "b": 2} for n in range(1001)])
    database["có dấu cách"].insert_one({"_id": OID, "a b": "x", "đ": 1.5})
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
def target(server: MongoServer) -> Target:
    return Target("mongodb", "127.0.0.1", server.port, DATABASE, allows_private=True)


@pytest.fixture
def session(target: Target) -> Iterator[MongoSession]:
    made = CONNECTOR.open(target)
    yield made
    made.close()


def query(collection: str, *stages: str) -> str:
    return f'{{"collection": "{collection}", "pipeline": [{", ".join(stages)}]}}'


def test_person_signs_in_and_is_not_sent_elsewhere(target: Target, server: MongoServer) -> None:
    facts = CONNECTOR.test(target)
    assert (facts.version, facts.username, facts.is_read_only, facts.warnings) == ("MongoDB 7.0.0", "reader", True, ())


def test_rights_beyond_reading_are_told() -> None:
    def judge(*privileges: tuple[dict[str, Any], list[str]], user: str = "a") -> tuple[bool | None, tuple[str, ...]]:
        found = [{"resource": resource, "actions": actions} for resource, actions in privileges]
        users = [{"user": user}] if user else []
        status = {"authInfo": {"authenticatedUsers": users, "authenticatedUserPrivileges": found}}
        facts = judge_status(status, version="7", latency_ms=1)
        return facts.is_read_only, facts.warnings

    assert judge(({"db": "d", "collection": ""}, ["find", "listIndexes"])) == (True, ())
    assert judge(({"db": "d", "collection": "c"}, ["find", "insert", "remove"]), ({"cluster": True}, ["shutdown"])) == (
        False,
        (
            "The account may do more than read on d.c: insert, remove.",
            "The account may do more than read on everything: shutdown.",
        ),
    )
    assert judge(user="") == (False, ("The server does not ask who one is, so everybody may write.",))


def test_each_wrong_part_has_its_own_code(target: Target, shop_pg: Target) -> None:
    wrong = {
        "port": replace(target, port=closed_port()),
        "address": replace(target, allows_private=False),
        "server lists": replace(target, host="127.0.0.1,10.0.0.1"),
        "name service": replace(target, host="mongodb+srv://127.0.0.1"),
        "tls": replace(target, ssl_enabled=True),
        "parameter": replace(target, params={"replicaSet": "rs"}),
    }
    codes = {part: code_of(CONNECTOR.open, found, connect_seconds=1.5) for part, found in wrong.items()}
    assert codes == {
        "port": "connection_refused",
        "address": "address_refused",
        "server lists": "address_refused",
        "name service": "address_refused",
        "tls": "tls_failed",
        "parameter": "driver_error",
    }
    strange = replace(target, port=shop_pg.port)
    assert code_of(CONNECTOR.open, strange, connect_seconds=0.5) in ("driver_error", "connect_timeout")


def test_silent_server_ends_in_time(target: Target) -> None:
    for silent_after in (0, 30):
        with relay(to_port(target.port)) as between:
            between.silent_after = silent_after
            start = time.monotonic()
            assert code_of(CONNECTOR.test, replace(target, port=between.port), timeout_seconds=0.2) == "connect_timeout"
            assert time.monotonic() - start < 2


def test_client_is_told_to_follow_nobody(target: Target) -> None:
    place = Place("db.example.org", 27017, ("93.184.215.14",))

    def options(**changes: Any) -> dict[str, Any]:
        return client_options(replace(target, **changes), place, seconds=2, authorities="ca.pem")

    plain, checked = options(username="u", password="p"), options(ssl_enabled=True)
    unchecked = options(ssl_enabled=True, params={"sslmode": "require", "authSource": "shop"})
    assert (plain["host"], plain["directConnection"], plain["authSource"], plain["tls"]) == (
        "93.184.215.14",
        True,
        "admin",
        False,
    )
    assert (checked["host"], checked["tlsCAFile"], "tlsInsecure" in checked) == ("db.example.org", "ca.pem", False)
    assert (unchecked["host"], unchecked["tlsInsecure"], unchecked["authSource"]) == ("93.184.215.14", True, "shop")


def test_documents_become_rows(session: MongoSession) -> None:
    (row,) = rows_of(session, query("customers", '{"$match": {"_id": 1}}'))
    assert row == (
        1,
        "Nguyễn Văn 1",
        "Hà Nội",
        {"street": "Lê Lợi", "number": 1},
        [{"sku": "A", "n": 1}],
        False,
        datetime(2026, 1, 1, tzinfo=UTC),
        Decimal("1.5"),
        None,
    )
    assert columns_of(session, query("customers", '{"$match": {"_id": 1}}')) == [
        ("_id", "int", "integer"),
        ("name", "string", "text"),
        ("city", "string", "text"),
        ("address", "object", "json"),
        ("items", "array", "other"),
        ("member", "bool", "boolean"),
        ("joined", "date", "timestamp"),
        ("score", "decimal", "number"),
        ("note", "null", "other"),
    ]
    assert rows_of(session, query("customers", '{"$match": {"_id": 99}}')) == []


def test_odd_types_become_text(server: MongoServer, session: MongoSession) -> None:
    server.mock[DATABASE]["odd"].insert_one(
        {
            "_id": OID,
            "u": Binary.from_uuid(UUID(int=1)),
            "b": b"\x00",
            "r": Regex("a"),
            "m": MaxKey(),
            "l": Int64(2**40),
        }
    )
    (row,) = rows_of(session, query("odd"))
    server.mock[DATABASE].drop_collection("odd")
    assert (row[0], row[1], row[2], row[4], row[5]) == (str(OID), UUID(int=1), b"\x00", "MaxKey()", 2**40)


def test_dates_and_ids_are_written_as_extended_json(session: MongoSession) -> None:
    by_id = query("có dấu cách", f'{{"$match": {{"_id": {{"$oid": "{OID}"}}}}}}')
    by_date = query("customers", '{"$match": {"joined": {"$gt": {"$date": "2026-01-02T00:00:00Z"}}}}')
    assert (rows_of(session, by_id), rows_of(session, by_date)) == ([(str(OID), "x", 1.5)], [])


def test_fields_that_come_late_share_a_column(session: MongoSession) -> None:
    rows = rows_of(session, query("late"))
    assert columns_of(session, query("late"))[-1] == ("(other fields)", "object", "json")
    assert (rows[0], rows[-1]) == ((0, 1, None), (1000, None, {"b": 2}))


REFUSED = {
    "not json": "syntax_error",
    "[]": "syntax_error",
    '{"collection": "a"}': "syntax_error",
    '{"collection": 1, "pipeline": []}': "syntax_error",
    '{"collection": "a", "pipeline": {}}': "syntax_error",
    '{"collection": "a", "pipeline": [], "let": {}}': "syntax_error",
    query("a", "5"): "syntax_error",
    query("a", '{"$match": {}, "$out": "b"}'): "syntax_error",
    query("a", '{"$out": "b"}'): "query_refused",
    query("a", '{"$merge": {"into": "b"}}'): "query_refused",
    query("system.users"): "query_refused",
    query(""): "query_refused",
    query("$cmd"): "query_refused",
    query("a", '{"$lookup": {"from": "b", "pipeline": [{"$merge": "c"}], "as": "d"}}'): "query_refused",
    query("a", '{"$match": {"$where": "sleep(1)"}}'): "query_refused",
    query("a", '{"$project": {"x": {"$function": {"body": "f", "args": [], "lang": "js"}}}}'): "query_refused",
    query("a", '{"$lookup": {"from": {"db": "other", "coll": "b"}, "as": "d"}}'): "query_refused",
    query("a", '{"$unionWith": {"coll": {"db": "other", "coll": "b"}}}'): "query_refused",
    query("a", '{"$facet": {"x": [{"$out": "b"}]}}'): "query_refused",
    query("a", '{"$currentOp": {}}'): "query_refused",
}


def test_what_writes_runs_code_or_looks_elsewhere_is_never_sent(session: MongoSession, server: MongoServer) -> None:
    sent = len(server.commands)
    codes = {statement: code_of(ask, session, statement) for statement in REFUSED}
    assert codes == REFUSED
    assert server.commands[sent:] == []
    assert read_statement(query("a", '{"$match": {"from": "x"}}')).collection == "a"


def test_rows_and_bytes_are_capped(session: MongoSession, server: MongoServer) -> None:
    before = server.documents_sent
    assert finished(session, query("numbers"), max_rows=10) == (10, "rows")
    assert server.documents_sent - before <= 256
    assert finished(session, query("customers"), max_rows=30) == (30, "")
    assert finished(session, query("customers"), max_bytes=1000)[1] == "bytes"
    assert rows_of(session, query("có dấu cách", '{"$project": {"a b": 1, "_id": 0}}')) == [("x",)]


def test_closed_iterator_ends_the_cursor(session: MongoSession, server: MongoServer) -> None:
    events = session.run(query("numbers"), limits=RunLimits(), cancel=NeverCancelled())
    assert isinstance(next(events), Header)
    assert isinstance(next(events), Batch)
    assert isinstance(events, Generator)
    events.close()
    assert "killCursors" in server.commands


def test_slow_query_ends_in_time(session: MongoSession, server: MongoServer) -> None:
    start = time.monotonic()
    assert code_of(ask, session, query("slow"), timeout_seconds=0.2) == "query_timeout"
    assert time.monotonic() - start < 2


def test_cancelled_query_is_killed_on_the_server(session: MongoSession, server: MongoServer) -> None:
    with pytest.raises(Cancelled):
        list(session.run(query("slow"), limits=RunLimits(), cancel=CancelledAfter(2)))
    assert "killOp" in server.commands


def test_plan_is_told_without_running(session: MongoSession) -> None:
    plan = session.explain(query("numbers"), timeout_seconds=1)
    assert (plan.cost, plan.rows, "COLLSCAN" in plan.text) == (None, None, True)
    assert code_of(session.explain, query("a", '{"$out": "b"}'), timeout_seconds=1) == "query_refused"


def test_schema_is_inferred_from_documents(session: MongoSession) -> None:
    catalog = catalog_of(session, SamplingRules())
    assert (catalog.database_type, catalog.database_name, catalog.default_schema) == ("mongodb", DATABASE, "")
    tables = {table.name: table for table in catalog.tables}
    assert {name: (table.kind, table.row_estimate) for name, table in tables.items()} == {
        "broken": ("view", None),
        "customers": ("collection", 30),
        "late": ("collection", 1001),
        "numbers": ("collection", 3000),
        "có dấu cách": ("collection", 1),
    }
    customers = tables["customers"]
    assert (customers.primary_key, customers.unique_keys) == (("_id",), (("name",),))
    others = [column for column in customers.columns if column.name != "name"]
    assert {c.name: (c.data_type, c.kind, c.nullable, c.samples[:2]) for c in others} == {
        "_id": ("int", "integer", False, ()),
        "city": ("string", "text", False, ("Hà Nội", "Huế")),
        "address": ("object", "json", False, ()),
        "address.street": ("string", "text", False, ("Lê Lợi",)),
        "address.number": ("long", "integer", False, ("0", "1")),
        "items": ("array", "other", False, ()),
        "items.sku": ("string", "text", False, ("A",)),
        "items.n": ("int", "integer", False, ("1",)),
        "member": ("bool", "boolean", False, ("false", "true")),
        "joined": ("date", "timestamp", False, ()),
        "score": ("decimal", "number", False, ()),
        "note": ("null", "other", True, ()),
    }
    assert tables["broken"].columns == ()


def test_fields_vary_and_people_opt_out() -> None:
    documents: list[Mapping[str, Any]] = [{"a": 1, "b": "x"}, {"a": "one", "b": "y"}, {"a": 2}]
    rules = SamplingRules(skipped=frozenset({("", "t", "b")}))
    a, b = infer_columns("t", documents, rules, is_whole=True)
    assert (a.data_type, a.kind, a.nullable, a.samples_complete) == ("int|string", "integer", False, False)
    assert (b.samples, b.is_sampled, b.nullable) == ((), False, True)
    deep = {"a": {"b": {"c": {"d": {"e": 1}}}}}
    assert [column.name for column in infer_columns("t", [deep], None, is_whole=True)] == [
        "a",
        "a.b",
        "a.b.c",
        "a.b.c.d",
    ]


def test_pymongos_errors_become_codes_without_addresses() -> None:
    said: list[tuple[Exception, str]] = [
        (errors.OperationFailure("no", 13), "permission_denied"),
        (errors.OperationFailure("no", 18), "wrong_credentials"),
        (errors.OperationFailure("no", 50), "query_timeout"),
        (errors.OperationFailure("no", 1), "query_failed"),
        (errors.NetworkTimeout("10.0.0.1"), "query_timeout"),
        (errors.AutoReconnect("10.0.0.1"), "connection_lost"),
        (errors.ServerSelectionTimeoutError("10.0.0.1: SSL handshake failed"), "tls_failed"),
        (errors.ServerSelectionTimeoutError("10.0.0.1: Connection refused"), "connection_refused"),
        (errors.ServerSelectionTimeoutError("10.0.0.1: connection closed"), "driver_error"),
        (errors.ServerSelectionTimeoutError("10.0.0.1: timed out"), "connect_timeout"),
        (errors.ConfigurationError("10.0.0.1"), "driver_error"),
    ]
    found = [connector_error(error) for error, _code in said]
    assert [error.code for error in found] == [code for _error, code in said]
    assert [error.message for error in found if "10.0.0.1" in error.message] == []


def test_session_and_connector_keep_the_contract(session: MongoSession) -> None:
    assert isinstance(session, base.Session)
    assert isinstance(CONNECTOR, base.Connector)
    assert session.is_usable()
    session.close()
    assert not session.is_usable()
