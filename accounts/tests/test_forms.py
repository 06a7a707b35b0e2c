"""What the forms hand to the services, and what they refuse before."""

from datetime import timedelta

import pytest
from django import forms
from django.test import Client
from django.utils import timezone

from accounts.forms import AccountCreationForm, ApiKeyForm, PasswordForm, PasswordResetForm, add_refusal
from accounts.models import Account, ApiKey, UsageQuota
from config.common.problems import Conflict, DomainError

KEY = {"name": "laptop", "permissions": ["tasks:read"], "lifetime_days": ""}


def key_form(**fields: object) -> ApiKeyForm:
    """The form of a new key, filled in."""
    return ApiKeyForm({**KEY, **fields})


@pytest.mark.parametrize(
    ("fields", "limits"),
    [
        ({}, {}),
        ({"limited": "tokens", "daily": "0"}, {("tokens", "daily"): 0}),
        ({"limited": "tokens", "monthly": "7"}, {("tokens", "monthly"): 7}),
        (
            {"limited": "images", "daily": "3", "monthly": "9007199254740991"},
            {("images", "daily"): 3, ("images", "monthly"): 2**53 - 1},
        ),
    ],
)
def test_a_key_may_have_limits_for_day_and_month(fields: dict[str, object], limits: dict[tuple[str, str], int]) -> None:
    form = key_form(**fields)

    assert form.is_valid(), form.errors
    assert form.service_arguments()["limits"] == limits


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"limited": "tokens"}, "daily"),
        ({"daily": "5"}, "limited"),
        ({"monthly": "0"}, "limited"),
        ({"limited": "gold", "daily": "5"}, "limited"),
        ({"limited": "tokens", "daily": "-1"}, "daily"),
        ({"limited": "tokens", "daily": "9007199254740992"}, "daily"),
        ({"limited": "tokens", "daily": "1.5"}, "daily"),
        ({"lifetime_days": "31"}, "lifetime_days"),
        ({"name": "n" * 101}, "name"),
        ({"permissions": ["*", "gold:dig"]}, "permissions"),
    ],
)
def test_half_a_limit_or_a_wrong_one_is_refused(fields: dict[str, object], field: str) -> None:
    assert list(key_form(**fields).errors) == [field]


@pytest.mark.parametrize("days", [30, 90, 365])
def test_a_lifetime_is_counted_from_now(days: int) -> None:
    form = key_form(lifetime_days=str(days))
    before = timezone.now()

    assert form.is_valid()
    expires_at = form.service_arguments()["expires_at"]

    assert timedelta(0) <= expires_at - before - timedelta(days=days) < timedelta(seconds=5)


@pytest.mark.django_db
def test_the_owner_makes_a_limited_key_on_the_page(browser_client: Client) -> None:
    page = browser_client.post("/account/keys/", {**KEY, "limited": "characters", "monthly": "1200"})

    assert page.status_code == 201
    row = UsageQuota.objects.get()
    assert (row.api_key, row.quota_type, row.period, row.limit) == (
        ApiKey.objects.get(), "characters", "monthly", 1200,
    )  # fmt: skip
    assert "laptop: Characters, monthly" in browser_client.get("/account/").content.decode()


@pytest.mark.django_db
def test_half_a_limit_makes_no_key_on_the_page(browser_client: Client) -> None:
    page = browser_client.post("/account/keys/", {**KEY, "daily": "5"})

    assert page.status_code == 422
    assert page.context["key_form"].errors == {"limited": ["Choose what the numbers limit."]}
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (DomainError("No.", errors={"name": ["Too long."]}), {"name": ["Too long."]}),
        (DomainError("No.", errors={"colour": ["Too red."]}), {"__all__": ["Too red."]}),
        (Conflict("Not now."), {"__all__": ["Not now."]}),
    ],
)
def test_a_refusal_is_shown_where_the_person_looks(error: DomainError, shown: dict[str, list[str]]) -> None:
    form = key_form()

    add_refusal(form, error)

    assert form.errors == shown


@pytest.mark.django_db
@pytest.mark.parametrize("password", ["ada-lovelace", "ada@example.org", "12345678901", "password"])
def test_a_password_like_the_name_is_weak(password: str) -> None:
    form = AccountCreationForm(
        {
            "username": "ada-lovelace", "email": "ada@example.org", "role": "user", "account_type": "standard",
            "password": password,
        }
    )  # fmt: skip

    assert list(form.errors) == ["password"]


@pytest.mark.django_db
def test_an_administrator_sets_no_weak_password(owner: Account) -> None:
    assert list(PasswordResetForm({"password": "owner"}, account=owner).errors) == ["password"]
    assert PasswordResetForm({"password": "  spaces are kept  "}, account=owner).is_valid()


@pytest.mark.django_db
def test_the_page_with_several_forms_gives_none_the_focus(owner: Account) -> None:
    form: forms.Form = PasswordForm(owner)

    assert [name for name, field in form.fields.items() if "autofocus" in field.widget.attrs] == []
