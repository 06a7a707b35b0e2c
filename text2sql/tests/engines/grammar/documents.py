"""Documents in mongomock as a catalog, and as the read-only database that engines are given."""

from collections.abc import Mapping, Sequence
from typing import Any

import mongomock

from text2sql.catalog import Catalog, Table
from text2sql.connectors.base import SamplingRules
from text2sql.connectors.mongodb.introspection import infer_columns
from text2sql.connectors.mongodb.pipelines import read_statement
from text2sql.connectors.mongodb.values import field_names, to_row
from text2sql.engines.base import QueryFailed, Rows
from text2sql.safety.base import Policy
from text2sql.safety.checking import check_statement

Collections = Mapping[str, Sequence[Mapping[str, Any]]]


class Documents:
    """Collections with their catalog, and `run` as engines call it; `statements` are all that were run."""

    def __init__(self, collections: Collections, rules: SamplingRules | None = None) -> None:
        client: Any = mongomock.MongoClient(tz_aware=True)
        self.database = client["tests"]
        tables = []
        for name, documents in collections.items():
            if documents:
                self.database[name].insert_many([dict(document) for document in documents])
            columns = infer_columns(name, list(documents), rules or SamplingRules(), is_whole=True)
            tables.append(Table("", name, columns, "collection", primary_key=("_id",)))
        self.catalog = Catalog("mongodb", "tests", "", tuple(tables))
        self.statements: list[str] = []

    def run(self, sql: str, *, max_rows: int = 100) -> Rows:
        """Checked and read as the house does it."""
        self.statements.append(sql)
        policy = Policy(tables=frozenset(self.catalog.table_by_key))
        aggregation = read_statement(check_statement(sql, database_type="mongodb", policy=policy).text)
        try:
            found = list(self.database[aggregation.collection].aggregate(aggregation.pipeline))
        except (NotImplementedError, mongomock.OperationFailure) as error:
            raise QueryFailed(str(error)) from error
        names = field_names(found)
        rows = tuple(to_row(document, names, has_rest=False) for document in found)
        return Rows(tuple(names), rows[:max_rows], len(rows) > max_rows)
