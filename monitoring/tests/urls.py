"""Routes that fail in every way the middleware must translate; used by test_middleware and test_errors only."""

import threading
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.http import require_POST

from config.common.problems import Conflict, DomainError


def bug(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("secret detail")


def database_down(request: HttpRequest) -> HttpResponse:
    raise OperationalError("connection refused on /secret/socket")


def conflict(request: HttpRequest) -> HttpResponse:
    raise Conflict("Taken.", errors={"name": ["Choose another."]})


def limited(request: HttpRequest) -> HttpResponse:
    error = DomainError("No characters left.", code="quota_exceeded", retry_after_seconds=7)
    error.status_code = 429
    raise error


def missing(request: HttpRequest) -> HttpResponse:
    raise Http404


def denied(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


@require_POST
def post_only(request: HttpRequest) -> HttpResponse:
    return JsonResponse({})


def fine(request: HttpRequest) -> HttpResponse:
    return HttpResponse("fine")


async def thread_of(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"main": threading.current_thread() is threading.main_thread()})


async def async_conflict(request: HttpRequest) -> HttpResponse:
    raise Conflict("Taken.")


VIEWS: list[Callable[..., Any]] = [
    bug,
    database_down,
    conflict,
    limited,
    missing,
    denied,
    post_only,
    fine,
    thread_of,
    async_conflict,
]

urlpatterns = [
    path(prefix + view.__name__, view) for prefix in ("api/", "v1/", "pages/", "admin/", "api/docs/") for view in VIEWS
]
