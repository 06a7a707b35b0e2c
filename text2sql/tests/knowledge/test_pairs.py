"""Pairs: which values stand in the query, and the query for others."""

from typing import Any

import pytest

from text2sql.catalog import DatabaseType
from text2sql.knowledge.filling import CannotFill
from text2sql.knowledge.literals import QueryUnreadable
from text2sql.knowledge.masking import Slot
from text2sql.knowledge.pairs import KnownPair, fill, read_pair
from text2sql.tests.knowledge.shop import SHOP

JOINED = "FROM customers c JOIN orders o ON o.customer_id = c.id"
#: Question, query -> mask. What does not stand in the query, or not clearly, stays as it was typed.
MASKS = {
    ("Customers in Paris", "SELECT name FROM customers WHERE city = 'Paris'"): "customers in <value:customers.city>",
    ("Customers in Paris", "SELECT name FROM customers WHERE city_id = 3"): "customers in paris",
    ("Buyers not in 'Lyon'", "SELECT 1 FROM customers WHERE city <> 'Lyon'"): "buyers not in <value:customers.city>",
    ("Buyers like ann", "SELECT id FROM customers WHERE name ILIKE '%Ann%'"): "buyers like <value:customers.name>",
    ("khach o ha noi", "SELECT id FROM customers WHERE lower(city) = 'hà nội'"): "khach o <value:customers.city>",
    ("Top 3 orders", "SELECT id FROM orders ORDER BY total DESC LIMIT 3"): "top <number> orders",
    ("Top 3 orders over 3", "SELECT id FROM orders WHERE total > 3 LIMIT 3"): "top 3 orders over 3",
    ("The oldest order over 1", "SELECT id FROM orders WHERE total > 1 ORDER BY id LIMIT 1"): "the oldest order over 1",
    ("Orders above 5", "SELECT id FROM orders WHERE total >= 6"): "orders above 5",
    ("Orders above 2 twice", "SELECT id FROM orders WHERE total * 2 > 9"): "orders above 2 twice",
    ("Totals below -5.50", "SELECT id FROM orders WHERE total < -5.5"): "totals below <number>",
    ("Between 5 and 9", "SELECT id FROM orders WHERE total BETWEEN 5 AND 9"): "between <number> and <number>",
    ("Totals between 5 and 5", "SELECT id FROM orders WHERE total BETWEEN 5 AND 5"): "totals between 5 and 5",
    ("Orders on 2024-05-05", "SELECT id FROM orders WHERE created = DATE '2024-05-05'"): "orders on <date>",
    ("Orders in 2023", "SELECT id FROM orders WHERE extract(year FROM created) = 2023"): "orders in <number>",
    (
        "Orders in 2023",
        "SELECT 1 FROM orders WHERE created >= '2023-01-01' AND created < '2024-01-01'",
    ): "orders in <number>",
    (
        "Orders in 2023",
        "SELECT 1 FROM orders WHERE created >= '2023-03-01' AND created < '2024-01-01'",
    ): "orders in 2023",
    ("5 days of orders", "SELECT 1 FROM orders WHERE created > now() - interval '5 days'"): "<number> days of orders",
    (
        "Paid in Lyon",
        f"SELECT 1 {JOINED} WHERE o.status = 'Paid' AND c.city = 'Lyon'",
    ): "<value:orders.status> in <value:customers.city>",
    ("Buyers with 4 orders", f"SELECT c.id {JOINED} GROUP BY 1 HAVING count(*) = 4"): "buyers with <number> orders",
}


def mask_of(question: str, query: str) -> KnownPair:
    return read_pair(question, query, database_type="postgresql")


def test_only_values_that_stand_in_the_query_are_slots() -> None:
    assert {pair: mask_of(*pair).mask for pair in MASKS} == MASKS


def test_catalog_tells_whose_column_a_bare_name_is() -> None:
    query = f"SELECT 1 {JOINED} WHERE status = 'Paid'"
    assert mask_of("paid ones", query).mask == "<value:*.status> ones"
    assert read_pair("paid ones", query, database_type="postgresql", catalog=SHOP).mask == "<value:orders.status> ones"


