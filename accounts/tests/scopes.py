"""What the tests of shared quotas have in common: a project's id, and work in it by key or without."""

from uuid import UUID

from accounts.models import Account, ApiKey, UsageQuota
from accounts.services import QuotaExceeded, admit, hold_usage, set_quota

PROJECT = UUID("01a1fb5c-0000-7000-8000-000000000001")


def limit_key(key: ApiKey, amount: int, period: str = "daily") -> None:
    """So many characters for one key."""
    set_quota(key=key, quota_type="characters", period=period, limit=amount, actor=None)


def limit_project(amount: int, period: str = "daily") -> None:
    """So many characters for the project."""
    set_quota(project_id=PROJECT, quota_type="characters", period=period, limit=amount, actor=None)


def reserve(
    account: Account, characters: int, key: ApiKey | None = None, project_id: UUID | None = PROJECT
) -> UUID | None:
    """Id of the reservation, None when one of the quotas does not suffice."""
    amounts = {"characters": characters}
    try:
        admission = admit(
            account=account, endpoint="speech", count_request=False, amounts=amounts, key=key, project_id=project_id
        )
    except QuotaExceeded:
        return None
    return admission.reservation_id


def accept(account: Account, characters: int, key: ApiKey | None = None) -> UUID:
    """Reserved in the project, and held by a committed row."""
    reservation_id = reserve(account, characters, key)
    assert reservation_id is not None
    hold_usage(
        reservation_id=reservation_id, account_id=account.pk, amounts={"characters": characters},
        key_id=key.pk if key else None, project_id=PROJECT,
    )  # fmt: skip
    return reservation_id


def used_by(scope_id: UUID) -> dict[str, int]:
    """Settled characters of a key or project by period, as PostgreSQL has them."""
    rows = UsageQuota.objects.filter(scope_id=scope_id, quota_type="characters")
    return dict(rows.values_list("period", "current_usage"))
