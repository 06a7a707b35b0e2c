"""The part of a schema that a model is shown: what the question speaks of, what joins it, as much as there is room."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from chatbot.engines.tokens import estimate_tokens
from text2sql.catalog import Catalog, Table
from text2sql.engines.base import SqlRequest
from text2sql.engines.llm.describing import MOST_COLUMNS, Describer
from text2sql.engines.llm.joining import Key, neighbours_of, way_between
from text2sql.engines.llm.ranking import Ranking, rank

#: Below this part of the best table's score a table is only shown where there is room.
_NEAR_BEST = 0.3
_MOST_SEEDS = 8
_MOST_TABLES = 40
#: With so many columns a schema surely does not fit; each takes more than three tokens.
_TOKENS_PER_COLUMN = 3
_FEW_COLUMNS = 12


@dataclass(frozen=True, slots=True)
class ShownSchema:
    """`text` for the prompt, and the tables in it. `is_guess`: nothing in the question chose between the tables."""

    text: str
    tables: tuple[Table, ...]
    is_whole: bool
    is_guess: bool
    known: float


def link(request: SqlRequest, *, most_tokens: int, chosen: Collection[Key] = ()) -> ShownSchema:
    """The whole schema where it fits, else its most relevant part; `chosen` tables come first, whatever their words.

    `most_tokens` is kept but for the first table, which is always shown: without any there is nothing to ask about.
    """
    catalog, ranking = request.catalog, rank(request)
    describer = Describer(catalog, ranking.values)
    if catalog.total_columns * _TOKENS_PER_COLUMN <= most_tokens:
        texts = [describer.describe(table, named=ranking.columns.get(table.key, ())) for table in catalog.tables]
        if _size(texts) <= most_tokens:
            return ShownSchema("\n".join(texts), catalog.tables, True, False, ranking.known)
    order = _order(catalog, ranking, chosen)
    shown = _fill(catalog, describer, ranking, order, most_tokens)
    tables = tuple(table for table in catalog.tables if table.key in shown)
    text = "\n".join(shown[table.key] for table in tables)
    is_guess = not chosen and not ranking.scores
    return ShownSchema(text, tables, False, is_guess, ranking.known)


def _size(texts: Collection[str]) -> int:
    return sum(estimate_tokens(text) + 1 for text in texts)


def _order(catalog: Catalog, ranking: Ranking, chosen: Collection[Key]) -> list[Key]:
    """Chosen and near tables with what joins them, then the others that have a score, then their neighbours."""
    neighbours = neighbours_of(catalog)
    best = max(ranking.scores.values(), default=0.0)
    near = [key for key, score in ranking.scores.items() if score >= _NEAR_BEST * best][:_MOST_SEEDS]
    order: dict[Key, None] = {}
    for key in dict.fromkeys((*chosen, *near)):
        bridge = way_between(key, order, neighbours) if order else ()
        order |= dict.fromkeys((key, *bridge))
    seeds = list(order)
    order |= dict.fromkeys(ranking.scores)
    order |= dict.fromkeys(there for key in seeds for there in neighbours[key])
    if not order:
        order = dict.fromkeys(table.key for table in by_size(catalog))
    return list(order)[:_MOST_TABLES]


def by_size(catalog: Catalog) -> list[Table]:
    """The largest tables first: where nothing else is known, those are what people ask about."""
    return sorted(catalog.tables, key=lambda table: -(table.row_estimate or 0))


def _fill(
    catalog: Catalog, describer: Describer, ranking: Ranking, order: list[Key], most_tokens: int
) -> dict[Key, str]:
    """As many tables as fit, in their order; the first one in any case, cut to its keys and few columns if need be."""
    shown: dict[Key, str] = {}
    room = most_tokens
    for key in order:
        for text in _ways_to_describe(catalog, describer, ranking, key):
            size = _size([text])
            if size <= room:
                break
        if size <= room or not shown:
            shown[key] = text
            room -= size
    return shown


def _ways_to_describe(catalog: Catalog, describer: Describer, ranking: Ranking, key: Key) -> Iterator[str]:
    table, named = catalog.table_by_key[key], ranking.columns.get(key, ())
    for most in (MOST_COLUMNS, _FEW_COLUMNS):
        yield describer.describe(table, named=named, most_columns=most)
