"""What other servers' refusals mean, and that nothing secret is repeated."""

from copy import copy
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from chatbot.engines.base import Target
from chatbot.engines.openai_wire.errors import UpstreamRateLimited, error_for_status, error_in_reply, read_retry_after
from tasks.engines.errors import EngineCrashed, EngineError, EngineInputError, EngineTimeout, EngineUnavailable

TARGET = Target(model="mock-1", credential="secret-of-house")


def error_of(status: int, body: bytes = b"") -> EngineError:
    return error_for_status(status, {}, body, TARGET)


@pytest.mark.parametrize(
    ("status", "kind", "code", "retryable"),
    [
        (400, EngineInputError, "upstream_refused_request", False),
        (401, EngineUnavailable, "upstream_refused_credential", False),
        (402, EngineUnavailable, "upstream_out_of_credit", False),
        (403, EngineUnavailable, "upstream_refused_credential", False),
        (404, EngineUnavailable, "upstream_model_not_found", False),
        (408, EngineTimeout, "upstream_timeout", True),
        (413, EngineInputError, "upstream_refused_request", False),
        (422, EngineInputError, "upstream_refused_request", False),
        (429, UpstreamRateLimited, "upstream_rate_limited", True),
        (500, EngineCrashed, "upstream_failed", True),
        (503, EngineCrashed, "upstream_failed", True),
        (529, EngineCrashed, "upstream_failed", True),
    ],
)
def test_each_status_has_its_error(status: int, kind: type[EngineError], code: str, retryable: bool) -> None:
    error = error_of(status)
    assert (type(error), error.code, error.retryable) == (kind, code, retryable)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"error": {"message": "Too long.", "type": "invalid_request_error"}}', "Too long."),
        (b'[{"error": {"code": 400, "message": "API key not valid.", "status": "INVALID"}}]', "API key not valid."),
        (b'{"error": "model is loading"}', "model is loading"),
        (b'{"detail": "Not here"}', "Not here"),
        (b'{"detail": [{"loc": ["body"], "msg": "field required"}]}', '[{"loc": ["body"], "msg": "field required"}]'),
        (b'{"message": "slow down"}', "slow down"),
        (b"plain words\nin two lines", "plain words in two lines"),
        (b"<html><body>Bad Gateway</body></html>", "HTTP 400"),
        (b'{"error": null}', "HTTP 400"),
        (b"", "HTTP 400"),
        (b"\xff\xfe", "\ufffd\ufffd"),
    ],
)
def test_the_message_of_every_known_form_is_read(body: bytes, said: str) -> None:
    assert error_of(400, body).message == f"The engine refused the request: {said}"


def test_an_empty_account_is_told_from_a_rate_limit() -> None:
    error = error_of(429, b'{"error": {"message": "You exceeded your quota", "code": "insufficient_quota"}}')
    assert (error.code, error.retryable) == ("upstream_out_of_credit", False)


@pytest.mark.parametrize(
    "said",
    [
        "Key secret-of-house is bad",
        "got Authorization: Bearer abc.def",
        "Incorrect API key provided: sk-proj-abc****wxyz",
        "rh_1234567890 is not known",
        "AIzaSyA1234567890abc",
    ],
)
@pytest.mark.parametrize("status", [400, 401, 404, 429, 500])
def test_no_credential_is_repeated(status: int, said: str) -> None:
    message = error_of(status, b'{"error": {"message": "%s"}}' % said.encode()).message
    assert not any(secret in message for secret in ("secret", "abc", "wxyz", "1234567890"))


def test_a_credential_at_the_place_of_the_cut_is_not_repeated_in_part() -> None:
    message = error_of(400, b"x" * 295 + b" secret-of-house").message
    assert "secret" not in message


def test_a_long_message_is_shortened() -> None:
    assert len(error_of(400, b"x" * 60_000).message) < 350


def test_a_model_name_as_long_as_a_book_is_not_repeated_whole() -> None:
    assert len(error_for_status(404, {}, b"", Target(model="m" * 10_000)).message) < 250


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-5"}, 0.0),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "1e30"}, 86_400.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
    ],
)
def test_the_wait_that_was_asked_for_is_read(headers: dict[str, str], seconds: float | None) -> None:
    assert read_retry_after(headers) == seconds


def test_the_wait_may_be_a_date() -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
    assert read_retry_after({"retry-after": date}) == pytest.approx(99.5, abs=1)


def test_a_date_without_a_zone_is_taken_for_utc() -> None:
    assert read_retry_after({"retry-after": "Mon, 20 Nov 1995 19:12:08 -0000"}) == 0.0


def test_the_wait_survives_the_way_between_processes() -> None:
    error = error_for_status(429, {"retry-after": "7"}, b"", TARGET)
    arrived = copy(error)  # rebuilt from what `pickle` would write
    assert isinstance(arrived, UpstreamRateLimited)
    assert (arrived.retry_after_seconds, arrived.code, arrived.retryable) == (7.0, "upstream_rate_limited", True)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ({"message": "Rate limit", "code": 429}, "upstream_rate_limited"),
        ({"message": "Bad", "code": "400"}, "upstream_refused_request"),
        ({"message": "Oops", "code": "server_error"}, "upstream_failed"),
        ({"message": "Oops", "code": 200}, "upstream_failed"),
        ({"message": "Oops"}, "upstream_failed"),
        ("Oops", "upstream_failed"),
        (["Oops"], "upstream_failed"),
    ],
)
def test_an_error_in_a_reply_is_read_like_a_status(error: Any, code: str) -> None:
    assert error_in_reply(error, TARGET).code == code
