"""The grammar engine: from a question to ranked queries, all of it rules over the schema."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from time import perf_counter
from types import MappingProxyType
from typing import TYPE_CHECKING

from tasks.engines.cancel import CancelToken, NeverCancelled
from tasks.engines.card import EngineCard
from tasks.engines.errors import EngineInputError
from text2sql.catalog import Catalog, Column, Table
from text2sql.engines.base import DOMAIN, ReadOnlyDatabase, Rows, SqlAnswer, SqlRequest

if TYPE_CHECKING:
    from text2sql.engines.grammar.answering import Index

_MAX_CHARACTERS = 2000
_CATALOGS = 8
_DIALECTS = ("postgresql", "mysql", "clickhouse", "mongodb", "oracle")

_CARD = EngineCard(
    name="grammar",
    version="1",
    domain=DOMAIN,
    title="Grammar (rules over the schema, no language model)",
    local=True,
    needs=("sqlglot",),
    limits=MappingProxyType({"max_characters": _MAX_CHARACTERS}),
    options=MappingProxyType({"dialects": ",".join(_DIALECTS), "deterministic": "true"}),
)


class GrammarEngine:
    """`SqlEngine` that knows words, schemas and values. An index over each catalog is kept for the last few of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._indexes: OrderedDict[Catalog, Index] = OrderedDict()

    @property
    def card(self) -> EngineCard:
        """The card; `options["dialects"]` are the types of databases it writes for."""
        return _CARD

    def load(self) -> None:
        """Import the parser of SQL and read the word lists."""
        from text2sql.engines.grammar import answering

        answering.warm_up()

    def write_sql(self, request: SqlRequest, *, database: ReadOnlyDatabase, cancel: CancelToken) -> SqlAnswer:
        """See `SqlEngine.write_sql`."""
        _check(request)
        cancel.raise_if_cancelled()
        from text2sql.engines.grammar.answering import answer

        return answer(self._index(request.catalog), request, database, cancel)

    def close(self) -> None:
        """Forget all indexes."""
        with self._lock:
            self._indexes.clear()

    def probe(self) -> Mapping[str, str | int | float]:
        """Answer a question over a table of its own."""
        started = perf_counter()
        self.load()
        answer = self.write_sql(
            SqlRequest("How many trains are there?", _PROBED), database=_Probed(), cancel=NeverCancelled()
        )
        return {"sql": answer.candidates[0].sql, "total_ms": round((perf_counter() - started) * 1000, 1)}

    def _index(self, catalog: Catalog) -> "Index":
        """Equal catalogs share an index, also when they were read anew from where they are kept."""
        from text2sql.engines.grammar.answering import Index

        with self._lock:
            index = self._indexes.get(catalog)
            if index is None:
                index = self._indexes[catalog] = Index.of(catalog)
            self._indexes.move_to_end(catalog)
            while len(self._indexes) > _CATALOGS:
                self._indexes.popitem(last=False)
            return index


def _check(request: SqlRequest) -> None:
    if not request.question.strip():
        raise EngineInputError("The question is empty.", code="empty_question")
    if len(request.question) > _MAX_CHARACTERS:
        raise EngineInputError(f"A question has at most {_MAX_CHARACTERS} characters.", code="question_too_long")
    if request.catalog.database_type not in _DIALECTS:
        message = f"The grammar engine does not write queries for {request.catalog.database_type}."
        raise EngineInputError(message, code="unsupported_database")


class _Probed:
    def run(self, sql: str, *, max_rows: int = 100) -> Rows:
        return Rows(("count",), ((3,),))


_PROBED = Catalog(
    "postgresql", "probe", "public", (Table("public", "train", (Column("name", "text", "text"),)),)
)  # fmt: skip
