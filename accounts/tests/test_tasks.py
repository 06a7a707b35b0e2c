"""The periodic jobs do what their services do."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts import tasks
from accounts.models import Account, RateLimitWindow, UsageReservation
from accounts.services import admit
from accounts.tests.conftest import live
from config.common.ids import uuid7

pytestmark = pytest.mark.django_db


def test_counts_are_written(owner: Account) -> None:
    admit(account=owner, endpoint="speech")

    tasks.flush_windows()

    assert RateLimitWindow.objects.get().request_count == 1


def test_counters_are_healed(owner: Account) -> None:
    UsageReservation.objects.create(reservation_id=uuid7(), user=owner, amounts={"tokens": 4})

    tasks.reconcile()

    assert live(owner) == {"res|tokens": 4}


def test_old_windows_are_dropped(owner: Account) -> None:
    start = datetime(2020, 1, 1, tzinfo=UTC)
    RateLimitWindow.objects.create(
        user=owner, endpoint="speech", window_start=start, window_end=start + timedelta(hours=1)
    )

    tasks.prune_windows()

    assert not RateLimitWindow.objects.exists()
