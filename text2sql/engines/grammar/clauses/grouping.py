"""Groups: "for each department", "per year", "average age by gender"."""

from text2sql.engines.grammar.measuring import is_measure
from text2sql.engines.grammar.reading import Reading
from text2sql.engines.grammar.schema import Col

#: What may stand before "by" or "per" where a sum or a count goes without saying.
_HEAD = frozenset(("T", "C", "V", "N", "DATE", "PREP", "DISTINCT"))


def take_groups(reading: Reading) -> None:
    """Take EACH keywords with what follows them, and "by" behind an aggregate."""
    for place, node in enumerate(reading.nodes):
        if node.is_used:
            continue
        is_by = node.kind == "PREP" and node.word == "by"
        implies = not _has_aggregate(reading, place) and _names_only(reading, place)
        if node.kind == "EACH" or (is_by and (implies or _has_aggregate(reading, place))):
            reading.sums = (_take_group(reading, place, is_by) and implies) or reading.sums


def _names_only(reading: Reading, place: int) -> bool:
    """ "Orders by status", "revenue per country": a table or a measure begins, and nothing asks for rows.

    "List the orders by status" keeps its rows, since a request begins; "books by Ada Byron" does, since a value and no
    column stands behind "by".
    """
    first = reading.nodes[0]
    if first.kind not in ("T", "C") or any(node.kind not in _HEAD for node in reading.nodes[:place]):
        return False
    return all(node.kind != "C" or is_measure(reading.schema, node.col) for node in reading.nodes[:place])


def _has_aggregate(reading: Reading, place: int) -> bool:
    return any(node.kind in ("AGG", "COUNT") and not node.is_used for node in reading.nodes[:place])


def _take_group(reading: Reading, place: int, is_by: bool) -> bool:
    """Take what stands up to three nodes behind: "for each of the different cities".

    A table groups by its rows, and their name is shown; a column groups by its values.
    """
    target = reading.next_of(
        ("C", "T"), place, 3, stops=("REL", "CMP", "V") if not is_by else ("REL", "CMP", "V", "WORD")
    )
    if target is None:
        return False
    node = reading.nodes[target]
    if node.kind == "T" and is_by and not _ends(reading, target):
        return False
    reading.use(place, target)
    if node.kind == "C":
        reading.group.append(node.col)
        reading.group.extend(further(reading, target))
        return True
    reading.group_tables.append(node.table)
    return True


def _ends(reading: Reading, place: int) -> bool:
    """ "Count employees by job": nothing but order may follow; "books by author Lee" is no group."""
    after = reading.nodes[place + 1] if place + 1 < len(reading.nodes) else None
    return after is None or after.kind in ("MARK", "ORDER", "AND", "DIR", "DATE") or after.is_used


def further(reading: Reading, place: int) -> list[Col]:
    """ "For each year and city": columns joined by "and" directly behind."""
    found: list[Col] = []
    while place + 2 < len(reading.nodes):
        joiner, node = reading.nodes[place + 1], reading.nodes[place + 2]
        if joiner.kind != "AND" or joiner.word == "," or node.kind != "C" or node.is_used:
            break
        reading.use(place + 1, place + 2)
        found.append(node.col)
        place += 2
    return found
