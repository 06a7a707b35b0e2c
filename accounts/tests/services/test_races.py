"""Two who do the same or the opposite at the same moment: one order, one result, nobody waits for ever."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import connection, transaction

from accounts.models import Account, ApiKey, ApiKeyStatus, UsageQuota
from accounts.services import (
    authenticate_key,
    block_account,
    create_api_key,
    delete_account,
    ensure_quotas,
    rebuild_counters,
    revoke_api_key,
    set_quota,
    sign_out_everywhere,
    unblock_account,
    update_account,
)
from accounts.services.quotas import adopt_default_quotas, default_limits
from accounts.tests.conftest import in_parallel, limit, live, wait_until
from accounts.tests.scopes import accept, limit_project, reserve
from config.common.problems import DomainError
from config.common.redis import redis_client

pytestmark = pytest.mark.django_db(transaction=True)


def outcome(call: Callable[[], object]) -> str:
    """`done`, or the code of the refusal."""
    try:
        call()
    except DomainError as error:
        return error.code
    return "done"


def waiting() -> bool:
    """Whether somebody waits for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])


def test_of_several_administrators_who_block_at_once_one_does(owner: Account, staff: Account) -> None:
    def block(index: int) -> str:
        return outcome(lambda: block_account(account=owner, actor=staff, reason=f"Reason {index}"))

    assert sorted(in_parallel(5, block)) == ["already_blocked"] * 4 + ["done"]
    owner.refresh_from_db()
    assert owner.blocked_reason.startswith("Reason ")


def test_blocking_and_unblocking_at_once_end_in_a_state_that_can_be(owner: Account, staff: Account) -> None:
    def flip(index: int) -> str:
        if index % 2:
            return outcome(lambda: unblock_account(account=owner, actor=staff))
        return outcome(lambda: block_account(account=owner, actor=staff, reason="Spam"))

    codes = in_parallel(8, flip)

    owner.refresh_from_db()
    assert owner.is_blocked is (owner.blocked_at is not None) is bool(owner.blocked_reason)
    assert set(codes) <= {"done", "already_blocked", "not_blocked"}
    # Blocked exactly if one more blocked than unblocked.
    done = [index for index, code in enumerate(codes) if code == "done"]
    assert sum(1 if index % 2 == 0 else -1 for index in done) == owner.is_blocked


def test_a_key_is_revoked_once(owner: Account, laptop: ApiKey) -> None:
    times = in_parallel(6, lambda _index: revoke_api_key(key=laptop, actor=owner).revoked_at)

    assert len(set(times)) == 1
    assert ApiKey.objects.get().status == ApiKeyStatus.REVOKED


def test_every_sign_out_counts(owner: Account) -> None:
    in_parallel(6, lambda _index: sign_out_everywhere(account=Account.objects.get(pk=owner.pk), actor=owner))

    owner.refresh_from_db()
    assert owner.session_epoch == 6


def test_quotas_are_made_once(owner: Account) -> None:
    in_parallel(6, lambda _index: ensure_quotas(account=owner))

    assert UsageQuota.objects.filter(user=owner).count() == 10


def test_a_limit_set_by_many_at_once_is_one_row_with_one_of_their_values(laptop: ApiKey) -> None:
    def set_limit(index: int) -> int:
        return set_quota(key=laptop, quota_type="tokens", period="daily", limit=index, actor=None).limit

    assert sorted(in_parallel(6, set_limit)) == [0, 1, 2, 3, 4, 5]
    assert UsageQuota.objects.get().limit in range(6)


def test_a_change_of_tariff_waits_without_holding_what_a_settlement_needs(owner: Account) -> None:
    # The row with the lowest id is the one that the tariff names last.
    kind, period = list(default_limits("standard"))[-1]
    limit(owner, kind, period, default_limits("standard")[kind, period])
    ensure_quotas(account=owner)
    rows = UsageQuota.objects.filter(user=owner).order_by("pk")
    owner.account_type = "premium"

    def adopt(_index: int) -> None:
        adopt_default_quotas(account=owner, old_type="standard")

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            rows.select_for_update().values_list("pk")[:1].get()
            adopting = pool.submit(
                in_parallel, 1, lambda _index: adopt_default_quotas(account=owner, old_type="standard")
            )
            wait_until(waiting)
            # A settlement goes on to the next rows: nobody else may hold them while waiting for the first.
            assert len(rows.select_for_update(nowait=True).values_list("pk")) == 10
        adopting.result()

    assert set(UsageQuota.objects.filter(user=owner).values_list("quota_type", "period", "limit")) == {
        (*name, most) for name, most in default_limits("premium").items()
    }


def test_a_limit_lowered_in_the_middle_of_a_rush_is_kept_from_then_on(owner: Account) -> None:
    limit_project(1000)

    def ask(index: int) -> bool:
        if index == 10:
            limit_project(50)
        return reserve(owner, 10) is not None

    admitted = sum(in_parallel(20, ask))

    assert 5 <= admitted <= 20
    assert reserve(owner, 1) is None


def test_a_deleted_accounts_key_that_is_being_made_does_not_work(owner: Account, staff: Account) -> None:
    made: list[str] = []

    def act(index: int) -> str:
        if index:
            return outcome(lambda: delete_account(account=owner, actor=staff))
        return outcome(lambda: made.append(create_api_key(user=owner, name="late", permissions=["*"])[1]))

    assert in_parallel(2, act)[1] == "done"

    for text in made:
        assert outcome(partial(authenticate_key, text)) in ("account_deleted", "key_revoked")


def test_rebuilding_while_work_starts_and_ends_loses_nothing(owner: Account) -> None:
    def act(index: int) -> None:
        if index % 4 == 0:
            redis_client().hdel(f"quota:{owner.pk}", "epoch")
            rebuild_counters(account=owner)
        else:
            accept(owner, 10)

    in_parallel(16, act)
    rebuild_counters(account=owner)

    assert live(owner) == {"res|characters": 120}


def test_two_changes_of_one_account_follow_each_other(owner: Account, staff: Account) -> None:
    fields: list[dict[str, object]] = [
        {"full_name": "Ada"},
        {"language": "vi"},
        {"requests_per_hour": 7},
        {"verification_status": True},
    ]

    in_parallel(4, lambda index: update_account(account=owner, actor=staff, changes=fields[index]))

    owner.refresh_from_db()
    assert (owner.full_name, owner.language, owner.requests_per_hour, owner.verification_status) == (
        "Ada",
        "vi",
        7,
        True,
    )
