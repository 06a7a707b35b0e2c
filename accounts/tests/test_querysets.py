"""Who sees which rows."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.models import Account, ApiKey, RateLimitWindow, UsageQuota
from accounts.services import create_api_key, ensure_quotas, revoke_api_key

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rows(owner: Account) -> None:
    create_api_key(user=owner, name="laptop", permissions=["*"])
    ensure_quotas(account=owner)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    RateLimitWindow.objects.create(user=owner, endpoint="speech", window_start=now, window_end=now)


@pytest.mark.parametrize("model", [ApiKey, UsageQuota, RateLimitWindow])
def test_the_owner_and_staff_see_them_and_nobody_else(
    model: type[ApiKey] | type[UsageQuota] | type[RateLimitWindow], owner: Account, staff: Account, stranger: Account
) -> None:
    seen = [model.objects.visible_to(viewer).exists() for viewer in (owner, staff, stranger, AnonymousUser())]

    assert seen == [True, True, False, False]


def test_people_see_themselves_and_staff_everybody(owner: Account, staff: Account) -> None:
    assert list(Account.objects.visible_to(owner)) == [owner]
    assert set(Account.objects.visible_to(staff)) == {owner, staff}
    assert not Account.objects.visible_to(AnonymousUser()).exists()


def test_active_keys_are_those_not_revoked(owner: Account) -> None:
    revoke_api_key(key=ApiKey.objects.get(), actor=owner)

    assert not ApiKey.objects.active().exists()
