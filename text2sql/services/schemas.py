"""Reading a database's schema, keeping it, and what people write about it."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Max, QuerySet, Subquery
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.queries import CompiledQuery
from config.common.problems import Forbidden, NotFound
from tasks.engines.cancel import CancelToken
from text2sql.catalog import Catalog, Column, Table
from text2sql.errors import InvalidNote
from text2sql.models import DatabaseConnection, DatabaseSchema, SchemaNote
from text2sql.selectors.connections import connection_abilities

MAX_DESCRIPTION_CHARS = 2_000
MAX_SYNONYMS = 20
MAX_SYNONYM_CHARS = 100

NotePlace = tuple[str, str, str]
_Facts = tuple[UUID, datetime, int | None, datetime | None]
#: Catalogs that a process remembers: decoding a large one takes longer than most queries, and the grammar engine
#: keeps an index for each. Facts of a database that changed are never asked for again.
MAX_REMEMBERED = 16
_catalogs: dict[_Facts, Catalog] = {}
_reading = threading.Lock()


def present_schema(connection: DatabaseConnection) -> DatabaseSchema | None:
    """The schema seen last, None before the first reading."""
    return DatabaseSchema.objects.filter(connection=connection).latest_first().first()


def present_catalog(connection: DatabaseConnection) -> Catalog | None:
    """The schema seen last with the notes of people in it."""
    facts = _PRESENT.first(connection=connection.pk)
    if facts is None:
        return None
    with _reading:
        catalog = _catalogs.get(facts)
        if catalog is None:
            catalog = catalog_from(DatabaseSchema.objects.select_related("connection").get(pk=facts[0]))
            _catalogs[facts] = catalog
            while len(_catalogs) > MAX_REMEMBERED:
                del _catalogs[next(iter(_catalogs))]
    return catalog


def _present_facts(connection: UUID) -> QuerySet[DatabaseSchema, _Facts]:
    """What a catalog depends on: reading the schema, or what is said of it, changes one of these."""
    notes = SchemaNote.objects.filter(connection_id=connection).order_by().values("connection_id")
    counted = notes.annotate(count=Count("pk"), latest=Max("updated_at"))
    latest = DatabaseSchema.objects.filter(connection_id=connection).latest_first()
    facts = latest.annotate(notes=Subquery(counted.values("count")), noted_at=Subquery(counted.values("latest")))
    return facts.values_list("pk", "last_updated", "notes", "noted_at")[:1]


_PRESENT = CompiledQuery[_Facts](_present_facts, connection=UUID)


def catalog_from(schema: DatabaseSchema) -> Catalog:
    """A kept schema with the notes of people in it."""
    return with_notes(Catalog.from_json(schema.schema_json), notes_of(schema.connection))


def read_schema(connection: DatabaseConnection, *, cancel: CancelToken) -> DatabaseSchema:
    """Introspect and keep; raises ConnectorError. For workers only: it takes as long as the database does."""
    from text2sql.connectors.base import SamplingRules
    from text2sql.services.access import open_session

    skipped = frozenset(place for place, note in notes_of(connection).items() if not note.is_sampled)
    with open_session(connection) as session:
        catalog = session.introspect(sampling=SamplingRules(skipped=skipped), cancel=cancel)
    return keep_schema(connection=connection, catalog=catalog)


def keep_schema(*, connection: DatabaseConnection, catalog: Catalog) -> DatabaseSchema:
    """Insert a new structure, or bring the row of a known one up to date; it becomes the present one.

    Values of columns that people have opted out while the schema was being read are dropped: whoever reads began
    with the notes as they were then.
    """
    with transaction.atomic():
        _lock(connection)
        schema, _created = DatabaseSchema.objects.update_or_create(
            connection=connection,
            schema_hash=catalog.structure_hash(),
            defaults={
                "schema_json": _without_values(catalog, notes_of(connection)).to_json(),
                "table_count": len(catalog.tables),
                "total_columns": catalog.total_columns,
                "last_updated": Now(),
            },
        )
    schema.refresh_from_db(fields=["last_updated"])
    return schema


def _lock(connection: DatabaseConnection) -> None:
    """Notes and readings of one schema take turns."""
    DatabaseConnection.objects.select_for_update().get(pk=connection.pk)


def _without_values(catalog: Catalog, notes: Mapping[NotePlace, SchemaNote]) -> Catalog:
    skipped = {place for place, note in notes.items() if place[2] and not note.is_sampled}
    if not skipped:
        return catalog
    tables = [
        replace(table, columns=tuple(
            replace(column, samples=(), samples_complete=False) if (*table.key, column.name) in skipped else column
            for column in table.columns
        ))
        for table in catalog.tables
    ]  # fmt: skip
    return replace(catalog, tables=tuple(tables))


def notes_of(connection: DatabaseConnection) -> Mapping[NotePlace, SchemaNote]:
    """By schema, table and column; the column is empty for a table's own note.

    Notes on places that the schema no longer has are among them: the place may come back.
    """
    notes = SchemaNote.objects.filter(connection=connection)
    return {(note.table_schema, note.table_name, note.column_name): note for note in notes}


def with_notes(catalog: Catalog, notes: Mapping[NotePlace, SchemaNote]) -> Catalog:
    """The catalog with descriptions and synonyms of people.

    Values of columns that may not be sampled are left out here, too, whatever the kept schema holds.
    """
    if not notes:
        return catalog
    return replace(catalog, tables=tuple(_noted_table(table, notes) for table in catalog.tables))


def _noted_table(table: Table, notes: Mapping[NotePlace, SchemaNote]) -> Table:
    columns = tuple(_noted_column(column, notes.get((*table.key, column.name))) for column in table.columns)
    note = notes.get((*table.key, ""))
    if note is None:
        return replace(table, columns=columns)
    return replace(table, columns=columns, description=note.description, synonyms=tuple(note.synonyms))


def _noted_column(column: Column, note: SchemaNote | None) -> Column:
    if note is None:
        return column
    kept = column if note.is_sampled else replace(column, samples=(), samples_complete=False)
    return replace(kept, description=note.description, synonyms=tuple(note.synonyms), is_sampled=note.is_sampled)


def write_note(
    *,
    connection: DatabaseConnection,
    actor: Account,
    place: NotePlace,
    description: str = "",
    synonyms: Sequence[str] = (),
    is_sampled: bool = True,
) -> SchemaNote:
    """Say something about a table or column; replaces what was said. Raises Forbidden or InvalidNote.

    Values of a column that may no longer be sampled leave the kept schemas at once.
    """
    if not connection_abilities(connection, actor)["update"]:
        raise Forbidden(_("Only its owner may describe this database."))
    words = list(dict.fromkeys(word for synonym in synonyms if (word := synonym.strip())))
    _check_note(connection, place, description, words)
    schema, table, column = place
    with transaction.atomic():
        _lock(connection)
        note, _created = SchemaNote.objects.update_or_create(
            connection=connection, table_schema=schema, table_name=table, column_name=column,
            defaults={"description": description.strip(), "synonyms": words, "is_sampled": is_sampled},
        )  # fmt: skip
        if column and not is_sampled:
            _forget_values(connection, place)
    return note


def _check_note(connection: DatabaseConnection, place: NotePlace, description: str, words: list[str]) -> None:
    errors: dict[str, list[str]] = {}
    catalog = present_catalog(connection)
    table = catalog.table_by_key.get(place[:2]) if catalog else None
    if table is None or (place[2] and place[2] not in table.column_by_name):
        errors["table_name" if table is None else "column_name"] = [_("The schema has no such place.")]
    if len(description) > MAX_DESCRIPTION_CHARS or "\x00" in description:
        errors["description"] = [_("At most %(limit)d characters are accepted.") % {"limit": MAX_DESCRIPTION_CHARS}]
    if len(words) > MAX_SYNONYMS or any(len(word) > MAX_SYNONYM_CHARS or "\x00" in word for word in words):
        message = _("At most %(count)d words of at most %(limit)d characters are accepted.")
        errors["synonyms"] = [message % {"count": MAX_SYNONYMS, "limit": MAX_SYNONYM_CHARS}]
    if errors:
        raise InvalidNote(errors=errors)


def _forget_values(connection: DatabaseConnection, place: NotePlace) -> None:
    for schema in DatabaseSchema.objects.select_for_update().filter(connection=connection):
        for table in schema.schema_json["tables"]:
            if (table["schema"], table["name"]) == place[:2]:
                for column in table["columns"]:
                    if column["name"] == place[2]:
                        column["samples"], column["samples_complete"] = [], False
        schema.save(update_fields=["schema_json"])


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """One difference: `what` is added, removed or changed; `detail` says what it was and is."""

    what: str
    place: str
    detail: str = ""


def diff_catalogs(old: Catalog, new: Catalog) -> list[SchemaChange]:
    """Differences in tables, columns, types and nullability, by place.

    Renamed is removed and added: a database does not tell one from the other.
    """
    changes = [SchemaChange("added", _dotted(key)) for key in sorted(set(new.table_by_key) - set(old.table_by_key))]
    changes += [SchemaChange("removed", _dotted(key)) for key in sorted(set(old.table_by_key) - set(new.table_by_key))]
    for key in sorted(set(old.table_by_key) & set(new.table_by_key)):
        changes += _diff_columns(_dotted(key), old.table_by_key[key], new.table_by_key[key])
    return changes


def _diff_columns(place: str, old: Table, new: Table) -> list[SchemaChange]:
    before, after = old.column_by_name, new.column_by_name
    changes = [SchemaChange("added", f"{place}.{name}") for name in after if name not in before]
    changes += [SchemaChange("removed", f"{place}.{name}") for name in before if name not in after]
    for name in before:
        if name in after and (was := _shape(before[name])) != (now := _shape(after[name])):
            changes.append(SchemaChange("changed", f"{place}.{name}", f"{was} -> {now}"))
    if old.primary_key != new.primary_key:
        keys = f"primary key: {', '.join(old.primary_key)} -> {', '.join(new.primary_key)}"
        changes.append(SchemaChange("changed", place, keys))
    if set(old.foreign_keys) != set(new.foreign_keys):
        changes.append(SchemaChange("changed", place, "foreign keys"))
    return changes


def _shape(column: Column) -> str:
    return column.data_type if column.nullable else f"{column.data_type} NOT NULL"


def _dotted(key: tuple[str, str]) -> str:
    return ".".join(filter(None, key))


def latest_changes(connection: DatabaseConnection) -> dict[str, object]:
    """What differs between the present structure and the one seen before it; raises NotFound before the first reading.

    `previous_hash` is empty, and nothing changed, where there is only one structure.
    """
    seen = list(DatabaseSchema.objects.filter(connection=connection).latest_first()[:2])
    if not seen:
        raise NotFound(code="schema_not_read")
    changes: list[SchemaChange] = []
    if len(seen) == 2:
        changes = diff_catalogs(Catalog.from_json(seen[1].schema_json), Catalog.from_json(seen[0].schema_json))
    return {
        "schema_hash": seen[0].schema_hash,
        "previous_hash": seen[1].schema_hash if len(seen) == 2 else "",
        "changes": [asdict(change) for change in changes],
    }
