"""Superlatives: "the oldest", "with the most students", "the most common", "top 3"."""

import re

from text2sql.engines.grammar.adjectives import DEGREES
from text2sql.engines.grammar.keywords import NUMBER_WORDS, ORDINALS
from text2sql.engines.grammar.plan import Term
from text2sql.engines.grammar.reading import Reading
from text2sql.engines.grammar.wordlists import words

_LEAST = words("least")
_PLAIN = words("plain")


def take_superlatives(reading: Reading) -> None:
    """Take SUP, FREQ and TOP keywords, and MAX or MIN where they choose rows.

    Three shapes become ORDER BY with LIMIT: an adjective ("the oldest dog"), a measure ("with the highest score") and a
    count ("the studios with the most films"). "What is the highest score" asks for the extreme itself and is left to
    the head.
    """
    for place, node in enumerate(reading.nodes):
        if node.is_used:
            continue
        if node.kind == "TOP":
            _take_top(reading, place)
        elif node.kind == "FREQ":
            _take_frequent(reading, place)
        elif node.kind == "SUP" or (node.kind == "AGG" and node.atom.payload in ("max", "min")):
            _take_superlative(reading, place)


def _take_top(reading: Reading, place: int) -> None:
    """ "Top 3" takes what it is sorted by from a superlative behind it, the measure right behind, or "by ..."."""
    node = reading.nodes[place]
    digits = re.search(r"\d+", node.word)
    words = [NUMBER_WORDS[word] for word in node.word.split() if word in NUMBER_WORDS]
    reading.limit = int(digits.group()) if digits else words[0]
    node.is_used = True
    following = reading.next_of(("SUP", "FREQ"), place, 3)
    measure = reading.next_of(("C",), place, 1)
    if (
        following is None
        and measure is not None
        and reading.schema.is_numeric(reading.nodes[measure].col)
        and place > 2
    ):
        reading.use(measure)
        reading.order = [(Term(reading.nodes[measure].col), "bottom" not in node.word)]
    elif following is None and not reading.order:
        _order_top(reading, place)
    elif following is None and "bottom" not in node.word and "first" not in node.word:
        reading.order = [(term, True) for term, _ in reading.order]


def _order_top(reading: Reading, place: int) -> None:
    """ "Top 3 students by score": the measure stands behind "by" or "with"."""
    for other in range(place + 1, len(reading.nodes)):
        node = reading.nodes[other]
        if node.kind == "PREP" and node.word in ("by", "in"):
            column = reading.next_of(("C", "T"), other, 4)
            counts = reading.next_of(("COUNT",), other, 2) is not None
            if column is not None:
                target = reading.nodes[column]
                term = Term(None, "count", table=target.table) if counts or target.kind == "T" else Term(target.col)
                reading.order = [(term, "bottom" not in reading.nodes[place].word)]
                reading.ranks = True
                reading.use_range(other, column + 1)
                return


def _take_frequent(reading: Reading, place: int) -> None:
    """ "The most common genre" groups by it; "the most popular films" counts the rows that point to films."""
    descending = reading.nodes[place].atom.payload == "desc"
    right = reading.next_of(("C", "T"), place, 4, stops=("REL", "MARK", "PREP"))
    reading.use(place, *(i for i in range(place, right or place) if reading.nodes[i].kind == "COUNT"))
    reading.order = [(Term(None, "count"), descending)]
    reading.limit = reading.limit or 1
    if _is_counted_off(reading, place):
        _take_nth(reading, place - 1)
    if right is not None and reading.nodes[right].kind == "C":
        reading.use(right)
        reading.select.insert(0, Term(reading.nodes[right].col))
        reading.group.append(reading.nodes[right].col)


def _take_superlative(reading: Reading, place: int) -> None:
    node = reading.nodes[place]
    words = node.word.split()
    down = not _LEAST & set(words)
    projects = _is_projection(reading, place)
    if projects and not _is_counted_off(reading, place):
        return
    aggregate = reading.next_of(("AGG",), place, 2, stops=("C", "T"))
    counts = "of" in words or reading.next_of(("COUNT",), place, 2, stops=("C", "T", "AGG")) is not None
    right = reading.next_of(
        ("C", "T"), place, 4 if counts or aggregate is not None else 3, stops=("REL", "MARK", "AND", "SUP")
    )
    term = _by_degree(reading, place)
    if counts:
        term = _count_term(reading, right)
    elif right is not None and reading.nodes[right].kind == "C" and (term is None or words[-1] in _PLAIN):
        agg = reading.nodes[aggregate].atom.payload if aggregate is not None else ""
        term = (_column_term(reading, right, agg, words), down)
        if aggregate is not None:
            reading.use(aggregate)
    elif (
        right is not None and words[0] in ("most", "fewest", "least", "largest", "greatest", "highest") and term is None
    ):
        term = _count_term(reading, right)
    elif term is not None:
        right = None
    if term is None:
        term = _without_target(reading, place)
    if term is None:
        reading.doubt += 0.5
        return
    reading.use(place, *([right] if right is not None else []))
    reading.use(
        *(other for other in range(place, right or place) if reading.nodes[other].kind in ("COUNT", "DISTINCT", "PREP"))
    )
    measure, grows = term
    reading.order = [(measure, down if measure.agg == "count" else (down if words[-1] in _PLAIN else grows))]
    reading.select += [measure] if projects else []
    _take_limit(reading, place)


