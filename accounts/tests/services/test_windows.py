"""Request counts written behind."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DataError
from django.utils import timezone

from accounts import limiter
from accounts.models import Account, RateLimitWindow
from accounts.selectors import requests_by_endpoint
from accounts.services import admit, flush_rate_windows, prune_rate_windows
from accounts.tests.conftest import in_parallel

pytestmark = pytest.mark.django_db


def rows() -> list[tuple[str, str, int]]:
    """Person, endpoint and count."""
    return sorted(RateLimitWindow.objects.values_list("user__username", "endpoint", "request_count"))


def test_requests_of_an_hour_become_one_row_per_person_and_endpoint(owner: Account, member: Account) -> None:
    for account, endpoint in [(owner, "task-list"), (owner, "task-list"), (owner, "speech"), (member, "speech")]:
        admit(account=account, endpoint=endpoint)

    assert flush_rate_windows() == 3

    assert rows() == [("member", "speech", 1), ("owner", "speech", 1), ("owner", "task-list", 2)]
    window = RateLimitWindow.objects.first()
    assert window is not None
    assert window.window_start == timezone.now().replace(minute=0, second=0, microsecond=0)
    assert window.window_end - window.window_start == timedelta(hours=1)


def test_later_requests_are_added(owner: Account) -> None:
    admit(account=owner, endpoint="speech")
    flush_rate_windows()
    admit(account=owner, endpoint="speech")
    flush_rate_windows()

    assert rows() == [("owner", "speech", 2)]


def test_nothing_new_writes_nothing(owner: Account) -> None:
    assert flush_rate_windows() == 0


@pytest.mark.django_db(transaction=True)
def test_two_writers_count_nothing_twice(owner: Account) -> None:
    for _request in range(20):
        admit(account=owner, endpoint="speech")

    in_parallel(4, lambda _index: flush_rate_windows())

    assert rows() == [("owner", "speech", 20)]


def test_refused_requests_are_not_counted(owner: Account) -> None:
    owner.requests_per_hour = 0
    with pytest.raises(Exception, match="At most 0"):
        admit(account=owner, endpoint="speech")

    assert flush_rate_windows() == 0


def test_what_postgresql_refuses_is_put_back(owner: Account) -> None:
    limiter.put_counts_back({(str(owner.pk), "speech", 3600): 2**40})

    with pytest.raises(DataError):
        flush_rate_windows()

    assert limiter.take_counts() == {(str(owner.pk), "speech", 3600): 2**40}


def test_counts_of_unknown_accounts_are_dropped(owner: Account) -> None:
    limiter.put_counts_back({("00000000-0000-0000-0000-000000000001", "speech", 3600): 1})

    flush_rate_windows()

    assert rows() == []


def test_old_windows_are_dropped(owner: Account) -> None:
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    RateLimitWindow.objects.create(
        user=owner, endpoint="speech", window_start=long_ago, window_end=long_ago + timedelta(hours=1)
    )
    admit(account=owner, endpoint="task-list")
    flush_rate_windows()

    assert prune_rate_windows() == 1

    assert rows() == [("owner", "task-list", 1)]


def test_the_usage_page_sums_the_last_day(owner: Account, member: Account) -> None:
    for endpoint in ["speech", "task-list", "speech"]:
        admit(account=owner, endpoint=endpoint)
    admit(account=member, endpoint="speech")
    flush_rate_windows()

    assert requests_by_endpoint(owner) == [("speech", 2), ("task-list", 1)]
