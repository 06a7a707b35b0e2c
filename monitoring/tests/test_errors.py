"""Django's own error pages on API paths: what is replaced, what is kept, what is left alone."""

import json

import pytest
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import Client, RequestFactory
from django.utils import translation

from monitoring.errors import is_api, without_html


def _answer(path: str, status: int, **headers: str) -> HttpResponse:
    page = HttpResponse("<h1>secret</h1>", status=status, headers=headers)
    answer = without_html(RequestFactory().get(path), page)
    assert isinstance(answer, HttpResponse)
    return answer


@pytest.mark.parametrize(
    ("path", "program"),
    [("/api/", True), ("/api/v1/tasks/", True), ("/v1/x", True), ("/api", False), ("/v1", False), ("/v10/x", False),
     ("/apis/", False), ("/", False), ("/tasks/api/", False)],
)  # fmt: skip
def test_programs_are_known_by_their_path(path: str, program: bool) -> None:
    assert is_api(RequestFactory().get(path)) is program


@pytest.mark.parametrize(
    ("status", "code"),
    [(400, "invalid_request"), (403, "invalid_request"), (404, "not_found"), (405, "method_not_allowed"),
     (413, "invalid_request"), (500, "internal_error")],
)  # fmt: skip
def test_page_becomes_a_problem_with_the_same_status(status: int, code: str) -> None:
    answer = _answer("/api/x", status)
    body = json.loads(answer.content)
    assert (answer.status_code, body["status"], body["code"]) == (status, status, code)
    assert "secret" not in answer.content.decode()


@pytest.mark.parametrize(
    ("path", "status"), [("/api/x", 200), ("/api/x", 302), ("/api/x", 399), ("/x", 404), ("/x", 500)]
)
def test_what_is_no_error_of_a_program_is_left_alone(path: str, status: int) -> None:
    assert _answer(path, status).content == b"<h1>secret</h1>"


@pytest.mark.parametrize(
    "response",
    [JsonResponse({"a": 1}, status=404), HttpResponse(b"x", status=404, content_type="audio/mpeg"),
     StreamingHttpResponse([b"x"], status=404)],
    ids=["JSON", "audio", "stream"],
)  # fmt: skip
def test_answer_that_is_no_page_is_left_alone(response: HttpResponseBase) -> None:
    assert without_html(RequestFactory().get("/api/x"), response) is response


def test_headers_with_a_meaning_and_cookies_are_kept_and_others_are_not() -> None:
    kept = {"Allow": "GET", "Retry-After": "7", "WWW-Authenticate": "Bearer"}
    page = HttpResponse("<h1>", status=405, headers=kept | {"X-Frame-Options": "DENY"})
    page.set_cookie("language", "vi")
    answer = without_html(RequestFactory().get("/v1/x"), page)
    assert {name: answer[name] for name in kept} == kept
    assert (answer.cookies["language"].value, "X-Frame-Options" in answer) == ("vi", False)


def test_sentence_speaks_the_language_of_the_request() -> None:
    with translation.override("vi"):
        vietnamese = json.loads(_answer("/api/x", 404).content)
    english = json.loads(_answer("/api/x", 404).content)
    assert english["detail"] == "There is nothing at this address."
    assert vietnamese["detail"] != english["detail"]
    assert vietnamese["code"] == english["code"]


@pytest.mark.parametrize(("path", "key"), [("/api/v1/nowhere/", "code"), ("/v1/nowhere", "error")])
def test_each_face_has_its_own_form_of_404(client: Client, db: None, path: str, key: str) -> None:
    body = client.get(path).json()
    assert key in body
    assert ("type" in body) is (key == "code")


def test_cross_site_form_on_the_api_gets_a_problem_not_a_page(db: None) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/api/schema/", {"a": "b"})
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.status_code in (403, 405)
