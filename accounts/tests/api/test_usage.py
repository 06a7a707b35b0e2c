"""GET /api/v1/account/usage/."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import Account
from accounts.services import admit, flush_rate_windows, hold_usage, settle_usage
from accounts.tests.conftest import limit
from config.common.embedded import EmbeddedRedis
from config.common.ids import uuid7

pytestmark = pytest.mark.django_db

URL = "/api/v1/account/usage/"


def work(account: Account, characters: int, *, settled: int | None = None) -> None:
    """Reserve, and settle when asked."""
    reservation_id, amounts = uuid7(), {"characters": characters}
    admit(account=account, endpoint="speech", amounts=amounts, reservation_id=reservation_id)
    hold_usage(reservation_id=reservation_id, account_id=account.pk, amounts=amounts)
    if settled is not None:
        settle_usage(reservation_id=reservation_id, actual={"characters": settled})


def test_the_owner_sees_used_reserved_and_left(signed_in: APIClient, owner: Account) -> None:
    limit(owner, "characters", "daily", 100)
    work(owner, 50, settled=30)
    work(owner, 20)
    flush_rate_windows()

    body = signed_in.get(URL).json()

    [quota] = [row for row in body["quotas"] if (row["quota_type"], row["period"]) == ("characters", "daily")]
    assert quota.pop("reset_date") > "2026"
    assert quota == {
        "scope": "account", "scope_id": str(owner.pk), "quota_type": "characters", "period": "daily", "limit": 100,
        "current_usage": 30, "reserved": 20, "remaining": 50,
    }  # fmt: skip
    assert body["requests_per_hour"] == 3600
    assert body["requests_last_24_hours"] == [{"endpoint": "speech", "request_count": 2}]


def test_others_usage_is_not_shown(by_key: Callable[..., APIClient], owner: Account, stranger: Account) -> None:
    work(owner, 50, settled=30)
    work(stranger, 5, settled=5)

    body = by_key("account:read", account=stranger).get(URL).json()

    assert {row["current_usage"] for row in body["quotas"] if row["quota_type"] == "characters"} == {5}


def test_it_is_read_without_redis(signed_in: APIClient, owner: Account, own_redis: EmbeddedRedis) -> None:
    work(owner, 50, settled=30)
    own_redis.stop()

    assert signed_in.get(URL).status_code == 200


def test_the_number_of_queries_does_not_grow(signed_in: APIClient, owner: Account) -> None:
    work(owner, 1)
    with CaptureQueriesContext(connection) as few:
        signed_in.get(URL)
    for _work in range(10):
        work(owner, 1)
    with CaptureQueriesContext(connection) as many:
        signed_in.get(URL)

    assert len(many) <= len(few)
