"""Values that may stand in questions, from a catalog's samples or from the texts of a query."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from text2sql.catalog import Catalog, Table
from text2sql.knowledge.tokens import read_tokens
from text2sql.knowledge.words import OPERATOR_WORDS

MAX_WORDS = 8
_OTHERS = """
    the a an of in on at to for from by with is are was were be has have had do does did what which who whose where when
    that this these those it its their them they i we you me my your name names id show list find give get please there
    la cua o trong cho cac nhung co bi duoc voi thi ma nay do gi nao ai dau ten hay
"""
#: Other words that are hardly ever meant as a value, though some table holds them.
_FUNCTION_WORDS = frozenset(_OTHERS.split())
_KEPT = "_known_values"


@dataclass(frozen=True, slots=True)
class Value:
    """A value as the database spells it, and where it stands: "table.column" in small letters, sorted."""

    text: str
    columns: tuple[str, ...]


class KnownValues:
    """Values by their folded words."""

    def __init__(self, entries: Iterable[tuple[str, str]], *, names: Iterable[str] = ()) -> None:
        """`entries` are (value, "table.column"); `names` of tables and columns are not taken for values."""
        spelled: dict[str, str] = {}
        columns: dict[str, set[str]] = {}
        for text, column in entries:
            # Read as questions are, so that both fall into the same words.
            words = [token.plain for token in read_tokens(text)]
            if 0 < len(words) <= MAX_WORDS:
                key = " ".join(words)
                spelled.setdefault(key, text)
                columns.setdefault(key, set()).add(column)
        self._values = {key: Value(spelled[key], tuple(sorted(columns[key]))) for key in spelled}
        self._names = {word for name in names for word in _forms(name)}
        self.longest_words = max((key.count(" ") + 1 for key in self._values), default=0)

    def get(self, words: str) -> Value | None:
        """The value with these folded words."""
        return self._values.get(words)

    def longest(self, words: Sequence[str]) -> tuple[int, Value | None]:
        """The longest value that begins the words, with its length in words."""
        for length in range(len(words), 0, -1):
            found = self._values.get(" ".join(words[:length]))
            if found is not None:
                return length, found
        return 0, None

    def is_no_value(self, word: str) -> bool:
        """Whether a single word says something else than a value."""
        return len(word) < 2 or word in OPERATOR_WORDS or word in _FUNCTION_WORDS or word in self._names


def values_of(catalog: Catalog | None) -> KnownValues:
    """The samples of all text columns; made once and kept with the catalog, whose tables never change."""
    if catalog is None:
        return _NOTHING
    kept = vars(catalog)
    if _KEPT not in kept:
        kept[_KEPT] = KnownValues(_samples(catalog), names=_names(catalog))
    known: KnownValues = kept[_KEPT]
    return known


def column_label(table: str, column: str) -> str:
    """As masks name a column; the schema is left out, since the same question means the same table in each."""
    return f"{table}.{column}".lower()


def _samples(catalog: Catalog) -> Iterable[tuple[str, str]]:
    for table in catalog.tables:
        for column in table.columns:
            if column.kind == "text":
                label = column_label(table.name, column.name)
                yield from ((sample, label) for sample in column.samples)


def _names(catalog: Catalog) -> Iterable[str]:
    for table in catalog.tables:
        yield from _names_of(table)


def _names_of(table: Table) -> Iterable[str]:
    yield from (table.name, *table.synonyms)
    for column in table.columns:
        yield from (column.name, *column.synonyms)


def _forms(name: str) -> Iterable[str]:
    """A name in folded words, also its singular or plural where it is one word of English."""
    words = [token.plain for token in read_tokens(name.replace("_", " "))]
    if len(words) == 1:
        yield from (words[0], words[0].removesuffix("s"), f"{words[0]}s")


_NOTHING = KnownValues(())
