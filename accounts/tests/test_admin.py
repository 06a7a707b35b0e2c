"""The operations console of accounts: every page opens, every action calls its service."""

import pytest
from django.test import Client

from accounts.models import Account, ApiKey, ApiKeyStatus, RateLimitWindow, UsageQuota, UsageReservation
from accounts.services import admit, ensure_quotas, flush_rate_windows
from config.common.ids import uuid7

pytestmark = pytest.mark.django_db

ACCOUNTS = "/admin/accounts/account/"
QUOTAS = "/admin/accounts/usagequota/"


@pytest.fixture
def console(staff: Account, client: Client) -> Client:
    """`staff` in the console."""
    client.force_login(staff)
    return client


def act(console: Client, url: str, action: str, *rows: object, **more: str) -> int:
    """Run an action on rows; the status of the answer."""
    chosen = [str(getattr(row, "pk", row)) for row in rows]
    return console.post(url, {"action": action, "_selected_action": chosen, **more}).status_code


def status(account: Account) -> str:
    """As the database derives it."""
    return str(Account.objects.get(pk=account.pk).status)


@pytest.mark.parametrize("model", ["account", "apikey", "usagequota", "ratelimitwindow", "usagereservation"])
def test_every_list_opens_and_searches(console: Client, owner: Account, key: tuple[ApiKey, str], model: str) -> None:
    ensure_quotas(account=owner)
    admit(account=owner, endpoint="speech")
    flush_rate_windows()
    UsageReservation.objects.create(reservation_id=uuid7(), user=owner, amounts={"tokens": 1})

    assert console.get(f"/admin/accounts/{model}/").status_code == 200
    assert console.get(f"/admin/accounts/{model}/", {"q": "owner"}).status_code in (200, 302)


def test_people_who_are_no_administrators_stay_outside(browser_client: Client) -> None:
    assert browser_client.get(ACCOUNTS).status_code == 302


def test_an_account_is_shown_without_password_and_hash(console: Client, owner: Account) -> None:
    text = console.get(f"{ACCOUNTS}{owner.pk}/change/").content.decode()

    assert "owner@example.org" in text
    assert owner.password not in text
    assert 'name="password"' not in text


def test_staff_add_an_account_with_quotas(console: Client) -> None:
    console.post(
        ACCOUNTS + "add/",
        {
            "username": "ada", "email": "ada@example.org", "full_name": "Ada", "role": "user",
            "account_type": "premium", "password": "correct horse battery",
        },
    )  # fmt: skip

    account = Account.objects.get(username="ada")
    assert account.check_password("correct horse battery")
    assert UsageQuota.objects.filter(user=account).count() == 10


def test_a_weak_password_makes_no_account(console: Client) -> None:
    page = console.post(
        ACCOUNTS + "add/",
        {"username": "ada", "email": "a@example.org", "role": "user", "account_type": "standard", "password": "short"},
    )

    assert page.status_code == 200
    assert not Account.objects.filter(username="ada").exists()


def test_a_services_refusal_is_a_message(console: Client) -> None:
    page = console.post(
        ACCOUNTS + "add/",
        {
            "username": "ada@home", "email": "a@example.org", "role": "user", "account_type": "standard",
            "password": "correct horse battery",
        },
        follow=True,
    )  # fmt: skip

    assert "1 to 50 letters" in page.content.decode()
    assert not Account.objects.filter(email="a@example.org").exists()


def change(console: Client, account: Account, **fields: object) -> None:
    """Save the account's form with other values."""
    names = ["username", "email", "full_name", "avatar_url", "language", "role", "account_type"]
    form: dict[str, object] = {name: getattr(account, name) for name in names} | {"requests_per_hour": ""}
    console.post(f"{ACCOUNTS}{account.pk}/change/", form | fields)


def test_staff_change_role_and_limit(console: Client, owner: Account) -> None:
    change(console, owner, role="developer", requests_per_hour="7")

    owner.refresh_from_db()
    assert (owner.role, owner.requests_per_hour) == ("developer", 7)
    assert owner.check_password("owner-password")


def test_staff_do_not_change_their_own_role(console: Client, staff: Account) -> None:
    change(console, staff, role="user")

    staff.refresh_from_db()
    assert staff.role == "admin"


def test_blocking_asks_for_the_reason_first(console: Client, owner: Account) -> None:
    page = console.post(ACCOUNTS, {"action": "block", "_selected_action": [str(owner.pk)]})

    assert page.status_code == 200
    assert 'name="reason"' in page.content.decode()
    assert status(owner) == "active"


