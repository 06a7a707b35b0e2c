"""Refusals as both faces tell them: nested fields, codes, times to wait, and no words of other people."""

import json
from typing import Any

import pytest
import redis
from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions

from config.common.problems import (
    BodyTooLarge,
    Conflict,
    DomainError,
    Forbidden,
    NotFound,
    Unavailable,
    as_domain_error,
    openai_body,
    problem_body,
    problem_response,
)


def _translated(error: Exception) -> DomainError:
    domain = as_domain_error(error)
    assert domain is not None
    return domain


@pytest.mark.parametrize(
    ("detail", "flat"),
    [
        ([{"a": ["x"]}, {}, {"b": ["y"]}], {"0.a": ["x"], "2.b": ["y"]}),
        ({"a": [[["x"]]]}, {"a.0.0": ["x"]}),
        ({"a": {"0": ["x"], "1": ["y", "z"]}}, {"a.0": ["x"], "a.1": ["y", "z"]}),
        ({"tên": ["Bắt buộc."]}, {"tên": ["Bắt buộc."]}),
        ("Broken.", {"non_field_errors": ["Broken."]}),
        ({"a": "x"}, {"a": ["x"]}),
        ({}, {}),
    ],
    ids=repr,
)
def test_fields_are_named_by_their_way_from_the_top(detail: Any, flat: dict[str, list[str]]) -> None:
    assert _translated(exceptions.ValidationError(detail)).errors == flat


@pytest.mark.parametrize(("wait", "header"), [(None, None), (0, "1"), (0.4, "2"), (59, "60")])
def test_time_to_wait_is_never_too_short(wait: float | None, header: str | None) -> None:
    assert _translated(exceptions.Throttled(wait=wait)).headers.get("Retry-After") == header


def test_challenge_of_the_authentication_is_kept() -> None:
    error = exceptions.AuthenticationFailed()
    vars(error)["auth_header"] = 'Bearer realm="api"'
    domain = _translated(error)
    assert (domain.status_code, domain.headers) == (401, {"WWW-Authenticate": 'Bearer realm="api"'})


@pytest.mark.parametrize(
    ("error", "title"),
    [
        (exceptions.MethodNotAllowed("PUT"), 'Method "PUT" not allowed.'),
        (exceptions.UnsupportedMediaType("text/x"), 'Unsupported media type "text/x" in request.'),
        (exceptions.NotAcceptable(), "Could not satisfy the request Accept header."),
        (
            exceptions.PermissionDenied("Your key lacks tasks:write."),
            "You do not have permission to perform this action.",
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_title_names_the_kind_of_refusal_without_holes(error: exceptions.APIException, title: str) -> None:
    assert problem_body(_translated(error))["title"] == title
    assert problem_body(_translated(error))["detail"] == str(error.detail)


@pytest.mark.parametrize("error", [RequestDataTooBig("Request body exceeded 4194304."), BodyTooLarge()])
def test_both_limits_of_the_body_read_the_same(error: Exception) -> None:
    body = problem_body(_translated(error))
    assert (body["status"], body["code"], body["detail"]) == (413, "body_too_large", "The request body is too large.")


@pytest.mark.parametrize(("error", "sentence"), [(NotFound("No such train."), 404), (Forbidden("Not yours."), 403)])
def test_our_own_404_and_403_keep_their_sentence(error: DomainError, sentence: int) -> None:
    assert _translated(error) is error
    assert (error.status_code, str(error)) == (sentence, error.detail)


def test_own_code_of_one_error_does_not_change_the_others() -> None:
    special = Conflict("Taken.", code="name_taken", headers={"X-Hint": "1"})
    assert (special.code, Conflict().code, Conflict.code) == ("name_taken", "conflict", "conflict")
    assert (special.headers, Conflict().headers) == ({"X-Hint": "1"}, {})


def test_errors_and_headers_are_copies_of_what_was_given() -> None:
    fields = {"name": ["Required."]}
    error = DomainError(errors=fields, headers=(given := {"X-Hint": "1"}), retry_after_seconds=3)
    fields["other"] = ["x"]
    assert error.errors == {"name": ["Required."]}
    assert (error.headers, given) == ({"X-Hint": "1", "Retry-After": "3"}, {"X-Hint": "1"})


def test_retry_after_zero_is_sent_and_none_is_not() -> None:
    assert problem_response(DomainError(retry_after_seconds=0))["Retry-After"] == "0"
    assert "Retry-After" not in problem_response(DomainError()).headers


def test_sentence_is_in_the_language_of_the_answer_not_of_the_import() -> None:
    error = Unavailable(_("Cancel"))
    with translation.override("vi"):
        vietnamese = problem_body(error)["detail"]
    assert (vietnamese, problem_body(error)["detail"]) == ("Hủy", "Cancel")


def test_vietnamese_sentence_survives_the_wire() -> None:
    response = problem_response(Conflict("Tên đã được dùng 🚂", errors={"tên": ["Trùng"]}))
    body = json.loads(response.content.decode())
    assert (body["detail"], body["errors"]) == ("Tên đã được dùng 🚂", {"tên": ["Trùng"]})


def test_error_of_several_fields_names_the_first_and_says_all_to_openai_programs() -> None:
    domain = _translated(exceptions.ValidationError({"input": {"text": ["Too long."]}, "voice": ["Unknown."]}))
    assert openai_body(domain)["error"] == {
        "message": "Some fields are not valid. Too long. Unknown.",
        "type": "invalid_request_error",
        "param": "input.text",
        "code": "invalid_request",
    }


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [(429, "quota_exceeded", "insufficient_quota"), (429, "x", "rate_limit_error"), (499, "x", "invalid_request_error"),
     (500, "quota_exceeded", "server_error"), (599, "x", "server_error")],
)  # fmt: skip
def test_openais_type_follows_from_status_then_code(status: int, code: str, kind: str) -> None:
    error = DomainError(code=code)
    error.status_code = status
    assert openai_body(error)["error"]["type"] == kind


@pytest.mark.parametrize("name", ["OperationalError", "ConnectionError"])
def test_outage_is_logged_with_its_cause_once(caplog: pytest.LogCaptureFixture, name: str) -> None:
    cause = OperationalError("10.0.0.7") if name == "OperationalError" else redis.exceptions.ConnectionError("10.0.0.7")
    try:
        raise cause
    except type(cause) as error:
        _translated(error)
    [record] = caplog.records
    assert record.message == ("database.unavailable" if name == "OperationalError" else "redis.unavailable")
    assert record.exc_info is not None
    assert record.exc_info[1] is cause
