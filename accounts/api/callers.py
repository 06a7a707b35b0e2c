"""Who asks: the account and the key behind an authenticated REST request, with their types."""

from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request

from accounts.models import Account, ApiKey


def account_of(request: Request) -> Account:
    """The person; raises NotAuthenticated where a view lets everybody in."""
    if not isinstance(request.user, Account):
        raise NotAuthenticated
    return request.user


def key_of(request: Request) -> ApiKey | None:
    """The key of a program; None for sessions."""
    return request.auth if isinstance(request.auth, ApiKey) else None
