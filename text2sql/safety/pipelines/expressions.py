"""Checks aggregation expressions: every operator listed, at any depth; returns them in canonical form."""

import re
from collections.abc import Callable
from typing import Any

from text2sql.safety.pipelines.operators import EXPRESSIONS, SYSTEM_VARIABLES
from text2sql.safety.pipelines.values import extended, field_name, is_extended, pattern, pattern_options
from text2sql.safety.refusing import refused

MAX_ROWS = 100_000
_VARIABLE = re.compile(r"\$\$([A-Za-z][A-Za-z0-9_]*)((?:\.[^.$\x00-\x1f][^.\x00-\x1f]*)*)")


def expression(value: Any) -> Any:
    """The expression as it may be sent; raises StatementRefused.

    A text that begins with a dollar sign is a path or a variable, never a value: $literal is needed for such a text.
    """
    if isinstance(value, str):
        return _path_or_text(value)
    if isinstance(value, list):
        return [expression(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    if is_extended(value):
        return extended(value)
    if any(name.startswith("$") for name in value):
        return _operator(value)
    return {field_name(name): expression(inner) for name, inner in value.items()}


def _path_or_text(text: str) -> str:
    if text.startswith("$$"):
        found = _VARIABLE.fullmatch(text)
        if found is None or (not found[1][0].islower() and found[1] not in SYSTEM_VARIABLES):
            raise refused("operator_refused", "The variable {name} is not allowed.", text)
    elif text.startswith("$"):
        field_name(text[1:])
    return text


def _operator(value: dict[str, Any]) -> dict[str, Any]:
    if len(value) != 1:
        raise refused("operator_refused", "{name} must stand alone in its object.", next(iter(value)))
    name, argument = next(iter(value.items()))
    if name not in EXPRESSIONS:
        raise refused("operator_refused", "The operator {name} is not allowed.", name)
    check = _SPECIAL.get(name)
    if check is not None:
        check(argument)
    return {name: expression(argument)}


def _check_range(argument: Any) -> None:
    """[start, end, step] of plain numbers, or up to the size of an array."""
    parts = argument if isinstance(argument, list) else []
    is_sized = len(parts) in (2, 3) and isinstance(parts[1], dict) and list(parts[1]) == ["$size"]
    numbers = [part for part in parts if isinstance(part, int) and not isinstance(part, bool)]
    if is_sized and len(numbers) == len(parts) - 1:
        return
    if len(parts) not in (2, 3) or len(numbers) != len(parts) or abs(parts[1] - parts[0]) > MAX_ROWS:
        raise refused("limit_refused", f"$range needs plain numbers and may make up to {MAX_ROWS:,} values.")


def _check_regex(argument: Any) -> None:
    if not isinstance(argument, dict):
        raise refused("unreadable", "A pattern needs an object with input and regex.")
    pattern(argument.get("regex"))
    pattern_options(argument.get("options", ""))


_SPECIAL: dict[str, Callable[[Any], None]] = {
    "$range": _check_range,
    "$regexMatch": _check_regex,
    "$regexFind": _check_regex,
    "$regexFindAll": _check_regex,
}
