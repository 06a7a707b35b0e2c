"""Checks the filter of $match: fields with comparisons, and, or, not; never code."""

from typing import Any

from text2sql.safety.pipelines.expressions import expression
from text2sql.safety.pipelines.operators import COMPARISONS
from text2sql.safety.pipelines.values import (
    bounded,
    extended,
    field_name,
    is_extended,
    literal,
    pattern,
    pattern_options,
)
from text2sql.safety.refusing import refused

_COMBINING = frozenset({"$and", "$or", "$nor"})
_LISTS = frozenset({"$in", "$nin", "$all"})


def query(value: Any) -> dict[str, Any]:
    """The filter as it may be sent; raises StatementRefused.

    $where, $function and $jsonSchema are not on the list, nor $text and the geographic ones, which need an index.
    """
    if not isinstance(value, dict):
        raise refused("unreadable", "$match needs an object.")
    return {name: _part(name, inner) for name, inner in value.items()}


def _part(name: str, inner: Any) -> Any:
    if name in _COMBINING:
        if not isinstance(inner, list) or not inner:
            raise refused("unreadable", "{name} needs a list.", name)
        return [query(part) for part in inner]
    if name == "$expr":
        return expression(inner)
    if name.startswith("$"):
        raise refused("operator_refused", "The operator {name} is not allowed.", name)
    field_name(name)
    return _condition(inner)


def _condition(value: Any) -> Any:
    if not isinstance(value, dict) or not any(name.startswith("$") for name in value):
        return literal(value)
    if is_extended(value):
        return extended(value)
    if "$options" in value and "$regex" not in value:
        raise refused("operator_refused", "The operator {name} is not allowed.", "$options")
    return {name: _operator(name, inner) for name, inner in value.items()}


def _operator(name: str, inner: Any) -> Any:
    if name in COMPARISONS:
        return literal(inner)
    if name in _LISTS:
        if not isinstance(inner, list):
            raise refused("unreadable", "{name} needs a list.", name)
        return literal(inner)
    check = _CHECKS.get(name)
    if check is None:
        raise refused("operator_refused", "The operator {name} is not allowed.", name)
    return check(inner)


def _not(inner: Any) -> Any:
    if not isinstance(inner, dict) or not inner:
        raise refused("unreadable", "$not needs an object.")
    return _condition(inner)


def _element(inner: Any) -> Any:
    if not isinstance(inner, dict):
        raise refused("unreadable", "$elemMatch needs an object.")
    is_query = not any(name.startswith("$") for name in inner) or _COMBINING & inner.keys()
    return query(inner) if is_query else _condition(inner)


def _exists(inner: Any) -> bool:
    if not isinstance(inner, bool | int):
        raise refused("unreadable", "$exists needs true or false.")
    return bool(inner)


def _type(inner: Any) -> Any:
    kinds = inner if isinstance(inner, list) else [inner]
    if not kinds or not all(isinstance(kind, str | int) for kind in kinds):
        raise refused("unreadable", "$type needs the name of a type.")
    return inner


def _mod(inner: Any) -> list[int]:
    if not isinstance(inner, list) or len(inner) != 2:
        raise refused("unreadable", "$mod needs two numbers.")
    return [bounded(inner[0], "$mod", 1, 10**12), bounded(inner[1], "$mod", 0, 10**12)]


_CHECKS = {
    "$not": _not,
    "$elemMatch": _element,
    "$exists": _exists,
    "$type": _type,
    "$size": lambda inner: bounded(inner, "$size", 0, 10**9),
    "$mod": _mod,
    "$regex": pattern,
    "$options": pattern_options,
}
