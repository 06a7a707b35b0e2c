"""Querysets and inserts compiled once per process: for statements that take longer to build than to run."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid4
from weakref import WeakKeyDictionary

import psycopg
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Model, QuerySet
from django.db.models.expressions import DatabaseDefault
from django.db.models.query import ModelIterable, get_related_populators

Row = TypeVar("Row")

#: psycopg's own; which number does not matter, since these statements ask to be prepared at once.
PREPARE_THRESHOLD = 5


class AnyPerson(AnonymousUser):
    """Stands for a viewer in the builder of a CompiledQuery: `pk` is a parameter, staff's rights are a shape."""

    def __init__(self, pk: UUID, *, is_staff: bool) -> None:
        # Past the types of AnonymousUser, whose attributes never change.
        self.__dict__.update(pk=pk, is_staff=is_staff)


class CompiledQuery(Generic[Row]):
    """The rows of a queryset whose SQL is built once and then run, prepared, with other values.

    `build` makes the queryset from a stand-in for each of `parameters` (name to UUID or str); whatever else decides
    the SQL's shape needs a CompiledQuery of its own. A parameter must reach the SQL as it is: one that a lookup wraps
    (`contains`) is refused with ValueError at the first use, and so are prefetches. None as a value equals nothing.
    """

    def __init__(self, build: "Callable[..., QuerySet[Any, Row]]", **parameters: type[UUID] | type[str]) -> None:
        self._build, self._parameters = build, parameters
        self._plan: _Plan | None = None

    def all(self, **values: UUID | str | None) -> list[Row]:
        """Every row: instances with what `select_related` names, or the tuples of `values_list`."""
        if self._plan is None:
            self._plan = _compile(self._build, self._parameters)
        return self._plan.run(values)

    def first(self, **values: UUID | str | None) -> Row | None:
        """The first row or None; the builder's order decides, and its slice keeps the others from being sent."""
        return next(iter(self.all(**values)), None)


def insert_row(row: Model) -> None:
    """Insert a new row that brings its key, as `save(force_insert=True)` does but without signals.

    What the database filled in (`db_default`) is on the instance afterwards; raises Django's errors. Both wait for the
    end of a surrounding `pipelined`.
    """
    fields = row._meta.concrete_fields
    values = [field.pre_save(row, add=True) for field in fields]
    is_given = tuple(not isinstance(value, DatabaseDefault) for value in values)
    parameters = [
        field.get_db_prep_save(value, connection)
        for field, value, given in zip(fields, values, is_given, strict=True)
        if given
    ]
    filled = [field for field, given in zip(fields, is_given, strict=True) if not given]
    cursor = prepared_cursor()
    cursor.execute(_insert_statement(type(row), is_given), parameters)

    def fill() -> None:
        for field, value in zip(filled, cursor.fetchone() or (), strict=False):
            # Set meanwhile, it is newer: a later statement of the same pipeline was read first.
            if isinstance(getattr(row, field.attname), DatabaseDefault):
                setattr(row, field.attname, value)

    _when_answered(fill)
    row._state.adding, row._state.db = False, connection.alias


@lru_cache
def _insert_statement(model: type[Model], is_given: tuple[bool, ...]) -> str:
    quote, fields = connection.ops.quote_name, model._meta.concrete_fields
    columns = ", ".join(quote(str(field.column)) for field in fields)
    values = ", ".join("%s" if given else "DEFAULT" for given in is_given)
    returning = ", ".join(quote(str(field.column)) for field, given in zip(fields, is_given, strict=True) if not given)
    return (
        f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({values})"  # noqa: S608  (names of our models)
        f" RETURNING {returning or 'NULL'}"
    )


def preparing_connection() -> psycopg.Connection[Any]:
    """What Django's connection wraps, where a cursor of its own may prepare statements."""
    connection.ensure_connection()
    raw: psycopg.Connection[Any] = connection.connection
    if raw.prepare_threshold is None:
        # Django switches preparing off. Its own cursors bind on the client and never prepare, whatever is set here.
        raw.prepare_threshold = PREPARE_THRESHOLD
    return raw


def prepared_cursor() -> CursorWrapper:
    """A cursor of Django's connection that binds on the server and prepares what it runs.

    It takes part in the surrounding transaction, raises Django's errors and is counted where statements are.
    """
    raw = preparing_connection()
    wrap: Callable[[Any], CursorWrapper] = (
        connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    )
    return wrap(_PreparedCursor(raw))


