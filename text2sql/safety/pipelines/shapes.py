"""Checks the parts that several stages share: lists of fields, accumulators, orders, windows."""

from typing import Any

from text2sql.safety.pipelines.expressions import expression
from text2sql.safety.pipelines.operators import WINDOW_FUNCTIONS
from text2sql.safety.pipelines.values import bounded, exact_parts, field_name, field_path
from text2sql.safety.refusing import refused

MAX_SAMPLE = 10_000


def fields(value: Any) -> dict[str, Any]:
    """New fields with their expressions."""
    if not isinstance(value, dict) or not value:
        raise refused("unreadable", "Fields need an object.")
    return {field_name(name): expression(inner) for name, inner in value.items()}


def projection(value: Any) -> dict[str, Any]:
    """Fields kept (1, true), dropped (0, false) or computed.

    MongoDB itself says where both are mixed; dropping a field opens nothing.
    """
    return fields(value)


def accumulators(value: Any, allowed: frozenset[str]) -> dict[str, Any]:
    """Fields with one accumulator each."""
    if not isinstance(value, dict):
        raise refused("unreadable", "Accumulators need an object.")
    return {field_name(name): _accumulator(inner, allowed) for name, inner in value.items()}


def _accumulator(value: Any, allowed: frozenset[str]) -> dict[str, Any]:
    if not isinstance(value, dict) or len(value) != 1:
        raise refused("unreadable", "A field of a group needs exactly one accumulator.")
    name, argument = next(iter(value.items()))
    if name not in allowed:
        raise refused("operator_refused", "The accumulator {name} is not allowed.", name)
    return {name: expression(argument)}


def sort(value: Any) -> dict[str, int]:
    """Fields with 1 or -1."""
    if not isinstance(value, dict) or not value:
        raise refused("unreadable", "$sort needs an object.")
    for direction in value.values():
        if isinstance(direction, bool) or direction not in (1, -1):
            raise refused("operator_refused", "$sort needs 1 or -1, not {name}.", direction)
    return {field_name(name): int(direction) for name, direction in value.items()}


def unset(value: Any) -> list[str]:
    """The names of fields."""
    return [field_name(name) for name in (value if isinstance(value, list) else [value])]


def unwind(value: Any) -> dict[str, Any]:
    """A path, with its options."""
    parts = exact_parts(
        {"path": value} if isinstance(value, str) else value,
        "$unwind",
        needed="path",
        optional="includeArrayIndex preserveNullAndEmptyArrays",
    )
    checked: dict[str, Any] = {"path": field_path(parts["path"])}
    if "includeArrayIndex" in parts:
        checked["includeArrayIndex"] = field_name(parts["includeArrayIndex"])
    if "preserveNullAndEmptyArrays" in parts:
        checked["preserveNullAndEmptyArrays"] = bool(parts["preserveNullAndEmptyArrays"])
    return checked


def sample(value: Any) -> dict[str, int]:
    """How many documents are drawn.

    MongoDB sorts the whole collection at random where more than 5 % of it are asked for.
    """
    return {"size": bounded(exact_parts(value, "$sample", needed="size")["size"], "size", 1, MAX_SAMPLE)}


def window_fields(value: Any) -> dict[str, Any]:
    """Window functions: what they run over, in which order, and their frames.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/setWindowFields/
    """
    parts = exact_parts(value, "$setWindowFields", needed="output", optional="partitionBy sortBy")
    checked: dict[str, Any] = {}
    if "partitionBy" in parts:
        checked["partitionBy"] = expression(parts["partitionBy"])
    if "sortBy" in parts:
        checked["sortBy"] = sort(parts["sortBy"])
    if not isinstance(parts["output"], dict) or not parts["output"]:
        raise refused("unreadable", "output needs an object.")
    return {**checked, "output": {field_name(name): _windowed(inner) for name, inner in parts["output"].items()}}


def _windowed(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise refused("unreadable", "A window function needs an object.")
    function = {name: inner for name, inner in value.items() if name != "window"}
    checked = _accumulator(function, WINDOW_FUNCTIONS)
    if "window" in value:
        frame = exact_parts(value["window"], "window", needed="", optional="documents range unit")
        checked["window"] = {name: expression(inner) for name, inner in frame.items()}
    return checked
