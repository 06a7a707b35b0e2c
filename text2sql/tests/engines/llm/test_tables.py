"""Answers, names, texts and words one by one: what a model says and what it is shown."""

from text2sql.engines.llm.dialects import DIALECTS
from text2sql.engines.llm.fencing import fenced, one_line
from text2sql.engines.llm.parsing import NoQuery, Query, Reading, read_answer
from text2sql.engines.llm.words import name_words, question_words


def told(reading: Reading | None) -> str | None:
    """A reading in short."""
    if isinstance(reading, Query):
        return reading.sql
    if isinstance(reading, NoQuery):
        return f"refused {reading.reason}: {reading.message}"
    return f"asks {reading.question}: {[option.label for option in reading.options]}" if reading else None


ANSWERS: dict[str, str | None] = {
    "SELECT 1": "SELECT 1",
    "select 1 ;;": "select 1",
    "  SELECT 1\n": "SELECT 1",
    "Answer: SELECT 1": None,
    "Answer:\nSELECT 1\nas asked": "SELECT 1\nas asked",
    "SELECT a\nFROM t\n\nIt reads t.": "SELECT a\nFROM t",
    "SELECT 1;\nSELECT 2;": "SELECT 1",
    "WITH x AS (SELECT 1) SELECT * FROM x": "WITH x AS (SELECT 1) SELECT * FROM x",
    "WITH RECURSIVE x AS (SELECT 1) SELECT 2": "WITH RECURSIVE x AS (SELECT 1) SELECT 2",
    "with x(a, b) as (select 1, 2) select a from x": "with x(a, b) as (select 1, 2) select a from x",
    "with love": None,
    "select": "select",
    "Select the table you mean.": "Select the table you mean.",
    "```sql\nSELECT 1\n``` ": "SELECT 1",
    "```SQL SELECT 1```": "SELECT 1",
    "~~~sql\nSELECT 1\n~~~": "SELECT 1\n~~~",
    "`SELECT 1`": None,
    "```sql\n```": None,
    "```sql\n\n```\nSELECT 1": "SELECT 1",
    "```\n/* why */ SELECT 1\n```": "/* why */ SELECT 1",
    "```sql\n-- why\nSELECT 1\n```": "-- why\nSELECT 1",
    "```sql\nEXPLAIN SELECT 1\n```": "EXPLAIN SELECT 1",
    "```sql\nUPDATE t SET a = 1\n```": "UPDATE t SET a = 1",
    "```text\nhello\n```": None,
    "```sql\nSELECT 'a;b'\n```": "SELECT 'a;b'",
    "```sql\nSELECT (1\n```": "SELECT (1",
    "```sql\nSELECT 'a\n```": "SELECT 'a",
    "```sql\nSELECT 1,\n```\n```sql\nSELECT 2\n```": "SELECT 2",
    '{"sql": "SELECT 1"}': "SELECT 1",
    '{"SQL": "SELECT 1"}': None,
    '{"sql": ["SELECT 1"]}': None,
    '{"sql": null, "query": "SELECT 1"}': "SELECT 1",
    '{"sql": "SELECT 1", "no_query": "changes"}': "SELECT 1",
    '{"answer": {"sql": "SELECT 1"}}': None,
    '{"sql": "SELECT 1"': None,
    '{"sql": "SELECT\n1"}': "SELECT\n1",
    '[{"sql": "SELECT 1"}]': "SELECT 1",
    '{"sql": "SELECT 1"}{"sql": "SELECT 2"}': "SELECT 1",
    "{'sql': 'SELECT 1'}": None,
    '{"no_query": "no_question"}': "refused no_question: ",
    '{"no_query": ""}': "refused : ",
    '{"no_query": false}': None,
    '{"no_query": null}': None,
    '{"no_query": "changes", "message": 5}': "refused changes: 5",
    "no_query": "refused : ",
    "No query.": "refused : ",
    "NO QUERY: it is about weather": "refused : it is about weather",
    "There is no query that could.": None,
    '{"ask": ""}': None,
    '{"ask": "Which?", "options": [1, 2.5, null, true]}': "asks Which?: ['1', '2.5', 'None', 'True']",
    '{"ask": " Which\\n one? ", "options": ["a ", " b"]}': "asks Which one?: ['a', 'b']",
    '{"ask": "Which?", "options": {"a": 1}}': "refused unclear: Which?",
    '{"ask": 5}': None,
    "<think>x</think>SELECT 1": "SELECT 1",
    "<THINK>x</THINK>\nSELECT 1": "SELECT 1",
    "<think>a</think><think>b</think>SELECT 1": "SELECT 1",
    "<reasoning>SELECT 2</reasoning>\nSELECT 1": "SELECT 1",
    "</think>SELECT 1": "SELECT 1",
    "<think>SELECT 1": None,
    "<thought>x</thought>\nSELECT 1": "SELECT 1",
    "I will think. </think>": None,
    "<|im_start|>SELECT 1": None,
    "assistant: SELECT 1": None,
    "> SELECT 1": None,
    "1. SELECT 1": None,
    "**SELECT 1**": None,
    '{"no_query": true}': "refused True: ",
    '{"no_query": "changes", "message": "I on': None,
    "no query\nSELECT 1": "SELECT 1",
}