def test_staff_block_with_a_reason(console: Client, owner: Account, stranger: Account) -> None:
    assert act(console, ACCOUNTS, "block", owner, stranger, reason="Spam") == 302

    assert (status(owner), status(stranger)) == ("blocked", "blocked")
    assert Account.objects.get(pk=owner.pk).blocked_reason == "Spam"


def test_an_empty_reason_blocks_nobody(console: Client, owner: Account) -> None:
    assert act(console, ACCOUNTS, "block", owner, reason="  ") == 200

    assert status(owner) == "active"


def test_staff_do_not_block_themselves(console: Client, staff: Account, owner: Account) -> None:
    act(console, ACCOUNTS, "block", staff, owner, reason="Spam")

    assert (status(staff), status(owner)) == ("active", "blocked")


def test_staff_unblock_delete_and_restore(console: Client, owner: Account) -> None:
    seen = []
    act(console, ACCOUNTS, "block", owner, reason="Spam")
    for action in ("unblock", "delete_softly", "restore"):
        act(console, ACCOUNTS, action, owner)
        seen.append(status(owner))

    assert seen == ["active", "deleted", "active"]


def test_nothing_is_deleted_for_good(console: Client, owner: Account) -> None:
    assert console.post(f"{ACCOUNTS}{owner.pk}/delete/", {"post": "yes"}).status_code == 403
    act(console, ACCOUNTS, "delete_selected", owner, post="yes")

    assert Account.objects.filter(pk=owner.pk).exists()


def test_staff_end_sessions(console: Client, owner: Account, stranger: Account) -> None:
    phone = Client()
    phone.force_login(owner)

    act(console, ACCOUNTS, "end_sessions", owner)

    assert phone.get("/account/").status_code == 302


def test_staff_set_a_password(console: Client, owner: Account) -> None:
    assert act(console, ACCOUNTS, "set_password", owner) == 200
    act(console, ACCOUNTS, "set_password", owner, password="correct horse battery")

    owner.refresh_from_db()
    assert owner.check_password("correct horse battery")


def test_a_password_is_set_for_one_person_only(console: Client, owner: Account, stranger: Account) -> None:
    act(console, ACCOUNTS, "set_password", owner, stranger, password="correct horse battery")

    owner.refresh_from_db()
    assert owner.check_password("owner-password")


def test_staff_revoke_all_keys_of_an_account(console: Client, owner: Account, key: tuple[ApiKey, str]) -> None:
    act(console, ACCOUNTS, "revoke_keys", owner)

    key[0].refresh_from_db()
    assert key[0].status == ApiKeyStatus.REVOKED


def test_staff_revoke_chosen_keys(console: Client, key: tuple[ApiKey, str]) -> None:
    act(console, "/admin/accounts/apikey/", "revoke", key[0])

    key[0].refresh_from_db()
    assert key[0].status == ApiKeyStatus.REVOKED


def test_a_key_is_shown_without_its_hash(console: Client, key: tuple[ApiKey, str]) -> None:
    text = console.get(f"/admin/accounts/apikey/{key[0].pk}/change/").content.decode()

    assert key[0].prefix in text
    assert key[0].key_hash not in text


@pytest.mark.parametrize("model", ["apikey", "ratelimitwindow", "usagereservation"])
def test_what_the_product_writes_is_not_added_by_hand(console: Client, model: str) -> None:
    assert console.get(f"/admin/accounts/{model}/add/").status_code == 403


def test_staff_change_a_limit_and_nothing_else(console: Client, owner: Account) -> None:
    ensure_quotas(account=owner)
    row = UsageQuota.objects.get(user=owner, quota_type="tokens", period="daily")

    console.post(f"{QUOTAS}{row.pk}/change/", {"limit": "5", "current_usage": "999", "quota_type": "images"})

    row.refresh_from_db()
    assert (row.limit, row.current_usage, row.quota_type) == (5, 0, "tokens")


def test_staff_add_a_quota(console: Client, owner: Account) -> None:
    console.post(QUOTAS + "add/", {"user": str(owner.pk), "quota_type": "images", "period": "daily", "limit": "3"})

    assert UsageQuota.objects.values_list("user", "quota_type", "limit").get() == (owner.pk, "images", 3)


def test_windows_are_read_only(console: Client, owner: Account) -> None:
    admit(account=owner, endpoint="speech")
    flush_rate_windows()
    row = RateLimitWindow.objects.get()

    assert console.post(f"/admin/accounts/ratelimitwindow/{row.pk}/change/", {"request_count": 9}).status_code == 403
