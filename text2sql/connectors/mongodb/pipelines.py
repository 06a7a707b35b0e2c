"""Statements for MongoDB: JSON with a collection and a pipeline. What writes, runs code or looks elsewhere is refused.

`text2sql.safety` allows what is known; here stands only what must never be sent, whoever sends it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import bson
from bson import json_util
from bson.errors import BSONError

from text2sql.connectors.base import ConnectorError

_NEVER = frozenset({
    "$out", "$merge", "$function", "$accumulator", "$where", "$currentOp", "$listSessions", "$listLocalSessions",
    "$changeStream", "$collStats", "$indexStats", "$planCacheStats", "$shardedDataDistribution", "$listCatalog",
    "$listClusterCatalog", "$listSampledQueries", "$queryStats", "$querySettings",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Aggregation:
    """A pipeline over one collection of the connection's database."""

    collection: str
    pipeline: list[dict[str, Any]]


def read_statement(statement: str) -> Aggregation:
    """From extended JSON, in which dates and ids can be written; raises ConnectorError.

    `syntax_error` for what is no such query, `query_refused` for what must never run. The names are looked for at any
    depth and in any position, also where the server would take them for plain fields.
    https://www.mongodb.com/docs/manual/reference/mongodb-extended-json/
    """
    try:
        found = json_util.loads(statement)
        # What BSON cannot hold, such as an integer of nine bytes, would only fail when it is sent.
        bson.encode({"query": found})
    except (ValueError, TypeError, ArithmeticError, RecursionError, BSONError) as error:
        raise ConnectorError("syntax_error", f"The query is no JSON: {error}") from None
    if not isinstance(found, dict) or set(found) != {"collection", "pipeline"}:
        raise ConnectorError("syntax_error", "A query has “collection” and “pipeline”, and nothing else.")
    collection, pipeline = found["collection"], found["pipeline"]
    if not isinstance(collection, str) or not isinstance(pipeline, list):
        raise ConnectorError("syntax_error", "“collection” must be a name and “pipeline” a list of stages.")
    if not collection or "$" in collection or collection.startswith("system."):
        raise ConnectorError("query_refused", "Collections of the system are not read.")
    if any(not isinstance(stage, dict) or len(stage) != 1 for stage in pipeline):
        raise ConnectorError("syntax_error", "A stage is an object with one key.")
    if refused := sorted(set(_keys(pipeline)) & _NEVER):
        raise ConnectorError("query_refused", f"The query holds what is never run: {', '.join(refused)}.")
    if any("db" in source for source in _sources(pipeline)):
        raise ConnectorError("query_refused", "Other databases are not read.")
    return Aggregation(collection, pipeline)


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield key
            yield from _keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _keys(inner)


def _sources(value: Any) -> Iterator[Mapping[str, Any]]:
    """What `from` and `coll` name as an object may lie in another database."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key in ("from", "coll") and isinstance(inner, Mapping):
                yield inner
            yield from _sources(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _sources(inner)
