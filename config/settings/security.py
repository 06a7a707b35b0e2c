"""Keys, cookies, headers and the content security policy."""

import base64
import json
import os
from pathlib import Path

from csp.constants import NONE, SELF

from config.common import env
from config.settings.databases import DATA_DIR


def _installation_secrets() -> dict[str, str]:
    """Secrets made at the first start and kept in the data folder (mode 0600); production sets variables instead."""
    path = Path(DATA_DIR) / "secrets.json"
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        pass
    made = {name: base64.urlsafe_b64encode(os.urandom(32)).decode() for name in ("secret_key", "pepper", "field_key")}
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Written aside and linked into place: when two processes start at once, both read the winner's file.
    partial = path.with_suffix(f".{os.getpid()}")
    partial.touch(mode=0o600)
    partial.write_text(json.dumps(made), encoding="utf-8")
    try:
        os.link(partial, path)
    except FileExistsError:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    finally:
        partial.unlink()
    return made


_from_variables = {
    "secret_key": env.text("SECRET_KEY", ""),
    "pepper": env.text("API_KEY_PEPPER", ""),
    "field_key": env.text("FIELD_ENCRYPTION_KEYS", ""),
}
_secrets = (
    _from_variables
    if all(_from_variables.values())
    else _installation_secrets() | {name: value for name, value in _from_variables.items() if value}
)

SECRET_KEY = _secrets["secret_key"]
#: Mixed into the HMAC of API keys: a stolen table cannot be searched offline without it.
API_KEY_PEPPER = _secrets["pepper"].encode()
#: Newest first; older ones stay to read what they sealed.
FIELD_ENCRYPTION_KEYS = _secrets["field_key"].split(",")

DEBUG = False
ALLOWED_HOSTS = env.names("ALLOWED_HOSTS", ("localhost", "127.0.0.1", "[::1]"))
CSRF_TRUSTED_ORIGINS = env.names("CSRF_TRUSTED_ORIGINS")
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024

AUTHENTICATION_BACKENDS = ["accounts.backends.AccountBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

CONTENT_SECURITY_POLICY = {
    # The admin's and Swagger's bundled scripts need more; they get it by path in monitoring.middleware.
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "media-src": [SELF, "blob:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    },
}

#: Requests per hour of an account that has no limit of its own, by account type.
REQUESTS_PER_HOUR = {
    "standard": env.integer("REQUESTS_PER_HOUR_STANDARD", 3_600, minimum=1),
    "premium": env.integer("REQUESTS_PER_HOUR_PREMIUM", 36_000, minimum=1),
}
#: Further windows for endpoints that cost more than others: endpoint name to (requests, seconds).
ENDPOINT_RATE_LIMITS: dict[str, tuple[int, int]] = {"api-key-list": (120, 60)}
#: Sign-in attempts (requests, seconds): per address and name, and per address with any name.
SIGN_IN_LIMITS = {"name": (10, 900), "address": (100, 900)}

#: Limits of a new account by account type, quota and period (UTC); a missing entry means no limit.
DEFAULT_QUOTAS: dict[str, dict[str, dict[str, int]]] = {
    "standard": {
        "requests": {"daily": 5_000, "monthly": 100_000},
        "tokens": {"daily": 2_000_000, "monthly": 40_000_000},
        "audio_seconds": {"daily": 36_000, "monthly": 720_000},
        "images": {"daily": 500, "monthly": 10_000},
        "characters": {"daily": 1_000_000, "monthly": 20_000_000},
    },
    "premium": {
        "requests": {"daily": 50_000, "monthly": 1_000_000},
        "tokens": {"daily": 20_000_000, "monthly": 400_000_000},
        "audio_seconds": {"daily": 360_000, "monthly": 7_200_000},
        "images": {"daily": 5_000, "monthly": 100_000},
        "characters": {"daily": 10_000_000, "monthly": 200_000_000},
    },
}
#: How long work may take from its admission to the commit that stores it; then the reserved amounts are free again.
RESERVATION_SECONDS = env.integer("RESERVATION_SECONDS", 120, minimum=1)
