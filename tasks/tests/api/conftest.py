"""Signed-in REST clients of the named people, and keys."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from accounts.models import Account
from accounts.services.keys import create_api_key

As = Callable[[Account], APIClient]


@pytest.fixture
def signed_in() -> As:
    """`signed_in(owner).get(...)`."""

    def client(account: Account) -> APIClient:
        made = APIClient()
        made.force_authenticate(account)
        return made

    return client


def with_key(account: Account, *scopes: str) -> APIClient:
    """A client with a new API key of these scopes."""
    _key, token = create_api_key(user=account, name="test", permissions=list(scopes))
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client
