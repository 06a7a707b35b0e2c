"""The stream of items: in bounded memory, up to the byte where the file breaks."""

import io
import json
from typing import Any

import pytest

from chatbot.importing import stream
from chatbot.importing.base import MAX_ITEM_BYTES, Note
from chatbot.importing.stream import Broken, json_items


def items(content: bytes) -> list[Any]:
    return list(json_items(io.BytesIO(content).read))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"[]", []),
        (b'[{"a":[1,{"b":2}]},{"c":null}]', [{"a": [1, {"b": 2}]}, {"c": None}]),
        (b'{"a":{"b":[1,{"c":2}]},"d":3}', [{"a": {"b": [1, {"c": 2}]}, "d": 3}]),
        (b'{"a":1}\n{"b":[2]}\n', [{"a": 1}, {"b": [2]}]),
        (b'[1,"x",null,true,[1,[2]]]', [1, "x", None, True, [1, [2]]]),
        (b"\xef\xbb\xbf [1.5, 2]", [1.5, 2]),
        ('["Tiếng Việt", "\\u0111"]'.encode(), ["Tiếng Việt", "đ"]),
    ],
)
def test_items_of_every_shape(content: bytes, expected: list[Any]) -> None:
    assert items(content) == expected


@pytest.mark.parametrize(
    ("content", "before"),
    [
        (b'[{"a":1},{"b":', [{"a": 1}]),
        (b'[{"a":1},{"b":2}', [{"a": 1}, {"b": 2}]),
        (b'[{"a":1},{"b":\xff}]', [{"a": 1}]),
        (b'[{"a":1},{"b":1e999}]', [{"a": 1}]),
        (b'[{"a":1}] junk', [{"a": 1}]),
        (b"", []),
        (b"nonsense", []),
    ],
)
def test_what_stands_before_the_break_is_given(content: bytes, before: list[Any]) -> None:
    *found, broken = items(content)
    assert found == before
    assert broken == Broken(Note("broken_json", len(content)))


def test_break_in_a_long_file_is_found_near_its_place() -> None:
    good = json.dumps([{"n": number} for number in range(50_000)]).encode()
    *found, broken = items(good[:400_000] + b"}" + good[400_000:])
    assert found[-1]["n"] + 1 == len(found)
    assert broken.why.code == "broken_json"
    assert 0 <= broken.why.value - 400_000 <= 65_536


@pytest.mark.parametrize("piece", [b"[", b'{"a":', b'[{"a":'])
def test_endless_nesting_ends_early(piece: bytes) -> None:
    assert items(b'[{"ok":1},' + piece * 300_000)[1].why.code == "too_deep"


@pytest.fixture
def limit(monkeypatch: pytest.MonkeyPatch) -> int:
    """An eighth of the real one: the parser goes through a text from its beginning for each further chunk."""
    assert MAX_ITEM_BYTES == 32 << 20
    monkeypatch.setattr(stream, "MAX_ITEM_BYTES", 4 << 20)
    return 4 << 20


def test_item_that_is_too_large_is_left_out_and_the_next_one_read(limit: int) -> None:
    large = b'{"x":[' + b'"aaaa",' * (limit // 7 + 20_000) + b"1]}"
    assert items(b'[{"a":1},' + large + b',{"b":2}]') == [{"a": 1}, Broken(Note("too_large", 4)), {"b": 2}]


def test_one_endless_text_ends_the_file(limit: int) -> None:
    found = items(b'[{"a":1},"' + b"y" * (limit + 200_000))
    assert [getattr(item, "why", item) for item in found][:1] == [{"a": 1}]
    assert found[1].why.code == "value_too_large"


def test_bytes_are_counted() -> None:
    content, counted = json.dumps([{"n": number} for number in range(20_000)]).encode(), list[int]()
    list(json_items(io.BytesIO(content).read, note_bytes=counted.append))
    assert sum(counted) == len(content)
