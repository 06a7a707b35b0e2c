"""The account page: profile, password, keys, sessions, usage."""

import pytest
from django.test import Client

from accounts.models import Account, ApiKey, ApiKeyStatus
from accounts.services import admit, create_api_key, hold_usage
from accounts.tests.conftest import limit
from config.common.ids import uuid7

pytestmark = pytest.mark.django_db

URL = "/account/"


def test_nobody_is_sent_to_the_sign_in_page(client: Client) -> None:
    assert client.get(URL).headers["Location"] == "/account/login/?next=/account/"


@pytest.mark.parametrize("path", ["profile/", "password/", "keys/", "sessions/end/"])
def test_actions_take_posts_only(browser_client: Client, path: str) -> None:
    assert browser_client.get(URL + path).status_code == 405


def test_the_owner_saves_the_profile(browser_client: Client, owner: Account) -> None:
    response = browser_client.post(URL + "profile/", {"full_name": "Ada", "language": "vi"})

    assert response.headers["Location"] == URL
    assert response.cookies["django_language"].value == "vi"
    owner.refresh_from_db()
    assert (owner.full_name, owner.language) == ("Ada", "vi")


def test_a_wrong_profile_comes_back_with_the_error(browser_client: Client, owner: Account) -> None:
    page = browser_client.post(URL + "profile/", {"full_name": "n" * 256, "language": "tlh"})

    assert page.status_code == 422
    assert set(page.context["profile_form"].errors) == {"full_name", "language"}
    owner.refresh_from_db()
    assert owner.full_name == ""


def test_a_new_password_keeps_this_session_and_ends_the_others(browser_client: Client, owner: Account) -> None:
    phone = Client()
    phone.force_login(owner)

    browser_client.post(
        URL + "password/",
        {"old_password": "owner-password", "new_password1": "long enough now", "new_password2": "long enough now"},
    )

    assert browser_client.get(URL).status_code == 200
    assert phone.get(URL).status_code == 302
    owner.refresh_from_db()
    assert owner.check_password("long enough now")


@pytest.mark.parametrize(
    ("old", "new", "again", "field"),
    [
        ("wrong", "long enough now", "long enough now", "old_password"),
        ("owner-password", "short", "short", "new_password2"),
        ("owner-password", "long enough now", "something else", "new_password2"),
    ],
)
def test_a_wrong_password_change_changes_nothing(
    browser_client: Client, owner: Account, old: str, new: str, again: str, field: str
) -> None:
    page = browser_client.post(URL + "password/", {"old_password": old, "new_password1": new, "new_password2": again})

    assert page.status_code == 422
    assert list(page.context["password_form"].errors) == [field]
    owner.refresh_from_db()
    assert owner.check_password("owner-password")


def test_the_text_of_a_new_key_is_on_one_page_only(browser_client: Client, owner: Account) -> None:
    page = browser_client.post(
        URL + "keys/", {"name": "laptop", "permissions": ["tasks:read", "tts:write"], "lifetime_days": "30"}
    )

    text = page.context["key_text"]
    key = ApiKey.objects.get(user=owner)
    assert page.status_code == 201
    assert "no-store" in page.headers["Cache-Control"]
    assert text in page.content.decode()
    assert key.permissions == ["tasks:read", "tts:write"]
    assert key.expires_at is not None
    assert (key.expires_at - key.created_at).days in (29, 30)
    assert text not in browser_client.get(URL).content.decode()


def test_a_key_may_live_until_revoked(browser_client: Client) -> None:
    browser_client.post(URL + "keys/", {"name": "laptop", "permissions": ["*"], "lifetime_days": ""})

    assert ApiKey.objects.get().expires_at is None


@pytest.mark.parametrize(
    "form", [{"name": "laptop"}, {"permissions": ["*"]}, {"name": "laptop", "permissions": ["gold:dig"]}]
)
def test_a_key_that_cannot_be_is_not_made(browser_client: Client, form: dict[str, object]) -> None:
    page = browser_client.post(URL + "keys/", form)

    assert page.status_code == 422
    assert page.context["key_form"].errors
    assert not ApiKey.objects.exists()


def test_a_services_refusal_is_shown_in_the_form(browser_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.services.keys.MAX_ACTIVE_KEYS", 0)

    page = browser_client.post(URL + "keys/", {"name": "laptop", "permissions": ["*"]})

    assert page.context["key_form"].non_field_errors() == ["At most 0 active keys; revoke one."]


def test_the_owner_revokes_a_key(browser_client: Client, key: tuple[ApiKey, str]) -> None:
    response = browser_client.post(f"{URL}keys/{key[0].pk}/revoke/")

    assert response.headers["Location"] == URL
    key[0].refresh_from_db()
    assert key[0].status == ApiKeyStatus.REVOKED


@pytest.mark.parametrize("who", ["stranger", "staff"])
def test_nobody_else_revokes_it_here(
    who: str, key: tuple[ApiKey, str], request: pytest.FixtureRequest, client: Client
) -> None:
    client.force_login(request.getfixturevalue(who))

    assert client.post(f"{URL}keys/{key[0].pk}/revoke/").status_code == 404

    key[0].refresh_from_db()
    assert key[0].status == ApiKeyStatus.ACTIVE


def test_others_keys_are_not_on_the_page(browser_client: Client, stranger: Account) -> None:
    create_api_key(user=stranger, name="theirs", permissions=["*"])

    page = browser_client.get(URL)

    assert list(page.context["keys"]) == []
    assert "theirs" not in page.content.decode()


def test_names_are_escaped(browser_client: Client, owner: Account) -> None:
    create_api_key(user=owner, name="<script>alert(1)</script>", permissions=["*"])

    assert "<script>alert(1)" not in browser_client.get(URL).content.decode()


def test_usage_is_shown_with_its_reset(browser_client: Client, owner: Account) -> None:
    limit(owner, "characters", "daily", 2000)
    reservation_id = uuid7()
    admit(account=owner, endpoint="speech", amounts={"characters": 500}, reservation_id=reservation_id)
    hold_usage(reservation_id=reservation_id, account_id=owner.pk, amounts={"characters": 500})

    text = browser_client.get(URL).content.decode()

    assert "Characters, daily" in text
    assert "500 / 2.0k" in text or "500 / 2k" in text
    assert "Reserved for open work: 500." in text


def test_ending_other_sessions_keeps_this_one(browser_client: Client, owner: Account) -> None:
    phone = Client()
    phone.force_login(owner)

    browser_client.post(URL + "sessions/end/")

    assert browser_client.get(URL).status_code == 200
    assert phone.get(URL).status_code == 302
