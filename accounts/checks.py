"""Configuration mistakes of accounts as system checks: python manage.py check."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.utils.module_loading import import_string

from accounts.models import AccountType, QuotaPeriod, QuotaType

#: The length of SHA-256's output: RFC 2104, section 3, discourages shorter HMAC keys.
MIN_PEPPER_BYTES = 32
#: AES-256, see `config.common.models`.
FIELD_KEY_BYTES = 32
_MIDDLEWARE = "accounts.middleware.AccountStateMiddleware"


@register(Tags.security)
def check_secrets(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E001 pepper, E002 field keys, W001 one secret for two purposes."""
    found: list[CheckMessage] = []
    if len(settings.API_KEY_PEPPER) < MIN_PEPPER_BYTES:
        hint = "Set API_KEY_PEPPER to at least 32 random bytes, for example: openssl rand -base64 32."
        found.append(Error("The pepper of API keys is missing or short.", hint=hint, id="accounts.E001"))
    elif settings.SECRET_KEY.encode() == settings.API_KEY_PEPPER:
        hint = "Give each a value of its own: rotating one must not end the other."
        found.append(Warning("API_KEY_PEPPER equals SECRET_KEY.", hint=hint, id="accounts.W001"))
    if not settings.FIELD_ENCRYPTION_KEYS or not all(_is_field_key(key) for key in settings.FIELD_ENCRYPTION_KEYS):
        hint = "Each key is 32 random bytes in base64url; the newest comes first."
        found.append(Error("FIELD_ENCRYPTION_KEYS holds no usable key.", hint=hint, id="accounts.E002"))
    return found


@register(Tags.security)
def check_wiring(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E003 middleware, E004 sign-in backend."""
    found: list[CheckMessage] = []
    order = [name == _MIDDLEWARE for name in settings.MIDDLEWARE if name == _MIDDLEWARE or _is_authentication(name)]
    if order != [False, True]:
        hint = f"List {_MIDDLEWARE} after Django's AuthenticationMiddleware."
        found.append(Error("Sessions of blocked accounts are not ended.", hint=hint, id="accounts.E003"))
    if list(settings.AUTHENTICATION_BACKENDS) != ["accounts.backends.AccountBackend"]:
        hint = "Another backend could let blocked accounts in; derive it from AccountBackend and extend this check."
        found.append(Error("AUTHENTICATION_BACKENDS is not AccountBackend alone.", hint=hint, id="accounts.E004"))
    return found


def _is_authentication(name: str) -> bool:
    found = import_string(name)
    return isinstance(found, type) and issubclass(found, AuthenticationMiddleware)


@register()
def check_limits(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E005 hourly limits, E006 default quotas, E007 endpoint windows."""
    found: list[CheckMessage] = []
    if set(settings.REQUESTS_PER_HOUR) != set(AccountType.values):
        hint = f"Name exactly {', '.join(AccountType.values)}."
        found.append(Error("REQUESTS_PER_HOUR does not name every account type.", hint=hint, id="accounts.E005"))
    if not _are_quotas(settings.DEFAULT_QUOTAS):
        hint = "Account type to quota to period (daily, monthly) to a whole number."
        found.append(Error("DEFAULT_QUOTAS cannot be understood.", hint=hint, id="accounts.E006"))
    windows = [*settings.ENDPOINT_RATE_LIMITS.values(), *settings.SIGN_IN_LIMITS.values()]
    if not all(limit > 0 and seconds > 0 for limit, seconds in windows):
        hint = "Endpoint name to (requests, seconds), both above 0."
        found.append(Error("A rate limit is not a pair of positive numbers.", hint=hint, id="accounts.E007"))
    return found


def _is_field_key(encoded: str) -> bool:
    try:
        return len(base64.urlsafe_b64decode(encoded)) == FIELD_KEY_BYTES
    except (binascii.Error, ValueError):
        return False


def _are_quotas(quotas: dict[str, dict[str, dict[str, int]]]) -> bool:
    known = all(
        kind in QuotaType.values and period in QuotaPeriod.values and limit >= 0
        for kinds in quotas.values()
        for kind, periods in kinds.items()
        for period, limit in periods.items()
    )
    return known and set(quotas) == set(AccountType.values)
