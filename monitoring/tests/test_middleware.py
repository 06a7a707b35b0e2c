"""Request ids, the access log, and errors in the format of the face that was called."""

import json
import logging
from collections.abc import Awaitable
from uuid import UUID

import pytest
import structlog
from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponse
from django.test import AsyncClient, Client, RequestFactory

from accounts.models import Account
from monitoring.middleware import RequestContextMiddleware

pytestmark = [pytest.mark.urls("monitoring.tests.urls"), pytest.mark.django_db]


@pytest.fixture
def calm() -> Client:
    """A client that gets the 500 instead of the exception."""
    return Client(raise_request_exception=False)


def _finished(caplog: pytest.LogCaptureFixture) -> dict[str, object]:
    [record] = [record for record in caplog.records if record.name == "monitoring.middleware"]
    assert isinstance(record.msg, dict)
    return record.msg


def test_answer_carries_the_callers_request_id(client: Client) -> None:
    response = client.get("/pages/fine", headers={"X-Request-ID": "trace-42.a_B"})
    assert response["X-Request-ID"] == "trace-42.a_B"


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "line\tbreak", "<script>", "é"])
def test_unsafe_request_id_is_replaced_by_a_uuid7(client: Client, given: str) -> None:
    response = client.get("/pages/fine", headers={"X-Request-ID": given})
    assert UUID(response["X-Request-ID"]).version == 7


def test_access_log_says_what_happened_without_the_query(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        client.get("/pages/fine?token=abc", headers={"X-Request-ID": "r1"})
    line = _finished(caplog)
    duration = line["duration_ms"]
    assert isinstance(duration, float)
    assert 0 < duration < 5000
    expected = {
        "event": "http.request.finished",
        "request_id": "r1",
        "method": "GET",
        "path": "/pages/fine",
        "status": 200,
        "user_id": None,
    }
    assert expected.items() <= line.items()


def test_access_log_names_the_signed_in_person(
    browser_client: Client, owner: Account, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        browser_client.get("/pages/fine")
    assert _finished(caplog)["user_id"] == str(owner.pk)


@pytest.mark.parametrize(
    ("view", "status", "code"),
    [
        ("missing", 404, "not_found"),
        ("nowhere", 404, "not_found"),
        ("denied", 403, "forbidden"),
        ("conflict", 409, "conflict"),
        ("database_down", 503, "unavailable"),
        ("bug", 500, "internal_error"),
        ("post_only", 405, "method_not_allowed"),
    ],
)
def test_rest_caller_gets_problem_details(calm: Client, view: str, status: int, code: str) -> None:
    response = calm.get(f"/api/{view}")
    body = response.json()
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    assert (body["status"], body["code"], body["type"]) == (status, code, f"urn:roundhouse:problem:{code}")
    assert b"secret" not in response.content


@pytest.mark.parametrize(
    ("view", "status", "kind", "code"),
    [
        ("nowhere", 404, "invalid_request_error", "not_found"),
        ("conflict", 409, "invalid_request_error", "conflict"),
        ("limited", 429, "insufficient_quota", "insufficient_quota"),
        ("database_down", 503, "server_error", "unavailable"),
        ("bug", 500, "server_error", "internal_error"),
        ("async_conflict", 409, "invalid_request_error", "conflict"),
    ],
)
def test_openai_caller_gets_openais_error(calm: Client, view: str, status: int, kind: str, code: str) -> None:
    response = calm.get(f"/v1/{view}")
    error = response.json()["error"]
    assert (response.status_code, error["type"], error["code"]) == (status, kind, code)
    assert b"secret" not in response.content


def test_openai_error_names_the_field_and_all_messages(calm: Client) -> None:
    error = calm.get("/v1/conflict").json()["error"]
    assert (error["param"], error["message"]) == ("name", "Taken. Choose another.")


def test_headers_of_a_refusal_survive_the_translation(calm: Client) -> None:
    assert calm.get("/v1/limited")["Retry-After"] == "7"
    assert calm.get("/api/post_only")["Allow"] == "POST"
    assert calm.get("/api/database_down")["Retry-After"] == "5"


def test_person_sees_503_in_words_when_the_database_is_down(calm: Client) -> None:
    response = calm.get("/pages/database_down")
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert response.content == b"The database does not answer. Nothing was half-written; try again.\n"


def test_bug_in_a_page_stays_an_html_500(calm: Client) -> None:
    response = calm.get("/pages/bug")
    assert (response.status_code, response["Content-Type"]) == (500, "text/html; charset=utf-8")
    assert b"secret" not in response.content


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("/pages/fine", {"script-src 'self'", "style-src 'self'"}),
        ("/api/fine", {"script-src 'self'", "style-src 'self'"}),
        ("/admin/fine", {"script-src 'self' 'unsafe-eval'", "style-src 'self' 'unsafe-inline'"}),
        ("/api/docs/fine", {"script-src 'self'", "style-src 'self' 'unsafe-inline'"}),
    ],
)
def test_security_policy_is_relaxed_only_where_needed(client: Client, path: str, wanted: set[str]) -> None:
    policy = set(client.get(path)["Content-Security-Policy"].split("; "))
    assert wanted <= policy
    assert {"frame-ancestors 'none'", "object-src 'none'"} <= policy


async def test_async_view_answers_and_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        response = await AsyncClient().get("/v1/thread_of", headers={"X-Request-ID": "r2"})
    assert json.loads(response.content) == {"main": True}
    assert _finished(caplog)["request_id"] == "r2"


async def test_middleware_stays_on_the_event_loop() -> None:
    async def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse("fine")

    middleware = RequestContextMiddleware(view)
    assert iscoroutinefunction(middleware)
    answer = middleware(RequestFactory().get("/v1/x"))
    assert isinstance(answer, Awaitable)
    assert (await answer).status_code == 200


def test_context_does_not_leak_into_the_next_request(client: Client) -> None:
    client.get("/pages/fine")
    assert structlog.contextvars.get_contextvars() == {}


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.urls("config.urls")
def test_what_machines_poll_is_not_logged_even_when_it_is_503(
    client: Client, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        client.get(path)
    assert [record for record in caplog.records if record.name in ("monitoring.middleware", "django.request")] == []


def test_bug_is_logged_with_its_trace_and_its_request(calm: Client, caplog: pytest.LogCaptureFixture) -> None:
    calm.get("/api/bug")
    [record] = [record for record in caplog.records if record.name == "django.request"]
    assert (record.levelname, record.exc_info is not None) == ("ERROR", True)
