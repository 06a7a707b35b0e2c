"""Django's middleware without a change of thread at each step: these steps compute, and wait for nothing.

Below an asynchronous server Django moves every step of its own middleware into a thread and back, twenty times for a
request, which costs more than a short view does (docs/adr/0010). What may wait goes into a thread as before.
"""

from collections.abc import Callable
from typing import Any

from asgiref.sync import sync_to_async
from csp import middleware as csp
from django.conf import settings
from django.contrib.auth import middleware as auth
from django.contrib.messages import middleware as messages
from django.contrib.sessions import middleware as sessions
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware import clickjacking, common, csrf, locale, security
from django.utils.deprecation import MiddlewareMixin

#: One of the steps of a middleware, with a request first.
Step = Callable[..., Any]

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class Inline(MiddlewareMixin):
    """Calls the steps of the class beside it on the event loop."""

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        """As Django's, which `__call__` leads to below an asynchronous handler."""
        before: Step | None = getattr(self, "process_request", None)
        after: Step | None = getattr(self, "process_response", None)
        # The stub knows synchronous handlers only.
        proceed: Callable[[HttpRequest], Any] = self.get_response
        response: HttpResponseBase = (before(request) if before else None) or await proceed(request)
        if after is None:
            return response
        may_wait = self.may_wait(request)
        answered: HttpResponseBase = (
            await sync_to_async(after)(request, response) if may_wait else after(request, response)
        )
        return answered

    def may_wait(self, request: HttpRequest) -> bool:
        """Whether the step after the view may touch the database."""
        return False


class SecurityMiddleware(Inline, security.SecurityMiddleware):
    """Headers."""


class CSPMiddleware(Inline, csp.CSPMiddleware):
    """Headers."""


class LocaleMiddleware(Inline, locale.LocaleMiddleware):
    """The language, by cookie and header."""


class CommonMiddleware(Inline, common.CommonMiddleware):
    """Slashes and lengths."""


class AuthenticationMiddleware(Inline, auth.AuthenticationMiddleware):
    """A lazy user: whoever looks at it is in a thread already."""


class XFrameOptionsMiddleware(Inline, clickjacking.XFrameOptionsMiddleware):
    """A header."""


class SessionMiddleware(Inline, sessions.SessionMiddleware):
    """A lazy session, saved in a thread when it was changed."""

    def may_wait(self, request: HttpRequest) -> bool:
        """Only a changed session is written, unless settings want every one."""
        return bool(request.session.modified or settings.SESSION_SAVE_EVERY_REQUEST)


class MessageMiddleware(Inline, messages.MessageMiddleware):
    """Messages may be kept in the session, which then is read."""

    def may_wait(self, request: HttpRequest) -> bool:
        """Only messages that came or went are stored."""
        storage: Any = getattr(request, "_messages", None)
        return storage is not None and bool(storage.used or storage.added_new)


class CsrfViewMiddleware(Inline, csrf.CsrfViewMiddleware):
    """Compares tokens; a form that has to be parsed for its token may be large."""

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        super().__init__(get_response)
        if self.async_mode:
            # Django asks the instance, and moves what is no coroutine function into a thread.
            vars(self)["process_view"] = self._process_view_inline

    async def _process_view_inline(
        self, request: HttpRequest, callback: Callable[..., Any], *arguments: Any
    ) -> HttpResponseBase | None:
        check: Step = super().process_view
        is_quick = request.method in _SAFE_METHODS or getattr(callback, "csrf_exempt", False)
        refusal: HttpResponseBase | None = (
            check(request, callback, *arguments)
            if is_quick
            else await sync_to_async(check)(request, callback, *arguments)
        )
        return refusal
