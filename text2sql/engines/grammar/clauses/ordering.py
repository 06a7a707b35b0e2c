"""Order: "sorted by age descending", "in alphabetical order of name"."""

import re

from text2sql.engines.grammar.plan import Term
from text2sql.engines.grammar.reading import Node, Reading

_DOWN = re.compile(
    r"desc|decreas|reverse|from (?:the )?(?:old|high|large|big|oldest|highest|largest|most|latest|longest|newest|biggest)|giam dan"
)
_DOWN_AFTER = re.compile(r"desc|decreas|giam dan")
_TO_LEAST = re.compile(
    r"^(?:the )?(?:most|high|highest|large|largest|big|biggest|old|oldest|long|late|latest|new|newest|recent) "
)


def take_order(reading: Reading) -> None:
    """Take every ORDER keyword with the columns and directions that follow it."""
    for place, node in enumerate(reading.nodes):
        if node.kind == "ORDER" and not node.is_used:
            _take_at(reading, place)


def _take_at(reading: Reading, place: int) -> None:
    reading.use(place)
    if place == 0:
        place = _by_behind(reading)
    down = bool(_DOWN.search(reading.nodes[place].word))
    terms: list[tuple[Term, bool]] = []
    agg, counts, other = "", False, place + 1
    while other < len(reading.nodes) and not _ends(reading, other, bool(terms)):
        node = reading.nodes[other]
        if node.kind == "ORDER" and terms:
            break
        reading.use(other)
        if node.kind in ("DIR", "ORDER"):
            down = bool(_DOWN_AFTER.search(node.word))
            terms = terms[:-1] + [(terms[-1][0], down)] if terms else terms
            reading.use(other)
        elif node.kind == "SUP":
            down = node.word.split()[0] not in ("least", "fewest", "lowest", "smallest", "youngest", "earliest")
        elif node.kind == "AGG":
            agg = node.atom.payload
        elif node.kind == "COUNT":
            counts = True
            if not _counts_something(reading, other):
                terms.append((Term(None, "count"), down))
        elif node.kind in ("C", "T"):
            terms.append((_term(reading, node, agg, counts), down))
            agg, counts = "", False
        other += 1
    if not terms and reading.order:
        reading.order = [(term, down) for term, _ in reading.order]
        return
    if not terms:
        terms = _implied(reading, place, down)
    reading.order = [(term, is_down or (down and len(terms) == 1)) for term, is_down in terms] or reading.order
    if not reading.order:
        reading.order = [(Term(None, "first" if "alpha" in reading.nodes[place].word else "last"), down)]


def _by_behind(reading: Reading) -> int:
    """ "Sort the keepers by salary": what stands before "by" is sorted."""
    places = [i for i, node in enumerate(reading.nodes) if node.kind == "PREP" and node.word == "by"]
    return places[0] if places else 0


def _ends(reading: Reading, place: int, has_terms: bool) -> bool:
    node = reading.nodes[place]
    if node.is_used or node.kind in ("CMP", "V", "EACH", "N", "WH", "TOP", "NEG", "ALL"):
        return True
    if node.kind == "MARK" and node.word in ".?;":
        return True
    if node.kind == "MARK" and has_terms and node.word == ",":
        return False
    return has_terms and (node.kind == "REL" or node.word in ("show", "list", "give", "what", "find"))


def _counts_something(reading: Reading, place: int) -> bool:
    return reading.next_of(("C", "T"), place, 3, stops=("MARK", "DIR", "AND")) is not None


def _term(reading: Reading, node: Node, agg: str, counts: bool) -> Term:
    if counts or (node.kind == "T" and agg == "sum"):
        if node.kind == "C" and reading.schema.is_numeric(node.col) and not reading.schema.is_id(node.col):
            return Term(node.col, agg)
        return Term(None, "count", table=node.table)
    if node.kind == "T":
        return Term(reading.schema.display(node.table)[0], agg)
    return Term(node.col, agg)


def _implied(reading: Reading, place: int, down: bool) -> list[tuple[Term, bool]]:
    """ "In alphabetical order" sorts by what is shown; "from oldest to youngest" by what the adjective means."""
    for word in reading.nodes[place].word.split():
        found = reading.by_concept(word, reading.near_tables(place))
        if found is not None and word.endswith("st"):
            return [(Term(found[0]), found[1])]
    return []
