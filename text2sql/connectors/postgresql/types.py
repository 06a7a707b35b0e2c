"""PostgreSQL's types: which kind each is, and how results become Python values."""

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg import Connection, DataError
from psycopg.abc import AdaptContext
from psycopg.adapt import AdaptersMap, Loader, Transformer
from psycopg.pq.abc import PGresult
from psycopg.types import TypeInfo

from text2sql.catalog import ColumnKind
from text2sql.connectors.base import ResultColumn

_KINDS: Mapping[ColumnKind, str] = {
    "text": "text varchar bpchar char name citext enum",
    "integer": "int2 int4 int8 oid xid serial bigserial",
    "number": "numeric float4 float8 money",
    "boolean": "bool",
    "date": "date",
    "time": "time timetz",
    "timestamp": "timestamp timestamptz",
    "json": "json jsonb",
    "binary": "bytea",
}
KIND_BY_TYPE: Mapping[str, ColumnKind] = {word: kind for kind, words in _KINDS.items() for word in words.split()}
#: The names that people know, as `format_type` writes them.
_WORDS = {
    "int2": "smallint", "int4": "integer", "int8": "bigint", "float4": "real", "float8": "double precision",
    "bool": "boolean", "bpchar": "character", "varchar": "character varying", "timetz": "time with time zone",
    "timestamp": "timestamp without time zone", "timestamptz": "timestamp with time zone",
}  # fmt: skip
#: psycopg would make objects of its own of these.
_AS_TEXT = (
    "inet", "cidr", "int4range", "int8range", "numrange", "daterange", "tsrange", "tstzrange", "int4multirange",
    "int8multirange", "nummultirange", "datemultirange", "tsmultirange", "tstzmultirange",
)  # fmt: skip
#: They hold values that Python's types cannot: infinity, years before 1 and after 9999.
_UNBOUNDED = ("date", "timestamp", "timestamptz", "interval", "time", "timetz")

OwnTypes = Mapping[int, tuple[str, str]]


class _AnyTextLoader(Loader):
    """Text as it comes, also where the database's encoding is not what it says."""

    def load(self, data: Any) -> str:
        return bytes(data).decode("utf-8", "replace")


class _Context:
    """A connection with other adapters."""

    def __init__(self, connection: Connection[Any], adapters: AdaptersMap) -> None:
        self.connection, self.adapters = connection, adapters


class Reader:
    """Turns results of one connection into columns and rows. `own_types`: oid -> name and typtype, of the database."""

    def __init__(self, connection: Connection[Any], own_types: OwnTypes) -> None:
        self._own_types = own_types
        self._types = connection.adapters.types
        plain, safe = AdaptersMap(connection.adapters), AdaptersMap(connection.adapters)
        for adapters, names in ((plain, _AS_TEXT), (safe, (*_AS_TEXT, *_UNBOUNDED, "text", "varchar", "bpchar"))):
            for info in filter(None, map(self._types.get, names)):
                adapters.register_loader(info.oid, _AnyTextLoader)
        safe.register_loader(0, _AnyTextLoader)
        self._plain: AdaptContext = _Context(connection, plain)
        self._safe: AdaptContext = _Context(connection, safe)

    def columns(self, result: PGresult) -> tuple[ResultColumn, ...]:
        """Names, types and kinds."""
        return tuple(self._column(result, number) for number in range(result.nfields))

    def rows(self, result: PGresult) -> Sequence[tuple[Any, ...]]:
        """All rows of the result; values that Python cannot hold come as text.

        Then the whole piece is read again with text for every date and time, since psycopg does not say which it was.
        """
        try:
            return self._load(result, self._plain)
        except (DataError, UnicodeDecodeError, ValueError, OverflowError, RecursionError):
            return self._load(result, self._safe)

    def _load(self, result: PGresult, context: AdaptContext) -> Sequence[tuple[Any, ...]]:
        transformer = Transformer.from_context(context)
        transformer.set_pgresult(result)
        return transformer.load_rows(0, result.ntuples, tuple)

    def _column(self, result: PGresult, number: int) -> ResultColumn:
        oid = result.ftype(number)
        name = (result.fname(number) or b"").decode("utf-8", "replace")
        if oid in self._own_types:
            word, form = self._own_types[oid]
            return ResultColumn(name, word, "text" if form == "e" else KIND_BY_TYPE.get(word, "other"))
        info = self._types.get(oid)
        if info is None:
            return ResultColumn(name, "unknown", "other")
        if isinstance(info, TypeInfo) and info.array_oid == oid:
            return ResultColumn(name, f"{_WORDS.get(info.name, info.name)}[]", "other")
        return ResultColumn(name, _WORDS.get(info.name, info.name), KIND_BY_TYPE.get(info.name, "other"))
