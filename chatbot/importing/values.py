"""Careful access to JSON that somebody else wrote: every field may be missing or of another type."""

import hashlib
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any
from uuid import UUID

MAX_TITLE = 255
MAX_TAGS = 20
#: Milliseconds since 1970 have been larger than this since March 1973, seconds will be in the year 5138.
_MILLISECONDS_FROM = 100_000_000_000
_SURROGATES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Clock:
    """Reads moments; naive ones are local times of the person."""

    zone: tzinfo = UTC

    def moment(self, value: Any) -> datetime | None:
        """From seconds or milliseconds since 1970, or ISO 8601; None when it is neither."""
        try:
            if isinstance(value, bool):
                return None
            if isinstance(value, int | float) and math.isfinite(value) and value > 0:
                seconds = value / 1000 if value > _MILLISECONDS_FROM else value
                return datetime.fromtimestamp(seconds, UTC)
            if isinstance(value, str) and value:
                found = datetime.fromisoformat(value)
                return (found if found.tzinfo else found.replace(tzinfo=self.zone)).astimezone(UTC)
        except (ValueError, OverflowError, OSError):
            return None
        return None


def storable(value: str) -> str:
    """Without what PostgreSQL cannot hold: U+0000 and half surrogate pairs."""
    return _SURROGATES.sub("\ufffd", value.replace("\x00", ""))


def text(value: Any) -> str:
    """The string itself, else an empty one."""
    return storable(value) if isinstance(value, str) else ""


def line(value: Any, most: int = MAX_TITLE) -> str:
    """One line of at most `most` characters."""
    return " ".join(text(value).split())[:most]


def mapping(value: Any) -> Mapping[str, Any]:
    """The object itself, else an empty one."""
    return value if isinstance(value, dict) else {}


def entries(value: Any) -> Sequence[Any]:
    """The array itself, else an empty one."""
    return value if isinstance(value, list) else ()


def objects(value: Any) -> list[Mapping[str, Any]]:
    """The objects in an array."""
    return [entry for entry in entries(value) if isinstance(entry, dict)]


def tags(value: Any) -> tuple[str, ...]:
    """Tags as our own are: trimmed, at most 50 characters, none twice; `{name}` counts as its name."""
    names = (mapping(entry).get("name", entry) for entry in entries(value))
    found = dict.fromkeys(name for name in (line(entry, 50) for entry in names) if name)
    return tuple(found)[:MAX_TAGS]


def identity(value: Any) -> str:
    """An id as text, at most 200 characters; empty when there is none."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)[:200]
    return text(value).strip()[:200]


def uuid_text(value: Any) -> str | None:
    """A UUID in its usual form, else None."""
    try:
        return str(UUID(value)) if isinstance(value, str) else None
    except ValueError:
        return None


def fingerprint(*parts: Any) -> str:
    """An id of 32 hex digits for what has none: the same parts give the same one."""
    return hashlib.sha256(json.dumps(parts, default=str, sort_keys=True).encode()).hexdigest()[:32]


def attachment(name: Any, *, kind: Any = "", size: Any = None, content: Any = "") -> dict[str, Any]:
    """What is known of a file that the export only names; `text` is what was read from it there."""
    known = {"name": line(name) or "file", "type": line(kind, 100), "text": text(content)}
    number = size if isinstance(size, int) and not isinstance(size, bool) and size >= 0 else None
    return {key: value for key, value in (known | {"size": number}).items() if value not in ("", None)}


def fenced(said: str, language: str = "") -> str:
    """A block of code in Markdown, with a fence that is longer than any in it; empty for an empty text."""
    if not said:
        return ""
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`{3,}", said))])
    return f"{fence}{language}\n{said}\n{fence}"


def only_named(attached: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """As the message's metadata keeps them once their text stands in the message."""
    return [{key: value for key, value in entry.items() if key != "text"} for entry in attached]


def with_attachments(content: str, attached: Iterable[Mapping[str, Any]]) -> str:
    """The message with the names of its files below it, and what they say: it was part of the question."""
    parts = [content] if content.strip() else []
    for entry in attached:
        parts.append(f"📎 {entry['name']}")
        if said := entry.get("text"):
            parts.append(fenced(said))
    return "\n\n".join(parts)
