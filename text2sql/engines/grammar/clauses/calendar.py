"""Groups by stretches of time: "per month", "by year", "monthly revenue", "which quarter had the most orders"."""

from collections.abc import Iterator

from text2sql.engines.grammar.clauses.grouping import further
from text2sql.engines.grammar.plan import Term
from text2sql.engines.grammar.reading import Node, Reading
from text2sql.engines.grammar.schema import Col, TableId
from text2sql.engines.grammar.wordlists import table
from text2sql.engines.grammar.words import likeness, stem

#: "month" and "monthly" by the unit they mean; an adverb needs no "per" before it.
_UNITS = table("units")
_ADVERBS = frozenset(word for word, unit in _UNITS.items() if word != unit)


def take_calendar(reading: Reading) -> None:
    """Take units of time that group rows and remember the column of dates that each cuts up.

    A unit is only taken where no column is called so: "per year" over a table with a column `year` is a plain group.
    The result is sorted by it: a chart over time is what people want to see next.
    """
    for place, node in enumerate(reading.nodes):
        unit = _UNITS.get(stem(node.word))
        if unit is None or node.is_used or not _may_be_unit(reading, node):
            continue
        trigger = _trigger(reading, place)
        if trigger is None and node.word not in _ADVERBS:
            continue
        term = _time_of(reading, place, node)
        if term is not None:
            reading.buckets.append(Term(term, unit=unit))
            node.link = None
            reading.use(place, *([trigger] if trigger is not None else []))
            reading.group += further(reading, place)


def _may_be_unit(reading: Reading, node: Node) -> bool:
    """ "Loans by year" does not group by the year of the books: what is asked about has dates of its own."""
    if node.kind == "WORD" or (node.kind == "C" and reading.schema.is_temporal(node.col)):
        return True
    entity = reading.entity()
    if node.kind != "C" or entity in (None, node.table):
        return False
    return any(reading.schema.is_temporal(col) for col in reading.schema.columns_of(entity or 0))


def _trigger(reading: Reading, place: int) -> int | None:
    """The "per", "each", "by" or "which" right before the unit, or the "and" of "by country and month"."""
    before = reading.nodes[place - 1] if place else None
    if before is None:
        return None
    if before.kind == "EACH" or (before.kind == "PREP" and before.word == "by"):
        return place - 1
    if before.kind == "WH" and any(node.kind in ("SUP", "FREQ") for node in reading.nodes[place:]):
        return place - 1
    earlier = reading.nodes[max(0, place - 4) : place - 1]
    is_listed = any(node.kind == "EACH" or node.word in ("by", *_UNITS) for node in earlier)
    return place - 1 if before.kind == "AND" and is_listed else None


def _time_of(reading: Reading, place: int, node: Node) -> Col | None:
    """The dates of what is asked about: those that a verb names ("shipped per month"), else the table's first."""
    if node.kind == "C" and reading.schema.is_temporal(node.col):
        return node.col
    said = {stem(word) for other in reading.nodes if other.kind != "T" for word in other.word.split()}
    for home in _tables(reading, place):
        times = [col for col in reading.schema.columns_of(home) if reading.schema.is_temporal(col)]
        if times:
            named = [c for c in times if any(likeness(word, own) for word in said for own in reading.schema.stems(c))]
            return (named or times)[0]
    return None


def _tables(reading: Reading, place: int) -> Iterator[TableId]:
    """The table asked about comes first: "orders from Germany per month" counts by the date of the order.

    Lines of orders have no date of their own; theirs is that of the order, one join away.
    """
    entity = reading.entity()
    if entity is not None:
        yield entity
    yield from reading.near_tables(place)
