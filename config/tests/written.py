"""What services write for shared fixtures: recorded once in each process, written again for each test.

Twenty statements become one. Each test has ids and moments of its own, in the order in which the services gave them.
"""

import copy
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from config.common.ids import uuid7

Row = TypeVar("Row", bound=Model)

_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
#: Stands in a statement where the present belongs.
_NOW = "<now>"
_COLUMNS = """
SELECT table_name, array_agg(quote_ident(column_name) ORDER BY ordinal_position) FROM information_schema.columns
 WHERE table_schema = 'public' AND table_name = ANY(%s) AND is_generated = 'NEVER' GROUP BY table_name
"""


@dataclass(frozen=True)
class Written:
    """What a service wrote and returned."""

    instance: Model
    statement: str
    at: datetime

    def again(self, kind: type[Row], related: Mapping[Model, Model] | None = None) -> Row:
        """Write the rows once more, with other `related` rows than the first time; what the service would return."""
        now, known = timezone.now(), dict(related or {})
        ids = {str(old.pk): str(new.pk) for old, new in known.items()}
        # UUIDv7 sort by time: the new ones keep the order of the old ones.
        ids |= {old: str(uuid7()) for old in sorted({*_UUID.findall(self.statement)} - ids.keys())}
        with connection.cursor() as cursor:
            cursor.execute(_UUID.sub(lambda old: ids[old[0]], self.statement.replace(_NOW, now.isoformat())))
        instance = _renewed(self.instance, ids, now - self.at, known)
        assert isinstance(instance, kind)
        return instance


def record(made: Iterable[tuple[str, Model]]) -> dict[str, Written]:
    """Run the services behind `made`, keep under each name what was written for it, and undo it all."""
    kept: dict[str, Written] = {}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_COLUMNS, [connection.introspection.django_table_names()])
        columns = {table: names for table, names in cursor.fetchall() if not _rows(cursor, table, names)}
        seen: set[tuple[str, str]] = set()
        for name, instance in made:
            found = [(table, row) for table, names in columns.items() for row in _rows(cursor, table, names)]
            new = [(table, row) for table, row in found if (table, str(row)) not in seen]
            seen |= {(table, str(row)) for table, row in new}
            at = timezone.now()
            statements = [_insert(cursor, table, columns[table], row, at) for table, row in new]
            kept[name] = Written(instance, ";".join(statements), at)
        transaction.set_rollback(True)
    return kept


def _rows(cursor: Any, table: str, columns: list[str]) -> list[tuple[object, ...]]:
    cursor.execute(f"SELECT {', '.join(columns)} FROM {table}")  # noqa: S608 - the database's own names
    return list(cursor.fetchall())


def _insert(cursor: Any, table: str, columns: list[str], row: tuple[object, ...], at: datetime) -> str:
    values = [f"'{_NOW}'::timestamptz - %s" if isinstance(value, datetime) else "%s" for value in row]
    # A UUID as PostgreSQL writes it, not as psycopg does: JSON holds ids in that form too.
    written = [at - v if isinstance(v, datetime) else str(v) if isinstance(v, UUID) else v for v in row]
    sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(values)})"  # noqa: S608 - as above
    return str(cursor.mogrify(sql, written))


def _renewed(old: Model, ids: Mapping[str, str], later: timedelta, known: dict[Model, Model]) -> Model:
    if old in known:
        return known[old]
    new = known[old] = copy.copy(old)
    for name, value in vars(old).items():
        if isinstance(value, UUID):
            setattr(new, name, UUID(ids[str(value)]))
        elif isinstance(value, datetime):
            setattr(new, name, value + later)
        elif isinstance(value, dict | list):
            setattr(new, name, copy.deepcopy(value))
    for name, other in old._state.fields_cache.items():
        new._state.fields_cache[name] = other and _renewed(other, ids, later, known)
    return new
