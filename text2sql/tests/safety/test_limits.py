"""How large and how deep a statement may be: a little below the limit it passes, above it is refused at once."""

from text2sql.safety.base import MAX_STATEMENT_CHARACTERS
from text2sql.tests.safety.checks import outcome


def _passes(text: str) -> bool:
    return outcome(text).startswith(("SELECT", "WITH", "("))


def _nested(opening: str, inner: str, closing: str, depth: int) -> str:
    return f"SELECT {opening * depth}{inner}{closing * depth}"


def _from(table: str, *rest: str, chosen: str = "*") -> str:
    return " ".join(["SELECT", chosen, "FROM", table, *rest])


def test_people_may_nest_as_far_as_people_read() -> None:
    accepted = [
        _nested("(", "1", ")", 30),
        _nested("coalesce(1, ", "1", ")", 30),
        _nested("CASE WHEN true THEN ", "1", " END", 15),
        _nested("(SELECT ", "1", ")", 20),
        _nested("ARRAY[", "1", "]", 3),
        "SELECT " + "NOT " * 10 + "true",
        "SELECT " + "- " * 10 + "1",
    ]
    assert [text for text in accepted if not _passes(text)] == []


def test_deeper_nesting_is_refused_before_it_is_parsed() -> None:
    refused = [
        _nested("(", "1", ")", 60),
        _nested("lower(", "'a'", ")", 60),
        _nested("(SELECT ", "1", ")", 60),
        _nested("ARRAY[", "1", "]", 6),
        "SELECT " + "NOT " * 60 + "true",
        "SELECT " + "- " * 60 + "1",
        _from("a", "JOIN b " * 12),
        "SELECT 1" + " + 1" * 200,
        "SELECT 1" + " UNION SELECT 1" * 200,
    ]
    assert {text[:60]: outcome(text) for text in refused} == {text[:60]: "too_complex" for text in refused}


def test_long_lists_and_many_joins_pass() -> None:
    joins = "".join(f" JOIN t{n} ON t{n}.id = a.id" for n in range(30))
    accepted = [
        _from("t", "WHERE id IN (", ", ".join(map(str, range(3000))), ")"),
        _from("t", chosen=", ".join(f"c{n}" for n in range(500))),
        _from("a", joins),
        _from("a", "CROSS JOIN b " * 20),
        _from("t", "WHERE", " OR ".join(f"a = {n}" for n in range(100))),
        _from("t", chosen=" || ".join(["a"] * 60)),
        "SELECT 1" + " UNION ALL SELECT 1" * 30,
    ]
    assert [text[:60] for text in accepted if not _passes(text)] == []


def test_sizes_are_limited() -> None:
    sizes = {
        "SELECT '" + "x" * (MAX_STATEMENT_CHARACTERS - 20) + "'": True,
        "SELECT '" + "x" * MAX_STATEMENT_CHARACTERS + "'": False,
        _from("t", "WHERE id IN (", ", ".join(["1"] * 7000), ")"): False,
        'SELECT "' + "x" * 120 + '"': True,
        'SELECT "' + "x" * 130 + '"': False,
    }
    assert {text[:9] + str(len(text)): _passes(text) for text in sizes} == {
        text[:9] + str(len(text)): expected for text, expected in sizes.items()
    }


def test_characters_that_hide_things_are_refused() -> None:
    for hidden in ("\x00", "\x08", "\x1b", "\x7f", "\x85", "\u200e", "\u202e", "\u2066", "\ud800"):
        assert outcome(f"SELECT 'a{hidden}b'") == "unreadable", repr(hidden)
    assert _passes("SELECT\t'Huế',\r\n'日本', '🙂'")
