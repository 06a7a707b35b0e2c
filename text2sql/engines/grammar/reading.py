"""One reading of a question while its clauses are taken off it, and helpers to look around in it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from text2sql.engines.grammar.adjectives import DEGREES
from text2sql.engines.grammar.joins import distance
from text2sql.engines.grammar.linking import Atom, Link
from text2sql.engines.grammar.plan import Condition, Plan, Term
from text2sql.engines.grammar.schema import Col, Schema, TableId
from text2sql.engines.grammar.wordlists import words

#: Between a column and its comparison these may stand.
_FILLERS = words("fillers")


@dataclass(slots=True)
class Node:
    """An atom with the link this reading gives it. `kind` is T, C, V, N, or the atom's own."""

    kind: str
    atom: Atom
    link: Link | None = None
    is_used: bool = False

    @property
    def named(self) -> Link:
        """Its link; raises LookupError where it has none."""
        if self.link is None:
            raise LookupError(f"{self.atom.text!r} names nothing")
        return self.link

    @property
    def col(self) -> Col:
        """The column it names, or whose value it is."""
        if self.named.col is None:
            raise LookupError(f"{self.atom.text!r} names no column")
        return self.named.col

    @property
    def table(self) -> TableId:
        """The table it names."""
        return self.named.home

    @property
    def word(self) -> str:
        """Its words in lower case."""
        return self.atom.text.lower()


@dataclass(slots=True)
class Reading:
    """Nodes of the question and what was understood so far. `doubt` grows with everything that was guessed.

    Clauses mark nodes as used and append to these lists; `assemble` makes the plan of them. `sums` asks for an
    aggregate that nobody named, `ranks` tells that "top 5" or "the 5 ..." was said, `minus` are conditions that must
    not hold.
    """

    schema: Schema
    nodes: list[Node]
    where: list[tuple[Condition, ...]] = field(default_factory=list)
    having: list[Condition] = field(default_factory=list)
    order: list[tuple[Term, bool]] = field(default_factory=list)
    limit: int | None = None
    offset: int = 0
    group: list[Col] = field(default_factory=list)
    select: list[Term] = field(default_factory=list)
    needs: list[TableId] = field(default_factory=list)
    main: TableId | None = None
    star: bool = False
    distinct: bool = False
    group_tables: list[TableId] = field(default_factory=list)
    head_tables: list[TableId] = field(default_factory=list)
    denied: list[TableId] = field(default_factory=list)
    counts_by: list[TableId] = field(default_factory=list)
    buckets: list[Term] = field(default_factory=list)
    ranks: bool = False
    sums: bool = False
    alternatives: list[tuple[Condition, Condition]] = field(default_factory=list)
    minus: list[Condition] = field(default_factory=list)
    doubt: float = 0.0
    plan: Plan | None = None

    def has(self, kind: str, before: int | None = None) -> bool:
        """Whether an unused node of the kind stands in the question (before a place)."""
        return any(node.kind == kind and not node.is_used for node in self.nodes[:before])

    def next_of(self, kinds: Collection[str], place: int, limit: int = 3, stops: Collection[str] = ()) -> int | None:
        """The nearest unused node of the kinds behind a place, at most `limit` nodes away."""
        for other in range(place + 1, min(len(self.nodes), place + 1 + limit)):
            node = self.nodes[other]
            if node.kind in stops:
                return None
            if node.kind in kinds and not node.is_used:
                return other
        return None

    def left_column(self, place: int, limit: int = 5) -> int | None:
        """The column that words without meaning connect with what stands at `place`.

        "Price is above 10" reaches over "is"; a word with a meaning of its own between them parts them.
        """
        for other in range(place - 1, max(-1, place - 1 - limit), -1):
            node = self.nodes[other]
            if node.kind == "C" and not node.is_used:
                return other
            if node.is_used and node.kind not in ("PREP", "W"):
                return None
            if not (
                node.kind in ("EITHER", "BOTH")
                or (node.kind in ("WORD", "PREP", "DISTINCT", "REL") and node.word in _FILLERS)
            ):
                return None
        return None

    def use(self, *places: int) -> None:
        """Mark nodes as understood."""
        for place in places:
            self.nodes[place].is_used = True

    def use_range(self, start: int, end: int) -> None:
        """Mark nodes from `start` to `end` (exclusive) as understood."""
        self.use(*range(start, end))

    def tables(self) -> list[TableId]:
        """Tables that the question's links speak of, in order."""
        return list(dict.fromkeys(node.table for node in self.nodes if node.link is not None))

    def entity(self, place: int | None = None) -> TableId | None:
        """The table the question asks about: the first that is named (before a place), else the first column's.

        In "names of the doctors in each ward" it is the doctors.
        """
        nodes = self.nodes if place is None else self.nodes[:place]
        named = [node.table for node in nodes if node.kind == "T"]
        columns = [node.table for node in nodes if node.kind in ("C", "V") and node.link is not None]
        return next(iter([*named, *columns]), None)

    def by_concept(self, word: str, near: Sequence[TableId]) -> tuple[Col, bool] | None:
        """The column an adjective speaks of, and whether more of it means more; tables in the order given.

        "Older" speaks of an age where there is one, else of a date of birth, of which less means more.
        """
        if word not in DEGREES:
            return None
        degree, more = DEGREES[word]
        for table in near:
            for concept, grows in zip(degree.concepts, degree.grows, strict=True):
                for col in self.schema.columns_of(table):
                    # "The latest order": a date needs no "date" in its name.
                    is_date = concept == "date" and self.schema.is_temporal(col)
                    if is_date or (self._is_measure(col) and concept in self.schema.stems(col)):
                        return col, grows == more
        return None

    def _is_measure(self, col: Col) -> bool:
        schema = self.schema
        if schema.is_numeric(col):
            return not schema.is_id(col)
        return schema.is_temporal(col) or bool({"date", "year", "time"} & set(schema.stems(col)))

    def number_of(self, node: Node) -> Term:
        """How many rows of a table there are: a column that holds just that, or a count.

        `number_of_platforms` holds the count already, where platforms have no rows of their own that say more.
        """
        if node.link is None:
            return Term(None, "count")
        words = self.schema.table_phrases[node.table][0].stems
        for table in self.tables():
            for col in self.schema.columns_of(table):
                stems = set(self.schema.stems(col))
                if (
                    table != node.table
                    and self.schema.is_numeric(col)
                    and stems - {"total", "count"} == {"number", words[-1]}
                ):
                    node.is_used, node.link = True, None
                    node.kind = "WORD"
                    return Term(col)
        return Term(None, "count", table=node.table)

    def near_tables(self, place: int) -> list[TableId]:
        """Tables of the question, nearest to a place first, then those one join away."""
        order = sorted((abs(i - place), i) for i, node in enumerate(self.nodes) if node.link is not None)
        near = list(dict.fromkeys(self.nodes[i].table for _, i in order))
        beyond = [other for table in near for other, _ in self.schema.neighbours[table]]
        return list(dict.fromkeys([*near, *beyond]))

    def is_many(self, main: TableId, other: TableId) -> bool:
        """Whether a row of `main` may have several rows of `other`."""
        from text2sql.engines.grammar.joins import join_steps, multiplies

        steps = join_steps(self.schema, main, [other])
        return bool(steps) and any(multiplies(self.schema, step) for step in steps or [])

    def is_far(self, first: TableId, second: TableId) -> bool:
        """Whether no join connects two tables."""
        return distance(self.schema, first, second) is None