#: Question, query, new values -> the query for them.
FILLED: list[tuple[str, str, list[str], str]] = [
    (
        "Customers in Paris",
        "SELECT name FROM customers WHERE city = 'Paris'",
        ["L'Haÿ'; --"],
        "SELECT name FROM customers WHERE city = 'L''Haÿ''; --'",
    ),
    (
        "Names like ann",
        "SELECT id FROM customers WHERE lower(name) LIKE 'ann%'",
        ["Bob"],
        "SELECT id FROM customers WHERE LOWER(name) LIKE 'bob%'",
    ),
    (
        "Top 3 orders over 7",
        "SELECT id FROM orders WHERE total > 7 LIMIT 3",
        ["7", "3"],
        "SELECT id FROM orders WHERE total > 3 LIMIT 7",
    ),
    (
        "Totals below -5.50",
        "SELECT id FROM orders WHERE total < -5.5",
        ["-7"],
        "SELECT id FROM orders WHERE total < -7",
    ),
    (
        "Orders on 2024-05-05",
        "SELECT id FROM orders WHERE created = '2024-05-05 00:00:00'",
        ["2024-12-31"],
        "SELECT id FROM orders WHERE created = '2024-12-31 00:00:00'",
    ),
    (
        "In 2023",
        "SELECT 1 FROM orders WHERE created >= '2023-01-01' AND created < '2024-01-01'",
        ["1999"],
        "SELECT 1 FROM orders WHERE created >= '1999-01-01' AND created < '2000-01-01'",
    ),
    (
        "Both Paris",
        "SELECT id FROM customers WHERE city = 'Paris' EXCEPT SELECT 1 FROM customers WHERE city <> 'Paris'",
        ["Lyon"],
        "SELECT id FROM customers WHERE city = 'Lyon' EXCEPT SELECT 1 FROM customers WHERE city <> 'Lyon'",
    ),
    (
        "In paris",
        "select  name from customers where city='Paris'",
        ["PARIS"],
        "select  name from customers where city='Paris'",
    ),
]


def filled(question: str, query: str, values: list[str]) -> str:
    slots = mask_of(question, query).slots
    new = [Slot(slot.kind, value, slot.columns) for slot, value in zip(slots, values, strict=True)]
    return fill(query, slots, new, database_type="postgresql")


def test_new_values_are_written_where_the_old_ones_stood() -> None:
    assert [filled(question, query, values) for question, query, values, _sql in FILLED] == [row[3] for row in FILLED]


REFUSED: list[tuple[str, str, str]] = [
    ("Names like ann", "SELECT id FROM customers WHERE name LIKE 'Ann%'", "100%"),
    ("Names like ann", "SELECT id FROM customers WHERE name LIKE 'Ann%'", "a_b"),
    ("Top 3 orders", "SELECT id FROM orders LIMIT 3", "2.5"),
    ("Top 3 orders", "SELECT id FROM orders LIMIT 3", "-1"),
    ("Totals below -5", "SELECT id FROM orders WHERE total < -5", "5"),
    ("In 2023", "SELECT 1 FROM orders WHERE created >= '2023-01-01' AND created < '2024-01-01'", "5"),
]


@pytest.mark.parametrize("case", range(len(REFUSED)))
def test_values_that_do_not_fit_are_refused(case: int) -> None:
    question, query, value = REFUSED[case]
    with pytest.raises(CannotFill):
        filled(question, query, [value])


def test_value_that_is_said_twice_must_be_the_same_twice() -> None:
    query = "SELECT id FROM orders WHERE created > '2024-05-06'"
    slots = mask_of("After 2024-05-06, so after May 6, 2024", query).slots
    assert [slot.value for slot in slots] == ["2024-05-06", "2024-05-06"]
    day, other = Slot("date", "2023-01-02"), Slot("date", "2023-01-03")
    assert fill(query, slots, [day, day], database_type="postgresql") == query.replace("2024-05-06", "2023-01-02")
    for wrong in ([day, other], [slots[0], day]):
        with pytest.raises(CannotFill):
            fill(query, slots, wrong, database_type="postgresql")


