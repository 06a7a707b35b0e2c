"""Behind a TLS proxy, with servers of its own; every secret must be given."""

from django.core.exceptions import ImproperlyConfigured

from config.common import env

# Before anything else, because the base would make up secrets and servers for what is missing. Compose files pass an
# unset variable on as an empty one.
for _required in ("SECRET_KEY", "API_KEY_PEPPER", "FIELD_ENCRYPTION_KEYS", "DATABASE_URL", "REDIS_URL"):
    if not env.text(_required):
        raise ImproperlyConfigured(f"{_required} is empty.")

from config.settings.base import *

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", True)
SECURE_HSTS_SECONDS = env.integer("SECURE_HSTS_SECONDS", 31_536_000)
# Whether subdomains follow, and whether browsers ship the name in their preload lists, is the domain owner's decision.
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.flag("SECURE_HSTS_INCLUDE_SUBDOMAINS", False)
SECURE_HSTS_PRELOAD = env.flag("SECURE_HSTS_PRELOAD", False)
# W001 to W003 look for Django's middleware by name; `monitoring.inline` holds its subclasses.
SILENCED_SYSTEM_CHECKS = ["security.W001", "security.W002", "security.W003", "security.W005", "security.W021"]
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES["staticfiles"] = {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
WHITENOISE_USE_FINDERS = False
