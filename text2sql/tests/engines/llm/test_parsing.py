"""What is made of what models say."""

from text2sql.engines.base import Clarification, Option
from text2sql.engines.llm.parsing import NoQuery, Query, Reading, read_answer, read_names

ONE = Query("SELECT 1")
SAID: dict[str, Reading | None] = {
    "```sql\nSELECT 1\n```": ONE,
    "```sql\nSELECT 1;\n```": ONE,
    "```\nSELECT 1\n```": ONE,
    "```postgresql\nSELECT 1": ONE,
    "Sure! Here it is:\n\n```SQL\nSELECT 1\n```\nIt counts one.": ONE,
    '{"sql": "SELECT 1;"}': ONE,
    '```json\n{"sql": "SELECT 1"}\n```': ONE,
    'The answer: {"query": "SELECT 1"} as asked.': ONE,
    "SELECT 1;": ONE,
    "Here:\nSELECT 1\n\nThat is all.": ONE,
    "<think>Maybe ```sql\nSELECT 2\n``` no</think>```sql\nSELECT 1\n```": ONE,
    "Maybe SELECT 2</think>\nSELECT 1": ONE,
    "<thinking>\nSELECT 2\n</thinking>\nSELECT 1": ONE,
    "<think>SELECT 2 and so on": None,
    "```sql\nSELECT 1\n```\nor\n```sql\nSELECT 2\n```": ONE,
    "```sql\nSELECT count(\n```\nwhole:\n```sql\nSELECT 1\n```": ONE,
    "```sql\nSELECT a FROM\n```\n```sql\nSELECT 1\n```": ONE,
    "```python\nprint(1)\n```\n```sql\nSELECT 1\n```": ONE,
    "```sql\nSELECT a FROM t WHERE b = '(\n```": Query("SELECT a FROM t WHERE b = '("),
    "```sql\n-- two\n(SELECT 1)\n```": Query("-- two\n(SELECT 1)"),
    "```sql\nWITH a AS (SELECT 1) SELECT * FROM a\n```": Query("WITH a AS (SELECT 1) SELECT * FROM a"),
    "With a AS (SELECT 1)\nSELECT * FROM a": Query("With a AS (SELECT 1)\nSELECT * FROM a"),
    "With the data shown nothing can be said.": None,
    "```sql\nDELETE FROM orders\n```": Query("DELETE FROM orders"),
    "```sql\nSELECT 1; DROP TABLE orders\n```": Query("SELECT 1; DROP TABLE orders"),
    '{"no_query": "changes", "message": "I only\\nread."}': NoQuery("changes", "I only read."),
    '{"no_query": true, "reason": "No."}': NoQuery("True", "No."),
    "NO_QUERY: nothing about weather": NoQuery("", "nothing about weather"),
    "**No query** - cannot": NoQuery("", "cannot"),
    '{"ask": "Which?", "options": ["a", "b", "a", " "]}': Clarification(
        "Which?", "Which?", (Option("a", "a"), Option("b", "b"))
    ),
    '{"ask": "Which?", "options": ["a"]}': NoQuery("unclear", "Which?"),
    '{"ask": "Which?"}': NoQuery("unclear", "Which?"),
    '{"ask": "Which?", "options": ["a", "b"]}\n```sql\nSELECT 1\n```': ONE,
    '{"sql": "", "note": 1}': None,
    '{"sql": {"a": 1}}': None,
    "I love trains { and } braces {{{": None,
    "[1, 2]": None,
    "": None,
    "\x00\ud800": None,
}


def test_answers_are_read_whatever_stands_around_them() -> None:
    assert {said: read_answer(said, "postgresql") for said in SAID} == SAID


PIPELINE = Query('{"collection": "orders", "pipeline": [{"$match": {"name": "Huế"}}]}')
PIPELINES: dict[str, Reading | None] = {
    '```json\n{"collection": "orders", "pipeline": [{"$match": {"name": "Huế"}}]}\n```': PIPELINE,
    'So: {"pipeline": [{"$match": {"name": "Huế"}}], "collection": "orders", "why": 1}': PIPELINE,
    '{"query": {"collection": "orders", "pipeline": [{"$match": {"name": "Huế"}}]}}': PIPELINE,
    'db.orders.aggregate([{"$match": {"name": "Huế"}}])': PIPELINE,
    '```js\ndb.getCollection("orders").aggregate([{"$match": {"name": "Huế"}}]);\n```': PIPELINE,
    "db.orders.aggregate([{$match: 1}])": None,
    '{"pipeline": []}': Query('{"collection": null, "pipeline": []}'),
    '{"collection": "orders", "pipeline": {}}': None,
    "```sql\nSELECT 1\n```": None,
    '{"no_query": "other_subject"}': NoQuery("other_subject", ""),
}  # fmt: skip


def test_pipelines_are_read() -> None:
    assert {said: read_answer(said, "mongodb") for said in PIPELINES} == PIPELINES


def test_endless_braces_and_depth_do_no_harm() -> None:
    said = ("{" * 50_000, '{"a":' * 20_000, "[" * 50_000, "```" * 20_000, "<think>" * 20_000, "select " * 20_000)
    assert [isinstance(read_answer(text, "postgresql"), Query) for text in said] == [False] * 5 + [True]


def test_question_back_has_six_options_at_most() -> None:
    found = read_answer('{"ask": "Which?", "options": [1, 2, 3, 4, 5, 6, 7]}', "mysql")
    assert isinstance(found, Clarification)
    assert [option.label for option in found.options] == ["1", "2", "3", "4", "5", "6"]


def test_chosen_names_are_read() -> None:
    said = {
        '{"tables": ["a", 1, "b"]}': ("a", "b"),
        'I take {"x": 1} {"tables": ["a"]}': ("a",),
        '<think>{"tables": ["z"]}</think>{"tables": []}': (),
        '{"tables": "a"}': (),
        "a, b": (),
    }
    assert {text: read_names(text) for text in said} == said
