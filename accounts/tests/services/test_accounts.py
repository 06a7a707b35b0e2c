"""Accounts are made, changed, found and signed out."""

import pytest
from django.test import Client

from accounts.models import Account, Role, UsageQuota
from accounts.services import (
    InvalidAccount,
    change_password,
    create_account,
    create_first_admin,
    find_by_sign_in_name,
    note_activity,
    sign_out_everywhere,
    update_account,
    update_profile,
)
from accounts.services.quotas import default_limits
from accounts.tests.conftest import in_parallel
from config.common.embedded import EmbeddedRedis
from config.common.problems import Forbidden

pytestmark = pytest.mark.django_db

GOOD = {"username": "ada", "email": "Ada@Example.org", "password": "correct horse battery"}


def limits(account: Account) -> dict[tuple[str, str], int]:
    """By quota and period."""
    return {(row.quota_type, row.period): row.limit for row in UsageQuota.objects.filter(user=account)}


def test_a_new_account_has_the_quotas_of_its_type() -> None:
    account = create_account(**GOOD, account_type="premium")

    assert limits(account) == default_limits("premium")
    assert account.email == "ada@example.org"
    assert account.check_password("correct horse battery")


@pytest.mark.parametrize(
    ("fields", "field", "text"),
    [
        ({"username": "a@b"}, "username", "1 to 50 letters, digits or . _ + - are accepted."),
        ({"username": ""}, "username", "1 to 50 letters, digits or . _ + - are accepted."),
        ({"username": "OWNER"}, "username", "This name is taken."),
        ({"email": "OWNER@example.org"}, "email", "An account with this address exists."),
        ({"email": "nobody"}, "email", "Enter a valid email address."),
        ({"password": "short"}, "password", "This password is too short. It must contain at least 10 characters."),
    ],
)
def test_an_account_that_cannot_be_is_not_made(owner: Account, fields: dict[str, str], field: str, text: str) -> None:
    with pytest.raises(InvalidAccount) as refusal:
        create_account(**{**GOOD, **fields})

    assert refusal.value.errors == {field: [text]}
    assert Account.objects.count() == 1


def test_an_account_without_a_password_cannot_sign_in() -> None:
    account = create_account(username="robot", email="robot@example.org", password=None)

    assert not account.has_usable_password()


def test_people_change_their_own_profile(owner: Account) -> None:
    update_profile(account=owner, full_name="Ada", language="vi")
    update_profile(account=owner, full_name="Ada L.")

    owner.refresh_from_db()
    assert (owner.full_name, owner.language) == ("Ada L.", "vi")


def test_staff_change_the_tariff_and_hand_set_limits_stay(owner: Account, staff: Account) -> None:
    account = create_account(**GOOD)
    UsageQuota.objects.filter(user=account, quota_type="tokens", period="daily").update(limit=77)

    update_account(account=account, actor=staff, changes={"account_type": "premium"})

    assert limits(account) == {**default_limits("premium"), ("tokens", "daily"): 77}


def test_staff_cannot_take_their_own_role_away(staff: Account) -> None:
    with pytest.raises(Forbidden, match="your own account"):
        update_account(account=staff, actor=staff, changes={"role": "user"})

    staff.refresh_from_db()
    assert staff.role == Role.ADMIN


def test_staff_may_change_their_own_name(staff: Account) -> None:
    assert update_account(account=staff, actor=staff, changes={"full_name": "Ada"}).full_name == "Ada"


def test_a_stranger_changes_nobody(owner: Account, stranger: Account) -> None:
    with pytest.raises(Forbidden, match="Only administrators"):
        update_account(account=owner, actor=stranger, changes={"full_name": "Ada"})

    owner.refresh_from_db()
    assert owner.full_name == ""


def test_the_password_is_no_ordinary_field(owner: Account, staff: Account) -> None:
    with pytest.raises(ValueError, match="Not editable"):
        update_account(account=owner, actor=staff, changes={"password": "x"})


def test_a_weak_password_is_refused(owner: Account) -> None:
    with pytest.raises(InvalidAccount):
        change_password(account=owner, password="short")

    owner.refresh_from_db()
    assert owner.check_password("owner-password")


def test_signing_out_everywhere_ends_every_session(owner: Account, stranger: Account) -> None:
    laptop, phone, other = Client(), Client(), Client()
    for client, account in ((laptop, owner), (phone, owner), (other, stranger)):
        client.force_login(account)

    sign_out_everywhere(account=owner, actor=owner)

    assert [client.get("/api/v1/account/").status_code for client in (laptop, phone, other)] == [401, 401, 200]


@pytest.mark.parametrize("name", ["owner", "owner@example.org", " OWNER@Example.org "])
def test_people_are_found_by_name_or_address(owner: Account, name: str) -> None:
    assert find_by_sign_in_name(name) == owner


def test_a_username_wins_over_an_address(owner: Account) -> None:
    odd = Account.objects.create_user("owner@example.org", "odd@example.org", "odd-password")

    assert find_by_sign_in_name("owner@example.org") == odd


def test_nobody_is_found_by_part_of_a_name(owner: Account) -> None:
    assert find_by_sign_in_name("own") is None


def test_activity_is_written_once_a_minute(owner: Account) -> None:
    note_activity(account=owner, ip="192.0.2.1")
    note_activity(account=owner, ip="192.0.2.2")

    owner.refresh_from_db()
    assert owner.last_ip == "192.0.2.1"
    assert owner.last_activity is not None


def test_activity_is_not_written_without_redis(owner: Account, own_redis: EmbeddedRedis) -> None:
    own_redis.stop()

    note_activity(account=owner, ip="192.0.2.1")

    owner.refresh_from_db()
    assert owner.last_activity is None


@pytest.mark.django_db(transaction=True)
def test_many_starts_at_once_make_one_administrator() -> None:
    made = in_parallel(6, lambda _index: create_first_admin(username="admin", email="admin@example.org"))

    [(account, password)] = [found for found in made if found is not None]
    assert account.is_staff
    assert account.check_password(password)
    assert len(password) == 22


def test_a_blocked_administrator_does_not_count(staff: Account) -> None:
    Account.objects.filter(pk=staff.pk).update(is_active=False)

    assert create_first_admin(username="admin", email="admin@example.org") is not None
