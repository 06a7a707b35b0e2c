"""Values, patterns and moments as MongoDB compares them."""

import re
from typing import Any

import pytest

from text2sql.engines.grammar.pipeline_values import Kind, kind_of, moment, pattern, typed
from text2sql.engines.grammar.plan import Inexpressible, Term
from text2sql.engines.grammar.schema import Schema
from text2sql.tests.engines.grammar.catalogs import LIBRARY

TEXT, NUMBER, FLAG = Kind("text", ("string",)), Kind("number", ("double",)), Kind("boolean", ("bool",))
MOMENT, OBJECT_ID = Kind("timestamp", ("date",)), Kind("other", ("objectId",))
DECIMAL = Kind("number", ("decimal", "int"))

TYPED: list[tuple[Any, Kind, Any]] = [
    ("5", TEXT, "5"),
    (5.0, TEXT, "5"),
    (2.5, TEXT, "2.5"),
    (5.0, NUMBER, 5),
    ("-5.50", NUMBER, -5.5),
    (10**15, NUMBER, 10**15),
    (0.1, DECIMAL, {"$numberDecimal": "0.1"}),
    (1e21, DECIMAL, {"$numberDecimal": "1000000000000000000000"}),
    ("Yes", FLAG, True),
    ("no", FLAG, False),
    (False, FLAG, False),
    ("2024-02-29", MOMENT, {"$date": "2024-02-29T00:00:00Z"}),
    ("2024-02-29 23:30", MOMENT, {"$date": "2024-02-29T23:30:00Z"}),
    ("A" * 24, OBJECT_ID, {"$oid": "a" * 24}),
]
IMPOSSIBLE: list[tuple[Any, Kind]] = [
    (True, TEXT),
    (True, NUMBER),
    ("five", NUMBER),
    ("1e5", NUMBER),
    (2024.0, MOMENT),
    ("2023-02-29", MOMENT),
    ("A" * 23, OBJECT_ID),
    ("g" * 24, OBJECT_ID),
    ("5", Kind("json", ("object",))),
    ("05:30", Kind("time")),
]
#: A pattern of LIKE, a text that it matches, and one that it does not.
LIKES: dict[str, tuple[str, str, str]] = {
    "North": ("^North$", "north", "Northern"),
    "north%": ("^north", "NORTHERN", "up north"),
    "%north": ("north$", "up North", "northern"),
    "%north%": ("north", "up North\nand", "nort h"),
    "n_rth": ("^n.rth$", "nörth", "noorth"),
    "a%z": ("^a.*z$", "a\nz", "bz"),
    "a.b%": (r"^a\.b", "A.Bc", "axb"),
    "%(50*)%": (r"\(50\*\)", "x (50*)", "500"),
    "%": ("", "anything", ""),
}


def test_values_take_the_type_of_their_field() -> None:
    assert [typed(value, kind) for value, kind, _ in TYPED] == [expected for _, _, expected in TYPED]
    assert type(typed(5.0, NUMBER)) is int


@pytest.mark.parametrize(("value", "kind"), IMPOSSIBLE)
def test_values_that_cannot_be_stored_there_are_refused(value: Any, kind: Kind) -> None:
    with pytest.raises(Inexpressible):
        typed(value, kind)


def test_moments_are_written_in_utc() -> None:
    assert moment("2024-01-01T01:00:00+07:00") == "2023-12-31T18:00:00Z"
    assert moment("2024-01-01") == "2024-01-01T00:00:00Z"


def test_likes_are_regular_expressions() -> None:
    assert {like: pattern(like) for like in LIKES} == {like: expected for like, (expected, _, _) in LIKES.items()}
    for like, (_, same, other) in LIKES.items():
        expression = re.compile(pattern(like), re.IGNORECASE | re.DOTALL)
        assert (bool(expression.search(same)), bool(expression.search(other))) == (True, like == "%")


def test_values_of_different_types_never_meet() -> None:
    assert Kind("integer", ("int",)).meets(DECIMAL)
    assert TEXT.meets(Kind("text", ("string", "int")))
    assert OBJECT_ID.meets(Kind("other", ("null", "objectId")))
    assert not OBJECT_ID.meets(TEXT)
    assert not OBJECT_ID.meets(Kind("other", ("array",)))
    assert not NUMBER.meets(TEXT)


def test_what_is_computed_has_a_kind_of_its_own() -> None:
    schema = Schema(LIBRARY)
    published, title = (1, 4), (1, 1)
    terms = {
        Term(None, "count"): "number",
        Term(title, "count"): "number",
        Term(title, "max"): "text",
        Term(published): "date",
        Term(published, unit="year"): "number",
        Term(published, unit="month"): "timestamp",
        Term(published, minus=published): "number",
    }
    assert {term: kind_of(schema, term).kind for term in terms} == terms