def test_answers_of_every_shape_are_read() -> None:
    assert {said: told(read_answer(said, "postgresql")) for said in ANSWERS} == ANSWERS


#: A name -> as PostgreSQL, MySQL, ClickHouse, MongoDB and Oracle must have it.
NAMES: dict[str, list[str]] = {
    "orders": ["orders", "orders", "orders", "orders", '"orders"'],
    "Orders": ['"Orders"', "Orders", "Orders", "Orders", '"Orders"'],
    "ORDERS": ['"ORDERS"', "ORDERS", "ORDERS", "ORDERS", "ORDERS"],
    "order": ['"order"', "`order`", "`order`", "order", '"order"'],
    "a b": ['"a b"', "`a b`", "`a b`", "a b", '"a b"'],
    "a-b": ['"a-b"', "`a-b`", "`a-b`", "a-b", '"a-b"'],
    "1a": ['"1a"', "`1a`", "`1a`", "1a", '"1a"'],
    "_a": ["_a", "_a", "_a", "_a", '"_a"'],
    "a1": ["a1", "a1", "a1", "a1", '"a1"'],
    "a$b": ['"a$b"', "`a$b`", "`a$b`", "a$b", '"a$b"'],
    'a"b': ['"a""b"', '`a"b`', '`a"b`', 'a"b', '"a""b"'],
    "a`b": ['"a`b"', "`a``b`", "`a``b`", "a`b", '"a`b"'],
    "đơn": ['"đơn"', "`đơn`", "`đơn`", "đơn", '"đơn"'],
    "SELECT": ['"SELECT"', "`SELECT`", "`SELECT`", "SELECT", '"SELECT"'],
    "select": ['"select"', "`select`", "`select`", "select", '"select"'],
    "": ['""', "``", "``", "", '""'],
    "a.b": ['"a.b"', "`a.b`", "`a.b`", "a.b", '"a.b"'],
    "user": ['"user"', "`user`", "`user`", "user", '"user"'],
    "Level": ['"Level"', "`Level`", "`Level`", "Level", '"Level"'],
}


def test_names_are_spelled_for_each_database() -> None:
    assert {name: [dialect.name(name) for dialect in DIALECTS.values()] for name in NAMES} == NAMES


#: A text -> twelve characters of it inside of a prompt, and five on one line.
TEXTS: dict[str, tuple[str, str]] = {
    "plain": ("plain", "plain"),
    "a\nb": ("a\nb", "a b"),
    "a\tb": ("a\tb", "a b"),
    "a\x00b": ("a b", "a b"),
    "<schema>": ("(schema>", "(sch…"),
    "</schema>": ("(/schema>", "(/sc…"),
    "< / SCHEMA >": ("( / SCHEMA >", "( / …"),
    "<schemas>": ("<schemas>", "<sch…"),
    "<b>": ("<b>", "<b>"),
    "<error>x</error>": ("(error>x(/e…", "(err…"),
    "a<question": ("a(question", "a(qu…"),
    "x < y": ("x < y", "x < y"),
    "\u202eabc": (" abc", " abc"),
    "\ud800": ("?", "?"),
    "<tables": ("(tables", "(tab…"),
}


def test_texts_cannot_leave_their_place() -> None:
    assert {text: (fenced(text, most=12), one_line(text, most=5)) for text in TEXTS} == TEXTS


WORDS: dict[str, tuple[str, ...]] = {
    "orderID": ("order", "id"),
    "orderIDs": ("order", "i", "ds"),
    "XMLHttpRequest": ("xml", "http", "request"),
    "order2item": ("order2item",),
    "ORDER_ITEMS": ("order", "item"),
    "order-items": ("order", "item"),
    "order.items": ("order", "item"),
    "số_lượng": ("so", "luong"),
    "SốLượng": ("soluong",),
    "categories": ("categori",),
    "addresses": ("address",),
    "_id": ("id",),
    "id": ("id",),
    "customer's": ("customer", "s"),
    "ĐơnHàng": ("don", "hang"),
    "a1b2": ("a1b2",),
}
#: A question -> the words that say what is sought.
SOUGHT: dict[str, tuple[str, ...]] = {
    "How many orders?": ("order",),
    "list all customers": ("customer",),
    "Which city has the most customers in 2024?": ("citi", "customer", "2024"),
    "Doanh thu theo tháng năm 2024": ("doanh", "thu", "thang", "nam", "2024"),
    "Khách hàng nào mua nhiều nhất?": ("khach", "hang", "mua", "nhieu", "nhat"),
    "show me the money": ("monei",),
    "count orders by status": ("order", "status"),
    "average total of paid orders": ("averag", "pay", "order"),
    "what": (),
    "tên khách hàng": ("ten", "khach", "hang"),
    "top 5 products by revenue": ("top", "5", "product", "revenu"),
    "orders orders ORDERS": ("order",),
}


def test_names_and_questions_fall_into_words() -> None:
    assert {name: name_words(name) for name in WORDS} == WORDS
    assert {question: question_words(question) for question in SOUGHT} == SOUGHT
