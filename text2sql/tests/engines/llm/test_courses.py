"""Every course that a talk with a model may take: what was tried, what was run, and how it ended."""

import re

from tasks.engines.cancel import NeverCancelled
from text2sql.engines.base import SqlAnswer
from text2sql.engines.llm import LlmEngine
from text2sql.tests.engines.shop import ScriptedModel, ShopDatabase, ask, query

GOOD = query("SELECT count(*) FROM customers")
NO_COLUMN = query("SELECT nam FROM customers")
NO_SYNTAX = query("SELECT x FROM nothing")
NO_SELECT = query("SELEC 1")
DELETES = query("DELETE FROM orders")
DROPS = query("DROP TABLE orders")
MISTYPED = query("SELECT * FROM customers WHERE city = 'Pariss'")
TYPED = query("SELECT * FROM customers WHERE city = 'Paris'")
TWO = query("SELECT 1; SELECT 2")
ASKS = '{"ask": "Which?", "options": ["a", "b"]}'
REFUSES = '{"no_query": "changes"}'
#: Steps in short, and the parts of a step that are their own words.
_SHORT = {
    "the query ran.": "ran",
    "the query ran but found nothing.": "empty",
    "the model's answer could not be used.": "unusable",
    "the model gave the same query again.": "same",
    "The model asked back.": "asked",
    "The model refused to write a query.": "refused",
    "Values in it do not occur in the data; the model was told the nearest ones.": "told",
}
#: What the model says, one answer after the other -> steps, how it ended, how many queries reached the data.
COURSES: list[tuple[list[str], tuple[str, str, int]]] = [
    ([GOOD], ("ran", "answer: GOOD", 1)),
    ([NO_COLUMN, GOOD], ("unknown_column ran", "answer: GOOD", 1)),
    ([NO_COLUMN, NO_SYNTAX, GOOD], ("unknown_column syntax_error ran", "answer: GOOD", 1)),
    (
        [NO_COLUMN, NO_SYNTAX, NO_SELECT],
        (
            "unknown_column syntax_error unusable",
            'None of the model\'s queries could be run. The last one failed with: near "nothing": syntax error',
            0,
        ),
    ),
    (
        [NO_COLUMN, NO_COLUMN],
        (
            "unknown_column same",
            "None of the model's queries could be run. The last one failed with: no such column: nam",
            0,
        ),
    ),
    ([DELETES, GOOD], ("not_a_query ran", "answer: GOOD", 1)),
    (
        [DELETES, DROPS],
        ("not_a_query not_a_query", "The model wrote only queries that may not run: Only queries may run.", 0),
    ),
    ([DELETES, TWO, GOOD], ("not_a_query several_statements ran", "answer: GOOD", 1)),
    (
        [TWO, TWO],
        ("several_statements same", "The model wrote only queries that may not run: Only one statement may run.", 0),
    ),
    (["hm", GOOD], ("unusable ran", "answer: GOOD", 1)),
    (["hm", "hm", "hm"], ("unusable unusable unusable", "The model gave no query that can be run.", 0)),
    (["", GOOD], ("unusable ran", "answer: GOOD", 1)),
    ([ASKS], ("asked", "Which?", 0)),
    (["hm", ASKS], ("unusable asked", "Which?", 0)),
    ([NO_COLUMN, ASKS], ("unknown_column asked", "Which?", 0)),
    ([REFUSES], ("refused", "The question asks to change data; only questions that read are answered.", 0)),
    (
        [NO_COLUMN, REFUSES],
        ("unknown_column refused", "The question asks to change data; only questions that read are answered.", 0),
    ),
    (['{"no_query": "other_subject"}'], ("refused", "The data shown to the model cannot answer this.", 0)),
    (['{"no_query": "no_question"}'], ("refused", "This is no question about the data.", 0)),
    (['{"no_query": "x"}'], ("refused", "The model gave no query that can be run.", 0)),
    (['{"no_query": "x", "message": "Sorry."}'], ("refused", "Sorry.", 0)),
    ([MISTYPED, TYPED], ("empty told ran", "answer: TYPED and MISTYPED", 2)),
    ([MISTYPED, MISTYPED], ("empty told", "answer: MISTYPED", 1)),
    ([MISTYPED, "hm"], ("empty told", "answer: MISTYPED", 1)),
    ([MISTYPED, NO_COLUMN, TYPED], ("empty told unknown_column ran", "answer: TYPED and MISTYPED", 2)),
    ([MISTYPED, NO_COLUMN, NO_SYNTAX], ("empty told unknown_column syntax_error", "answer: MISTYPED", 1)),
    ([MISTYPED, DELETES, TYPED], ("empty told not_a_query ran", "answer: TYPED and MISTYPED", 2)),
    ([MISTYPED, ASKS], ("empty told", "answer: MISTYPED", 1)),
    ([MISTYPED, REFUSES], ("empty told", "answer: MISTYPED", 1)),
    ([query("SELECT * FROM customers WHERE city = 'Tokyo'")], ("empty", "answer: other", 1)),
    ([query("SELECT sum(total) FROM orders WHERE status = 'gone'")], ("empty", "answer: other", 1)),
]


def short(step: str) -> str:
    """A step's one word, or the code of the failure in it."""
    said = re.sub(r"^Try \d: ", "", step)
    code = re.search(r"\((\w+)\)", said)
    return _SHORT[said] if said in _SHORT else code[1] if code else said


def ended(answer: SqlAnswer) -> str:
    """Which queries came back, or what was said."""
    names = {GOOD: "GOOD", TYPED: "TYPED", MISTYPED: "MISTYPED"}
    found = [names.get(query(candidate.sql), "other") for candidate in answer.candidates]
    asked = answer.clarification.question if answer.clarification else ""
    return f"answer: {' and '.join(found)}" if found else asked or answer.refusal


def course(answers: list[str]) -> tuple[str, str, int]:
    model, database = ScriptedModel(*answers), ShopDatabase()
    answer = LlmEngine().write_sql(ask(model=model), database=database, cancel=NeverCancelled())
    # Whatever was said: the model was asked no more than it answered, and nothing in the data changed.
    assert (len(model.answers), database.counts()) == (0, (3, 3))
    return " ".join(map(short, answer.steps[1:])), ended(answer), len(database.ran)


def test_every_course_ends_as_it_should() -> None:
    assert [(answers, course(answers)) for answers, _end in COURSES] == COURSES
