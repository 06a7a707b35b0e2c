"""Which tables a statement reads, how they are written, and who may read them."""

from text2sql.catalog import DatabaseType
from text2sql.safety.base import Policy
from text2sql.safety.checking import check_statement
from text2sql.safety.dialects import fold
from text2sql.safety.system_names import is_system_schema, is_system_table
from text2sql.tests.safety.checks import outcome

SHOP = Policy(tables={("public", "orders"), ("sales", "targets"), ("public", "Odd Name")}, default_schema="public")


def tables_of(text: str, database_type: DatabaseType = "postgresql", policy: Policy = SHOP) -> set[tuple[str, str]]:
    return set(check_statement(text, database_type=database_type, policy=policy).tables)


def test_tables_are_written_with_their_schema() -> None:
    sent = {
        "SELECT * FROM Orders": 'SELECT * FROM "public"."orders"',
        "SELECT o.id FROM ORDERS AS o": 'SELECT "o"."id" FROM "public"."orders" AS "o"',
        "SELECT orders.id FROM orders": 'SELECT "orders"."id" FROM "public"."orders"',
        "SELECT * FROM Sales.Targets": 'SELECT * FROM "sales"."targets"',
        'SELECT * FROM "Odd Name"': 'SELECT * FROM "public"."Odd Name"',
        "TABLE orders": "not_a_query",
        "SELECT 1": "SELECT 1",
    }
    assert {text: outcome(text, policy=SHOP) for text in sent} == sent


def test_a_cte_hides_a_table_only_where_it_is_visible() -> None:
    read = {
        "WITH t AS (SELECT * FROM orders) SELECT * FROM t": {("public", "orders")},
        "WITH orders AS (SELECT 1 AS a) SELECT * FROM orders": set(),
        "WITH orders AS (SELECT * FROM orders) SELECT * FROM orders": {("public", "orders")},
        "WITH a AS (SELECT 1), b AS (SELECT * FROM a) SELECT * FROM b": set(),
        "WITH a AS (SELECT 1) SELECT * FROM (SELECT * FROM a) x": set(),
        "WITH a AS (SELECT 1) SELECT * FROM orders WHERE id IN (SELECT * FROM a)": {("public", "orders")},
        "WITH a AS (SELECT 1) SELECT * FROM a UNION SELECT * FROM a": set(),
        "SELECT * FROM (WITH x AS (SELECT * FROM targets) SELECT * FROM x) y": None,
    }
    for text, expected in read.items():
        if expected is None:
            assert outcome(text, policy=SHOP) == "table_refused"
        else:
            assert tables_of(text) == expected, text


def test_names_of_ctes_open_no_tables() -> None:
    refused = [
        "WITH a AS (SELECT * FROM b), b AS (SELECT 1) SELECT * FROM a",
        "SELECT * FROM (WITH x AS (SELECT 1) SELECT * FROM x) y, x",
        "WITH x AS (SELECT 1) SELECT * FROM public.x",
        'WITH x AS (SELECT 1) SELECT * FROM "X"',
        "WITH a AS (WITH b AS (SELECT 1) SELECT * FROM b) SELECT * FROM b",
        "WITH secrets AS (SELECT * FROM secrets) SELECT * FROM secrets",
    ]
    assert {outcome(text, policy=SHOP) for text in refused} == {"table_refused"}


def test_only_listed_tables_are_read_in_any_position() -> None:
    wrapped = [
        "SELECT * FROM {}", "SELECT * FROM orders, {}", "SELECT * FROM orders JOIN {} ON true",
        "SELECT (SELECT 1 FROM {})",
        "SELECT * FROM orders CROSS JOIN LATERAL (SELECT * FROM {}) x", "SELECT * FROM (orders CROSS JOIN {})",
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM {})", "SELECT 1 UNION SELECT 1 FROM {}", "SELECT ARRAY(SELECT 1 FROM {})",
        "SELECT 1 ORDER BY (SELECT 1 FROM {})", "SELECT 1 LIMIT (SELECT 1 FROM {})", "VALUES ((SELECT 1 FROM {}))",
        "SELECT count(*) FILTER (WHERE EXISTS (SELECT 1 FROM {})) FROM orders",
        "SELECT * FROM (VALUES ((SELECT 1 FROM {}))) v",
        "SELECT sum(1) OVER (ORDER BY (SELECT 1 FROM {}))", "SELECT 1 = ANY (SELECT 1 FROM {})",
        "SELECT * FROM (({})) x",
    ]  # fmt: skip
    for pattern in wrapped:
        outcomes = [outcome(pattern.format(name), policy=SHOP) for name in ("secrets", "other.orders", "orders")]
        assert set(outcomes[:2]) <= {"table_refused", "syntax_refused"}, pattern
        assert outcomes[2].startswith(("SELECT", "VALUES", "syntax_refused")), pattern


