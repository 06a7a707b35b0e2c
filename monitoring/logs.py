"""Log lines: JSON for machines or readable text, the same fields in both, secrets removed.

structlog and the standard library meet in one formatter, so that Django's, Celery's and our own lines carry the ids of
request and task.
"""

import logging
import logging.config
import os
import re
import sys
from collections.abc import Mapping
from typing import Any

from monitoring.optional import left_out

# To draw tracebacks that log lines do without: 9 MB in every process.
with left_out("rich"):
    import structlog
from structlog.typing import EventDict, Processor

REDACTED = "[redacted]"
_SECRET_NAMES = re.compile(
    r"authorization|cookie|password|passwd|secret|token|api[_-]?key|credential|pepper|session_?(?:id|key)",
    re.IGNORECASE,
)
#: Keys of ours (`rh_...`), bearer tokens, and the password inside a connection URL.
_SECRET_TEXT = re.compile(
    r"\brh_[A-Za-z0-9_-]{8,}|(?<=Bearer )[^\s'\",]+|(?<=://)[^\s/@:]*:[^\s/@]+(?=@)", re.IGNORECASE
)
#: Names that look secret and are not.
_PLAIN_NAMES = frozenset({"token_usage", "tokens", "input_tokens", "output_tokens", "key_prefix"})


def redact(value: Any, name: str = "") -> Any:
    """A copy of `value` without secrets: by the name it stands under, and by its looks inside texts."""
    if name and name not in _PLAIN_NAMES and _SECRET_NAMES.search(name):
        return REDACTED
    if isinstance(value, str):
        return _SECRET_TEXT.sub(REDACTED, value)
    if isinstance(value, Mapping):
        return {key: redact(item, str(key)) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [redact(item) for item in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    # Exceptions, bytes and sets become text only in the renderer, which is too late to look into them.
    shown = str(value)
    clean = _SECRET_TEXT.sub(REDACTED, shown)
    return value if clean == shown else clean


def redact_event(logger: object, method: str, event: EventDict) -> EventDict:
    """structlog processor around `redact`; runs after tracebacks became text."""
    event.pop("color_message", None)  # uvicorn's copy of its message, with escape codes
    return {name: value if name.startswith("_") else redact(value, name) for name, value in event.items()}


def add_process(logger: object, method: str, event: EventDict) -> EventDict:
    """Which process of the house speaks: `manage.py up` names its children."""
    if "PROCESS_NAME" in os.environ:
        event["process"] = os.environ["PROCESS_NAME"]
    return event


_SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    add_process,
]


def line_formatter(style: str) -> structlog.stdlib.ProcessorFormatter:
    """The one formatter: `json` gives one object a line, anything else readable text (coloured on a terminal)."""
    if style == "json":
        last: list[Processor] = [
            structlog.processors.ExceptionRenderer(),
            redact_event,
            structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
        ]
    else:
        colours = sys.stderr.isatty()
        last = [
            structlog.processors.ExceptionRenderer(),
            redact_event,
            structlog.dev.ConsoleRenderer(colors=colours, pad_event_to=30),
        ]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_SHARED, structlog.stdlib.ExtraAdder()],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
    )


class WithoutUnavailable(logging.Filter):
    """Drops Django's "Service Unavailable": whoever answers 503 has said why, and /readyz says it every few seconds."""

    def filter(self, record: logging.LogRecord) -> bool:
        """False for the line of a 503."""
        return getattr(record, "status_code", None) != 503


def configure(config: dict[str, Any]) -> None:
    """Django's LOGGING_CONFIG: sets up structlog, then the standard library."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    logging.config.dictConfig(config)
