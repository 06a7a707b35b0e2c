"""Who is behind a request, with types; and what is asked of requests that nobody is behind."""

import pytest
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory, force_authenticate
from rest_framework.views import APIView

from accounts.api.callers import account_of, key_of
from accounts.api.throttling import SlidingWindowThrottle, endpoint_name, is_metered
from accounts.models import Account, ApiKey
from config.common.redis import redis_client


def request_of(user: Account | None = None, key: ApiKey | None = None, method: str = "GET") -> Request:
    """As a view of DRF gets it."""
    raw = APIRequestFactory().generic(method, "/")
    force_authenticate(raw, user, key)  # type: ignore[arg-type]
    return APIView().initialize_request(raw)


@pytest.mark.django_db
def test_a_caller_has_an_account_and_a_program_a_key(owner: Account, laptop: ApiKey) -> None:
    assert account_of(request_of(owner)) == owner
    assert (key_of(request_of(owner, laptop)), key_of(request_of(owner))) == (laptop, None)


def test_nobody_is_no_account() -> None:
    with pytest.raises(NotAuthenticated):
        account_of(request_of())


def test_nobodys_requests_are_not_counted() -> None:
    assert SlidingWindowThrottle().allow_request(request_of(), APIView())

    assert redis_client().keys("*") == []


def test_a_view_without_a_route_goes_by_its_name() -> None:
    assert endpoint_name(request_of(), APIView()) == "APIView"


@pytest.mark.parametrize(
    ("metered", "method", "action", "counted_elsewhere"),
    [
        (True, "POST", "create", True),
        (True, "GET", "list", False),
        ({"create"}, "POST", "create", True),
        ({"create"}, "POST", "retry", False),
        ({"PUT"}, "PUT", None, True),
        (set(), "POST", "create", False),
    ],
)
def test_a_view_says_which_requests_its_service_counts(
    metered: bool | set[str], method: str, action: str | None, counted_elsewhere: bool
) -> None:
    view = type("View", (APIView,), {"metered": metered, "action": action})()

    assert is_metered(request_of(method=method), view) is counted_elsewhere