#: What waits for the end of `pipelined`, by the connection that is in such a block.
_unanswered: WeakKeyDictionary[Any, list[Callable[[], None]]] = WeakKeyDictionary()


def _when_answered(read: Callable[[], None]) -> None:
    unanswered = _unanswered.get(connection.connection)
    if unanswered is None:
        read()
    else:
        unanswered.append(read)


@contextmanager
def pipelined() -> Iterator[None]:
    """Statements inside are sent without waiting for the answers of those before them.

    Whoever fetches rows waits for them; an error of any statement is raised by the next fetch or at the end of the
    block, and nothing after it was run. So no error may be handled inside, except by leaving the block.
    """
    connection.ensure_connection()
    raw = connection.connection
    if raw in _unanswered:
        yield
        return
    unanswered = _unanswered[raw] = []
    try:
        with connection.wrap_database_errors, raw.pipeline():
            yield
    finally:
        del _unanswered[raw]
    for read in unanswered:
        read()


class _PreparedCursor(psycopg.Cursor[Any]):
    def execute(self, query: Any, params: Any = None, **_options: Any) -> "_PreparedCursor":
        return super().execute(query, params, prepare=True)


@dataclass(frozen=True)
class _Plan:
    """What Django's compiler knows of a query; `slots` holds a parameter's name or a constant for each placeholder."""

    statement: str
    slots: Sequence[tuple[str | None, Any]]
    converters: Sequence[tuple[int, Sequence[Callable[..., Any]], Any]]
    to_row: Callable[[Any], Any]

    def run(self, values: Mapping[str, UUID | str | None]) -> list[Any]:
        if not self.statement:
            return []
        parameters = [constant if name is None else values[name] for name, constant in self.slots]
        with prepared_cursor() as cursor:
            cursor.execute(self.statement, parameters)
            rows = cursor.fetchall()
        return [self._row(row) for row in rows]

    def _row(self, row: Sequence[Any]) -> Any:
        columns = list(row)
        for position, converters, expression in self.converters:
            for convert in converters:
                columns[position] = convert(columns[position], expression, connection)
        return self.to_row(columns)


def _compile(build: Callable[..., QuerySet[Any, Any]], parameters: Mapping[str, type]) -> _Plan:
    stand_ins = {name: uuid4() if kind is UUID else f"stand-in {uuid4()}" for name, kind in parameters.items()}
    queryset = build(**stand_ins)
    if queryset.__dict__["_prefetch_related_lookups"]:
        raise ValueError("A compiled query reads one statement's rows; prefetches are others.")
    compiler = queryset.query.get_compiler(using=queryset.db)
    try:
        statement, constants = compiler.as_sql()
    except EmptyResultSet:
        return _Plan("", (), (), tuple)
    slots = [_slot(constant, stand_ins) for constant in constants]
    left = repr((statement, [constant for name, constant in slots if name is None]))
    if any(str(text) in left for value in stand_ins.values() for text in (value, getattr(value, "hex", value))):
        raise ValueError(f"A parameter does not reach the SQL as it is: {left}")
    columns = compiler.get_converters([column for column, _sql, _alias in compiler.select[: compiler.col_count]])
    converters = [(position, functions, expression) for position, (functions, expression) in columns.items()]
    gives_instances = queryset.__dict__["_iterable_class"] is ModelIterable
    return _Plan(statement, slots, converters, _instance_maker(compiler, queryset.db) if gives_instances else tuple)


def _slot(constant: Any, stand_ins: Mapping[str, Any]) -> tuple[str | None, Any]:
    name = next((name for name, value in stand_ins.items() if value == constant), None)
    return name, None if name else constant


def _instance_maker(compiler: Any, database: str) -> Callable[[list[Any]], Any]:
    """As `django.db.models.query.ModelIterable`, with what it works out for each query worked out once."""
    info = compiler.klass_info
    model, fields = info["model"], slice(info["select_fields"][0], info["select_fields"][-1] + 1)
    names = [column.target.attname for column, _sql, _alias in compiler.select[fields]]
    # The stubs are those of a later Django.
    populators = get_related_populators(info, compiler.select, database)  # type: ignore[call-arg]
    annotations = list((compiler.annotation_col_map or {}).items())

    def instance(columns: list[Any]) -> Any:
        made = model.from_db(database, names, columns[fields])
        for populator in populators:
            populator.populate(columns, made)
        for name, position in annotations:
            setattr(made, name, columns[position])
        return made

    return instance
