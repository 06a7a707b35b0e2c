"""The outermost middleware: request id, log context, access log, API errors and the admin's content security policy."""

import re
import sys
import time
from typing import Any

import structlog
from csp.constants import HEADER, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.utils import build_policy
from django.core.signals import got_request_exception
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from accounts.middleware import Middleware
from config.common.ids import uuid7
from config.common.problems import DomainError, Unavailable, as_domain_error
from monitoring.errors import error_response, is_api, without_html
from monitoring.metrics import count_request

logger = structlog.get_logger(__name__)

#: What a caller's id may look like; anything else is replaced, because it goes into logs and headers.
_SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
#: Polled every few seconds by machines: written to the log only when they go wrong.
_QUIET_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})
_INLINE_STYLE = {"style-src": [SELF, UNSAFE_INLINE]}
#: Unfold's Alpine.js evaluates expressions and sets style attributes; Swagger UI and ReDoc write style sheets, and
#: ReDoc searches in a worker made from a blob. Nobody gets inline scripts.
_RELAXED: dict[str, dict[str, list[str]]] = {
    "/admin/": {"script-src": [SELF, UNSAFE_EVAL], **_INLINE_STYLE},
    "/api/docs/": _INLINE_STYLE,
    "/api/redoc/": {"worker-src": ["blob:"], **_INLINE_STYLE},
}


def _remember_uncaught(sender: object, request: HttpRequest, **_: Any) -> None:
    """Exceptions of other middleware become a 500 page before we see them; keep them to tell an outage from a bug."""
    request.META["roundhouse.uncaught"] = sys.exc_info()[1]


got_request_exception.connect(_remember_uncaught, dispatch_uid="monitoring.middleware")


class RequestContextMiddleware(Middleware):
    """Runs around everything else, without a thread hop when the server is asynchronous."""

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        started = self._begin(request)
        return self._end(request, self.get_response(request), started)

    async def _answer_async(self, request: HttpRequest) -> HttpResponseBase:
        started = self._begin(request)
        return self._end(request, await self.get_response(request), started)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """Answer for views outside DRF; None leaves a bug to Django, which logs it."""
        if not is_api(request):
            return None
        domain = as_domain_error(error)
        return None if domain is None else error_response(request, domain)

    def _begin(self, request: HttpRequest) -> float:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if _SANE_ID.fullmatch(given) else str(uuid7())
        request.META["roundhouse.request_id"] = request_id
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        return time.perf_counter()

    def _end(self, request: HttpRequest, response: HttpResponseBase, started: float) -> HttpResponseBase:
        response = without_html(request, _outage(request, response))
        response["X-Request-ID"] = request.META["roundhouse.request_id"]
        for prefix, directives in _RELAXED.items():
            if request.path.startswith(prefix):
                response[HEADER] = build_policy(replace=directives)
        seconds = time.perf_counter() - started
        count_request(request, response, seconds)
        if request.path not in _QUIET_PATHS or response.status_code == 500:
            logger.info(
                "http.request.finished",
                method=request.method,
                path=request.path,
                status=response.status_code,
                duration_ms=round(seconds * 1000, 1),
                user_id=_user_id(request),
            )
        structlog.contextvars.clear_contextvars()
        return response


def request_id_of(request: HttpRequest) -> str:
    """The id under which this request is logged; empty outside the middleware."""
    return str(request.META.get("roundhouse.request_id", ""))


def _outage(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """A 500 page that was caused by PostgreSQL or Redis becomes 503; bugs stay 500."""
    error = request.META.pop("roundhouse.uncaught", None)
    if error is None or response.status_code != 500:
        return response
    domain = as_domain_error(error)
    if not isinstance(domain, Unavailable):
        return response
    return error_response(request, domain) if is_api(request) else _outage_page(domain)


def _outage_page(domain: DomainError) -> HttpResponse:
    """Plain text on purpose: the frame around our pages needs the very server that is down."""
    return HttpResponse(
        f"{domain.detail}\n",
        status=domain.status_code,
        content_type="text/plain; charset=utf-8",
        headers=domain.headers,
    )


def _user_id(request: HttpRequest) -> str | None:
    """Id of the signed-in account, if somebody asked for it already: logging must cost no query."""
    for name in ("user", "_cached_user", "_acached_user"):
        user = request.__dict__.get(name)
        # A lazy user that nobody looked at has no id of its own yet.
        if user is not None and "user_id" in user.__dict__:
            return str(user.__dict__["user_id"])
    return None
