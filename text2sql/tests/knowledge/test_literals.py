"""Where literals stand in queries, dialect by dialect."""

import pytest

from text2sql.catalog import DATABASE_TYPES, Catalog, DatabaseType
from text2sql.knowledge.literals import QueryUnreadable, database_type_of, parse_sql, sql_places
from text2sql.tests.knowledge.shop import SHOP

#: Query -> kind, value, context and column of each literal that may be a value.
PLACES: dict[str, list[tuple[str, str, str, str]]] = {
    "SELECT 1": [],
    "SELECT 'Paris'": [],
    "SELECT round(total, 2) FROM orders": [],
    "SELECT total * 3 FROM orders": [],
    "SELECT id FROM orders ORDER BY 1": [],
    "SELECT id FROM orders WHERE total + 5 > id": [],
    "SELECT id FROM orders WHERE total > 5": [("number", "5", "gt::orders.total", "orders.total")],
    "SELECT id FROM orders WHERE 5 < total": [("number", "5", "lt::orders.total", "orders.total")],
    "SELECT id FROM orders WHERE total = -5": [("number", "-5", "eq::orders.total", "orders.total")],
    "SELECT id FROM orders WHERE total IN (1, 2)": [
        ("number", "1", "in::orders.total", "orders.total"),
        ("number", "2", "in::orders.total", "orders.total"),
    ],
    "SELECT id FROM orders WHERE total BETWEEN 1 AND 2": [
        ("number", "1", "between:low:orders.total", "orders.total"),
        ("number", "2", "between:high:orders.total", "orders.total"),
    ],
    "SELECT id FROM orders WHERE NOT status = 'Open'": [("text", "Open", "eq::orders.status", "orders.status")],
    "SELECT id FROM orders WHERE status <> 'Open'": [("text", "Open", "neq::orders.status", "orders.status")],
    "SELECT id FROM orders WHERE status LIKE '%Op%'": [("text", "%Op%", "like::orders.status", "orders.status")],
    "SELECT id FROM orders WHERE 'Open' = status": [("text", "Open", "eq::orders.status", "orders.status")],
    "SELECT id FROM orders WHERE upper(status) = 'OPEN'": [("text", "OPEN", "eq::orders.status", "orders.status")],
    "SELECT id FROM orders WHERE status = lower('Open')": [("text", "Open", "eq::orders.status", "orders.status")],
    "SELECT id FROM orders WHERE created >= CAST('2024-01-02' AS date)": [
        ("text", "2024-01-02", "gte::orders.created", "orders.created")
    ],
    "SELECT count(*) FROM orders HAVING count(*) > 5": [("number", "5", "gt::", "")],
    "SELECT 1 FROM orders GROUP BY status HAVING sum(total) > 5": [
        ("number", "5", "gt::sum(orders.total)", "sum(orders.total)")
    ],
    "SELECT id FROM orders LIMIT 5 OFFSET 6": [("number", "5", "limit", ""), ("number", "6", "offset", "")],
    "SELECT id FROM orders WHERE created > now() - interval '7 days'": [("number", "7", "interval", "")],
    "SELECT id FROM orders WHERE status = customer_id": [],
    "SELECT id FROM orders WHERE CASE WHEN total > 5 THEN 6 ELSE 7 END = 8": [
        ("number", "8", "eq::orders.total", "orders.total"),
        ("number", "5", "gt::orders.total", "orders.total"),
    ],
}


def places(query: str, database_type: DatabaseType = "postgresql", catalog: Catalog | None = None) -> object:
    found = sql_places(parse_sql(query, database_type), catalog)
    return [(place.kind, place.value, place.context, place.column) for place in found]


def test_compared_and_counting_literals_are_found_and_no_others() -> None:
    assert {query: places(query) for query in PLACES} == PLACES


