"""The frame around every page: theme, language, places to go."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory, override_settings
from django.urls import path
from django.utils import translation

from config.common.context import frame, nav_items


def _page(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


class Routes:
    """An installation that serves the start page only."""

    urlpatterns = [path("", _page, name="home")]


def test_nav_marks_the_page_it_leads_to() -> None:
    active = [item.label for item in nav_items("/tasks/") if item.active]
    assert [str(label) for label in active] == ["Tasks"]


def test_nav_marks_the_place_a_deeper_page_belongs_to() -> None:
    active = [str(item.label) for item in nav_items("/projects/new/") if item.active]
    assert active == ["Projects"]


def test_home_is_not_marked_by_every_page() -> None:
    assert not nav_items("/elsewhere/")[0].active


@override_settings(ROOT_URLCONF=Routes)
def test_nav_leaves_out_what_is_not_installed() -> None:
    assert [(str(item.label), item.url) for item in nav_items("/")] == [("Home", "/")]


@pytest.mark.parametrize(
    ("cookie", "theme"), [("dark", "dark"), ("light", "light"), ("system", "system"), ("<b>", "system")]
)
def test_theme_comes_from_the_cookie_when_it_is_known(cookie: str, theme: str) -> None:
    request = RequestFactory().get("/")
    request.COOKIES["theme"] = cookie
    assert frame(request)["theme"] == theme


def test_theme_follows_the_system_without_a_cookie() -> None:
    assert frame(RequestFactory().get("/"))["theme"] == "system"


def test_english_and_vietnamese_are_offered() -> None:
    codes = [language["code"] for language in frame(RequestFactory().get("/"))["languages"]]
    assert codes == ["en", "vi"]


def test_script_texts_speak_the_language_of_the_request() -> None:
    with translation.override("vi"):
        texts = frame(RequestFactory().get("/"))["script_texts"]()
    assert texts["statuses"]["completed"] == {"icon": "circle-check", "tone": "success", "label": "Hoàn thành"}
