"""Join paths: the smallest tree of joins that connects the tables a query needs."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from text2sql.engines.grammar.schema import Edge, Schema, TableId
from text2sql.engines.grammar.wordlists import table, words
from text2sql.engines.grammar.words import root

_SOURCE = words("source")
_TARGET = words("target")
#: Words that say which of two keys to the same table is meant.
ROLES = {
    word: role
    for name, role in (("source", _SOURCE), ("target", _TARGET))
    for word in table("roles")[name].split()
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One join: `table` is reached over `edge` from a table that is already there."""

    table: TableId
    edge: Edge


def join_steps(
    schema: Schema, start: TableId, needed: Iterable[TableId], hints: frozenset[str] = frozenset()
) -> list[Step] | None:
    """Joins from `start` to all needed tables, nearest first; None when they cannot be connected.

    A greedy Steiner tree: the nearest missing table is joined first. `hints` are roots of the question's words; they
    choose between two keys to one table ("home team" and "away team").
    """
    reached = [start]
    steps: list[Step] = []
    missing = {table for table in needed if table != start}
    while missing:
        path = _nearest(schema, reached, missing, hints)
        if path is None:
            return None
        for step in path:
            if step.table not in reached:
                reached.append(step.table)
                steps.append(step)
        missing -= set(reached)
    return steps


def _nearest(
    schema: Schema, reached: Sequence[TableId], missing: set[TableId], hints: frozenset[str]
) -> list[Step] | None:
    queue: deque[tuple[TableId, tuple[Step, ...]]] = deque((table, ()) for table in reversed(reached))
    seen = set(reached)
    while queue:
        table, path = queue.popleft()
        for neighbour, edge in _preferred(schema, table, hints):
            if neighbour in seen:
                continue
            longer = (*path, Step(neighbour, edge))
            if neighbour in missing:
                return list(longer)
            seen.add(neighbour)
            queue.append((neighbour, longer))
    return None


def _preferred(schema: Schema, table: TableId, hints: frozenset[str]) -> list[tuple[TableId, Edge]]:
    """Neighbours, those first whose key column the question's words name."""

    def rank(item: tuple[TableId, Edge]) -> tuple[bool, int]:
        neighbour, edge = item
        words = {word for place in edge.left_columns for word in schema.stems((edge.left, place))}
        words -= set(schema.table_phrases[edge.right][0].stems) | {"id"}
        words |= set(schema.table_phrases[neighbour][0].stems)
        said = {root(word) for word in words} & hints
        roles = [
            role for word, role in ROLES.items() if root(word) in hints and word not in ("from", "to") and words & role
        ]
        return not edge.is_key, -len(said) - len(roles[:1])

    return sorted(schema.neighbours[table], key=rank)


def distance(schema: Schema, first: TableId, second: TableId) -> int | None:
    """Number of joins between two tables."""
    steps = join_steps(schema, first, [second])
    return None if steps is None else len(steps)


def multiplies(schema: Schema, step: Step) -> bool:
    """Whether the join may show a row of what was there several times: it goes against the key.

    Such a join needs GROUP BY or DISTINCT before its rows are counted.
    """
    edge = step.edge
    is_own_key = len(edge.left_columns) == 1 and schema.is_unique((edge.left, edge.left_columns[0]))
    return edge.left == step.table and not is_own_key
