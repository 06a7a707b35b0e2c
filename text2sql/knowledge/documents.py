"""MongoDB's queries as JSON: {"collection": ..., "pipeline": [...]}; their literals and names."""

import json
from collections.abc import Iterator
from typing import Any

from text2sql.knowledge.literals import Place, QueryUnreadable
from text2sql.knowledge.values import column_label

_COUNTS = ("$limit", "$skip")
_COMPARISONS = frozenset({"$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$regex"})


def parse_pipeline(text: str) -> dict[str, Any]:
    """The object; raises QueryUnreadable unless it has a collection and a list of stages."""
    try:
        query = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise QueryUnreadable("The pipeline is no JSON.") from error
    if not (
        isinstance(query, dict)
        and isinstance(query.get("collection"), str)
        and isinstance(query.get("pipeline"), list)
        and all(isinstance(stage, dict) for stage in query["pipeline"])
    ):
        raise QueryUnreadable('A pipeline is written {"collection": ..., "pipeline": [...]}.')
    return query


def write_pipeline(query: dict[str, Any]) -> str:
    """One line, keys in the order they came in: that order has a meaning in `$sort`."""
    return json.dumps(query, ensure_ascii=False)


def pipeline_places(query: dict[str, Any]) -> list[Place]:
    """Literals of `$match`, `$limit` and `$skip`; a place's node is its (container, key)."""
    collection = str(query["collection"])
    places: list[Place] = []
    # `$project` and `$sort` hold numbers, too, which are no values but switches.
    for stage in query["pipeline"]:
        places += (Place("number", str(stage[name]), name, "", (stage, name)) for name in _COUNTS if name in stage)
        places += _matched(stage.get("$match"), stage, "$match", collection, "", "$eq")
    return places


def _matched(value: Any, holder: Any, key: Any, collection: str, field: str, operator: str) -> Iterator[Place]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if not name.startswith("$"):
                yield from _matched(inner, value, name, collection, name, "$eq")
            elif name in _COMPARISONS or name in ("$and", "$or", "$nor", "$not"):
                deeper = name if name in _COMPARISONS else operator
                yield from _matched(inner, value, name, collection, field, deeper)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _matched(inner, value, place, collection, field, operator)
    elif field and isinstance(value, (str, int, float)) and not isinstance(value, bool):
        column = column_label(collection, field)
        kind = "text" if isinstance(value, str) else "number"
        if not (isinstance(value, str) and value.startswith("$")):
            yield Place(
                "number" if kind == "number" else "text", str(value), f"{operator}:{column}", column, (holder, key)
            )


def put_literal(place: Place, value: str) -> None:
    """Write a new value of the same type into the query that `pipeline_places` read."""
    holder, key = place.node
    holder[key] = value if place.kind == "text" else json.loads(value)


def pipeline_references(query: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(schema, table, column) of the collections, and of fields of the first one that `$match` names before changes."""
    collection = str(query["collection"])
    found = [("", collection, "")]
    for stage in query["pipeline"]:
        # Behind these, fields are no longer the collection's own.
        if set(stage) & {"$group", "$project", "$addFields", "$set", "$lookup", "$unwind", "$replaceRoot"}:
            found += (("", str(stage["$lookup"]["from"]), "") for _once in [0] if _looks_up(stage))
            break
        found += (("", collection, place.column.partition(".")[2]) for place in _matches_of(stage, collection))
    return list(dict.fromkeys(found))


def _looks_up(stage: dict[str, Any]) -> bool:
    lookup = stage.get("$lookup")
    return isinstance(lookup, dict) and isinstance(lookup.get("from"), str)


def _matches_of(stage: dict[str, Any], collection: str) -> Iterator[Place]:
    yield from _matched(stage.get("$match"), stage, "$match", collection, "", "$eq")
