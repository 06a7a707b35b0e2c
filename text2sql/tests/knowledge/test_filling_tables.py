"""The query of a known pair for other values: types, patterns, lists, signs, dates, by database."""

from text2sql.catalog import DatabaseType
from text2sql.knowledge.filling import CannotFill
from text2sql.knowledge.masking import Slot
from text2sql.knowledge.pairs import fill, read_pair

NOT_MASKED = "the question has no such values"
#: Database, known question, known query, new values -> the query for them, or why there is none.
CASES: list[tuple[DatabaseType, str, str, list[str], str]] = [
    (
        "postgresql",
        "Orders above 5",
        "SELECT id FROM orders WHERE total > 5",
        ["7.5"],
        "SELECT id FROM orders WHERE total > 7.5",
    ),
    (
        "postgresql",
        "Orders above 5",
        "SELECT id FROM orders WHERE total > 5.00",
        ["7"],
        "SELECT id FROM orders WHERE total > 7",
    ),
    (
        "postgresql",
        "Orders above 5",
        "SELECT id FROM orders WHERE total > '5'",
        ["7"],
        "SELECT id FROM orders WHERE total > '7'",
    ),
    (
        "postgresql",
        "Orders above 5",
        "SELECT id FROM orders WHERE total > CAST('5' AS int)",
        ["7"],
        "SELECT id FROM orders WHERE total > CAST('7' AS INT)",
    ),
    (
        "postgresql",
        "Orders above -5",
        "SELECT id FROM orders WHERE total > -5",
        ["-7.25"],
        "SELECT id FROM orders WHERE total > -7.25",
    ),
    ("postgresql", "Orders above -5", "SELECT id FROM orders WHERE total > -5", ["7"], "7 has another sign."),
    (
        "postgresql",
        "Orders 3 to 9",
        "SELECT id FROM orders WHERE total BETWEEN 3 AND 9",
        ["9", "3"],
        "SELECT id FROM orders WHERE total BETWEEN 9 AND 3",
    ),
    ("postgresql", "First 5", "SELECT id FROM orders LIMIT 5", ["0"], "SELECT id FROM orders LIMIT 0"),
    ("postgresql", "First 5", "SELECT id FROM orders LIMIT 5", ["1.5"], "1.5 is no number of rows."),
    ("postgresql", "Skip 5", "SELECT id FROM orders OFFSET 5", ["10"], "SELECT id FROM orders OFFSET 10"),
    (
        "postgresql",
        "First 5",
        "SELECT id FROM orders FETCH FIRST 5 ROWS ONLY",
        ["7"],
        "SELECT id FROM orders FETCH FIRST 7 ROWS ONLY",
    ),
    (
        "postgresql",
        "Last 7 days",
        "SELECT id FROM orders WHERE created > now() - interval '7 days'",
        ["30"],
        "SELECT id FROM orders WHERE created > CURRENT_TIMESTAMP - INTERVAL '30 DAYS'",
    ),
    (
        "postgresql",
        "Last 7 days",
        "SELECT id FROM orders WHERE created > now() - interval '7 days'",
        ["-1"],
        "-1 has another sign.",
    ),
    (
        "postgresql",
        "In Paris",
        "SELECT id FROM customers WHERE city = 'Paris'",
        ["O'Hara"],
        "SELECT id FROM customers WHERE city = 'O''Hara'",
    ),
    (
        "postgresql",
        "In Paris",
        "SELECT id FROM customers WHERE city <> 'Paris'",
        ["Lyon\\"],
        "SELECT id FROM customers WHERE city <> 'Lyon\\'",
    ),
    (
        "postgresql",
        "In Paris",
        "SELECT id FROM customers WHERE lower(city) = 'paris'",
        ["LYON"],
        "SELECT id FROM customers WHERE LOWER(city) = 'lyon'",
    ),
    (
        "postgresql",
        "In Paris",
        "SELECT id FROM customers WHERE upper(city) = 'PARIS'",
        ["Hà Nội"],
        "SELECT id FROM customers WHERE UPPER(city) = 'HÀ NỘI'",
    ),
    (
        "postgresql",
        "In Paris",
        "SELECT id FROM customers WHERE lower(city) = lower('Paris')",
        ["Lyon"],
        "SELECT id FROM customers WHERE LOWER(city) = LOWER('lyon')",
    ),
    (
        "postgresql",
        "In Paris",
        "SELECT id FROM customers WHERE city LIKE 'Paris'",
        ["Lyon"],
        "SELECT id FROM customers WHERE city LIKE 'Lyon'",
    ),
    (
        "postgresql",
        "In Paris",
        "SELECT id FROM customers WHERE city LIKE '%Paris%'",
        ["Lyon"],
        "SELECT id FROM customers WHERE city LIKE '%Lyon%'",
    ),
    (
        "postgresql",
        "In Paris",
        "SELECT id FROM customers WHERE city LIKE '%Paris%'",
        ["50%"],
        "50% does not fit into a pattern.",
    ),
    (
        "postgresql",
        "In Paris",
        "SELECT id FROM customers WHERE city LIKE '%Paris%'",
        ["a_b"],
        "a_b does not fit into a pattern.",
    ),
    (
        "postgresql",
        "In Paris",
        "SELECT id FROM customers WHERE city LIKE '%Paris%'",
        ["a\\b"],
        "a\\b does not fit into a pattern.",
    ),
    (
        "postgresql",
        "In Paris",
        "SELECT id FROM customers WHERE city ILIKE 'paris%'",
        ["New York"],
        "SELECT id FROM customers WHERE city ILIKE 'New York%'",
    ),
    (
        "postgresql",
        "In Paris",
        "SELECT id FROM customers WHERE city NOT LIKE '%Paris'",
        ["Lyon"],
        "SELECT id FROM customers WHERE city NOT LIKE '%Lyon'",
    ),
    (
        "postgresql",
        "In Paris or Lyon",
        "SELECT id FROM customers WHERE city IN ('Paris', 'Lyon')",
        ["Lyon", "Paris"],
        "SELECT id FROM customers WHERE city IN ('Lyon', 'Paris')",
    ),
    (
        "postgresql",
        "In Paris or Lyon",
        "SELECT id FROM customers WHERE city IN ('Paris', 'Lyon', 'Rome')",
        ["A", "B"],
        "SELECT id FROM customers WHERE city IN ('A', 'B', 'Rome')",
    ),
    (
        "postgresql",
        "In Paris",
        "SELECT id FROM customers WHERE city IN ('Paris')",
        ["Lyon"],
        "SELECT id FROM customers WHERE city IN ('Lyon')",
    ),
    (
        "postgresql",
        "On 2024-05-05",
        "SELECT id FROM orders WHERE created = '2024-05-05'",
        ["2023-01-02"],
        "SELECT id FROM orders WHERE created = '2023-01-02'",
    ),
    (
        "postgresql",
        "On 2024-05-05",
        "SELECT id FROM orders WHERE created = DATE '2024-05-05'",
        ["2023-01-02"],
        "SELECT id FROM orders WHERE created = CAST('2023-01-02' AS DATE)",
    ),
    (
        "postgresql",
        "On 2024-05-05",
        "SELECT id FROM orders WHERE created >= '2024-05-05T00:00:00'",
        ["2023-01-02"],
        "SELECT id FROM orders WHERE created >= '2023-01-02T00:00:00'",
    ),
    (
        "postgresql",
        "On 2024-05-05",
        "SELECT id FROM orders WHERE created = '2024-05-05 10:00'",
        ["2023-01-02"],
        NOT_MASKED,
    ),
    (
        "postgresql",
        "On 2024-05-05",
        "SELECT id FROM orders WHERE created::date = '2024-05-05'::date",
        ["2023-01-02"],
        "SELECT id FROM orders WHERE CAST(created AS DATE) = CAST('2023-01-02' AS DATE)",
    ),
    (
        "postgresql",
        "In 2023",
        "SELECT id FROM orders WHERE created BETWEEN '2023-01-01' AND '2023-12-31'",
        ["1999"],
        "SELECT id FROM orders WHERE created BETWEEN '1999-01-01' AND '1999-12-31'",
    ),
    (
        "postgresql",
        "In 2023",
        "SELECT id FROM orders WHERE created BETWEEN '2023-01-01' AND '2023-12-31'",
        ["99"],
        "99 is no year.",
    ),
    (
        "postgresql",
        "In 2023",
        "SELECT id FROM orders WHERE extract(year FROM created) = 2023",
        ["1999"],
        "SELECT id FROM orders WHERE EXTRACT(YEAR FROM created) = 1999",
    ),
    (
        "postgresql",
        "In 2023",
        "SELECT id FROM orders WHERE to_char(created, 'YYYY') = '2023'",
        ["1999"],
        "SELECT id FROM orders WHERE TO_CHAR(created, 'YYYY') = '1999'",
    ),
    (
        "mysql",
        "In Paris",
        "SELECT id FROM customers WHERE city = 'Paris'",
        ["O'Hara \\"],
        "SELECT id FROM customers WHERE city = 'O''Hara \\\\'",
    ),
    (
        "mysql",
        "First 5 in Paris",
        'SELECT `id` FROM customers WHERE `city` = "Paris" LIMIT 5',
        ["7", "Lyon"],
        "SELECT `id` FROM customers WHERE `city` = 'Lyon' LIMIT 7",
    ),
    (
        "mysql",
        "On 2024-05-05",
        "SELECT id FROM orders WHERE DATE(created) = '2024-05-05'",
        ["2023-01-02"],
        "SELECT id FROM orders WHERE DATE(created) = '2023-01-02'",
    ),
    (
        "mysql",
        "Last 7 days",
        "SELECT id FROM orders WHERE created > NOW() - INTERVAL 7 DAY",
        ["30"],
        "SELECT id FROM orders WHERE created > NOW() - INTERVAL '30' DAY",
    ),
    (
        "clickhouse",
        "First 5 in Paris",
        "SELECT id FROM customers WHERE city = 'Paris' LIMIT 5",
        ["7", "O'Hara"],
        "SELECT id FROM customers WHERE city = 'O''Hara' LIMIT 7",
    ),
    (
        "clickhouse",
        "On 2024-05-05",
        "SELECT id FROM orders WHERE created = toDate('2024-05-05')",
        ["2023-01-02"],
        "SELECT id FROM orders WHERE created = toDate('2023-01-02')",
    ),
    (
        "oracle",
        "First 5 in Paris",
        "SELECT id FROM customers WHERE city = 'Paris' FETCH FIRST 5 ROWS ONLY",
        ["7", "Lyon"],
        "SELECT id FROM customers WHERE city = 'Lyon' FETCH FIRST 7 ROWS ONLY",
    ),
    (
        "oracle",
        "On 2024-05-05",
        "SELECT id FROM orders WHERE created = TO_DATE('2024-05-05', 'YYYY-MM-DD')",
        ["2023-01-02"],
        "SELECT id FROM orders WHERE created = TO_DATE('2023-01-02', 'YYYY-MM-DD')",
    ),
    (
        "mongodb",
        "First 5 in Paris",
        '{"collection": "c", "pipeline": [{"$match": {"city": "Paris"}}, {"$limit": 5}]}',
        ["7", "Lyon"],
        '{"collection": "c", "pipeline": [{"$match": {"city": "Lyon"}}, {"$limit": 7}]}',
    ),
    (
        "mongodb",
        "Above 5",
        '{"collection": "c", "pipeline": [{"$match": {"total": {"$gt": 5}}}]}',
        ["7.5"],
        '{"collection": "c", "pipeline": [{"$match": {"total": {"$gt": 7.5}}}]}',
    ),
    (
        "mongodb",
        "Above -5",
        '{"collection": "c", "pipeline": [{"$match": {"total": {"$gt": -5}}}]}',
        ["-7"],
        '{"collection": "c", "pipeline": [{"$match": {"total": {"$gt": -7}}}]}',
    ),
    (
        "mongodb",
        "Paris or Lyon",
        '{"collection": "c", "pipeline": [{"$match": {"city": {"$in": ["Paris", "Lyon"]}}}]}',
        ["A", "B"],
        '{"collection": "c", "pipeline": [{"$match": {"city": {"$in": ["A", "B"]}}}]}',
    ),
    (
        "mongodb",
        "In Paris",
        '{"collection": "c", "pipeline": [{"$match": {"$or": [{"city": "Paris"}, {"a.b": {"$ne": "Paris"}}]}}]}',
        ["Lyon"],
        NOT_MASKED,
    ),
    (
        "mongodb",
        "In Paris",
        '{"collection": "c", "pipeline": [{"$match": {"city": "Paris"}}]}',
        ['$where"}'],
        '{"collection": "c", "pipeline": [{"$match": {"city": "$where\\"}"}}]}',
    ),
    (
        "mongodb",
        "On 2024-05-05",
        '{"collection": "c", "pipeline": [{"$match": {"at": {"$gte": {"$date": "2024-05-05T00:00:00Z"}}}}]}',
        ["2023-01-02"],
        NOT_MASKED,
    ),
    ("mongodb", "First 5", '{"collection": "c", "pipeline": [{"$limit": 5}]}', ["1.5"], "1.5 is no number of rows."),
]


def filled(kind: DatabaseType, question: str, query: str, values: list[str]) -> str:
    slots = read_pair(question, query, database_type=kind).slots
    if len(slots) != len(values):
        return NOT_MASKED
    new = [Slot(slot.kind, value, slot.columns) for slot, value in zip(slots, values, strict=True)]
    try:
        return fill(query, slots, new, database_type=kind)
    except CannotFill as error:
        return str(error)


def test_queries_are_filled_in_their_own_form() -> None:
    assert [(*case[:4], filled(*case[:4])) for case in CASES] == CASES


def test_filled_with_its_own_values_a_query_is_the_very_same_text() -> None:
    for kind, question, query, *_rest in CASES:
        slots = read_pair(question, query, database_type=kind).slots
        assert fill(query, slots, slots, database_type=kind) == query
