"""OpenAI's error object."""

import json

import pytest

from config.common.problems import Conflict, DomainError, NotFound, Unavailable, openai_response


class TooMany(DomainError):
    """As `accounts` raises it."""

    status_code = 429
    code = "rate_limited"


class NoQuota(DomainError):
    """As `accounts` raises it."""

    status_code = 429
    code = "quota_exceeded"


class BadKey(DomainError):
    """As `accounts` raises it."""

    status_code = 401
    code = "key_expired"


@pytest.mark.parametrize(
    ("error", "status", "kind", "code"),
    [
        (DomainError("No."), 400, "invalid_request_error", "invalid_request"),
        (BadKey("No."), 401, "invalid_request_error", "invalid_api_key"),
        (NotFound(), 404, "invalid_request_error", "not_found"),
        (Conflict(), 409, "invalid_request_error", "conflict"),
        (TooMany(), 429, "rate_limit_error", "rate_limit_exceeded"),
        (NoQuota(), 429, "insufficient_quota", "insufficient_quota"),
        (Unavailable(), 503, "server_error", "unavailable"),
    ],
)
def test_status_decides_the_type(error: DomainError, status: int, kind: str, code: str) -> None:
    response = openai_response(error)
    body = json.loads(response.content)["error"]
    assert (response.status_code, body["type"], body["code"], body["param"]) == (status, kind, code, None)


def test_first_field_is_the_param_and_messages_are_said_once() -> None:
    error = DomainError("Too long.", errors={"input": ["Too long."], "voice": ["Unknown."]})
    body = json.loads(openai_response(error).content)["error"]
    assert (body["param"], body["message"]) == ("input", "Too long. Unknown.")


def test_headers_are_kept() -> None:
    assert openai_response(Unavailable(retry_after_seconds=7))["Retry-After"] == "7"
