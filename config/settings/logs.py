"""Log lines (monitoring.logs): JSON in production, readable at home, each with the request's or task's id; metrics."""

from typing import Any

from config.common import env

LOG_FORMAT = env.text("LOG_FORMAT", "text")
LOG_LEVEL = env.text("LOG_LEVEL", "INFO").upper()

#: Lets Prometheus read /metrics without a session; empty: staff only.
METRICS_TOKEN = env.text("METRICS_TOKEN", "")

LOGGING_CONFIG = "monitoring.logs.configure"
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "monitoring.logs.line_formatter", "style": LOG_FORMAT}},
    "filters": {"without_unavailable": {"()": "monitoring.logs.WithoutUnavailable"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        # The servers bring handlers of their own; without them their lines reach the one above.
        "django": {"handlers": []},
        "uvicorn": {"handlers": [], "propagate": True},
        # The middleware's http.request.finished says the same with more.
        "uvicorn.access": {"handlers": [], "propagate": False},
        "django.request": {"level": "ERROR", "filters": ["without_unavailable"]},
        "asyncio": {"level": "WARNING"},
        # A line for each start of a periodic job, every few seconds, would bury the others.
        "celery.beat": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
    },
}
