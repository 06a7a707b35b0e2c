"""JSON Lines of several programs."""

import json
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from text2sql.knowledge.jsonl import MAX_LINE_BYTES, ImportedPair, read_lines, write_line

#: A line -> the pair, or what is wrong.
LINES: dict[str, ImportedPair | str] = {
    '{"question": "Q", "sql": "S"}': ImportedPair("Q", "S"),
    '{"question": " Q ", "sql": "S\\n", "learned_at": "2025-03-04T05:06:07"}': ImportedPair(
        "Q", "S", learned_at=datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC)
    ),
    '{"question": "Q", "sql": "S", "learned_at": "yesterday"}': ImportedPair("Q", "S"),
    '{"question": "Q", "sql": "S", "table": "orders"}': ImportedPair("Q", "S", tags=("orders",)),
    '{"db_id": "shop", "question": "Q", "query": "S"}': ImportedPair("Q", "S", database="shop"),
    '{"question": "Q", "gold": "S"}': ImportedPair("Q", "S"),
    '{"question": "Q", "raw": "x", "sql": "S", "exec_status": "ok", "saved": true}': ImportedPair("Q", "S"),
    '{"question": "Q", "sql": "S", "exec_status": "error", "saved": false, "message": "m"}': "not_run",
    '{"question": "Q", "sql": "S", "exec_status": null}': "not_run",
    '{"question": "Q", "sql": "S", "exec_status": "OK", "saved": false}': "not_saved",
    '{"question": "Q", "sql": "S", "tags": ["a", " a", 5, ""]}': ImportedPair("Q", "S", tags=("a",)),
    '{"question": "Q"}': "no_sql",
    '{"question": "", "sql": "S"}': "no_question",
    '{"question": 5, "sql": "S"}': "no_question",
    '{"question": "a\\u0000b", "sql": "S"}': "bad_characters",
    '{"question": "a\\ud800b", "sql": "S"}': "bad_characters",
    f'{{"question": "{"q" * 2_001}", "sql": "S"}}': "question_too_long",
    f'{{"question": "Q", "sql": "{"s" * 100_001}"}}': "sql_too_long",
    '["question", "sql"]': "not_an_object",
    "question: sql": "not_json",
    "[" * 20_000: "not_json",
}


def read(*pieces: bytes) -> list[tuple[int, ImportedPair | str | None]]:
    return [(line.number, line.pair or line.problem) for line in read_lines(pieces)]


def test_every_shape_is_read_and_every_other_line_is_told() -> None:
    whole = "\n".join(LINES).encode()
    assert read(whole) == list(enumerate(LINES.values(), 1))


def test_pieces_may_end_anywhere() -> None:
    whole = "\ufeff{}\r\n\r\n  \n".encode() + '{"question": "Số mấy?", "sql": "S"}'.encode()
    assert read(*(whole[place : place + 1] for place in range(len(whole)))) == [
        (1, "no_question"),
        (4, ImportedPair("Số mấy?", "S")),
    ]


def test_other_encodings_are_told() -> None:
    assert read('{"question": "é", "sql": "S"}\n'.encode("latin-1"), b'{"question": "Q", "sql": "S"}') == [
        (1, "not_utf8"),
        (2, ImportedPair("Q", "S")),
    ]


def test_lines_without_end_take_no_memory() -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(200):
            yield b"x" * MAX_LINE_BYTES
        yield b'\n{"question": "Q", "sql": "S"}\n'

    tracemalloc.start()
    found = [(line.number, line.pair or line.problem) for line in read_lines(endless())]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == [(1, "line_too_long"), (2, ImportedPair("Q", "S"))]
    assert peak < 10 * MAX_LINE_BYTES


def test_what_is_written_is_read_back() -> None:
    moment = datetime(2025, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
    pair = ImportedPair("Số\n?", "SELECT 'é'", ("a", "b"), "shop", "mysql", "approved", moment, ("Khác",))
    line = write_line(pair)
    assert [entry.pair for entry in read_lines([line])] == [pair]
    data: dict[str, Any] = json.loads(write_line(ImportedPair("Q", "S")))
    assert data == {"question": "Q", "sql": "S"}
