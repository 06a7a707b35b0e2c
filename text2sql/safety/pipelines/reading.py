"""Strict JSON: no duplicate names, no NaN, no depth or size that harms, no number beyond 64 bits."""

import json
import math
from typing import Any, NoReturn

from text2sql.safety.base import MAX_STATEMENT_CHARACTERS
from text2sql.safety.refusing import refused

MAX_DEPTH = 40
MAX_VALUES = 20_000
_LARGEST_INTEGER = 2**63 - 1


def read_json(text: str) -> Any:
    """The value in the text; raises StatementRefused.

    A name that stands twice is refused: readers of JSON disagree about which of its values counts (RFC 8259, 4).
    """
    if len(text) > MAX_STATEMENT_CHARACTERS:
        raise refused("too_large", f"The pipeline has more than {MAX_STATEMENT_CHARACTERS:,} characters.")
    if not text.strip():
        raise refused("empty", "There is no pipeline.")
    try:
        value = json.loads(
            text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_int=_integer, parse_float=_finite
        )
    except RecursionError as error:
        raise refused("too_complex", "The pipeline is nested too deeply.") from error
    except ValueError as error:
        raise refused("unreadable", "The pipeline is not valid JSON.") from error
    _check_sizes(value)
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = dict(pairs)
    if len(names) != len(pairs):
        raise refused("unreadable", "A name stands twice in one object.")
    return names


def _no_constant(word: str) -> NoReturn:
    raise refused("unreadable", "{name} is not valid JSON.", word)


def _integer(digits: str) -> int:
    if len(digits) > 20 or abs(int(digits)) > _LARGEST_INTEGER:
        raise refused("limit_refused", "The number {name} is too large.", digits)
    return int(digits)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise refused("limit_refused", "The number {name} is too large.", digits)
    return number


def _check_sizes(value: Any) -> None:
    count, level = 0, [value]
    for _ in range(MAX_DEPTH):
        count += len(level)
        _check_texts(level)
        level = [inner for outer in level for inner in _inner(outer)]
        if not level:
            return
        if count + len(level) > MAX_VALUES:
            raise refused("too_large", f"The pipeline has more than {MAX_VALUES:,} values.")
    raise refused("too_complex", "The pipeline is nested too deeply.")


def _inner(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value, *value.values()]
    return value if isinstance(value, list) else []


def _check_texts(values: list[Any]) -> None:
    for value in values:
        if isinstance(value, str) and ("\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value)):
            raise refused("unreadable", "A text holds characters that are not allowed.")