def _is_counted_off(reading: Reading, place: int) -> bool:
    """Whether "second" or the like stands before it."""
    return place > 0 and reading.nodes[place - 1].kind == "NTH"


def _take_nth(reading: Reading, place: int) -> None:
    """ "Who has the second highest salary" skips a row."""
    reading.use(place)
    reading.limit, reading.offset = 1, ORDINALS[reading.nodes[place].word] - 1


def _take_limit(reading: Reading, place: int) -> None:
    """ "The five cities with the largest area"; "starting with the oldest" shows all."""
    if _is_counted_off(reading, place):
        _take_nth(reading, place - 1)
        return
    before = " ".join(node.word for node in reading.nodes[max(0, place - 3) : place])
    if re.search(r"start\w* (?:with|from)", before):
        return
    for other in range(place - 1, -1, -1):
        node = reading.nodes[other]
        follows = reading.nodes[other + 1].kind if other + 1 < len(reading.nodes) else ""
        if node.kind == "N" and not node.is_used and node.atom.number and follows in ("T", "C", "SUP", "WORD"):
            reading.use(other)
            reading.limit = reading.limit or int(node.atom.number)
            reading.ranks = True
    reading.limit = reading.limit or 1


def _by_degree(reading: Reading, place: int) -> tuple[Term, bool] | None:
    word = reading.nodes[place].word.split()[-1]
    if word not in DEGREES or (word in _PLAIN and reading.next_of(("C",), place, 2, stops=("REL",)) is not None):
        return None
    tables = reading.near_tables(place)
    following = reading.next_of(("T",), place, 2)
    if following is not None:
        tables = [reading.nodes[following].table, *tables]
    found = reading.by_concept(word, tables)
    if found is None:
        return None
    least_of_it = reading.nodes[place].word.startswith("least ")
    return Term(found[0]), found[1] != least_of_it


def _column_term(reading: Reading, place: int, agg: str, words: list[str]) -> Term:
    node = reading.nodes[place]
    schema = reading.schema
    measures = schema.is_numeric(node.col) or schema.is_temporal(node.col)
    if words[0] in ("most", "fewest") and not measures and not agg:
        return Term(None, "count", table=node.table)
    return Term(node.col, agg)


def _count_term(reading: Reading, place: int | None) -> tuple[Term, bool] | None:
    if place is None:
        return Term(None, "count"), True
    node = reading.nodes[place]
    if node.kind == "C" and reading.schema.is_numeric(node.col) and not reading.schema.is_id(node.col):
        return Term(node.col), True
    return reading.number_of(node), True


def _without_target(reading: Reading, place: int) -> tuple[Term, bool] | None:
    """ "Which song was played the most" counts; "the maximum" alone means the column before."""
    left = reading.left_column(place)
    if left is not None and left > 2 and reading.schema.is_numeric(reading.nodes[left].col):
        reading.use(left)
        return Term(reading.nodes[left].col), True
    if reading.nodes[place].word.split()[0] in ("most", "least"):
        return Term(None, "count"), True
    return None


def _is_projection(reading: Reading, place: int) -> bool:
    """Whether the extreme itself is asked for: "what is the highest salary", "name and maximum age".

    Decides between MAX(salary) and ORDER BY salary DESC LIMIT 1: the second needs something else to be shown.
    """
    node = reading.nodes[place]
    words = node.word.split()
    right = reading.next_of(("C",), place, 2, stops=("T", "COUNT", "AGG", "REL", "V"))
    after = reading.nodes[right + 1] if right is not None and right + 1 < len(reading.nodes) else None
    if node.kind == "SUP" and (right is None or (after is not None and after.kind == "T")):
        return False
    before = [other for other in reading.nodes[:place] if other.kind in ("C", "T", "V", "ALL", "COUNT")]
    relation = any(other.kind == "REL" for other in reading.nodes[:place]) or any(
        other.kind == "WH" and other.word.split()[-1] in ("which", "who", "whose") for other in reading.nodes[:place]
    )
    if node.kind == "AGG":
        previous = reading.nodes[place - 1] if place else None
        listed = (previous is not None and previous.kind in ("AND", "AGG", "COUNT")) or any(
            o.kind == "AGG" and not o.is_used for o in reading.nodes[:place]
        )
        return (not relation and (not before or listed or reading.has("EACH"))) or (listed and not relation)
    if words[-1] not in _PLAIN or words[0] in ("most", "fewest") or "of" in words:
        return False
    if right is None or not reading.schema.is_numeric(reading.nodes[right].col):
        return False
    return not relation and (not before or reading.has("EACH") or reading.nodes[place - 1].kind in ("AND", "AGG"))
