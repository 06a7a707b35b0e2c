"""Authentication of asynchronous views outside DRF."""

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.test import AsyncRequestFactory

from accounts.api.bearer import authenticate_request
from accounts.models import Account, ApiKey
from accounts.requests import note_stopped
from accounts.services import AccountStopped, InvalidKey, revoke_api_key
from accounts.services.errors import CsrfFailed

pytestmark = pytest.mark.django_db(transaction=True)


def request_of(user: Account | None = None, method: str = "GET", **headers: str) -> HttpRequest:
    """A request as the middleware hands it on."""
    request: HttpRequest = AsyncRequestFactory().generic(method, "/v1/models", headers=headers)

    async def auser() -> Account | AnonymousUser:
        return user or AnonymousUser()

    request.auser = auser
    return request


async def test_a_key_names_its_account(owner: Account, key: tuple[ApiKey, str]) -> None:
    assert await authenticate_request(request_of(Authorization=f"Bearer {key[1]}")) == (owner, key[0])


async def test_nobody_is_told_what_to_send(db: None) -> None:
    with pytest.raises(InvalidKey, match="Send an API key") as refusal:
        await authenticate_request(request_of())

    assert (refusal.value.status_code, refusal.value.code) == (401, "not_authenticated")
    assert refusal.value.headers == {"WWW-Authenticate": 'Bearer realm="api"'}


async def test_a_wrong_key_does_not_fall_back_to_the_session(owner: Account) -> None:
    with pytest.raises(InvalidKey) as refusal:
        await authenticate_request(request_of(owner, Authorization="Bearer sk-wrong"))

    assert refusal.value.code == "key_malformed"


async def test_a_revoked_key_is_refused(owner: Account, key: tuple[ApiKey, str]) -> None:
    await sync_to_async(revoke_api_key)(key=key[0], actor=owner)

    with pytest.raises(InvalidKey) as refusal:
        await authenticate_request(request_of(Authorization=f"Bearer {key[1]}"))

    assert refusal.value.code == "key_revoked"


async def test_a_session_reads(owner: Account) -> None:
    assert await authenticate_request(request_of(owner)) == (owner, None)


async def test_a_session_without_csrf_token_writes_nothing(owner: Account) -> None:
    with pytest.raises(CsrfFailed):
        await authenticate_request(request_of(owner, method="POST"))


async def test_an_ended_session_says_why(owner: Account) -> None:
    request = request_of()
    note_stopped(request, AccountStopped("This account is blocked: Spam"))

    with pytest.raises(AccountStopped, match="Spam"):
        await authenticate_request(request)
