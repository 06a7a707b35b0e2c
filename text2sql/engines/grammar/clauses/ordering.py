"""Order: "sorted by age descending", "in alphabetical order of name"."""

import re

from text2sql.engines.grammar.plan import Term
from text2sql.engines.grammar.reading import Node, Reading

_MOST = "old|high|large|big|oldest|highest|largest|most|latest|longest|newest|biggest"
_DOWN = re.compile(rf"desc|decreas|reverse|from (?:the )?(?:{_MOST})")
_LEAST = ("least", "fewest", "lowest", "smallest", "youngest", "earliest")
_DOWN_AFTER = re.compile(r"desc|decreas")
_TO_LEAST = re.compile(
    r"^(?:the )?(?:most|high|highest|large|largest|big|biggest|old|oldest|long|late|latest|new|newest|recent) "
)


def take_order(reading: Reading) -> None:
    """Take every ORDER keyword with the columns and directions that follow it.

    "Sorted by age descending and name" gives two terms with a direction each; a direction said once at the end holds
    for the last term only.
    """
    for place, node in enumerate(reading.nodes):
        if node.kind == "ORDER" and not node.is_used:
            _take_at(reading, place)


def _take_at(reading: Reading, place: int) -> None:
    reading.use(place)
    down = bool(_DOWN.search(reading.nodes[place].word))
    collected = _Terms(reading, down)
    other = (_by_behind(reading) if place == 0 else place) + 1
    while other < len(reading.nodes) and not _ends(reading, other, bool(collected.terms)):
        node = reading.nodes[other]
        if node.kind == "ORDER" and collected.terms:
            break
        reading.use(other)
        collected.see(other, node)
        other += 1
    _settle(reading, place, collected)


def _settle(reading: Reading, place: int, collected: "_Terms") -> None:
    """What to sort by when nothing was named: what an adjective means, an order before, what is shown.

    "In descending order" right behind another order only turns it round.
    """
    down, terms = collected.down, collected.terms
    if not terms and reading.order:
        reading.order = [(term, down) for term, _ in reading.order]
        return
    terms = terms or _implied(reading, place, down)
    reading.order = [(term, is_down or (down and len(terms) == 1)) for term, is_down in terms]
    if not reading.order:
        reading.order = [(Term(None, "first" if "alpha" in reading.nodes[place].word else "last"), down)]


class _Terms:
    """Terms to sort by, collected node by node."""

    def __init__(self, reading: Reading, down: bool) -> None:
        self.reading, self.down = reading, down
        self.terms: list[tuple[Term, bool]] = []
        self._agg, self._counts = "", False

    def see(self, place: int, node: Node) -> None:
        """Take one node."""
        if node.kind in ("DIR", "ORDER"):
            self.down = bool(_DOWN_AFTER.search(node.word))
            self.terms = [*self.terms[:-1], (self.terms[-1][0], self.down)] if self.terms else []
        elif node.kind == "SUP":
            self.down = node.word.split()[0] not in _LEAST
        elif node.kind == "AGG":
            self._agg = node.atom.payload
        elif node.kind == "COUNT":
            self._counts = True
            if not _counts_something(self.reading, place):
                self.terms.append((Term(None, "count"), self.down))
        elif node.kind in ("C", "T"):
            self.terms.append((_term(self.reading, node, self._agg, self._counts), self.down))
            self._agg, self._counts = "", False


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
