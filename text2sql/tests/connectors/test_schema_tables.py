"""Statements that sample values, and rows of each database's own tables as a schema; odd names everywhere."""

from collections.abc import Callable
from typing import Any, cast

import pytest

from tasks.engines.cancel import NeverCancelled
from text2sql.catalog import Catalog, Column, ForeignKey, Table
from text2sql.connectors.base import SamplingRules
from text2sql.connectors.clickhouse import introspection as clickhouse
from text2sql.connectors.mongodb.introspection import infer_columns
from text2sql.connectors.mysql import introspection as mysql
from text2sql.connectors.mysql.plans import read_plan
from text2sql.connectors.oracle import introspection as oracle
from text2sql.connectors.postgresql import introspection as postgresql
from text2sql.connectors.sampling import SampleDialect, is_large, sample_statement

#: A name -> quoted by PostgreSQL, MySQL, ClickHouse and Oracle.
QUOTED = {
    "orders": ('"orders"', "`orders`", "`orders`", '"orders"'),
    "Odd Name": ('"Odd Name"', "`Odd Name`", "`Odd Name`", '"Odd Name"'),
    'a"b': ('"a""b"', '`a"b`', '`a"b`', '"ab"'),
    "a`b": ('"a`b"', "`a``b`", "`a\\`b`", '"a`b"'),
    "a\\": ('"a\\"', "`a\\`", "`a\\\\`", '"a\\"'),
    "a\\`; DROP": ('"a\\`; DROP"', "`a\\``; DROP`", "`a\\\\\\`; DROP`", '"a\\`; DROP"'),
    "{}": ('"{}"', "`{}`", "`{}`", '"{}"'),
    "đơn'": ('"đơn\'"', "`đơn'`", "`đơn'`", '"đơn\'"'),
    "": ('""', "``", "``", '""'),
}


def test_names_are_quoted_as_each_database_reads_them() -> None:
    quotes: list[Callable[[str], str]] = [postgresql.quote, mysql.quote, clickhouse.quote, oracle.quote]
    assert {name: tuple(quote(name) for quote in quotes) for name in QUOTED} == QUOTED


RULES = SamplingRules(max_values_per_column=2, max_value_characters=5)
PLAIN = SampleDialect(lambda name: f"<{name}>", lambda name, length: f"cut({name}, {length})")


def test_one_statement_counts_all_columns_and_the_rows() -> None:
    columns = [Column("a", "text", "text"), Column("b {}", "text", "text")]
    assert sample_statement(PLAIN, columns, RULES, source="s", prefix="WITH s ") == (
        "WITH s SELECT -1 AS k, NULL AS v, count(*) AS n FROM s"
        " UNION ALL SELECT k, v, n FROM (SELECT 0 AS k, cut(<a>, 6) AS v, count(*) AS n FROM s"
        " WHERE <a> IS NOT NULL GROUP BY cut(<a>, 6) ORDER BY n DESC, v LIMIT 3) c0"
        " UNION ALL SELECT k, v, n FROM (SELECT 1 AS k, cut(<b {}>, 6) AS v, count(*) AS n FROM s"
        " WHERE <b {}> IS NOT NULL GROUP BY cut(<b {}>, 6) ORDER BY n DESC, v LIMIT 3) c1"
    )
    assert sample_statement(PLAIN, [], RULES, source="s") == "SELECT -1 AS k, NULL AS v, count(*) AS n FROM s"


def test_oracle_samples_the_first_rows_without_limit() -> None:
    table = Table("S", 'O"dd', (Column("A", "VARCHAR2", "text"),))
    assert oracle.sampling_statement(table, table.columns, RULES) == (
        'SELECT -1 AS k, NULL AS v, count(*) AS n FROM (SELECT "A" FROM "S"."Odd" WHERE ROWNUM <= 10000)'
        ' UNION ALL SELECT k, v, n FROM (SELECT 0 AS k, SUBSTR(TO_CHAR("A"), 1, 6) AS v, count(*) AS n'
        ' FROM (SELECT "A" FROM "S"."Odd" WHERE ROWNUM <= 10000) WHERE "A" IS NOT NULL'
        ' GROUP BY SUBSTR(TO_CHAR("A"), 1, 6) ORDER BY n DESC, v FETCH FIRST 3 ROWS ONLY) c0'
    )


