"""Callers of the REST API."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from accounts.models import Account
from accounts.services import create_api_key


@pytest.fixture
def signed_in(owner: Account) -> APIClient:
    """`owner` in a browser."""
    client = APIClient()
    client.force_login(owner)
    return client


@pytest.fixture
def by_key(owner: Account) -> Callable[..., APIClient]:
    """A program of `owner` whose key has the given scopes."""

    def make(*scopes: str, account: Account = owner) -> APIClient:
        _key, text = create_api_key(user=account, name="program", permissions=list(scopes))
        return APIClient(headers={"Authorization": f"Bearer {text}"})

    return make
