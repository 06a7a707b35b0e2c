"""Signing in and out in the browser."""

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client
from pytest_django import Settings

from accounts.models import Account
from accounts.services import block_account
from config.common.embedded import EmbeddedRedis

pytestmark = pytest.mark.django_db

URL = "/account/login/"
GOOD = {"username": "owner", "password": "owner-password"}
WRONG = {"username": "owner", "password": "wrong"}


@pytest.mark.parametrize("name", ["owner", "owner@example.org"])
def test_the_owner_signs_in(client: Client, owner: Account, name: str) -> None:
    response = client.post(URL, {**GOOD, "username": name})

    assert (response.status_code, response.headers["Location"]) == (302, "/")
    assert client.session[SESSION_KEY] == str(owner.pk)
    owner.refresh_from_db()
    assert owner.last_login is not None


def test_the_page_one_came_from_is_opened(client: Client, owner: Account) -> None:
    response = client.post(URL, {**GOOD, "next": "/account/"})

    assert response.headers["Location"] == "/account/"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_nobody_is_sent_elsewhere(client: Client, owner: Account, target: str) -> None:
    assert client.post(URL, {**GOOD, "next": target}).headers["Location"] == "/"


def test_a_wrong_password_says_nothing_about_the_name(client: Client, owner: Account) -> None:
    wrong, unknown = client.post(URL, WRONG), client.post(URL, {**WRONG, "username": "nobody"})

    assert wrong.context["form"].non_field_errors() == unknown.context["form"].non_field_errors()
    assert SESSION_KEY not in client.session


def test_a_blocked_person_stays_outside(client: Client, owner: Account, staff: Account) -> None:
    block_account(account=owner, actor=staff, reason="Spam")

    assert client.post(URL, GOOD).status_code == 200
    assert SESSION_KEY not in client.session


def test_a_planted_session_key_is_replaced(client: Client, owner: Account) -> None:
    client.session.save()
    planted = client.session.session_key

    client.post(URL, GOOD)

    assert client.session.session_key != planted
    assert client.session[SESSION_KEY] == str(owner.pk)


def test_guessing_is_stopped_even_with_the_right_password(client: Client, owner: Account, settings: Settings) -> None:
    settings.SIGN_IN_LIMITS = {"name": (2, 60), "address": (100, 60)}
    for _attempt in range(2):
        client.post(URL, WRONG)

    page = client.post(URL, GOOD)

    assert page.status_code == 429
    assert page.headers["Retry-After"] in ("59", "60")
    assert "Too many attempts to sign in" in page.content.decode()
    assert SESSION_KEY not in client.session


def test_a_success_clears_the_attempts(client: Client, owner: Account, settings: Settings) -> None:
    settings.SIGN_IN_LIMITS = {"name": (2, 60), "address": (100, 60)}
    client.post(URL, WRONG)
    client.post(URL, GOOD)
    client.logout()

    assert [client.post(URL, form).status_code for form in (WRONG, GOOD)] == [200, 302]


def test_without_redis_nobody_guesses(client: Client, owner: Account, own_redis: EmbeddedRedis) -> None:
    own_redis.stop()

    page = client.post(URL, GOOD)

    assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
    assert "Signing in is not possible just now" in page.content.decode()


def test_the_form_needs_its_csrf_token(owner: Account) -> None:
    client = Client(enforce_csrf_checks=True)

    assert client.post(URL, GOOD).status_code == 403
    assert SESSION_KEY not in client.session


def test_the_account_brings_its_language(client: Client, owner: Account) -> None:
    Account.objects.filter(pk=owner.pk).update(language="vi")

    client.post(URL, GOOD)

    assert client.cookies["django_language"].value == "vi"


def test_who_is_signed_in_does_not_see_the_form(browser_client: Client) -> None:
    assert browser_client.get(URL).status_code == 302


def test_signing_out_takes_a_post(browser_client: Client) -> None:
    assert browser_client.get("/account/logout/").status_code == 405
    assert SESSION_KEY in browser_client.session

    assert browser_client.post("/account/logout/").headers["Location"] == URL
    assert SESSION_KEY not in browser_client.session
