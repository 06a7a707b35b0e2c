"""Problem details: the body, the headers, and what becomes of each kind of exception."""

import json
from typing import Any

import pytest
import redis
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, OperationalError
from django.http import Http404
from rest_framework import exceptions

from config.common.problems import (
    Conflict,
    DomainError,
    Forbidden,
    NotFound,
    Unavailable,
    as_domain_error,
    problem_body,
    problem_response,
)


def test_body_has_the_members_of_rfc_9457() -> None:
    assert problem_body(Conflict("Taken.", errors={"name": ["Choose another."]})) == {
        "type": "urn:roundhouse:problem:conflict",
        "title": "The current state does not permit this.",
        "status": 409,
        "detail": "Taken.",
        "code": "conflict",
        "errors": {"name": ["Choose another."]},
    }


def test_detail_is_the_title_unless_told() -> None:
    body = problem_body(NotFound())
    assert (body["title"], body["detail"], "errors" in body) == ("Not found.", "Not found.", False)


def test_response_has_status_type_and_headers() -> None:
    response = problem_response(Unavailable(retry_after_seconds=9))
    assert (response.status_code, response["Retry-After"]) == (503, "9")
    assert response["Content-Type"] == "application/problem+json"
    assert json.loads(response.content)["code"] == "unavailable"


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (DomainError(code="too_odd"), 400, "too_odd"),
        (Http404(), 404, "not_found"),
        (PermissionDenied(), 403, "forbidden"),
        (Forbidden(), 403, "forbidden"),
        (OperationalError("server closed the connection"), 503, "unavailable"),
        (redis.exceptions.ConnectionError(), 503, "unavailable"),
        (redis.exceptions.TimeoutError(), 503, "unavailable"),
        (exceptions.NotAuthenticated(), 401, "not_authenticated"),
        (exceptions.MethodNotAllowed("PUT"), 405, "method_not_allowed"),
        (exceptions.UnsupportedMediaType("text/x"), 415, "unsupported_media_type"),
        (exceptions.ParseError(), 400, "parse_error"),
        (exceptions.Throttled(wait=1.2), 429, "throttled"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_expected_exception_becomes_a_problem(error: Exception, status: int, code: str) -> None:
    domain = as_domain_error(error)
    assert domain is not None
    assert (domain.status_code, domain.code) == (status, code)


@pytest.mark.parametrize("error", [ValueError("x"), IntegrityError("x"), redis.exceptions.ResponseError("x")])
def test_bug_is_no_problem_of_the_caller(error: Exception) -> None:
    assert as_domain_error(error) is None


def test_outage_does_not_tell_its_address() -> None:
    domain = as_domain_error(OperationalError("connection to 10.0.0.7 refused"))
    assert domain is not None
    assert "10.0.0.7" not in str(problem_body(domain))


def test_throttled_caller_is_told_when_to_come_back() -> None:
    domain = as_domain_error(exceptions.Throttled(wait=1.2))
    assert domain is not None
    assert domain.headers["Retry-After"] == "3"


@pytest.mark.parametrize(
    ("detail", "flat"),
    [
        ({"name": ["Required."]}, {"name": ["Required."]}),
        ({"a": {"b": ["x", "y"]}}, {"a.b": ["x", "y"]}),
        ({"items": [{}, {"n": ["x"]}]}, {"items.1.n": ["x"]}),
        (["Broken."], {"non_field_errors": ["Broken."]}),
    ],
)
def test_nested_field_errors_become_dotted_names(detail: Any, flat: dict[str, list[str]]) -> None:
    domain = as_domain_error(exceptions.ValidationError(detail))
    assert domain is not None
    assert (domain.errors, domain.code, domain.status_code) == (flat, "invalid_request", 400)
