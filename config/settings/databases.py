"""PostgreSQL and Redis: the embedded servers of DATA_DIR unless DATABASE_URL and REDIS_URL point elsewhere."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from config.common import env
from config.common.embedded import postgres_url, redis_url

DATA_DIR = Path(env.text("DATA_DIR", str(Path(__file__).resolve().parents[2] / ".data")))

USES_EMBEDDED_POSTGRES = not env.text("DATABASE_URL", "")
USES_EMBEDDED_REDIS = not env.text("REDIS_URL", "")
DATABASE_URL = env.text("DATABASE_URL", "") or postgres_url(DATA_DIR)
REDIS_URL = env.text("REDIS_URL", "") or redis_url(DATA_DIR)


def database_from_url(url: str) -> dict[str, Any]:
    """Django's database dictionary for a libpq URL; query parameters become connection options."""
    parts = urlsplit(url)
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    host = options.pop("host", None) or parts.hostname or ""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
    }


DATABASES = {"default": database_from_url(DATABASE_URL)}
# ASGI gives each request a thread of its own, so connections outlive requests only in a pool; workers keep theirs.
if env.flag("DATABASE_POOL", False):
    # A request waits this long for a connection; psycopg's 30 s would hold it while PostgreSQL is down.
    DATABASES["default"]["OPTIONS"]["pool"] = {
        "min_size": 1,
        "max_size": env.integer("DATABASE_POOL_SIZE", 16),
        "timeout": 3.0,
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.integer("CONN_MAX_AGE", 0)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "cache",
        "OPTIONS": {"SOCKET_TIMEOUT": 1, "SOCKET_CONNECT_TIMEOUT": 1},
    }
}
