"""Tables as a prompt shows them: CREATE TABLE without ornament, with comments, keys, a few values."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from text2sql.catalog import Catalog, Column, ForeignKey, Table
from text2sql.engines.llm.dialects import DIALECTS
from text2sql.engines.llm.fencing import fenced, one_line

#: Columns shown in full; more than that are named only, and those only up to a number of their own.
MOST_COLUMNS = 40
_MOST_NAMES = 60
_MOST_TEXT = 120
#: Longer than any database allows.
_MOST_NAME = 300
_MOST_VALUES, _MOST_WHOLE_VALUES = 3, 10
_MOST_VALUE_TEXT = 40
_FEW_CODES = 6
_OPENING: Mapping[str, str] = {"table": "CREATE TABLE", "view": "CREATE VIEW", "collection": "COLLECTION"}
_NO_VALUES: Mapping[tuple[str, str, str], tuple[str, ...]] = {}


@dataclass(frozen=True, slots=True)
class Describer:
    """Writes the tables of one catalog. `values` are those that the question holds: they are shown first."""

    catalog: Catalog
    values: Mapping[tuple[str, str, str], tuple[str, ...]] = field(default_factory=lambda: _NO_VALUES)

    def describe(self, table: Table, *, named: Collection[str] = (), most_columns: int = MOST_COLUMNS) -> str:
        """The table. Of one with too many columns: its keys, then the `named` ones, then the first; names of others.

        In the form of CREATE TABLE, which models have read more often than any other; remarks stand behind `--`.
        """
        shown = _shown(table, named, most_columns)
        lines = [self._column(table, column) for column in table.columns if column.name in shown]
        lines += [line for line in (self._long_key(table), *self._long_foreign_keys(table)) if line]
        rest = [self._name(column.name) for column in table.columns if column.name not in shown]
        head = f"{_OPENING[table.kind]} {self.table_name(table)} ("
        remarks = "; ".join(_remarks(table, table.row_estimate))
        body = "\n".join(f"  {line}" for line in lines)
        more = f"\n  -- {len(rest)} more columns: {', '.join(rest[:_MOST_NAMES])}" if rest else ""
        return f"{head}{f' -- {remarks}' if remarks else ''}\n{body}{more}\n)"

    def table_name(self, table: Table) -> str:
        """As a query must spell it: with its schema where that is not the default one.

        Models copy what they see, so that a wrong spelling here comes back as an unknown table.
        """
        return self._table_name(table.schema, table.name)

    def _table_name(self, schema: str, name: str) -> str:
        quoted = self._name(name)
        return f"{self._name(schema)}.{quoted}" if schema and schema != self.catalog.default_schema else quoted

    def _name(self, name: str) -> str:
        # A line break in a name would end the comment in which it may stand, a tag the whole schema.
        shown = fenced(name, most=_MOST_NAME)
        return DIALECTS[self.catalog.database_type].name(
            shown if shown.isprintable() else one_line(name, most=_MOST_NAME)
        )

    def _column(self, table: Table, column: Column) -> str:
        parts = [self._name(column.name), one_line(column.data_type, most=60)]
        if table.primary_key == (column.name,):
            parts.append("PRIMARY KEY")
        elif not column.nullable and table.kind == "table":
            parts.append("NOT NULL")
        parts += [self._reference(key) for key in table.foreign_keys if key.columns == (column.name,)]
        remarks = "; ".join([*_remarks(column), *self._values_of(table, column)])
        return f"{' '.join(parts)},{f' -- {remarks}' if remarks else ''}"

    def _reference(self, key: ForeignKey) -> str:
        names = ", ".join(map(self._name, key.target_columns))
        return f"REFERENCES {self._table_name(key.target_schema, key.target_table)}({names})"

    def _long_key(self, table: Table) -> str:
        names = ", ".join(map(self._name, table.primary_key))
        return f"PRIMARY KEY ({names})," if len(table.primary_key) > 1 else ""

    def _long_foreign_keys(self, table: Table) -> Iterator[str]:
        for key in table.foreign_keys:
            if len(key.columns) > 1:
                yield f"FOREIGN KEY ({', '.join(map(self._name, key.columns))}) {self._reference(key)},"

    def _values_of(self, table: Table, column: Column) -> Iterator[str]:
        if not column.is_sampled or not column.samples or not _tells_by_values(column):
            return
        asked = self.values.get((table.schema, table.name, column.name), ())
        most = _MOST_WHOLE_VALUES if column.samples_complete else _MOST_VALUES
        values = list(dict.fromkeys((*asked, *column.samples)))
        shown = [value for value in values if len(value) <= _MOST_VALUE_TEXT][
            : max(most, len(asked[:_MOST_WHOLE_VALUES]))
        ]
        if shown:
            word = "values" if column.samples_complete and len(shown) == len(column.samples) else "such as"
            yield f"{word}: {', '.join(map(_literal, shown))}"


def _shown(table: Table, named: Collection[str], most: int) -> frozenset[str]:
    keys = {*table.primary_key, *(name for key in table.foreign_keys for name in key.columns)}
    order = sorted(table.columns, key=lambda column: (column.name not in keys, column.name not in named))
    return frozenset(column.name for column in order[:most])


def _remarks(subject: Table | Column, rows: int | None = None) -> Iterator[str]:
    """What people and the database say about it, and about how many rows a table has."""
    if rows is not None:
        yield f"about {rows:,} rows"
    texts = dict.fromkeys(one_line(text, most=_MOST_TEXT) for text in (subject.description, subject.comment))
    yield from (text for text in texts if text)
    if subject.synonyms:
        yield f"also called {', '.join(one_line(name, most=40) for name in subject.synonyms[:6])}"


def _tells_by_values(column: Column) -> bool:
    """Texts, and codes: numbers of which there are only a few."""
    is_code = column.kind in {"integer", "boolean"} and column.samples_complete and len(column.samples) <= _FEW_CODES
    return column.kind in {"text", "other"} or is_code


def _literal(value: str) -> str:
    return "'" + one_line(value, most=_MOST_VALUE_TEXT).replace("'", "''") + "'"
