"""Static files on both kinds of server, and everything else past them."""

from collections.abc import Awaitable
from pathlib import Path

import pytest
from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.test import RequestFactory
from pytest_django import Settings

from monitoring.static_files import StaticFilesMiddleware

SCRIPT = b"export const answer = 42;\n"


@pytest.fixture(autouse=True)
def _one_file(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "app.js").write_bytes(SCRIPT)
    settings.STATICFILES_DIRS, settings.STATIC_ROOT = [tmp_path], None


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("page")


async def async_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("page")


def ask(path: str, **headers: str) -> HttpResponse:
    answer = StaticFilesMiddleware(page)(RequestFactory().get(path, headers=headers))
    assert isinstance(answer, HttpResponse)
    return answer


async def ask_async(path: str) -> HttpResponseBase:
    answer = StaticFilesMiddleware(async_page)(RequestFactory().get(path))
    assert isinstance(answer, Awaitable)
    return await answer


def test_file_comes_with_its_type_and_length() -> None:
    response = ask("/static/app.js")
    assert (response.status_code, response.content) == (200, SCRIPT)
    assert response["Content-Type"].startswith("text/javascript")
    assert response["Content-Length"] == str(len(SCRIPT))


def test_browser_that_has_the_file_gets_no_content() -> None:
    modified = ask("/static/app.js")["Last-Modified"]
    response = ask("/static/app.js", **{"If-Modified-Since": modified})
    assert (response.status_code, response.content) == (304, b"")


@pytest.mark.parametrize("path", ["/", "/static/", "/static/../manage.py", "/static/other.js"])
def test_everything_else_passes(path: str) -> None:
    assert ask(path).content == b"page"


async def test_file_is_served_on_the_event_loop_too() -> None:
    response = await ask_async("/static/app.js")
    assert isinstance(response, HttpResponse)
    assert response.content == SCRIPT


async def test_page_passes_without_leaving_the_event_loop() -> None:
    assert iscoroutinefunction(StaticFilesMiddleware(async_page))
    response = await ask_async("/")
    assert isinstance(response, HttpResponse)
    assert response.content == b"page"


@pytest.mark.parametrize(
    ("bounds", "status", "content"),
    [("bytes=0-5", 206, SCRIPT[:6]), ("bytes=-3", 206, SCRIPT[-3:]), ("bytes=7-", 206, SCRIPT[7:]),
     ("bytes=999-", 416, b""), ("lines=1-2", 200, SCRIPT)],
)  # fmt: skip
def test_part_of_a_file_is_answered_as_asked(bounds: str, status: int, content: bytes) -> None:
    response = ask("/static/app.js", Range=bounds)
    assert (response.status_code, response.content) == (status, content)


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("POST", 405), ("DELETE", 405)])
def test_file_is_only_read(method: str, status: int) -> None:
    answer = StaticFilesMiddleware(page)(RequestFactory().generic(method, "/static/app.js"))
    assert isinstance(answer, HttpResponse)
    assert (answer.status_code, answer.content) == (status, b"")