def test_only_large_tables_are_read_at_random() -> None:
    sizes = {None: False, 0: False, 100_000: False, 100_001: True}
    assert {size: is_large(Table("s", "t", (), row_estimate=size)) for size in sizes} == sizes
    assert not is_large(Table("s", "t", (), "view", row_estimate=10**9))


class Scripted:
    """A session that answers queries of its own one after the other."""

    def __init__(self, *answers: list[tuple[Any, ...]], database_name: str = "shop") -> None:
        self.answers, self.asked, self.database_name = list(answers), list[str](), database_name

    def fetch(self, text: str, **_how: object) -> list[tuple[Any, ...]]:
        self.asked.append(text)
        return self.answers.pop(0)


def catalog(module: Any, session: Scripted) -> Catalog:
    rules = SamplingRules(timeout_seconds=0.0)
    found: Catalog = module.read_catalog(cast("Any", session), sampling=rules, cancel=NeverCancelled())
    return found


def test_rows_of_mysql_become_a_schema() -> None:
    session = Scripted(
        [("shop", "a", "BASE TABLE", 7, "cms", "shop"), ("shop", "v", "VIEW", None, "VIEW", "shop")],
        [("shop", "a", "id", "int(11)", "INT", "NO", ""), ("shop", "a", "ok", "tinyint(1)", "tinyint", "YES", None),
         ("shop", "v", "x", "json", "json", "YES", "note")],
        [("shop", "a", "PRIMARY", "id", None, None, None), ("shop", "a", "uq", "id", None, None, None),
         ("shop", "a", "uq", "ok", None, None, None), ("shop", "a", "fk", "id", "other", "b", "key")],
    )  # fmt: skip
    found = catalog(mysql, session)
    assert (found.database_name, found.default_schema) == ("shop", "shop")
    assert found.tables == (
        Table(
            "shop", "a", (Column("id", "int(11)", "integer", False), Column("ok", "tinyint(1)", "boolean")),
            primary_key=("id",), unique_keys=(("id", "ok"),),
            foreign_keys=(ForeignKey(("id",), "other", "b", ("key",)),), comment="cms", row_estimate=7,
        ),
        Table("shop", "v", (Column("x", "json", "json", comment="note"),), "view"),
    )  # fmt: skip


def test_rows_of_postgresql_become_a_schema() -> None:
    session = Scripted(
        [(1, "s", "a", "r", 7.0, "cms", "s"), (2, "s", "v", "m", -1.0, None, "s"), (3, "x", "f", "f", 5.0, None, "s")],
        [(1, 1, "id", "integer", "int4", False, None), (1, 3, "kind", "mood", "enum", True, "note"),
         (2, 1, "x", "point", "point", True, None)],
        [(1, "p", [1], None, None), (1, "u", [1, 3], None, None), (1, "f", [3], 2, [1]), (1, "f", [1], 99, [1])],
    )  # fmt: skip
    found = catalog(postgresql, session)
    assert (found.database_name, found.default_schema) == ("shop", "s")
    assert found.tables == (
        Table(
            "s", "a", (Column("id", "integer", "integer", False), Column("kind", "mood", "text", comment="note")),
            primary_key=("id",), unique_keys=(("id", "kind"),),
            foreign_keys=(ForeignKey(("kind",), "s", "v", ("x",)),), comment="cms", row_estimate=7,
        ),
        Table("s", "v", (Column("x", "point", "other"),), "view"),
        Table("x", "f", ()),
    )  # fmt: skip


