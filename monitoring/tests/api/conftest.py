"""Clients of each person and of programs."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from accounts.models import Account
from accounts.services import create_api_key
from accounts.services.keys import forget_cached

As = Callable[[Account], APIClient]
WithKey = Callable[..., APIClient]


@pytest.fixture(autouse=True)
def _fresh_process() -> None:
    """Keys that this process remembers must not reach the next test."""
    forget_cached()


@pytest.fixture
def as_person() -> As:
    """REST client acting as a person with a session."""

    def client_of(person: Account) -> APIClient:
        client = APIClient()
        client.force_authenticate(person)
        return client

    return client_of


@pytest.fixture
def with_key() -> WithKey:
    """`with_key(owner, "interactions:read")`: client with a free key of a person."""

    def client_of(person: Account, *permissions: str) -> APIClient:
        _key, text = create_api_key(user=person, name="program", permissions=permissions)
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
        return client

    return client_of
