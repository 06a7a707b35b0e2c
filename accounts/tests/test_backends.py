"""Who may sign in, and who may do what in the operations console."""

import pytest
from django.contrib.auth import aauthenticate, authenticate

from accounts.backends import AccountBackend
from accounts.models import Account
from accounts.services import block_account, delete_account

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["owner", "owner@example.org", "Owner@Example.ORG"])
def test_people_sign_in_by_name_or_address(owner: Account, name: str) -> None:
    assert authenticate(None, username=name, password="owner-password") == owner


@pytest.mark.parametrize(
    ("name", "password"),
    [("owner", "wrong"), ("nobody", "owner-password"), ("", "owner-password"), ("own\0er", "x"), ("owner", "")],
)
def test_others_do_not(owner: Account, name: str, password: str) -> None:
    assert authenticate(None, username=name, password=password) is None


def test_a_missing_password_is_no_password(owner: Account) -> None:
    assert AccountBackend().authenticate(None, username="owner", password=None) is None


def test_a_blocked_person_does_not_sign_in(owner: Account, staff: Account) -> None:
    block_account(account=owner, actor=staff, reason="Spam")

    assert authenticate(None, username="owner", password="owner-password") is None
    assert AccountBackend().get_user(owner.pk) is None


def test_a_deleted_person_does_not_sign_in(owner: Account, staff: Account) -> None:
    delete_account(account=owner, actor=staff)

    assert authenticate(None, username="owner", password="owner-password") is None
    assert AccountBackend().get_user(owner.pk) is None


@pytest.mark.django_db(transaction=True)
async def test_the_async_twin_knows_addresses_too(owner: Account) -> None:
    assert await aauthenticate(None, username="owner@example.org", password="owner-password") == owner


def test_administrators_may_do_everything_and_others_nothing(staff: Account, owner: Account) -> None:
    staff.is_superuser = False

    assert staff.has_perm("accounts.change_account")
    assert staff.has_module_perms("tasks")
    assert not owner.has_perm("accounts.change_account")
    assert not owner.has_module_perms("accounts")


def test_a_blocked_administrator_may_nothing(staff: Account) -> None:
    staff.is_superuser, staff.is_blocked = False, True

    assert not staff.has_perm("accounts.change_account")
