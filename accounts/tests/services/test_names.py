"""Names and addresses: what people type must find their account, and nobody may look like somebody else."""

import unicodedata

import pytest
from django.db import connection
from django.test import Client

from accounts.models import Account
from accounts.services import InvalidAccount, create_account, find_by_sign_in_name, update_account
from accounts.tests.conftest import in_parallel

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
VIETNAMESE = "nguyễn.thị.hạnh"


def make(username: str = "ada", email: str = "ada@example.org") -> Account:
    """An account that can sign in."""
    return create_account(username=username, email=email, password=PASSWORD)


def refused(username: str = "ada", email: str = "ada@example.org") -> list[str]:
    """Fields that the service refuses; nothing is made then."""
    before = Account.objects.count()
    with pytest.raises(InvalidAccount) as refusal:
        make(username, email)
    assert Account.objects.count() == before
    return sorted(refusal.value.errors)


@pytest.mark.parametrize("name", ["a", "n" * 50, VIETNAMESE, "đặng_văn", "李雷", "a.b+c-d_9", "٣٤"])
def test_names_of_any_script_are_accepted(name: str) -> None:
    assert make(name).username == name


@pytest.mark.parametrize(
    "name", ["", "n" * 51, "ada lovelace", "ada@home", "ada\n", "ada\0", "<ada>", "ada/../root", "ada'--", "\u202eada"]
)
def test_names_that_could_mislead_are_refused(name: str) -> None:
    assert refused(username=name) == ["username"]


@pytest.mark.parametrize("email", ["", "ada", "ada@", "@example.org", "ada@example", "a b@example.org", "ada@\0.org"])
def test_addresses_that_are_none_are_refused(email: str) -> None:
    assert refused(email=email) == ["email"]


def test_an_address_is_as_long_as_mail_allows() -> None:
    assert make(email="n" * 64 + "@example.org").email == "n" * 64 + "@example.org"
    assert refused("bob", "n" * 320 + "@example.org") == ["email"]


@pytest.mark.parametrize("typed", [unicodedata.normalize("NFD", VIETNAMESE), VIETNAMESE])
def test_a_vietnamese_name_signs_in_however_the_keyboard_composes_it(typed: str, client: Client) -> None:
    make(unicodedata.normalize("NFD", VIETNAMESE))

    response = client.post("/account/login/", {"username": typed, "password": PASSWORD})

    assert response.status_code == 302
    assert client.get("/account/").status_code == 200


def test_wide_letters_make_no_second_owner(owner: Account) -> None:
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in "owner")

    assert unicodedata.normalize("NFKC", wide) == "owner"
    assert refused(username=wide) == ["username"]


@pytest.mark.parametrize("taken", ["owner", "OWNER", "oWnEr"])
def test_a_name_is_taken_in_any_case(owner: Account, taken: str) -> None:
    assert refused(username=taken) == ["username"]


@pytest.mark.parametrize("taken", ["owner@example.org", "Owner@Example.ORG", "  owner@example.org "])
def test_an_address_is_taken_in_any_case(owner: Account, taken: str) -> None:
    assert refused(email=taken) == ["email"]


def test_every_wrong_field_is_named_at_once(owner: Account) -> None:
    with pytest.raises(InvalidAccount) as refusal:
        create_account(username="owner", email="owner@example.org", password="short")

    assert {name: len(texts) for name, texts in refusal.value.errors.items()} == {
        "username": 1, "email": 1, "password": 1
    }  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_of_many_who_take_a_name_at_once_one_gets_it() -> None:
    def take(_index: int) -> bool:
        try:
            make("ada", "ada@example.org")
        except InvalidAccount:
            return False
        return True

    assert sorted(in_parallel(6, take)) == [False] * 5 + [True]
    assert Account.objects.get().username == "ada"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"username": "stranger"}, "username"),
        ({"username": "Stranger"}, "username"),
        ({"username": "stranger@example.org"}, "username"),
        ({"username": ""}, "username"),
        ({"email": "stranger@example.org"}, "email"),
        ({"email": "STRANGER@example.org"}, "email"),
        ({"email": "nowhere"}, "email"),
    ],
)
def test_staff_rename_nobody_into_somebody_else(
    owner: Account, stranger: Account, staff: Account, changes: dict[str, str], field: str
) -> None:
    with pytest.raises(InvalidAccount) as refusal:
        update_account(account=owner, actor=staff, changes=changes)

    assert list(refusal.value.errors) == [field]
    owner.refresh_from_db()
    assert (owner.username, owner.email) == ("owner", "owner@example.org")


def test_a_changed_address_still_signs_in(owner: Account, staff: Account) -> None:
    update_account(account=owner, actor=staff, changes={"email": " New@Example.org "})

    assert find_by_sign_in_name("new@example.org") == owner
    assert find_by_sign_in_name("NEW@example.org") == owner


def test_staff_may_change_the_case_of_a_name(owner: Account, staff: Account) -> None:
    assert update_account(account=owner, actor=staff, changes={"username": "Owner"}).username == "Owner"


def test_a_name_written_behind_our_back_is_a_refusal_not_a_crash(
    owner: Account, staff: Account, monkeypatch: pytest.MonkeyPatch, stranger: Account
) -> None:
    monkeypatch.setattr("accounts.services.accounts._name_errors", lambda _account: {})

    with pytest.raises(InvalidAccount, match="Some fields") as refusal:
        update_account(account=owner, actor=staff, changes={"username": "stranger"})

    assert refusal.value.errors == {"username": ["The name or the address is taken."]}
    # The transaction goes on: only the savepoint was lost.
    with connection.cursor() as cursor:
        cursor.execute("SELECT username FROM accounts WHERE user_id = %s", [owner.pk])
        assert cursor.fetchone() == ("owner",)


@pytest.mark.parametrize("name", ["%", "_", "own%", "owner' OR '1'='1", "\\", "*"])
def test_patterns_find_nobody(owner: Account, name: str) -> None:
    assert find_by_sign_in_name(name) is None
