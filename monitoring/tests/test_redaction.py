"""Secrets in log lines, wherever they hide, and ordinary words that must stay."""

import json
import logging
from pathlib import Path
from uuid import UUID

import pytest
import structlog

from monitoring.logs import REDACTED, WithoutUnavailable, line_formatter, redact

KEY = "rh_abcdefgh12345678"


def _line(style: str = "json", **record: object) -> str:
    made = logging.makeLogRecord({"name": "tests", "levelno": 20, "levelname": "INFO", "msg": "a.thing.done", **record})
    return line_formatter(style).format(made)


class Holder:
    """An object whose text holds a key."""

    def __str__(self) -> str:
        return f"holder of {KEY}"


@pytest.mark.parametrize(
    "name",
    ["X-API-Key", "x-api-key", "apiKey", "API_KEY", "HTTP_AUTHORIZATION", "Set-Cookie", "csrfmiddlewaretoken",
     "sessionid", "session_key", "old_password", "db_passwd", "client_secret", "refresh-token", "PEPPER",
     "credentials"],
)  # fmt: skip
def test_name_of_a_secret_is_known_in_every_spelling(name: str) -> None:
    assert redact({"headers": [{name: "x"}]}) == {"headers": [{name: REDACTED}]}


@pytest.mark.parametrize(
    "name", ["key_prefix", "tokens", "output_tokens", "key_id", "task_id", "path", "session", "monkey", "keyboard"]
)
def test_name_that_only_sounds_like_one_keeps_its_value(name: str) -> None:
    assert redact({name: "kept"}) == {name: "kept"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("redis://:pw@db.example:6379/0", f"redis://{REDACTED}@db.example:6379/0"),
        ("amqp://me:p%40ss@mq.example", f"amqp://{REDACTED}@mq.example"),
        ("two postgresql://a:b@c, redis://d:e@f", f"two postgresql://{REDACTED}@c, redis://{REDACTED}@f"),
        ("postgresql://postgres@/house?host=/run", "postgresql://postgres@/house?host=/run"),
        ("http://127.0.0.1:8000/a@b", "http://127.0.0.1:8000/a@b"),
        (f"'{KEY}',\"{KEY}\"", f"'{REDACTED}',\"{REDACTED}\""),
        (f"x{KEY}", f"x{KEY}"),
        ("rh_1234567 and rh_12345678", f"rh_1234567 and {REDACTED}"),
        ("bearer abc, Bearer d.e-f", f"bearer {REDACTED}, Bearer {REDACTED}"),
        ("khóa rh_abcdefgh12345678 bị lộ", f"khóa {REDACTED} bị lộ"),
    ],
    ids=range(10),
)
def test_secret_is_known_by_its_looks(text: str, shown: str) -> None:
    assert redact(text) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (ValueError(f"bad {KEY}"), f"bad {REDACTED}"),
        (f"Bearer {KEY}".encode(), f"b'Bearer {REDACTED}"),
        ({KEY}, f"{{'{REDACTED}'}}"),
        (Holder(), f"holder of {REDACTED}"),
    ],
    ids=["exception", "bytes", "set", "object"],
)
def test_secret_is_found_in_what_becomes_text_later(value: object, shown: str) -> None:
    assert str(redact(value)).rstrip("'") == shown.rstrip("'")
    assert KEY not in _line(thing=value)
    assert KEY not in _line("text", thing=value)


@pytest.mark.parametrize("value", [None, True, 0, 1.5, UUID(int=7), Path("/a"), frozenset({1}), b"x", 10**30])
def test_value_without_a_secret_keeps_its_type(value: object) -> None:
    assert redact({"value": value}) == {"value": value}
    assert type(redact(value)) is type(value)


def test_given_value_is_not_changed() -> None:
    given = {"password": "x", "list": [{"token": KEY}]}
    redact(given)
    assert given == {"password": "x", "list": [{"token": KEY}]}


@pytest.mark.parametrize("style", ["json", "text"])
def test_arguments_of_a_message_are_redacted(style: str) -> None:
    line = _line(style, msg="key %s of %s", args=(KEY, {"password": "x"}))
    assert f"key {REDACTED} of" in line
    assert KEY not in line


def test_arguments_of_structlog_are_redacted(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="tests.positional"):
        structlog.get_logger("tests.positional").info("key.used", headers={"X-Api-Key": "x"}, url=f"/?k={KEY}")
    line = json.loads(line_formatter("json").format(caplog.records[0]))
    assert (line["headers"], line["url"]) == ({"X-Api-Key": REDACTED}, f"/?k={REDACTED}")


def test_bound_context_is_redacted_too() -> None:
    with structlog.contextvars.bound_contextvars(request_id="r1", api_key=KEY):
        line = json.loads(_line())
    assert (line["request_id"], line["api_key"]) == ("r1", REDACTED)


def test_line_break_in_a_value_makes_no_second_line() -> None:
    line = _line(msg="a\nb", path="/x\r\n{}")
    assert line.count("\n") == 0
    assert json.loads(line)["event"] == "a\nb"


def test_vietnamese_stays_readable_in_json() -> None:
    assert '"event": "Tàu đã đến 🚂"' in _line(msg="Tàu đã đến 🚂")


def test_escape_codes_of_the_server_are_left_out() -> None:
    assert "color_message" not in json.loads(_line(color_message="\x1b[1mx"))


@pytest.mark.parametrize(("status", "kept"), [(503, False), (500, True), (None, True)])
def test_only_the_line_of_a_503_is_dropped(status: int | None, kept: bool) -> None:
    record = logging.makeLogRecord({} if status is None else {"status_code": status})
    assert WithoutUnavailable().filter(record) is kept