#: The column that the first literal is compared with; a star where the table cannot be told.
COLUMNS = {
    "SELECT 1 FROM orders AS o WHERE o.status = 'x'": "orders.status",
    "SELECT 1 FROM Shop.Orders WHERE Status = 'x'": "orders.status",
    'SELECT 1 FROM "Order Items" i WHERE i."Unit Price" = 5': "order items.unit price",
    "SELECT 1 FROM customers c, orders o WHERE o.status = 'x'": "orders.status",
    "SELECT 1 FROM customers JOIN orders ON true WHERE status = 'x'": "*.status",
    "SELECT 1 FROM customers WHERE id IN (SELECT customer_id FROM orders WHERE status = 'x')": "orders.status",
    "SELECT 1 FROM customers c WHERE EXISTS (SELECT 1 FROM orders WHERE c.city = 'x')": "customers.city",
    "WITH t AS (SELECT city FROM customers) SELECT 1 FROM t WHERE city = 'x'": "t.city",
    "SELECT 1 FROM (SELECT city FROM customers) d WHERE d.city = 'x'": "d.city",
    "SELECT 1 FROM a LEFT JOIN b ON a.x = b.x AND b.y = 'x'": "b.y",
    "SELECT 1 FROM orders WHERE nowhere.status = 'x'": "*.status",
    "SELECT 1 FROM a UNION SELECT 1 FROM b WHERE c = 'x'": "b.c",
}


def first_column(query: str, catalog: Catalog | None = None) -> str:
    return sql_places(parse_sql(query, "postgresql"), catalog)[0].column


def test_columns_are_led_back_to_their_tables() -> None:
    assert {query: first_column(query) for query in COLUMNS} == COLUMNS


def test_catalog_tells_the_one_table_that_has_the_column() -> None:
    joined = "SELECT 1 FROM customers JOIN orders ON true WHERE {} = 'x'"
    found = {name: first_column(joined.format(name), SHOP) for name in ("status", "CITY", "id", "missing")}
    assert found == {
        "status": "orders.status",
        "CITY": "customers.city",
        "id": "*.id",
        "missing": "*.missing",
    }


#: One literal in each dialect's own words.
OWN_WORDS: list[tuple[DatabaseType, str, list[tuple[str, str, str, str]]]] = [
    ("mysql", "SELECT `a b` FROM `t` WHERE `a b` = 'It''s'", [("text", "It's", "eq::t.a b", "t.a b")]),
    ("mysql", 'SELECT a FROM t WHERE a = "x"', [("text", "x", "eq::t.a", "t.a")]),
    ("mysql", "SELECT a FROM t LIMIT 2, 10", [("number", "10", "limit", ""), ("number", "2", "offset", "")]),
    ("clickhouse", "SELECT a FROM t WHERE d = toDate('2024-01-02')", [("text", "2024-01-02", "eq::t.d", "t.d")]),
    ("clickhouse", "SELECT a FROM t WHERE a = 'It\\'s'", [("text", "It's", "eq::t.a", "t.a")]),
    ("oracle", "SELECT a FROM t FETCH FIRST 5 ROWS ONLY", [("number", "5", "fetch", "")]),
    ("postgresql", "SELECT a FROM t WHERE a ILIKE 'x%'", [("text", "x%", "ilike::t.a", "t.a")]),
    ("postgresql", "SELECT a FROM t WHERE a = 'x'::varchar", [("text", "x", "eq::t.a", "t.a")]),
]


def test_each_dialect_s_own_words_are_read() -> None:
    found = [places(query, database_type) for database_type, query, _places in OWN_WORDS]
    assert found == [expected for _type, _query, expected in OWN_WORDS]


DAYS = {
    "2024-01-02": "2024-01-02",
    "2024-01-02 00:00": "2024-01-02",
    "2024-01-02T00:00:00": "2024-01-02",
    "2024-01-02 00:00:00.000": "2024-01-02",
    "2024-01-02 13:00:00": "",
    "2024-1-2": "",
    "on 2024-01-02": "",
    "5": "",
}


def test_texts_that_are_days_are_known_as_days() -> None:
    read = {text: sql_places(parse_sql(f"SELECT 1 WHERE created = '{text}'", "postgresql"))[0].day for text in DAYS}
    assert read == DAYS


@pytest.mark.parametrize("database_type", [kind for kind in DATABASE_TYPES if kind != "mongodb"])
def test_broken_statements_are_refused_in_every_dialect(database_type: DatabaseType) -> None:
    for broken in ("", ";", "SELECT (", "SELECT 1; SELECT 2", "SELECT 'open", "\0", "DELETE FROM t", "hello"):
        with pytest.raises(QueryUnreadable) as refusal:
            parse_sql(broken, database_type)
        assert len(str(refusal.value)) <= 300


def test_types_of_databases_have_known_names() -> None:
    assert [database_type_of(word) for word in DATABASE_TYPES] == list(DATABASE_TYPES)
    with pytest.raises(QueryUnreadable):
        database_type_of("sqlite")
