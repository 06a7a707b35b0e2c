"""Authentication for asynchronous views outside DRF, such as the OpenAI-compatible face."""

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from rest_framework.authentication import CSRFCheck

from accounts.models import Account, ApiKey
from accounts.requests import stopped_error
from accounts.services import InvalidKey, aauthenticate_key
from accounts.services.errors import CsrfFailed
from accounts.services.keys import token_of


async def authenticate_request(request: HttpRequest) -> tuple[Account, ApiKey | None]:
    """The caller by API key, else by session. Raises InvalidKey (401), AccountStopped or CsrfFailed (403).

    A wrong key never falls back to the session: its sender would act as somebody they did not name.
    """
    token = token_of(request.headers.get("Authorization", ""))
    if token is not None:
        who = await aauthenticate_key(token)
        return who.account, who.key
    if (error := stopped_error(request)) is not None:
        raise error
    user = await request.auser()
    if not isinstance(user, Account):
        raise InvalidKey(_("Send an API key: Authorization: Bearer rh_..."), code="not_authenticated")
    await sync_to_async(_enforce_csrf)(request)
    return user, None


def _never_called(_request: HttpRequest) -> HttpResponse:
    """CSRFCheck wants a view to stand in front of."""
    return HttpResponse()


def _enforce_csrf(request: HttpRequest) -> None:
    """Views called with keys are exempt from CSRF checks; a cookie must prove that it was not borrowed."""
    check = CSRFCheck(_never_called)
    check.process_request(request)
    if reason := check.process_view(request, _never_called, (), {}):
        raise CsrfFailed(str(reason))
