"""Plain values of pipelines: field names, collections, numbers, and the types that JSON lacks."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from text2sql.safety.patterns import MAX_PATTERN_CHARACTERS, check_quantifiers
from text2sql.safety.refusing import refused

MAX_NAME_CHARACTERS = 200
_OBJECT_ID = re.compile(r"[0-9a-fA-F]{24}")
#: IEEE 754's decimal128 has 34 digits in all; the driver refuses to round.
_DECIMAL = re.compile(r"-?(?=(?:\.?\d){1,34}$)\d+(?:\.\d+)?")
_LARGEST = {"$numberLong": 2**63 - 1, "$numberInt": 2**31 - 1}
_FRACTIONS = frozenset({"$numberDecimal", "$numberDouble"})
_LONG = re.compile(r"-?\d{1,19}")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
EXTENDED_TYPES = frozenset({"$date", "$oid", "$numberDecimal", "$numberLong", "$numberInt", "$numberDouble"})


def is_extended(value: Mapping[str, Any]) -> bool:
    """Whether it is a date, an id or a number in MongoDB's extended JSON."""
    return len(value) == 1 and next(iter(value)) in EXTENDED_TYPES


def extended(value: Mapping[str, Any]) -> dict[str, Any]:
    """The extended value in its canonical form; raises StatementRefused.

    https://www.mongodb.com/docs/manual/reference/mongodb-extended-json/ in the forms that people write; numbers only
    as far as BSON holds them, since the driver would fail on others.
    """
    kind, inner = next(iter(value.items()))
    if kind == "$date":
        return {kind: _date(inner)}
    if kind == "$oid" and isinstance(inner, str) and _OBJECT_ID.fullmatch(inner):
        return {kind: inner.lower()}
    if isinstance(inner, str) and kind in _LARGEST and _LONG.fullmatch(inner) and abs(int(inner)) <= _LARGEST[kind]:
        return {kind: inner}
    if isinstance(inner, str) and kind in _FRACTIONS and _DECIMAL.fullmatch(inner):
        return {kind: inner}
    raise refused("unreadable", "The value of {name} cannot be read.", kind)


def _date(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 40:
        raise refused("unreadable", "A date must be written like 2024-01-31T00:00:00Z.")
    try:
        moment = datetime.fromisoformat(value)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        # The first and the last day of Python's calendar have no other time zone.
        raise refused("unreadable", "The date {name} cannot be read.", value) from error
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def literal(value: Any) -> Any:
    """A value that is compared with, never evaluated; raises StatementRefused for operators inside."""
    if isinstance(value, list):
        return [literal(inner) for inner in value]
    if isinstance(value, dict):
        if is_extended(value):
            return extended(value)
        return {field_name(name): literal(inner) for name, inner in value.items()}
    return value


def field_name(name: Any) -> str:
    """The name or dotted path of a field; raises StatementRefused."""
    is_plain = isinstance(name, str) and 0 < len(name) <= MAX_NAME_CHARACTERS and not _CONTROL.search(name)
    if not is_plain or any(not part or part.startswith("$") for part in name.split(".")):
        raise refused("operator_refused", "{name} is not allowed as the name of a field.", name)
    return str(name)


def field_path(path: Any) -> str:
    """A path such as "$items.price"; raises StatementRefused."""
    if not isinstance(path, str) or not path.startswith("$"):
        raise refused("unreadable", "{name} is not a path such as $field.", path)
    field_name(path[1:])
    return path


def bounded(value: Any, name: str, lowest: int, highest: int) -> int:
    """A whole number within bounds; raises StatementRefused."""
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
        raise refused("limit_refused", f"{name} must be a whole number from {lowest:,} to {highest:,}.")
    return value


def pattern(value: Any) -> str:
    """A regular expression of bounded length; raises StatementRefused.

    PCRE2, which MongoDB uses, goes back in time exponential to nested counts; its own limits still apply.
    """
    if not isinstance(value, str) or len(value) > MAX_PATTERN_CHARACTERS:
        raise refused("limit_refused", f"A pattern must be a plain text of up to {MAX_PATTERN_CHARACTERS} characters.")
    check_quantifiers(value)
    return value


def pattern_options(value: Any) -> str:
    """Some of the letters i, m, s, x; raises StatementRefused."""
    if not isinstance(value, str) or not set(value) <= set("imsx"):
        raise refused("operator_refused", "The options {name} of a pattern are not allowed.", value)
    return value


def exact_parts(value: Any, stage: str, *, needed: str, optional: str = "") -> dict[str, Any]:
    """The parts of a stage, where all needed and none unknown are there; raises StatementRefused."""
    if not isinstance(value, dict):
        raise refused("unreadable", "{name} needs an object.", stage)
    for name in value:
        if name not in needed.split() and name not in optional.split():
            raise refused("operator_refused", "{name} is not allowed here.", f"{name} in {stage}")
    missing = [name for name in needed.split() if name not in value]
    if missing:
        raise refused("unreadable", "{name} is missing.", f"{missing[0]} in {stage}")
    return value
