"""Foreign values at their limits, and markup of stored pages as Markdown."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from chatbot.importing.markup import as_markdown, by_class, parse_safely
from chatbot.importing.values import (
    Clock,
    attachment,
    entries,
    fenced,
    fingerprint,
    identity,
    line,
    mapping,
    objects,
    only_named,
    storable,
    tags,
    text,
    uuid_text,
    with_attachments,
)

Json = dict[str, Any]
KEY = "01a1ff15-c15b-72cd-ad75-ac4d29fddcce"


def test_moments_change_from_seconds_to_milliseconds_at_their_border() -> None:
    hanoi = Clock(timezone(timedelta(hours=7)))
    cases: dict[Any, datetime | None] = {
        100_000_000_000: datetime(5138, 11, 16, 9, 46, 40, tzinfo=UTC),
        100_000_000_001: datetime(1973, 3, 3, 9, 46, 40, 1_000, tzinfo=UTC),
        0.5: datetime(1970, 1, 1, 0, 0, 0, 500_000, tzinfo=UTC),
        "2024-03-09": datetime(2024, 3, 8, 17, tzinfo=UTC),
        "20240309T160000": datetime(2024, 3, 9, 9, tzinfo=UTC),
        "2024-03-09T16:00:00.123456+00:00": datetime(2024, 3, 9, 16, 0, 0, 123_456, tzinfo=UTC),
        "0001-01-01T00:00:00": None, "2024-13-01": None, "2024-02-30": None, " 2024-03-09": None, "1710000000": None,
    }  # fmt: skip
    assert {value: hanoi.moment(value) for value in cases} == cases


def test_values_of_another_type_are_empty() -> None:
    odd: list[Any] = [None, 5, True, 1.5]
    assert [(text(value), mapping(value), [*entries(value)], objects(value), tags(value)) for value in odd] == [
        ("", {}, [], [], ())
    ] * 4
    assert (objects([1, {"a": 1}, None, [], {}]), entries("abc"), mapping([("a", 1)])) == ([{"a": 1}, {}], (), {})
    assert storable("\ud83d\ude00 \x00\udfff") == "\ufffd\ufffd \ufffd"


def test_ids_are_cut_at_two_hundred_characters() -> None:
    cases: dict[Any, str] = {
        0: "0", -7: "-7", 1.5: "", "": "", " \n": "", " a b ": "a b", "x" * 201: "x" * 200, "\x00a": "a",
        10**199: "1" + "0" * 199, 10**250: "1" + "0" * 199,
    }  # fmt: skip
    assert {value: identity(value) for value in cases} == cases


def test_lines_and_tags_end_at_their_limits() -> None:
    assert [len(line("x" * size)) for size in (254, 255, 256)] == [254, 255, 255]
    assert (line("a\u2028b\x0bc", 3), line("ab", 0), line(["a"])) == ("a b", "", "")
    assert tags([{"name": "Ga"}, "ga", " Ga ", {"other": 1}, [], "a\nb"]) == ("Ga", "ga", "a b")
    assert len(tags([f"t{number}" for number in range(21)])) == 20


def test_uuids_come_in_one_form() -> None:
    cases = {
        KEY.upper(): KEY, KEY.replace("-", ""): KEY, f"{{{KEY}}}": KEY, f"urn:uuid:{KEY}": KEY, KEY[:-1]: None,
        "": None,
    }  # fmt: skip
    assert {value: uuid_text(value) for value in cases} == cases


def test_fingerprints_depend_on_every_part_and_its_place() -> None:
    parts: list[tuple[Any, ...]] = [(), (None,), ("",), ("a", "b"), ("ab",), ("b", "a"), (["a", "b"],), ({"a": 1},)]
    assert len({fingerprint(*one) for one in parts}) == len(parts)
    assert fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})
    assert len(fingerprint("\ud800", b"x")) == 32


def test_attachments_say_only_what_is_known() -> None:
    cases: list[tuple[Json, Json]] = [
        ({"name": " a\nb "}, {"name": "a b"}),
        ({"name": "a", "kind": "x" * 101, "size": 0}, {"name": "a", "type": "x" * 100, "size": 0}),
        ({"name": "", "size": True, "content": " "}, {"name": "file", "text": " "}),
        ({"name": 5, "size": 1.5, "content": None}, {"name": "file"}),
    ]
    assert [attachment(**given) for given, _known in cases] == [known for _given, known in cases]
    assert only_named([{"name": "a", "text": "b", "size": 1}]) == [{"name": "a", "size": 1}]


def test_files_stand_below_the_words() -> None:
    files = [{"name": "a.txt", "text": "x"}, {"name": "b.png"}]
    assert with_attachments("Q", files) == "Q\n\n📎 a.txt\n\n```\nx\n```\n\n📎 b.png"
    assert [with_attachments(" \n", files[1:]), with_attachments(" Q ", []), with_attachments("", [])] == [
        "📎 b.png", " Q ", "",
    ]  # fmt: skip
    assert (fenced(""), fenced("a", "py"), fenced("``` ````")) == ("", "```py\na\n```", "`````\n``` ````\n`````")


def test_elements_become_marks_or_words() -> None:
    cases = {
        "<b> a </b>b": "**a**b", "<b> </b>x": "x", "<i><b>a</b></i>": "***a***", "<del>a</del>": "~~a~~",
        "<code>a_b</code>": "`a_b`", "<code>a`b</code>": "``a`b``", "<code>`</code>": "`` ` ``",
        "<a>a</a>": "a", "<a href='javascript:x'>a</a>": "a", "<a href='mailto:a@b.c'>m</a>": "[m](mailto:a@b.c)",
        "<h6>x</h6>": "###### x", "a<p></p><p>b</p>": "a\n\nb", "<blockquote>a<br>b</blockquote>": "> a\n> b",
        "<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>": "1. a\n\n   - b\n2. c",
        "<script>x</script>y": "y", "<u>a</u> <mark>b</mark>": "a b", "<img src=x>": "🖼", "a\n  b": "a b",
        "<pre><code class='x language-py y'>a\n\n b</code></pre>": "```py\na\n\n b\n```",
    }  # fmt: skip
    assert {markup: as_markdown(parse_safely(markup)) for markup in cases} == cases


def test_classes_are_whole_words() -> None:
    root = parse_safely('<p class="message user">a</p><p class="message-text">b</p><p class="xmessage">c</p>')
    assert [element.text for element in by_class(root, "message")] == ["a"]
