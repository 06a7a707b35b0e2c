"""Log lines: fields, both formats, and no secret in any of them."""

import json
import logging
import sys

import pytest
import structlog

from monitoring.logs import REDACTED, line_formatter, redact

KEY = "rh_abcdefgh12345678"


def _line(style: str = "json", **record: object) -> str:
    made = logging.makeLogRecord({"name": "tests", "levelno": 20, "levelname": "INFO", "msg": "a.thing.done", **record})
    return line_formatter(style).format(made)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Authorization", "anything"),
        ("password", "hunter2"),
        ("new_password", "hunter2"),
        ("api_key", "x"),
        ("METRICS_TOKEN", "x"),
        ("set-cookie", "sessionid=1"),
        ("credential", {"nested": "x"}),
    ],
)
def test_value_under_a_secret_name_is_hidden(name: str, value: object) -> None:
    assert redact({name: value}) == {name: REDACTED}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"key {KEY} used", f"key {REDACTED} used"),
        ("Authorization: Bearer abc.def-1", f"Authorization: Bearer {REDACTED}"),
        ("postgresql://me:pw@db.example/x", f"postgresql://{REDACTED}@db.example/x"),
        ("an ordinary rh_short text", "an ordinary rh_short text"),
        ("time 10:30 at a@b.example", "time 10:30 at a@b.example"),
    ],
)
def test_secret_inside_a_text_is_hidden(text: str, shown: str) -> None:
    assert redact(text) == shown


def test_counts_of_tokens_are_no_secret() -> None:
    assert redact({"tokens": 5, "token_usage": {"input_tokens": 3}}) == {
        "tokens": 5,
        "token_usage": {"input_tokens": 3},
    }


def test_redaction_reaches_nested_lists() -> None:
    assert redact([{"a": (KEY, 1)}]) == [{"a": [REDACTED, 1]}]


def test_json_line_has_level_logger_time_and_bound_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROCESS_NAME", "web")
    with structlog.contextvars.bound_contextvars(request_id="r1", task_id="t1"):
        line = json.loads(_line())
    assert line.pop("timestamp").endswith("Z")
    expected = {"event": "a.thing.done", "level": "info", "logger": "tests", "process": "web"}
    assert line == expected | {"request_id": "r1", "task_id": "t1"}


def test_extra_fields_of_the_standard_library_are_kept_and_redacted() -> None:
    line = json.loads(_line(task_id="t1", token="x"))
    assert (line["task_id"], line["token"]) == ("t1", REDACTED)


def test_traceback_is_kept_and_redacted() -> None:
    try:
        raise ValueError(f"bad {KEY}")
    except ValueError:
        line = json.loads(_line(exc_info=sys.exc_info()))
    assert f"ValueError: bad {REDACTED}" in line["exception"]
    assert KEY not in json.dumps(line)


def test_readable_line_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PROCESS_NAME", raising=False)
    line = _line("text", request_id="r1", api_key=KEY)
    assert "a.thing.done" in line
    assert "request_id=r1" in line
    assert f"api_key={REDACTED}" in line


def test_what_json_cannot_hold_is_written_as_text() -> None:
    assert json.loads(_line(thing=logging))["thing"].startswith("<module 'logging'")


def test_structlog_logger_writes_through_the_same_formatter(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="tests.structured"):
        structlog.get_logger("tests.structured").info("a.thing.done", password="x", amount=3)
    line = json.loads(line_formatter("json").format(caplog.records[0]))
    assert (line["event"], line["amount"], line["password"]) == ("a.thing.done", 3, REDACTED)
