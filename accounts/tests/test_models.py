"""What the database itself refuses, whoever writes: psql, the admin, a bug."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import Account, ApiKey, RateLimitWindow, UsageQuota, UsageReservation
from accounts.services import ensure_quotas
from accounts.tests.conftest import limit
from accounts.tests.scopes import PROJECT
from config.common.ids import uuid7

pytestmark = pytest.mark.django_db

QUOTA: dict[str, Any] = {"quota_type": "tokens", "period": "daily", "limit": 1, "reset_date": date(2100, 1, 1)}


def refused_by(model: type[Any], **fields: Any) -> str:
    """Name of the constraint that refuses the row."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        model.objects.create(**fields)
    return str(refusal.value.__cause__.diag.constraint_name)  # type: ignore[union-attr]


def changed(row: Any, **fields: Any) -> str:
    """Name of the constraint that refuses the change."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        type(row).objects.filter(pk=row.pk).update(**fields)
    return str(refusal.value.__cause__.diag.constraint_name)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"role": "king"}, "accounts_valid_role"),
        ({"account_type": "gold"}, "accounts_valid_type"),
        ({"is_blocked": True}, "accounts_blocked_at_iff_blocked"),
        ({"blocked_at": datetime(2026, 1, 1, tzinfo=UTC)}, "accounts_blocked_at_iff_blocked"),
    ],
)
def test_an_account_is_in_no_impossible_state(owner: Account, fields: dict[str, Any], constraint: str) -> None:
    assert changed(owner, **fields) == constraint


@pytest.mark.parametrize(
    ("active", "blocked", "status"),
    [(True, False, "active"), (True, True, "blocked"), (False, False, "deleted"), (False, True, "deleted")],
)
def test_the_status_follows_from_the_columns(owner: Account, active: bool, blocked: bool, status: str) -> None:
    at = timezone.now() if blocked else None
    Account.objects.filter(pk=owner.pk).update(is_active=active, is_blocked=blocked, blocked_at=at)

    owner.refresh_from_db()
    assert (owner.status, owner.may_act) == (status, status == "active")


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"status": "lost"}, "api_keys_revoked_at_iff_revoked"),
        ({"status": "revoked"}, "api_keys_revoked_at_iff_revoked"),
        ({"revoked_at": datetime(2026, 1, 1, tzinfo=UTC)}, "api_keys_revoked_at_iff_revoked"),
    ],
)
def test_a_key_is_in_no_impossible_state(laptop: ApiKey, fields: dict[str, Any], constraint: str) -> None:
    assert changed(laptop, **fields) == constraint


def test_a_hash_belongs_to_one_key(laptop: ApiKey, stranger: Account) -> None:
    constraint = refused_by(ApiKey, user=stranger, name="copy", prefix="rh_", key_hash=laptop.key_hash)

    assert constraint.startswith("api_keys_key_hash")


@pytest.mark.parametrize("owners", [[], ["user", "api_key"], ["user", "project_id"], ["api_key", "project_id"]])
def test_a_quota_has_exactly_one_scope(owner: Account, laptop: ApiKey, owners: list[str]) -> None:
    named = {"user": owner, "api_key": laptop, "project_id": PROJECT}

    assert refused_by(UsageQuota, **QUOTA, **{name: named[name] for name in owners}) == "usage_quotas_one_scope"


@pytest.mark.parametrize("scope", ["user", "api_key", "project_id"])
def test_a_scope_has_one_quota_per_kind_and_period(owner: Account, laptop: ApiKey, scope: str) -> None:
    named = {"user": owner, "api_key": laptop, "project_id": PROJECT}[scope]
    UsageQuota.objects.create(**QUOTA, **{scope: named})
    UsageQuota.objects.create(**QUOTA | {"period": "monthly"}, **{scope: named})

    assert refused_by(UsageQuota, **QUOTA, **{scope: named}) == "usage_quotas_unique"


def test_a_quota_derives_scope_and_its_id(owner: Account, laptop: ApiKey) -> None:
    made = [
        UsageQuota.objects.create(**QUOTA, user=owner),
        UsageQuota.objects.create(**QUOTA, api_key=laptop),
        UsageQuota.objects.create(**QUOTA, project_id=PROJECT),
    ]

    assert [(row.scope, row.scope_id) for row in made] == [
        ("account", owner.pk), ("key", laptop.pk), ("project", PROJECT)
    ]  # fmt: skip
    assert [str(row) for row in made] == [f"{found} tokens daily" for found in (owner.pk, laptop.pk, PROJECT)]


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"quota_type": "gold"}, "usage_quotas_valid_type"),
        ({"period": "weekly"}, "usage_quotas_valid_period"),
        ({"limit": -1}, "usage_quotas_limit_check"),
        ({"current_usage": -1}, "usage_quotas_current_usage_check"),
    ],
)
def test_a_quota_is_in_no_impossible_state(owner: Account, fields: dict[str, Any], constraint: str) -> None:
    limit(owner, "tokens", "daily", 1)

    assert changed(UsageQuota.objects.get(), **fields) == constraint


def test_a_window_is_written_once(owner: Account) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    window = {"user": owner, "endpoint": "speech", "window_start": now, "window_end": now}
    made = RateLimitWindow.objects.create(**window)

    assert refused_by(RateLimitWindow, **window) == "rate_limits_unique_window"
    assert str(made) == "speech 2026-01-01 00:00"


def test_a_change_by_hand_moves_the_time_of_change(owner: Account) -> None:
    before = owner.updated_at

    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts SET full_name = 'By hand' WHERE user_id = %s", [owner.pk])

    owner.refresh_from_db()
    assert owner.updated_at > before


def test_a_reservation_outlives_its_key(owner: Account, laptop: ApiKey) -> None:
    held = UsageReservation.objects.create(
        reservation_id=uuid7(), user=owner, api_key=laptop, project_id=PROJECT, amounts={"tokens": 1}
    )

    laptop.delete()

    held.refresh_from_db()
    assert (held.api_key_id, held.project_id, str(held)) == (None, PROJECT, str(held.pk))


@pytest.mark.parametrize(("who", "scopes"), [
    ("owner", {"account", "key"}), ("stranger", set()), ("staff", {"account", "key", "project"}), (None, set())
])  # fmt: skip
def test_quotas_are_seen_by_their_person_and_projects_by_staff_alone(
    owner: Account, laptop: ApiKey, request: pytest.FixtureRequest, who: str | None, scopes: set[str]
) -> None:
    ensure_quotas(account=owner)
    UsageQuota.objects.create(**QUOTA, api_key=laptop)
    UsageQuota.objects.create(**QUOTA, project_id=PROJECT)
    viewer = request.getfixturevalue(who) if who else AnonymousUser()

    assert set(UsageQuota.objects.visible_to(viewer).values_list("scope", flat=True)) == scopes


def test_ids_grow_with_time(owner: Account) -> None:
    ids: list[UUID] = [ApiKey.objects.create(user=owner, name=str(n), key_hash=str(n)).pk for n in range(20)]

    assert sorted(ids) == ids
    assert {found.version for found in ids} == {7}
