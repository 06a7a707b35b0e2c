"""What a project's fields may hold, whoever fills them in: API, form, admin or a program of our own."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from config.common.problems import DomainError
from config.common.rest import parse_json

NAME_MAX_CHARS = 255
TEXT_MAX_CHARS = 20_000
#: Of the UTF-8 text. Lists read these columns with every row, and the activity log keeps old and new values.
JSON_MAX_BYTES = 64 * 1024
INTENTS_MAX = 50
INTENT_MAX_CHARS = 100
#: The range of a task's priority, which is a project's default for its tasks.
PRIORITY_MIN, PRIORITY_MAX = -100, 100


class InvalidProject(DomainError):
    """Some field is not valid; `errors` says which."""

    title = "Some fields are not valid."


class _Refused(Exception):
    """Message for the field being cleaned."""


def as_json(value: Any) -> Any:
    """The value as the activity log keeps it."""
    return value.isoformat() if isinstance(value, datetime) else value


def _text(value: Any, limit: int) -> str:
    text = str(value or "").strip()
    if len(text) > limit:
        raise _Refused(_("At most %(limit)d characters are accepted.") % {"limit": limit})
    # PostgreSQL's text holds neither U+0000 nor half a surrogate pair; refused here, or the INSERT would fail.
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise _Refused(_("The text holds characters that cannot be stored."))
    return text


def _name(value: Any) -> str:
    if not (name := _text(value, NAME_MAX_CHARS)):
        raise _Refused(_("A project needs a name."))
    return name


def _long_text(value: Any) -> str:
    return _text(value, TEXT_MAX_CHARS)


def _priority(value: Any) -> int:
    number = 1 if value is None else int(value)
    if not PRIORITY_MIN <= number <= PRIORITY_MAX:
        raise _Refused(_("Choose a priority from %(low)d to %(high)d.") % {"low": PRIORITY_MIN, "high": PRIORITY_MAX})
    return number


def _deadline(value: Any) -> datetime | None:
    if value is None:
        return None
    deadline: datetime = value
    if timezone.is_naive(deadline):
        raise _Refused(_("The deadline needs a time zone."))
    if deadline <= timezone.now():
        raise _Refused(_("The deadline lies in the past."))
    return deadline


def _object(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _Refused(_("A JSON object is expected."))
    try:
        raw = json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, TypeError, RecursionError) as error:
        raise _Refused(_("This is not valid JSON.")) from error
    if len(raw) > JSON_MAX_BYTES:
        raise _Refused(_("At most %(limit)d bytes are accepted.") % {"limit": JSON_MAX_BYTES})
    try:
        # The API has read its own body so already; the admin's and a program's objects come here unread.
        parse_json(raw)
    except DomainError as error:
        raise _Refused(str(error.detail)) from error
    return value


def _intents(value: Any) -> list[str]:
    if not isinstance(value or [], (list, tuple)) or not all(isinstance(item, str) for item in value or []):
        raise _Refused(_("A list of texts is expected."))
    # A dictionary drops doubles as a set would, and keeps the order in which people wrote them.
    intents = list(dict.fromkeys(_text(item, INTENT_MAX_CHARS) for item in value or []))
    if "" in intents:
        raise _Refused(_("An intent may not be empty."))
    if len(intents) > INTENTS_MAX:
        raise _Refused(_("At most %(limit)d intents are accepted.") % {"limit": INTENTS_MAX})
    return intents


_CLEANERS: dict[str, Callable[[Any], Any]] = {
    "project_name": _name,
    "project_description": _long_text,
    "priority": _priority,
    "deadline": _deadline,
    "metadata": _object,
    "settings": _object,
    "allowed_intents": _intents,
    "task_scope": _long_text,
}


def clean_fields(fields: Mapping[str, Any], *, creating: bool = False) -> dict[str, Any]:
    """The fields as they are stored; raises InvalidProject with every message at once, TypeError for unknown names.

    `creating` asks for a name; a change may leave it out. null stands for a field's default.
    """
    if unknown := set(fields) - set(_CLEANERS):
        raise TypeError(f"Not a field of a project: {sorted(unknown)}")
    values: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for name, value in ({"project_name": ""} | dict(fields) if creating else fields).items():
        try:
            values[name] = _CLEANERS[name](value)
        except _Refused as refused:
            errors[name] = [str(refused)]
    if errors:
        raise InvalidProject(_("Some fields are not valid."), errors=errors)
    return values
