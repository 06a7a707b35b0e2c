"""Lines that leave while they are made."""

import json
from collections.abc import Iterator

from config.common.ids import uuid7
from text2sql.api.knowledge_files import lines_response, report_lines
from text2sql.services.knowledge_imports import LineReport


def test_reports_are_lines_and_end_with_sums() -> None:
    knowledge_id = uuid7()
    reports = [
        LineReport(1, "created", knowledge_id=knowledge_id),
        LineReport(2, "duplicate"),
        LineReport(3, "refused", code="not_a_query", message="Chỉ được hỏi."),
    ]
    lines = b"".join(report_lines(reports, dry_run=False)).splitlines()
    assert [json.loads(line) for line in lines] == [
        {"line": 1, "result": "created", "knowledge_id": str(knowledge_id)},
        {"line": 2, "result": "duplicate"},
        {"line": 3, "result": "refused", "code": "not_a_query", "message": "Chỉ được hỏi."},
        {"dry_run": False, "created": 1, "duplicate": 1, "refused": 1},
    ]


def test_reports_are_not_collected() -> None:
    made: list[int] = []

    def endless() -> Iterator[LineReport]:
        while True:
            made.append(len(made))
            yield LineReport(len(made), "created")

    lines = report_lines(endless(), dry_run=True)
    assert next(lines).count(b"\n") == len(made) == 100


def test_nothing_read_is_still_told() -> None:
    assert [json.loads(line) for line in report_lines([], dry_run=True)] == [
        {"dry_run": True, "created": 0, "duplicate": 0, "refused": 0}
    ]


async def test_pieces_are_made_when_they_are_sent() -> None:
    made: list[int] = []

    def pieces() -> Iterator[bytes]:
        for number in range(3):
            made.append(number)
            yield str(number).encode()

    response = lines_response(pieces(), filename="a.jsonl")
    seen = [(piece, len(made)) async for piece in response]
    assert seen == [(b"0", 1), (b"1", 2), (b"2", 3)]
    assert response["Content-Type"] == "application/x-ndjson"
    assert response["Content-Disposition"] == 'attachment; filename="a.jsonl"'
    assert response["Cache-Control"] == "no-store"
