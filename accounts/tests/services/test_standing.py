"""Block, unblock, delete softly, restore: who may, and what it reaches."""

from collections.abc import Callable

import pytest

from accounts.models import Account, ApiKey, ApiKeyStatus
from accounts.services import (
    InvalidAccount,
    WrongAccountState,
    block_account,
    delete_account,
    restore_account,
    unblock_account,
)
from config.common.embedded import EmbeddedRedis
from config.common.problems import Forbidden
from config.common.redis import redis_client

pytestmark = pytest.mark.django_db

VERBS: list[Callable[..., Account]] = [
    lambda **who: block_account(**who, reason="Spam"),
    unblock_account,
    delete_account,
    restore_account,
]


def state(account: Account) -> str:
    """As the database derives it."""
    return str(Account.objects.get(pk=account.pk).status)


@pytest.mark.django_db(transaction=True)
def test_staff_block_with_a_reason(owner: Account, staff: Account) -> None:
    blocked = block_account(account=owner, actor=staff, reason="  Spam ")

    assert state(owner) == "blocked"
    assert blocked.blocked_reason == "Spam"
    assert blocked.blocked_at is not None
    assert redis_client().exists(f"account_stopped:{owner.pk}")


def test_staff_must_give_a_reason(owner: Account, staff: Account) -> None:
    with pytest.raises(InvalidAccount):
        block_account(account=owner, actor=staff, reason=" ")

    assert state(owner) == "active"


@pytest.mark.django_db(transaction=True)
def test_staff_unblock(owner: Account, staff: Account) -> None:
    block_account(account=owner, actor=staff, reason="Spam")

    unblocked = unblock_account(account=owner, actor=staff)

    assert state(owner) == "active"
    assert (unblocked.blocked_reason, unblocked.blocked_at) == ("", None)
    assert not redis_client().exists(f"account_stopped:{owner.pk}")


def test_the_house_itself_may_block(owner: Account) -> None:
    block_account(account=owner, actor=None, reason="Deviation")

    assert state(owner) == "blocked"


@pytest.mark.parametrize("verb", VERBS)
def test_a_stranger_may_do_none_of_it(owner: Account, stranger: Account, verb: Callable[..., Account]) -> None:
    with pytest.raises(Forbidden, match="Only administrators"):
        verb(account=owner, actor=stranger)

    assert state(owner) == "active"


@pytest.mark.parametrize("verb", VERBS)
def test_staff_do_none_of_it_to_themselves(staff: Account, verb: Callable[..., Account]) -> None:
    with pytest.raises(Forbidden, match="your own account"):
        verb(account=staff, actor=staff)

    assert state(staff) == "active"


def test_deleting_revokes_keys_and_keeps_the_row(owner: Account, staff: Account, key: tuple[ApiKey, str]) -> None:
    delete_account(account=owner, actor=staff)

    assert state(owner) == "deleted"
    assert ApiKey.objects.get().status == ApiKeyStatus.REVOKED


def test_restoring_brings_the_person_back_but_not_the_keys(
    owner: Account, staff: Account, key: tuple[ApiKey, str]
) -> None:
    delete_account(account=owner, actor=staff)

    restore_account(account=owner, actor=staff)

    assert state(owner) == "active"
    assert ApiKey.objects.get().status == ApiKeyStatus.REVOKED


def test_a_block_survives_deletion_and_restoration(owner: Account, staff: Account) -> None:
    block_account(account=owner, actor=staff, reason="Spam")
    delete_account(account=owner, actor=staff)

    restore_account(account=owner, actor=staff)

    assert state(owner) == "blocked"


@pytest.mark.parametrize(("verb", "code"), [(VERBS[1], "not_blocked"), (VERBS[3], "not_deleted")])
def test_undoing_what_was_not_done_is_a_conflict(
    owner: Account, staff: Account, verb: Callable[..., Account], code: str
) -> None:
    with pytest.raises(WrongAccountState) as refusal:
        verb(account=owner, actor=staff)

    assert (refusal.value.status_code, refusal.value.code) == (409, code)


@pytest.mark.parametrize(("verb", "code"), [(VERBS[0], "already_blocked"), (VERBS[2], "already_deleted")])
def test_doing_it_twice_is_a_conflict(owner: Account, staff: Account, verb: Callable[..., Account], code: str) -> None:
    verb(account=owner, actor=staff)

    with pytest.raises(WrongAccountState) as refusal:
        verb(account=owner, actor=staff)

    assert refusal.value.code == code


@pytest.mark.parametrize("verb", VERBS[::2])
def test_it_works_while_redis_is_down(
    owner: Account, staff: Account, own_redis: EmbeddedRedis, verb: Callable[..., Account]
) -> None:
    own_redis.stop()

    verb(account=owner, actor=staff)

    assert state(owner) != "active"
