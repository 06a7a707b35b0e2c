"""Strict JSON: what programs may send, and what they are told otherwise."""

import json

import pytest
from pytest_django import Settings

from config.common.problems import BodyTooLarge
from config.common.rest import InvalidJson, parse_json


@pytest.mark.parametrize(
    "value",
    [None, True, 0, -1.5, "", "Tiếng Việt 🚂", [], {"a": [{"b": None}]}, "a\\u0000b", "שלום", 10**30, 1e308],
    ids=repr,
)
def test_valid_json_is_read_as_it_was_meant(value: object) -> None:
    assert parse_json(json.dumps(value).encode()) == value
    assert parse_json(json.dumps(value, ensure_ascii=False).encode()) == value


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"{", "Expecting property name"),
        (b"", "Expecting value"),
        (b'{"a": NaN}', "NaN is not valid JSON."),
        (b"[Infinity]", "Infinity is not valid JSON."),
        (b"[-Infinity]", "-Infinity is not valid JSON."),
        (b"[1e999]", "1e999 is not valid JSON."),
        (b'"\xff"', "The text is not valid Unicode."),
        (b'"\\ud800"', "The text is not valid Unicode."),
        (b'"a\\u0000b"', "The character U+0000 is not allowed."),
        (b'{"\\\\\\u0000": 1}', "The character U+0000 is not allowed."),
        (b"[" * 65 + b"]" * 65, "The JSON is nested too deeply."),
        (b"[" * 10_000 + b"]" * 10_000, "The JSON is nested too deeply."),
        (b'{"a":' * 100_000, "The JSON is nested too deeply."),
        (b"1" * 5_000, "Exceeds the limit"),
    ],
    ids=lambda value: str(value[:20]),
)
def test_hostile_json_is_refused_with_its_reason(raw: bytes, reason: str) -> None:
    with pytest.raises(InvalidJson) as refused:
        parse_json(raw)
    assert str(refused.value.detail).startswith(reason)


def test_nesting_up_to_the_limit_is_accepted() -> None:
    assert parse_json(b"[" * 64 + b"]" * 64) is not None


def test_body_over_the_limit_is_refused_by_size(settings: Settings) -> None:
    settings.MAX_JSON_BYTES = 10
    assert parse_json(b'"12345678"') == "12345678"
    with pytest.raises(BodyTooLarge) as refused:
        parse_json(b'"123456789"')
    assert (refused.value.status_code, refused.value.detail) == (413, "At most 10 bytes are accepted.")