def test_slots_and_values_must_be_of_the_same_number_and_kind() -> None:
    old, query = Slot("number", "3"), "SELECT id FROM orders LIMIT 3"
    for wrong in ([], [Slot("date", "2024-01-01")], [Slot("number", "1"), Slot("number", "2")]):
        with pytest.raises(CannotFill):
            fill(query, [old], wrong, database_type="postgresql")
    with pytest.raises(CannotFill, match="does not stand"):
        fill(query, [Slot("number", "9")], [Slot("number", "1")], database_type="postgresql")


DIALECTS: list[tuple[DatabaseType, str, str]] = [
    (
        "mysql",
        "SELECT `a b` FROM `orders` WHERE city = 'O''Hara' LIMIT 5",
        "SELECT `a b` FROM `orders` WHERE city = 'Ann' LIMIT 6",
    ),
    (
        "clickhouse",
        "SELECT count() FROM orders WHERE city = 'O\\'Hara' LIMIT 5",
        "SELECT count() FROM orders WHERE city = 'Ann' LIMIT 6",
    ),
    (
        "oracle",
        "SELECT a FROM orders WHERE city = 'O''Hara' FETCH FIRST 5 ROWS ONLY",
        "SELECT a FROM orders WHERE city = 'Ann' FETCH FIRST 6 ROWS ONLY",
    ),
]


def test_each_dialect_is_read_and_written() -> None:
    made = []
    for database_type, query, _sql in DIALECTS:
        slots = read_pair("5 of O'Hara", query, database_type=database_type).slots
        values = [Slot("number", "6"), Slot("value", "Ann", slots[1].columns)]
        made.append(fill(query, slots, values, database_type=database_type))
    assert made == [sql for _type, _query, sql in DIALECTS]


SAME: list[tuple[tuple[str, str], tuple[str, str], bool]] = [
    (
        ("In Paris", "SELECT id FROM customers WHERE city='Paris'"),
        ("in  lyon?", "select id\nfrom customers where city = 'Lyon' -- x"),
        True,
    ),
    (
        ("In Paris", "SELECT id FROM customers WHERE city='Paris'"),
        ("In Lyon", "SELECT name FROM customers WHERE city='Lyon'"),
        False,
    ),
    (("Top 3", "SELECT id FROM orders LIMIT 3"), ("Top 4", "SELECT id FROM orders LIMIT 5"), False),
]


def test_hashes_are_equal_for_what_differs_in_values_alone() -> None:
    def key(pair: KnownPair) -> tuple[str, str]:
        return pair.mask_hash, pair.sql_hash

    assert [key(mask_of(*left)) == key(mask_of(*right)) for left, right, _same in SAME] == [same for *_, same in SAME]


def test_fixed_days_for_a_time_that_moves_are_found_by_nobody() -> None:
    fixed = mask_of("orders last month", "SELECT id FROM orders WHERE created >= '2024-05-01'")
    moving = mask_of("orders last month", "SELECT id FROM orders WHERE created >= current_date - 30")
    assert fixed.question_hash != moving.question_hash
    assert moving.question_hash == moving.mask_hash == mask_of("orders last month", "SELECT 1").question_hash


@pytest.mark.parametrize("query", ["", "SELECT FROM WHERE", "SELECT 1; SELECT 2", "(" * 3_000, "not sql at all ("])
def test_unreadable_queries_are_refused(query: str) -> None:
    with pytest.raises(QueryUnreadable):
        mask_of("anything", query)


def references(query: str) -> Any:
    return sorted(mask_of("x", query).references)


def test_references_are_the_schema_s_names_and_not_the_query_s_own() -> None:
    assert references("SELECT a.Name FROM Shop.Customers a WHERE a.city = 'x'") == [
        ("", "customers", "city"),
        ("", "customers", "name"),
        ("shop", "customers", ""),
    ]
    assert references("WITH t AS (SELECT id AS n FROM orders) SELECT n, t.n, count(*) FROM t ORDER BY n") == [
        ("", "orders", ""),
        ("", "orders", "id"),
    ]
    assert references("SELECT d.x FROM (SELECT total AS x FROM orders) d JOIN customers ON city = status") == [
        ("", "*", "city"),
        ("", "*", "status"),
        ("", "customers", ""),
        ("", "orders", ""),
        ("", "orders", "total"),
    ]
