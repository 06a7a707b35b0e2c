"""The catalog as the grammar reads it: phrases of tables and columns, kinds, keys, the column that names a row."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from text2sql.catalog import NUMERIC_KINDS, TEMPORAL_KINDS, Catalog, Column, Table
from text2sql.engines.grammar.wordlists import words
from text2sql.engines.grammar.words import fold, split_identifier

#: Places of a table, and of a column in its table, in the catalog.
TableId: TypeAlias = int
Col: TypeAlias = tuple[int, int]

_MAX_NOTE_WORDS = 5
#: What tables share by chance: joining over it would be wrong.
_MEASURES = words("measures")
_NAME_ENDINGS = (("name",), ("title",), ("full", "name"), ("label",))
_DESCRIBING = ("description", "detail", "designation", "subject", "headline", "summary")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Stems that name an element; `prefix` of them are the table's own name; `weight` is 1 for the real name."""

    stems: tuple[str, ...]
    prefix: int = 0
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Edge:
    """A join of two tables over pairs of columns; `is_key` where the database declares it."""

    left: TableId
    left_columns: tuple[int, ...]
    right: TableId
    right_columns: tuple[int, ...]
    is_key: bool = True


class Schema:
    """An index over one catalog; built once, read by all questions."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.tables = catalog.tables
        self._vocabulary = _vocabulary(catalog)
        self.table_phrases = [tuple(self._phrases_of_table(table)) for table in self.tables]
        self.column_phrases = {
            (place, index): tuple(self._phrases_of_column(place, column))
            for place, table in enumerate(self.tables)
            for index, column in enumerate(table.columns)
        }

    def table(self, table: TableId) -> Table:
        """The catalog's table."""
        return self.tables[table]

    def column(self, col: Col) -> Column:
        """The catalog's column."""
        return self.tables[col[0]].columns[col[1]]

    def columns_of(self, table: TableId) -> Iterator[Col]:
        """All columns of a table in their order."""
        return ((table, index) for index in range(len(self.tables[table].columns)))

    def is_numeric(self, col: Col) -> bool:
        """Whether sums and averages make sense."""
        return self.column(col).kind in NUMERIC_KINDS

    def is_temporal(self, col: Col) -> bool:
        """Whether it holds dates or times."""
        return self.column(col).kind in TEMPORAL_KINDS

    def is_text(self, col: Col) -> bool:
        """Whether it holds text or something compared like text."""
        return self.column(col).kind in ("text", "other")

    def stems(self, col: Col) -> tuple[str, ...]:
        """The words of the column's own name."""
        return self.column_phrases[col][0].stems

    def is_id(self, col: Col) -> bool:
        """Whether it is a key: a primary or foreign one, or named like one."""
        words = self.stems(col)
        return bool(words and words[-1] == "id") or col in self.key_columns

    @cached_property
    def key_columns(self) -> frozenset[Col]:
        """Columns of primary and of foreign keys that stand alone or point somewhere."""
        keys = {
            (t, self._place(t, table.primary_key[0]))
            for t, table in enumerate(self.tables)
            if len(table.primary_key) == 1
        }
        pointing = {(edge.left, column) for edge in self.edges if edge.is_key for column in edge.left_columns}
        return frozenset(keys | pointing)

    def primary_key(self, table: TableId) -> Col | None:
        """The single column that identifies a row, also where only its name says so."""
        key = self.tables[table].primary_key
        if len(key) == 1:
            return table, self._place(table, key[0])
        if key:
            return None
        own = self.table_phrases[table][0].stems
        wanted = {(*own, "id"), ("id",)}
        return next((col for col in self.columns_of(table) if self.stems(col) in wanted), None)

    def is_unique(self, col: Col) -> bool:
        """Whether no two rows share its value."""
        table = self.tables[col[0]]
        name = (self.column(col).name,)
        return table.primary_key == name or name in table.unique_keys

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """Declared foreign keys first, then same-name keys between tables that nothing else connects."""
        declared = list(dict.fromkeys(self._declared_edges()))
        pairs = {frozenset((edge.left, edge.right)) for edge in declared}
        taken = {(edge.left, column) for edge in declared for column in edge.left_columns}
        implied = [
            edge
            for edge in self._implied_edges()
            if frozenset((edge.left, edge.right)) not in pairs and (edge.left, edge.left_columns[0]) not in taken
        ]
        joined = {table for edge in (*declared, *implied) for table in (edge.left, edge.right)}
        shared: dict[frozenset[TableId], Edge] = {}
        for edge in sorted(self._shared_edges(), key=self._doubt_of):
            if not {edge.left, edge.right} <= joined:
                shared.setdefault(frozenset((edge.left, edge.right)), edge)
        return (*declared, *implied, *shared.values())

    @cached_property
    def neighbours(self) -> dict[TableId, tuple[tuple[TableId, Edge], ...]]:
        """For each table the tables one join away."""
        found: dict[TableId, list[tuple[TableId, Edge]]] = {table: [] for table in range(len(self.tables))}
        for edge in self.edges:
            if edge.left != edge.right:
                found[edge.left].append((edge.right, edge))
                found[edge.right].append((edge.left, edge))
        return {table: tuple(edges) for table, edges in found.items()}

    def display(self, table: TableId) -> tuple[Col, ...]:
        """The columns that name a row for people: a name, a title, first and last name, a description; else its key.

        "Show the students" means these columns. Never all of them: people would get keys, and passwords where there
        are any.
        """
        return self._displays[table]

    @cached_property
    def _displays(self) -> list[tuple[Col, ...]]:
        return [self._find_display(table) for table in range(len(self.tables))]

    def name_columns(self, table: TableId) -> tuple[Col, ...]:
        """The columns that hold the name of a row, if any: one, or first and last name.

        `name`, `student_name` and `title` count, `nickname` and `middle_name` do not.
        """
        own = self.table_phrases[table][0].stems
        columns = [col for col in self.columns_of(table) if not self.is_numeric(col)]
        for ending in _NAME_ENDINGS:
            for col in columns:
                if self.stems(col) in (ending, (*own, *ending)) or self.stems(col) == (*own[-1:], *ending):
                    return (col,)
        first = [col for col in columns if self.stems(col)[-2:] == ("first", "name")]
        last = [col for col in columns if self.stems(col)[-2:] == ("last", "name")]
        if first and last:
            return first[0], last[0]
        for word in ("name", "title"):
            for col in columns:
                if self.stems(col)[-1:] == (word,) and self.stems(col)[0] not in ("middle", "nick"):
                    return (col,)
        for col in columns:
            if "ten" in self.stems(col) and self.is_text(col):  # Vietnamese
                return (col,)
        parent = self.general_table(table)
        return () if parent is None else self.name_columns(parent)

    def general_table(self, table: TableId) -> TableId | None:
        """The table whose rows these rows are, too: their key points there (gymnasts are people)."""
        key = self.primary_key(table)
        for edge in self.edges:
            if edge.left == table and key is not None and edge.left_columns == (key[1],) and edge.right != table:
                back = any(other.left == edge.right and other.right == table for other in self.edges)
                return None if back else edge.right
        return None

    def points_to(self, col: Col, table: TableId) -> bool:
        """Whether a column is a foreign key to a table."""
        return any(
            edge.left == col[0] and edge.left_columns == (col[1],) and edge.right == table for edge in self.edges
        )

    def _find_display(self, table: TableId) -> tuple[Col, ...]:
        named = self.name_columns(table)
        if named:
            return named
        own = self.table_phrases[table][0].stems
        texts = [col for col in self.columns_of(table) if self.is_text(col)]
        for col in texts:
            if self.stems(col) == own:
                return (col,)
        for word in _DESCRIBING:
            for col in texts:
                if word in self.stems(col):
                    return (col,)
        key = self.primary_key(table)
        return (key,) if key else tuple(texts[:1]) or ((table, 0),)

    def _place(self, table: TableId, name: str) -> int:
        return next(i for i, column in enumerate(self.tables[table].columns) if column.name == name)

    def _phrases_of_table(self, table: Table) -> Iterator[Phrase]:
        yield Phrase(tuple(self._split(table.name)))
        stripped = [word for word in self._split(table.name) if word not in ("reference", "tbl", "dim", "fact", "tb")]
        if stripped and len(stripped) < len(self._split(table.name)):
            yield Phrase(tuple(stripped), 0, 0.98)
        yield from self._other_phrases(table.synonyms, table.description, table.comment)

    def _phrases_of_column(self, place: TableId, column: Column) -> Iterator[Phrase]:
        words = tuple(self._split(column.name))
        yield Phrase(words, self._prefix(place, words))
        yield from self._other_phrases(column.synonyms, column.description, column.comment)

    def _prefix(self, place: TableId, words: tuple[str, ...]) -> int:
        for phrase in self.table_phrases[place]:
            for size in range(min(len(phrase.stems), len(words) - 1), 0, -1):
                if words[:size] == phrase.stems[-size:] or words[:size] == phrase.stems[:size]:
                    return size
        return 0

    def _other_phrases(self, synonyms: tuple[str, ...], *notes: str) -> Iterator[Phrase]:
        for synonym in synonyms:
            yield Phrase(tuple(self._split(synonym)), 0, 1.0)
        for note in notes:
            words = self._split(note)
            if 0 < len(words) <= _MAX_NOTE_WORDS:
                yield Phrase(tuple(words), 0, 0.95)

    def _split(self, name: str) -> list[str]:
        return split_identifier(name, self._vocabulary) or [fold(name)]

    def _declared_edges(self) -> Iterator[Edge]:
        places = {table.key: place for place, table in enumerate(self.tables)}
        for place, table in enumerate(self.tables):
            for key in table.foreign_keys:
                target = places.get((key.target_schema, key.target_table))
                if target is not None:
                    left = tuple(self._place(place, name) for name in key.columns)
                    yield Edge(place, left, target, tuple(self._place(target, name) for name in key.target_columns))

    def _implied_edges(self) -> Iterator[Edge]:
        for target in range(len(self.tables)):
            key = self.primary_key(target)
            if key is None:
                continue
            own = self.table_phrases[target][0].stems
            for col in self.column_phrases:
                if col[0] != target and self._points_to(col, key, own):
                    yield Edge(col[0], (col[1],), target, (key[1],), is_key=False)

    def _shared_edges(self) -> Iterator[Edge]:
        """Columns of the same name and kind in tables that no key connects with anything; right is whom they name.

        Measures such as `year` and `price` are shared by chance: joining over them would pair rows that have nothing
        to do with each other.
        """
        by_words: dict[tuple[str, ...], list[Col]] = {}
        for col in self.column_phrases:
            words = self.stems(col)
            if (
                not _MEASURES & set(words)
                and words not in (("name",), ("title",))
                and self.column(col).kind in ("text", "integer")
            ):
                by_words.setdefault(words, []).append(col)
        for columns in by_words.values():
            for first in columns:
                for second in columns:
                    if (
                        first[0] != second[0]
                        and self.column(first).kind == self.column(second).kind
                        and self._names(second) >= self._names(first)
                    ):
                        yield Edge(first[0], (first[1],), second[0], (second[1],), is_key=False)

    def _names(self, col: Col) -> bool:
        """Whether a column carries the name of its own table: `province_name` of `province`."""
        return bool(set(self.table_phrases[col[0]][0].stems) & set(self.stems(col)))

    def _doubt_of(self, edge: Edge) -> tuple[bool, bool, bool]:
        words = self.stems((edge.left, edge.left_columns[0]))
        named = self._names((edge.right, edge.right_columns[0]))
        return not named, words[-1] not in ("id", "code", "number", "name"), len(words) < 2

    def _points_to(self, col: Col, key: Col, own: tuple[str, ...]) -> bool:
        words, target = self.stems(col), self.stems(key)
        if words == target:
            return words != ("id",) and words[-1] in ("id", "code", "number", "key")
        return target == ("id",) and words == (*own, "id")


def _vocabulary(catalog: Catalog) -> frozenset[str]:
    """Words of identifiers that have separators; they tell where run-together ones end."""
    names = [table.name for table in catalog.tables] + [column.name for _, column in catalog.columns()]
    return frozenset(word for name in names for word in split_identifier(name) if len(word) > 2)
