"""The schema of a MongoDB database, inferred from a bounded sample of each collection's documents."""

import contextlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import pymongo
from pymongo.database import Database
from pymongo.errors import PyMongoError

from tasks.engines.cancel import CancelToken
from text2sql.catalog import Catalog, Column, ColumnKind, Table
from text2sql.connectors.base import ConnectorError, SamplingRules
from text2sql.connectors.clock import Deadline
from text2sql.connectors.mongodb.errors import connector_error
from text2sql.connectors.mongodb.values import type_of
from text2sql.connectors.sampling import keep_values

MAX_DOCUMENTS = 500
_MAX_DEPTH = 4
_MAX_FIELDS = 500
_CATALOG_SECONDS = 60.0
#: With no time for samples the fields must still be known.
_LEAST_SECONDS = 2.0

Documents = list[Mapping[str, Any]]


def read_catalog(database: Database[Any], *, sampling: SamplingRules, cancel: CancelToken) -> Catalog:
    """Collections and views; fields are dotted paths, `a.b` in an object or in the objects of an array."""
    samples_until, end = Deadline(sampling.timeout_seconds), Deadline(_CATALOG_SECONDS)
    try:
        with pymongo.timeout(end.left):
            found = sorted(
                (entry["name"], entry.get("type", "collection"))
                for entry in database.list_collections()
                if not entry["name"].startswith("system.")
            )
    except PyMongoError as error:
        raise connector_error(error) from None
    tables, left = [], sampling.max_total_values
    for name, kind in found:
        cancel.raise_if_cancelled()
        if end.is_over:
            raise ConnectorError("query_timeout", "The schema was not read in time.")
        with_samples = left > 0 and not samples_until.is_over
        table = _read_collection(database, name, kind == "view", sampling if with_samples else None)
        left -= sum(len(column.samples) for column in table.columns)
        tables.append(table)
    return Catalog("mongodb", database.name, "", tuple(tables))


def _read_collection(database: Database[Any], name: str, is_view: bool, rules: SamplingRules | None) -> Table:
    """A view that fails has no fields.

    Unique indexes over a part of the documents do not make a field unique.
    """
    documents: Documents = []
    estimate: int | None = None
    unique: tuple[tuple[str, ...], ...] = ()
    with contextlib.suppress(PyMongoError), pymongo.timeout(_LEAST_SECONDS):
        collection = database[name]
        if not is_view:
            estimate = collection.estimated_document_count()
            unique = tuple(
                tuple(field for field, _direction in index["key"])
                for index in collection.index_information().values()
                if index.get("unique") and "partialFilterExpression" not in index
            )
        documents = list(collection.aggregate([{"$sample": {"size": MAX_DOCUMENTS}}]))
    is_whole = len(documents) < MAX_DOCUMENTS
    columns = infer_columns(name, documents, rules, is_whole=is_whole)
    key = ("_id",) if any(column.name == "_id" for column in columns) else ()
    return Table(
        "", name, columns, "view" if is_view else "collection", primary_key=key, unique_keys=unique,
        row_estimate=estimate,
    )  # fmt: skip


def infer_columns(
    collection: str, documents: Documents, rules: SamplingRules | None, *, is_whole: bool
) -> tuple[Column, ...]:
    """Fields in the order in which they were met. A type that varies is told as `string|int`, most frequent first.

    Four levels deep and 500 fields at most; `is_whole` says that no document is missing from the sample.
    """
    types: dict[str, Counter[tuple[str, ColumnKind]]] = defaultdict(Counter)
    present: Counter[str] = Counter()
    values: dict[str, Counter[str]] = defaultdict(Counter)
    for document in documents:
        met = list(_fields(document))
        present.update({path for path, value in met if value is not None})
        for path, value in met:
            types[path][type_of(value)] += value is not None
            if isinstance(value, (str, bool, int)):
                values[path][str(value).lower() if isinstance(value, bool) else str(value)] += 1
    columns = []
    for path, counted in list(types.items())[:_MAX_FIELDS]:
        ranked = [found for found, times in counted.most_common() if times]
        kind: ColumnKind = ranked[0][1] if ranked else "other"
        is_skipped = rules is not None and ("", collection, path) in rules.skipped
        column = Column(
            path, "|".join(name for name, _kind in ranked) or "null", kind, present[path] < len(documents),
            is_sampled=not is_skipped,
        )  # fmt: skip
        if rules is not None and not is_skipped and kind in ("text", "boolean", "integer") and path != "_id":
            counts = sorted(values[path].items(), key=lambda entry: (-entry[1], entry[0]))
            kept = [value for value, _times in counts[: rules.max_values_per_column + 1]]
            column = keep_values(column, kept, rules, is_whole=is_whole and len(ranked) == 1)
        columns.append(column)
    return tuple(columns)


def _fields(document: Mapping[str, Any], prefix: str = "", depth: int = 1) -> Iterable[tuple[str, Any]]:
    for name, value in document.items():
        path = f"{prefix}{name}"
        yield path, value
        if depth < _MAX_DEPTH:
            for inner in value if isinstance(value, list) else [value]:
                if isinstance(inner, Mapping):
                    yield from _fields(inner, f"{path}.", depth + 1)
