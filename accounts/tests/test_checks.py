"""Configuration mistakes are found before they hurt."""

import base64

import pytest
from django.core.checks import CheckMessage
from pytest_django import Settings

from accounts.checks import check_limits, check_secrets, check_wiring


def found() -> list[str]:
    """Ids of everything the checks complain about."""
    messages: list[CheckMessage] = [*check_secrets(None), *check_wiring(None), *check_limits(None)]
    assert all(message.hint for message in messages)
    return [str(message.id) for message in messages]


def test_the_projects_settings_are_sound() -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("API_KEY_PEPPER", b"", "accounts.E001"),
        ("API_KEY_PEPPER", b"short", "accounts.E001"),
        ("FIELD_ENCRYPTION_KEYS", [], "accounts.E002"),
        ("FIELD_ENCRYPTION_KEYS", ["not base64!"], "accounts.E002"),
        ("FIELD_ENCRYPTION_KEYS", [base64.urlsafe_b64encode(b"k" * 16).decode()], "accounts.E002"),
        ("MIDDLEWARE", [], "accounts.E003"),
        ("AUTHENTICATION_BACKENDS", ["django.contrib.auth.backends.ModelBackend"], "accounts.E004"),
        ("REQUESTS_PER_HOUR", {"standard": 1}, "accounts.E005"),
        ("DEFAULT_QUOTAS", {"standard": {"gold": {"daily": 1}}, "premium": {}}, "accounts.E006"),
        ("DEFAULT_QUOTAS", {"standard": {"tokens": {"weekly": 1}}, "premium": {}}, "accounts.E006"),
        ("DEFAULT_QUOTAS", {"standard": {}}, "accounts.E006"),
        ("ENDPOINT_RATE_LIMITS", {"speech": (0, 60)}, "accounts.E007"),
    ],
)
def test_a_mistake_is_named(settings: Settings, name: str, value: object, expected: str) -> None:
    setattr(settings, name, value)

    assert found() == [expected]


def test_one_secret_for_two_purposes_is_a_warning(settings: Settings) -> None:
    settings.SECRET_KEY = "s" * 50
    settings.API_KEY_PEPPER = b"s" * 50

    assert found() == ["accounts.W001"]


def test_the_order_of_the_middleware_matters(settings: Settings) -> None:
    settings.MIDDLEWARE = list(reversed(settings.MIDDLEWARE))

    assert found() == ["accounts.E003"]


@pytest.mark.parametrize("authentication", ["django.contrib.auth.middleware", "monitoring.inline"])
def test_djangos_own_authentication_and_a_subclass_of_it_will_do(settings: Settings, authentication: str) -> None:
    settings.MIDDLEWARE = [f"{authentication}.AuthenticationMiddleware", "accounts.middleware.AccountStateMiddleware"]

    assert found() == []


@pytest.mark.parametrize(
    "middleware",
    [
        ["accounts.middleware.AccountStateMiddleware"],
        ["monitoring.inline.AuthenticationMiddleware"],
        ["monitoring.inline.SessionMiddleware", "accounts.middleware.AccountStateMiddleware"],
        ["accounts.middleware.AccountStateMiddleware", "monitoring.inline.AuthenticationMiddleware"],
        [
            "monitoring.inline.AuthenticationMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "accounts.middleware.AccountStateMiddleware",
        ],
    ],
    ids=["no authentication", "no account state", "another subclass", "wrong order", "twice"],
)
def test_each_way_to_miswire_the_middleware_is_named(settings: Settings, middleware: list[str]) -> None:
    settings.MIDDLEWARE = middleware

    assert found() == ["accounts.E003"]
