"""Sessions end with the rights of their account; activity is noted; asynchronous handlers work too."""

import time

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings as project_settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.test import AsyncClient, Client
from pytest_django import DjangoAssertNumQueries

from accounts import middleware
from accounts.middleware import AccountStateMiddleware
from accounts.models import Account
from accounts.requests import client_ip
from accounts.services import block_account
from config.common.embedded import EmbeddedRedis

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "_noted", {})


def test_a_person_blocked_in_mid_session_lands_on_the_sign_in_page_with_the_reason(
    browser_client: Client, owner: Account, staff: Account
) -> None:
    assert browser_client.get("/account/").status_code == 200
    block_account(account=owner, actor=staff, reason="Spam")

    page = browser_client.get("/account/", follow=True)

    assert page.redirect_chain == [("/account/login/?next=/account/", 302)]
    assert [str(message) for message in page.context["messages"]] == ["This account is blocked: Spam"]
    assert SESSION_KEY not in browser_client.session


def test_the_reason_is_shown_once(browser_client: Client, owner: Account, staff: Account) -> None:
    block_account(account=owner, actor=staff, reason="Spam")
    browser_client.get("/account/", follow=True)

    assert "Spam" not in browser_client.get("/account/login/").content.decode()


def test_a_blocked_person_changes_nothing(browser_client: Client, owner: Account, staff: Account) -> None:
    block_account(account=owner, actor=staff, reason="Spam")

    browser_client.post("/account/profile/", {"full_name": "Ada", "language": ""})

    owner.refresh_from_db()
    assert owner.full_name == ""


@pytest.mark.django_db(transaction=True)
async def test_asynchronous_handlers_end_sessions_too(owner: Account, staff: Account) -> None:
    client = AsyncClient()
    await client.aforce_login(owner)
    assert (await client.get("/account/")).status_code == 200
    await sync_to_async(block_account)(account=owner, actor=staff, reason="Spam")

    assert (await client.get("/api/v1/account/")).json()["code"] == "account_blocked"


def test_activity_and_address_are_noted(browser_client: Client, owner: Account) -> None:
    browser_client.get("/account/", REMOTE_ADDR="192.0.2.7")
    browser_client.get("/account/", REMOTE_ADDR="192.0.2.8")

    owner.refresh_from_db()
    assert owner.last_ip == "192.0.2.7"


def test_a_page_is_served_without_redis(browser_client: Client, owner: Account, own_redis: EmbeddedRedis) -> None:
    own_redis.stop()
    started = time.monotonic()

    assert browser_client.get("/account/").status_code == 200

    owner.refresh_from_db()
    assert owner.last_activity is None
    assert time.monotonic() - started < 5


def test_a_request_without_a_session_costs_no_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(0):
        AccountStateMiddleware(lambda _request: HttpResponse())(HttpRequest())


def test_a_garbled_session_cookie_is_nobody(client: Client) -> None:
    client.cookies[project_settings.SESSION_COOKIE_NAME] = "x" * 32

    assert client.get("/account/").status_code == 302


@pytest.mark.parametrize(
    ("peer", "address"),
    [("192.0.2.1", "192.0.2.1"), ("2001:db8::1", "2001:db8::1"), ("", None), ("unix:", None), ("1' OR 1", None)],
)
def test_the_address_is_what_the_server_reports(peer: str, address: str | None) -> None:
    request = HttpRequest()
    request.META = {"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": "203.0.113.9"}

    assert client_ip(request) == address


def test_the_memory_of_who_was_noted_is_bounded(
    browser_client: Client, owner: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(middleware, "_MEMO_ENTRIES", 2)
    monkeypatch.setattr(middleware, "_noted", {"somebody": 0.0, "else": 0.0})

    browser_client.get("/account/")

    assert list(middleware._noted) == [owner.pk]


def test_a_new_password_elsewhere_ends_this_session_without_a_reason(browser_client: Client, owner: Account) -> None:
    owner.set_password("something else entirely")
    owner.save()

    page = browser_client.get("/account/", follow=True)

    assert page.redirect_chain == [("/account/login/?next=/account/", 302)]
    assert [str(message) for message in page.context["messages"]] == []
