"""Checks stages one by one and the pipelines inside them; returns them in canonical form."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from text2sql.safety.base import Policy
from text2sql.safety.pipelines.collections import allowed_collection
from text2sql.safety.pipelines.expressions import expression
from text2sql.safety.pipelines.operators import ACCUMULATORS
from text2sql.safety.pipelines.queries import query
from text2sql.safety.pipelines.shapes import (
    accumulators,
    fields,
    projection,
    sample,
    sort,
    unset,
    unwind,
    window_fields,
)
from text2sql.safety.pipelines.values import bounded, exact_parts, field_name
from text2sql.safety.refusing import refused

MAX_STAGES = 100
MAX_PIPELINES_WITHIN = 4
MAX_LIMIT = 1_000_000
MAX_BUCKETS = 1_000


@dataclass(frozen=True)
class PipelineCheck:
    """Checks one pipeline; collections that it reads are gathered in `tables`, shared with the pipelines inside."""

    policy: Policy
    tables: set[tuple[str, str]] = field(default_factory=set)
    depth: int = 0

    def pipeline(self, stages: Any) -> list[dict[str, Any]]:
        """The stages as they may be sent; raises StatementRefused.

        A pipeline inside of another costs as often as the outer one has documents, so that their depth is bounded.
        """
        if not isinstance(stages, list) or len(stages) > MAX_STAGES:
            raise refused("unreadable", f"A pipeline is a list of up to {MAX_STAGES} stages.")
        if self.depth > MAX_PIPELINES_WITHIN:
            raise refused("too_complex", "Pipelines stand too deeply in each other.")
        return [self._stage(stage) for stage in stages]

    def collection(self, name: Any) -> str:
        """The collection's name, noted; raises StatementRefused."""
        self.tables.add(allowed_collection(name, self.policy))
        return str(name)

    def _stage(self, stage: Any) -> dict[str, Any]:
        if not isinstance(stage, dict) or len(stage) != 1:
            raise refused("unreadable", "A stage is an object with exactly one operator.")
        name, value = next(iter(stage.items()))
        if name in _PLAIN_STAGES:
            return {name: _PLAIN_STAGES[name](value)}
        nested = {"$lookup": self._lookup, "$unionWith": self._union, "$facet": self._facet}.get(name)
        if nested is None:
            raise refused("stage_refused", "The stage {name} is not allowed.", name)
        return {name: nested(value)}

    def _inner(self, stages: Any) -> list[dict[str, Any]]:
        return PipelineCheck(self.policy, self.tables, self.depth + 1).pipeline(stages)

    def _lookup(self, value: Any) -> dict[str, Any]:
        parts = exact_parts(value, "$lookup", needed="from as", optional="localField foreignField let pipeline")
        checked: dict[str, Any] = {"from": self.collection(parts["from"])}
        for name in ("localField", "foreignField"):
            if name in parts:
                checked[name] = field_name(parts[name])
        if "let" in parts:
            checked["let"] = fields(parts["let"])
        if "pipeline" in parts:
            checked["pipeline"] = self._inner(parts["pipeline"])
        elif not {"localField", "foreignField"} <= checked.keys():
            raise refused("unreadable", "$lookup needs localField and foreignField, or a pipeline.")
        return {**checked, "as": field_name(parts["as"])}

    def _union(self, value: Any) -> dict[str, Any]:
        parts = exact_parts(
            {"coll": value} if isinstance(value, str) else value, "$unionWith", needed="coll", optional="pipeline"
        )
        return {"coll": self.collection(parts["coll"]), "pipeline": self._inner(parts.get("pipeline", []))}

    def _facet(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict) or not value:
            raise refused("unreadable", "$facet needs an object of pipelines.")
        return {field_name(name): self._inner(stages) for name, stages in value.items()}


def _group(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict) or "_id" not in value:
        raise refused("unreadable", "$group needs an object with _id.")
    rest = {name: inner for name, inner in value.items() if name != "_id"}
    return {"_id": expression(value["_id"]), **accumulators(rest, ACCUMULATORS)}


def _bucket(value: Any) -> dict[str, Any]:
    parts = exact_parts(value, "$bucket", needed="groupBy boundaries", optional="default output")
    if not isinstance(parts["boundaries"], list) or not 2 <= len(parts["boundaries"]) <= MAX_BUCKETS:
        raise refused("unreadable", "boundaries must be a list of values.")
    output = {"output": accumulators(parts["output"], ACCUMULATORS)} if "output" in parts else {}
    plain = {name: expression(inner) for name, inner in parts.items() if name != "output"}
    return {**plain, **output}


def _bucket_auto(value: Any) -> dict[str, Any]:
    parts = exact_parts(value, "$bucketAuto", needed="groupBy buckets", optional="output granularity")
    checked = {
        "groupBy": expression(parts["groupBy"]),
        "buckets": bounded(parts["buckets"], "buckets", 1, MAX_BUCKETS),
    }
    if "output" in parts:
        checked["output"] = accumulators(parts["output"], ACCUMULATORS)
    if "granularity" in parts:
        checked["granularity"] = field_name(parts["granularity"])
    return checked


def _replace_root(value: Any) -> dict[str, Any]:
    return {"newRoot": expression(exact_parts(value, "$replaceRoot", needed="newRoot")["newRoot"])}


_PLAIN_STAGES: dict[str, Callable[[Any], Any]] = {
    "$match": query,
    "$project": projection,
    "$group": _group,
    "$sort": sort,
    "$limit": lambda value: bounded(value, "$limit", 1, MAX_LIMIT),
    "$skip": lambda value: bounded(value, "$skip", 0, 100 * MAX_LIMIT),
    "$unwind": unwind,
    "$count": field_name,
    "$addFields": fields,
    "$set": fields,
    "$unset": unset,
    "$replaceRoot": _replace_root,
    "$replaceWith": expression,
    "$bucket": _bucket,
    "$bucketAuto": _bucket_auto,
    "$sortByCount": expression,
    "$sample": sample,
    "$setWindowFields": window_fields,
}