def test_names_are_folded_as_each_database_folds_them() -> None:
    assert fold("ĐơnHàng", "postgresql") == "ĐơnhÀng".replace("À", "à")
    assert fold("ĐƠN", "postgresql") == "ĐƠn"
    assert fold("đơn_ß_\u0131", "oracle") == "ĐƠN_ß_\u0131"
    assert (fold("Orders", "mysql"), fold("Orders", "clickhouse")) == ("Orders", "Orders")
    oracle = Policy(tables={("APP", "ORDERS")}, default_schema="APP")
    assert tables_of("SELECT * FROM orders", "oracle", oracle) == {("APP", "ORDERS")}
    assert outcome('SELECT * FROM "orders"', "oracle", oracle) == "table_refused"
    clickhouse = Policy(tables={("shop", "orders")}, default_schema="shop")
    assert outcome("SELECT * FROM Orders", "clickhouse", clickhouse) == "table_refused"


def test_mysql_takes_other_capitals_only_where_one_table_can_be_meant() -> None:
    one = Policy(tables={("shop", "Orders")}, default_schema="shop")
    assert outcome("SELECT * FROM ORDERS", "mysql", one) == "SELECT * FROM `shop`.`Orders`"
    assert outcome("SELECT * FROM SHOP.orders", "mysql", one) == "SELECT * FROM `shop`.`Orders`"
    two = Policy(tables={("shop", "Orders"), ("shop", "orders")}, default_schema="shop")
    assert outcome("SELECT * FROM orders", "mysql", two) == "SELECT * FROM `shop`.`orders`"
    assert outcome("SELECT * FROM ORDERS", "mysql", two) == "table_refused"


def test_without_a_default_schema_a_name_must_be_listed_once() -> None:
    policy = Policy(tables=[("public", "orders"), ("a", "twice"), ("b", "twice")])
    assert outcome("SELECT * FROM orders", policy=policy) == 'SELECT * FROM "public"."orders"'
    assert outcome("SELECT * FROM twice", policy=policy) == "table_refused"
    assert outcome("SELECT * FROM b.twice", policy=policy) == 'SELECT * FROM "b"."twice"'


def test_the_systems_tables_stay_out_whatever_is_listed() -> None:
    listed = Policy(tables={("pg_catalog", "pg_class"), ("mysql", "user"), ("system", "users"), ("SYS", "USER$")})
    statements: dict[str, DatabaseType] = {
        "SELECT * FROM pg_catalog.pg_class": "postgresql",
        "SELECT * FROM mysql.user": "mysql",
        "SELECT * FROM system.users": "clickhouse",
        "SELECT * FROM sys.user$": "oracle",
    }
    assert {outcome(text, kind, listed) for text, kind in statements.items()} == {"table_refused"}


def test_system_names_are_known_in_every_spelling() -> None:
    schemas: list[tuple[str, DatabaseType]] = [
        ("pg_catalog", "postgresql"), ("PG_Toast_Temp_1", "postgresql"), ("information_schema", "postgresql"),
        ("MySQL", "mysql"), ("sys", "mysql"), ("System", "clickhouse"), ("XDB", "oracle"), ("APEX_220100", "oracle"),
    ]  # fmt: skip
    assert all(is_system_schema(name, kind) for name, kind in schemas if kind != "mongodb")
    assert not any(is_system_schema(name, "postgresql") for name in ("public", "sys", "mysql", "Đơn hàng"))
    assert not any(is_system_table(name, "oracle") for name in ("ORDERS", "EMPLOYEES", "CATEGORIES", "TABLES"))


def test_oracle_reads_only_columns_of_its_sources() -> None:
    accepted = [
        "SELECT o.id FROM orders o", "SELECT orders.id FROM orders", "SELECT app.orders.id FROM app.orders",
        "SELECT (SELECT o.id FROM customers c WHERE c.id = o.id) FROM orders o", "SELECT 1 AS a FROM dual ORDER BY a",
        "SELECT ROWNUM, ROWID FROM orders", "SELECT x.a FROM (SELECT 1 AS a FROM dual) x", "SELECT dummy FROM dual",
    ]  # fmt: skip
    called = [
        "SELECT pkg.f FROM orders", "SELECT app.f FROM app.orders", "SELECT f FROM dual", "SELECT o.id FROM orders",
        "SELECT other.orders.id FROM app.orders", "SELECT (SELECT x.a FROM dual) FROM (SELECT 1 FROM orders x) y",
    ]  # fmt: skip
    assert [text for text in accepted if not outcome(text, "oracle").startswith("SELECT")] == []
    assert {outcome(text, "oracle") for text in called} == {"function_refused"}


def test_dual_is_no_table() -> None:
    assert outcome("SELECT 1 FROM DUAL", "mysql", Policy(tables=())) == "SELECT 1"
    assert outcome("SELECT 1 FROM dual", "oracle", Policy(tables=())) == 'SELECT 1 FROM "DUAL"'
    assert outcome("SELECT 1 FROM sys.dual", "oracle", Policy(tables=())) == "table_refused"
