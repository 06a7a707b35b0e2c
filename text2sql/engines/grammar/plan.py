"""A query as the grammar thinks of it, before it is SQL."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from text2sql.engines.grammar.schema import Col, TableId

Literal: TypeAlias = str | float | int | bool


@dataclass(frozen=True, slots=True)
class Term:
    """A column, an aggregate of one, or a count of rows (`col` is None). `minus` makes it a difference.

    `unit` cuts a date up ("month"), `per` divides a sum by how many different values that column has, `table` is what
    a count counts.
    """

    col: Col | None
    agg: str = ""
    distinct: bool = False
    minus: Col | None = None
    unit: str = ""
    per: Col | None = None
    table: TableId | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """`op` is a comparison, `all` (of the conditions in `value`), `on` a day, `during` a half-open period, `between`,
    `like`, `in`, `not in`, `is null` or `is not null`.
    """

    term: Term
    op: str
    value: "Literal | tuple[Literal | Condition, ...] | Term | Plan | None" = None


@dataclass(slots=True)
class Plan:
    """A query. `where` is a conjunction of disjunctions. `needs` are tables to join beside those of the terms."""

    main: TableId
    select: list[Term] = field(default_factory=list)
    star: bool = False
    distinct: bool = False
    where: list[tuple[Condition, ...]] = field(default_factory=list)
    group: list[Col] = field(default_factory=list)
    having: list[Condition] = field(default_factory=list)
    order: list[tuple[Term, bool]] = field(default_factory=list)
    limit: int | None = None
    offset: int = 0
    needs: list[TableId] = field(default_factory=list)
    set_op: str = ""
    other: "Plan | None" = None
    hints: frozenset[str] = frozenset()

    def terms(self) -> Iterator[Term]:
        """All terms of this query, subqueries left out."""
        yield from self.select
        yield from (term for term, _ in self.order)
        for conditions in (*self.where, tuple(self.having)):
            for condition in conditions:
                yield condition.term
                if isinstance(condition.value, Term):
                    yield condition.value

    def tables(self) -> list[TableId]:
        """Tables that must be in FROM, main first."""
        found = [self.main, *self.needs]
        found += [col[0] for term in self.terms() for col in (term.col, term.minus, term.per) if col is not None]
        found += [term.table for term in self.terms() if term.table is not None]
        found += [col[0] for col in self.group]
        return list(dict.fromkeys(found))

    def copy(self) -> "Plan":
        """A copy whose lists are its own."""
        return replace(
            self, select=[*self.select], where=[*self.where], group=[*self.group], having=[*self.having],
            order=[*self.order], needs=[*self.needs],
        )  # fmt: skip


class Inexpressible(Exception):
    """The database's language has no words for a plan, or none that surely ask the same."""
