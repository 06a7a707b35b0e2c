"""Ends sessions of accounts that lost their rights, notes activity, and puts the limits on API answers."""

import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts.models import Account
from accounts.requests import NOTICE, client_ip, note_stopped
from accounts.services import AccountStopped, answer_headers, note_activity
from accounts.services.keys import check_account

#: Programs read the reason in the answer itself and never open the sign-in page that shows the notice.
_API_PREFIXES = ("/api/", "/v1/")
_ACTIVITY_SECONDS = 60.0
_MEMO_ENTRIES = 10_000

#: When this process last told Redis about an account (monotonic seconds): spares a round trip per request.
_noted: dict[object, float] = {}


class Middleware(ABC):
    """Base of middleware that runs in the server's event loop where there is one, and in its thread where not."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """The response, or a coroutine of it below an asynchronous handler."""
        return self._answer_async(request) if self.is_async else self._answer(request)

    @abstractmethod
    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        """The response, in a thread."""

    @abstractmethod
    async def _answer_async(self, request: HttpRequest) -> HttpResponseBase:
        """The same response, in an event loop."""


class AccountStateMiddleware(Middleware):
    """Stands after AuthenticationMiddleware; needs a thread only for requests that carry a session."""

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        answer_headers.set(None)
        if _has_cookie(request):
            check_session(request)
        return _with_limits(self.get_response(request))

    async def _answer_async(self, request: HttpRequest) -> HttpResponseBase:
        answer_headers.set(None)
        if _has_cookie(request):
            await sync_to_async(check_session)(request)
        return _with_limits(await self.get_response(request))


def check_session(request: HttpRequest) -> None:
    """Sign out at once whose account was blocked or deleted meanwhile; note the activity of everybody else."""
    account_id = request.session.get(SESSION_KEY)
    if account_id is None:
        return
    if isinstance(request.user, Account):
        _note_activity(request, request.user)
        return
    # Anonymous although the session names somebody: either its hash no longer fits, or the account may not act.
    account = Account.objects.filter(pk=account_id).first()
    try:
        if account is not None:
            check_account(account)
    except AccountStopped as error:
        request.session.flush()
        note_stopped(request, error)
        if not request.path.startswith(_API_PREFIXES):
            request.session[NOTICE] = error.detail


def _has_cookie(request: HttpRequest) -> bool:
    return settings.SESSION_COOKIE_NAME in request.COOKIES


def _note_activity(request: HttpRequest, account: Account) -> None:
    now = time.monotonic()
    if now - _noted.get(account.pk, -_ACTIVITY_SECONDS) < _ACTIVITY_SECONDS:
        return
    if len(_noted) >= _MEMO_ENTRIES:
        _noted.clear()
    _noted[account.pk] = now
    note_activity(account=account, ip=client_ip(request))


def _with_limits(response: HttpResponseBase) -> HttpResponseBase:
    # A refusal carries the figures of its own window already, which must not be overwritten by an earlier one's.
    for name, value in (answer_headers.get() or {}).items():
        response.headers.setdefault(name, value)
    return response
