"""Every route asks who is there: a stranger without a session or key gets nothing from any of them."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from django.contrib.admin.sites import site
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.views import APIView

from accounts.scopes import SCOPES

#: Open to everybody, and why. An entry without a route is an error, too.
PUBLIC = {
    "healthz": "load balancers ask it; it says nothing but that the process lives",
    "readyz": "load balancers ask it; it names no host and no credential",
    "account/login/": "here people say who they are",
    "account/logout/": "ending a session that is not there harms nobody",
    "i18n/setlang/": "sets a cookie with the reader's language",
    "shared/<str:token>/": "whoever has the link may read the branch; the token is the permission",
    "api/schema/": "the description of the API holds no data",
    "api/docs/": "the description of the API holds no data",
    "api/redoc/": "the description of the API holds no data",
}
_ADMIN = "admin/"
_SAMPLE = {"uuid": str(UUID(int=7)), "int": "1", "str": "cancel", "path": "name", "slug": "name"}
_METHODS = ("get", "post", "put", "patch", "delete")


def routes() -> list[tuple[str, Callable[..., Any]]]:
    """(pattern, view) of the whole site, the admin's own left out."""
    return [(route, view) for route, view in _walk(get_resolver(), "") if not route.startswith(_ADMIN)]


def _walk(resolver: URLResolver, prefix: str) -> Iterator[tuple[str, Callable[..., Any]]]:
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route, pattern.callback
        else:
            yield from _walk(pattern, route)


def _address(route: str) -> str:
    """An address that the route matches."""
    simple = re.sub(
        r"<(?:(\w+):)?\w+>", lambda match: _SAMPLE[match[1] or "str"], re.sub(r"\(\?P<\w+>[^)]*\)", "<uuid:x>", route)
    )
    return "/" + simple.replace("^", "").replace("$", "")


def _api_views() -> list[tuple[str, type[APIView], list[str]]]:
    """(pattern, class, methods) of the REST face."""
    found = []
    for route, view in routes():
        kind = getattr(view, "cls", None)
        if kind is not None and issubclass(kind, APIView) and route not in PUBLIC:
            offered = getattr(view, "actions", None) or {name for name in _METHODS if hasattr(kind, name)}
            found.append((route, kind, sorted(name.upper() for name in offered)))
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("route", [route for route, _view in routes() if route not in PUBLIC])
def test_stranger_is_turned_away(client: Client, route: str) -> None:
    for method in _METHODS:
        response = getattr(client, method)(_address(route))
        to_login = response.status_code == 302 and response["Location"].startswith("/account/login/")
        assert to_login or response.status_code in (401, 403, 405), method


@pytest.mark.parametrize(
    ("route", "kind", "methods"), _api_views(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_rest_view_names_known_scopes(route: str, kind: type[APIView], methods: list[str]) -> None:
    named = getattr(kind, "required_scopes", None)
    assert named is not None, f"{kind.__name__} names no scopes"
    assert set(named.values()) <= set(SCOPES)


def test_every_view_of_the_rest_face_is_guarded() -> None:
    unguarded = [route for route, view in routes() if route.startswith("api/v1/") and not hasattr(view, "cls")]
    assert unguarded == []


def test_public_routes_still_exist() -> None:
    assert set(PUBLIC) <= {route for route, _view in routes()}


@pytest.mark.django_db
def test_stranger_is_sent_from_every_admin_page_to_its_sign_in(client: Client) -> None:
    pages = ["/admin/", *(f"/admin/{model._meta.app_label}/{model._meta.model_name}/" for model in site._registry)]
    answers = {page: client.get(page) for page in pages}
    assert {
        page for page, answer in answers.items() if answer.status_code != 302 or "login" not in answer["Location"]
    } == set()


@pytest.mark.django_db
def test_person_without_staff_rights_is_refused_by_the_admin(browser_client: Client) -> None:
    pages = [f"/admin/{model._meta.app_label}/{model._meta.model_name}/" for model in site._registry]
    assert {browser_client.get(page).status_code for page in pages} == {302}