def test_rows_of_clickhouse_become_a_schema() -> None:
    session = Scripted(
        [("d", "a", "MergeTree", 7, "cms", "d"), ("d", "v", "MaterializedView", None, "", "d")],
        [("d", "a", "id", "UInt64", "", 1), ("d", "a", "n", "Nullable(String)", "note", 0)],
        database_name="",
    )
    found = catalog(clickhouse, session)
    assert (found.database_name, found.default_schema) == ("d", "d")
    assert "database NOT IN ('system'" in session.asked[0]
    assert found.tables == (
        Table(
            "d", "a", (Column("id", "UInt64", "integer", False), Column("n", "Nullable(String)", "text", True, "note")),
            primary_key=("id",), comment="cms", row_estimate=7,
        ),
        Table("d", "v", (), "view"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("module", "answers", "default"),
    [(mysql, 3, "shop"), (postgresql, 3, "public"), (clickhouse, 2, "shop"), (oracle, 3, "")],
)
def test_empty_database_has_an_empty_schema(module: Any, answers: int, default: str) -> None:
    found = catalog(module, Scripted(*[[] for _ in range(answers)]))
    assert (found.database_name, found.default_schema, found.tables) == ("shop", default, ())


#: A plan of MySQL or MariaDB -> cost and rows.
PLANS: list[tuple[dict[str, Any], tuple[float | None, float | None]]] = [
    ({"query_block": {}}, (None, None)),
    ({"query_block": {"cost_info": {"query_cost": "1.50"}, "table": {"rows_examined_per_scan": 8}}}, (1.5, 8.0)),
    ({"query_block": {"cost": 2, "table": {"rows": 8, "filtered": 50}}}, (2.0, 4.0)),
    ({"query_block": {"nested_loop": [{"table": {"rows": 3}}, {"table": {"rows": 5, "filtered": 20}}]}}, (None, 3.0)),
    ({"query_block": {"ordering_operation": {"grouping_operation": {"table": {"rows": 6}}}}}, (None, 6.0)),
    ({"query_block": {"table": {"rows": 2}, "optimized_away_subqueries": [{"table": {"rows": 9}}]}}, (None, 2.0)),
    ({"query_block": {"table": {"message": "No tables used"}}}, (None, 1.0)),
    ({"table": {"rows": 4}}, (None, 4.0)),
]


def planned(plan: dict[str, Any]) -> tuple[float | None, float | None]:
    found = read_plan(cast("Any", Scripted([(plan,)])), "SELECT 1", timeout_seconds=1.0)
    return found.cost, found.rows


def test_plans_of_mysql_have_cost_and_rows() -> None:
    assert [(plan, planned(plan)) for plan, _expected in PLANS] == PLANS


#: Documents -> path, type, kind, whether it may be missing, samples, whether they are all.
FIELDS: list[tuple[list[dict[str, Any]], list[tuple[str, str, str, bool, tuple[str, ...], bool]]]] = [
    ([], []),
    ([{}], []),
    ([{"a": None}], [("a", "null", "other", True, (), False)]),
    ([{"a": "x"}, {"a": "x"}, {"a": "y"}], [("a", "string", "text", False, ("x", "y"), True)]),
    ([{"a": "x"}, {}], [("a", "string", "text", True, ("x",), True)]),
    ([{"a": "x"}, {"a": None}], [("a", "string", "text", True, ("x",), True)]),
    ([{"a": "x"}, {"a": "y"}, {"a": 5}], [("a", "string|int", "text", False, ("5", "x", "y"), False)]),
    ([{"a": True}, {"a": False}], [("a", "bool", "boolean", False, ("false", "true"), True)]),
    ([{"a": 1}, {"a": 2}], [("a", "int", "integer", False, ("1", "2"), True)]),
    ([{"a": 1.5}], [("a", "double", "number", False, (), False)]),
    (
        [{"a": {"b": {"c": "x"}}}],
        [
            ("a", "object", "json", False, (), False), ("a.b", "object", "json", False, (), False),
            ("a.b.c", "string", "text", False, ("x",), True),
        ],
    ),
    (
        [{"a": [{"b": 1}, {"b": 1}, 5]}],
        [("a", "array", "other", False, (), False), ("a.b", "int", "integer", False, ("1",), True)],
    ),
    ([{"_id": "k"}], [("_id", "string", "text", False, (), False)]),
]  # fmt: skip


def inferred(documents: list[dict[str, Any]]) -> list[tuple[str, str, str, bool, tuple[str, ...], bool]]:
    columns = infer_columns("c", list(documents), SamplingRules(), is_whole=True)
    return [
        (column.name, column.data_type, column.kind, column.nullable, column.samples, column.samples_complete)
        for column in columns
    ]


def test_fields_are_inferred_from_documents() -> None:
    assert [(documents, inferred(documents)) for documents, _fields in FIELDS] == FIELDS


def test_depth_and_number_of_fields_are_bounded() -> None:
    deep: dict[str, Any] = {"x": 1}
    for _ in range(6):
        deep = {"x": deep}
    assert [column.name for column in infer_columns("c", [deep], None, is_whole=True)] == [
        "x",
        "x.x",
        "x.x.x",
        "x.x.x.x",
    ]
    wide = {f"f{number}": number for number in range(600)}
    assert len(infer_columns("c", [wide], None, is_whole=True)) == 500
