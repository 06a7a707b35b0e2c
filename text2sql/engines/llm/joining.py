"""Which tables stand next to each other, and the shortest way between two of them."""

from collections import deque
from collections.abc import Collection, Iterator, Mapping

from text2sql.catalog import Catalog, Table
from text2sql.engines.llm.words import name_words

Key = tuple[str, str]
Neighbours = Mapping[Key, Collection[Key]]

#: A way over more tables than this says nothing about the question any more.
_MAX_STEPS = 3


def neighbours_of(catalog: Catalog) -> Neighbours:
    """The tables next to each table, by foreign keys; where the database knows none, by names of columns.

    Both ways: a question about orders needs the customers as often as the other way round.
    """
    found: dict[Key, dict[Key, None]] = {table.key: {} for table in catalog.tables}
    pairs = list(_by_foreign_keys(catalog)) or list(_by_names(catalog))
    for one, other in pairs:
        if one != other and one in found and other in found:
            found[one][other] = found[other][one] = None
    return found


def _by_foreign_keys(catalog: Catalog) -> Iterator[tuple[Key, Key]]:
    for table in catalog.tables:
        for key in table.foreign_keys:
            yield table.key, (key.target_schema, key.target_table)


def _by_names(catalog: Catalog) -> Iterator[tuple[Key, Key]]:
    """`customer_id` points to the table that is called customer or customers."""
    by_words: dict[tuple[str, ...], Table] = {}
    for table in catalog.tables:
        by_words.setdefault(name_words(table.name), table)
    for table, column in catalog.columns():
        *subject, last = name_words(column.name) or ("",)
        target = by_words.get(tuple(subject)) if last in {"id", "key", "code", "no", "number"} else None
        if target is not None:
            yield table.key, target.key


def way_between(start: Key, goals: Collection[Key], neighbours: Neighbours) -> tuple[Key, ...]:
    """The tables between `start` and the nearest of `goals`; empty where it is next to one, or too far from all.

    Breadth first, so that the shortest way is found; of several equally short ones the first in the catalog's order.
    """
    came_from: dict[Key, Key] = {}
    waiting = deque([(start, 0)])
    while waiting:
        here, steps = waiting.popleft()
        if here in goals and here != start:
            return _between(start, here, came_from)
        if steps < _MAX_STEPS:
            for there in neighbours.get(here, ()):
                if there != start and there not in came_from:
                    came_from[there] = here
                    waiting.append((there, steps + 1))
    return ()


def _between(start: Key, goal: Key, came_from: Mapping[Key, Key]) -> tuple[Key, ...]:
    way: list[Key] = []
    here = came_from[goal]
    while here != start:
        way.append(here)
        here = came_from[here]
    return tuple(way)
