"""The one place where environment variables are read; a missing or malformed one fails loudly."""

import math
import os
from pathlib import Path
from typing import TypeVar

from django.core.exceptions import ImproperlyConfigured

Number = TypeVar("Number", int, float)

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}


def _raw(name: str) -> str | None:
    """Value of NAME, or the content of the file named by NAME_FILE (for container secrets).

    Spaces and line ends around a file's content do not count: editors and `echo` add them.
    """
    file_name = os.environ.get(f"{name}_FILE")
    if file_name is None:
        return os.environ.get(name)
    if name in os.environ:
        raise ImproperlyConfigured(f"Set {name} or {name}_FILE, not both.")
    try:
        return Path(file_name).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error}") from error


def text(name: str, default: str | None = None) -> str:
    """String variable; without a default it is required."""
    value = _raw(name)
    if value is None:
        if default is None:
            raise ImproperlyConfigured(f"{name} is not set.")
        return default
    return value


def flag(name: str, default: bool) -> bool:
    """Boolean variable: 1/true/yes/on or 0/false/no/off."""
    value = _raw(name)
    if value is None:
        return default
    if value.lower() in _TRUE:
        return True
    if value.lower() in _FALSE:
        return False
    raise ImproperlyConfigured(f"{name} must be true or false, not {value!r}.")


def _number(name: str, default: Number, kind: type[Number], minimum: Number) -> Number:
    value = _raw(name)
    if value is None:
        return default
    try:
        number = kind(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a number, not {value!r}.") from error
    # NaN is smaller than nothing and an infinite delay never ends: both would pass as numbers.
    if not math.isfinite(number):
        raise ImproperlyConfigured(f"{name} must be a finite number, not {value!r}.")
    if number < minimum:
        raise ImproperlyConfigured(f"{name} must be at least {minimum}, not {number}.")
    return number


def integer(name: str, default: int, *, minimum: int = 0) -> int:
    """Whole number of at least `minimum`."""
    return _number(name, default, int, minimum)


def decimal(name: str, default: float, *, minimum: float = 0.0) -> float:
    """Number with fractions of at least `minimum`."""
    return _number(name, default, float, minimum)


def names(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """Comma-separated list without empty items."""
    value = _raw(name)
    if value is None:
        return list(default)
    return [part.strip() for part in value.split(",") if part.strip()]
