"""Values: "from Paris", "named 'Smith'", "id 5", "in 2010"; what stands beside them says which column."""

from text2sql.engines.grammar.clauses.comparing import on_time, said_time, take_period, temporal_column
from text2sql.engines.grammar.clauses.periods import in_period
from text2sql.engines.grammar.dates import year_of
from text2sql.engines.grammar.plan import Condition, Term
from text2sql.engines.grammar.reading import Node, Reading
from text2sql.engines.grammar.schema import Col
from text2sql.engines.grammar.wordlists import words

_CLAUSE = words("clause")


def take_patterns(reading: Reading) -> None:
    """Take LIKE and NULL keywords.

    They come before values, because a pattern ("starts with A") may look like a value of some column.
    """
    for place, node in enumerate(reading.nodes):
        if node.is_used:
            continue
        if node.kind == "LIKE":
            _take_like(reading, place)
        elif node.kind == "NULL":
            _take_null(reading, place)


def _take_like(reading: Reading, place: int) -> None:
    """ "Contains the word Red" compares with '%Red%', case aside.

    Where the word is a value of another column and nothing says which is meant, the keyword is skipped and the value
    is taken as one.
    """
    value = reading.next_of(("V", "WORD", "N", "C", "T"), place, 2)
    if value is None:
        return
    node = reading.nodes[value]
    is_pattern = node.atom.is_quoted or node.atom.is_capital or len(node.word) == 1
    if node.kind != "V" and not is_pattern:
        return
    left = reading.left_column(place)
    if (
        node.kind == "V"
        and node.link is not None
        and not node.atom.is_quoted
        and (left is None or reading.nodes[left].col != node.col)
    ):
        reading.use(place)
        return
    col = reading.nodes[left].col if left is not None else _text_column(reading, place)
    if col is None:
        return
    text = node.atom.text.strip("%")
    payload = reading.nodes[place].atom.payload
    pattern = {"prefix": f"{text}%", "suffix": f"%{text}"}.get(payload, f"%{text}%")
    negated = _negation_before(reading, place)
    reading.use(place, value, *([left] if left is not None and not _is_shown(reading, left, place) else []))
    reading.where.append((Condition(Term(col), "not like" if negated else "like", pattern),))


def _is_shown(reading: Reading, column: int, place: int) -> bool:
    """ "The languages that contain ...": what is compared is also what is asked for."""
    relative = any(node.kind == "REL" and node.word in _CLAUSE for node in reading.nodes[column + 1 : place])
    return relative and not any(node.kind in ("C", "T", "ALL") for node in reading.nodes[:column])


def _text_column(reading: Reading, place: int) -> Col | None:
    entity = reading.entity(place)
    return reading.schema.display(entity)[0] if entity is not None else None


def _take_null(reading: Reading, place: int) -> None:
    denied = place and reading.nodes[place - 1].kind == "NEG"
    left = reading.left_column(place - 1 if denied else place)
    if left is None:
        return
    negated = _negation_before(reading, place) or (
        " not " in f" {reading.nodes[place].word} " and "null" in reading.nodes[place].word
    )
    reading.use(place, left)
    reading.where.append((Condition(Term(reading.nodes[left].col), "is not null" if negated else "is null"),))


def _negation_before(reading: Reading, place: int, limit: int = 4) -> bool:
    for other in range(place - 1, max(-1, place - 1 - limit), -1):
        node = reading.nodes[other]
        if node.kind == "NEG" and not node.is_used:
            reading.use(other)
            return True
        if (
            node.kind in ("AND", "MARK")
            or (node.kind == "REL" and node.word in _CLAUSE)
            or (node.is_used and node.kind not in ("C", "DISTINCT"))
        ):
            return False
    return False


def take_values(reading: Reading) -> None:
    """Take all values and the numbers beside columns.

    A value's link says its column. Quoted text that nobody knows goes to the column before it, else to the one that
    names a row, and costs doubt.
    """
    for place, node in enumerate(reading.nodes):
        if node.is_used:
            continue
        if node.kind == "V":
            _take_value(reading, place)
        elif node.kind == "DATE":
            take_period(reading, place)
        elif node.kind == "N":
            _take_number(reading, place)


def _take_value(reading: Reading, place: int) -> None:
    node = reading.nodes[place]
    left = reading.left_column(place)
    right = reading.next_of(("C",), place, 1)
    if node.link is None:
        side = left if left is not None else right
        col = reading.nodes[side].col if side is not None else _text_column(reading, place)
        if col is None:
            reading.doubt += 0.6
            return
        reading.use(place, *([side] if side is not None else []))
        _add(reading, place, Condition(Term(col), "=", node.atom.text))
        reading.doubt += 0.3
        return
    for side in (left, right):
        if side is not None and reading.nodes[side].col == node.col:
            reading.use(side)
    _add(reading, place, _with_rest_of_name(reading, place))


def _with_rest_of_name(reading: Reading, place: int) -> Condition:
    """The condition of a value; "Ann Lee" is first and last name of one person: both hold together."""
    node = reading.nodes[place]
    reading.use(place)
    own = Condition(Term(node.col), "=", node.named.value)
    after = reading.nodes[place + 1] if place + 1 < len(reading.nodes) else None
    if (
        after is None
        or after.kind != "V"
        or after.link is None
        or after.is_used
        or after.col == node.col
        or after.table != node.table
    ):
        return own
    reading.use(place + 1)
    return Condition(Term(node.col), "all", (own, Condition(Term(after.col), "=", after.link.value)))


def _add(reading: Reading, place: int, condition: Condition) -> None:
    """Values of one column are alternatives, or, with "both ... and", conditions that must hold together.

    "Red or blue" joins two values by OR. "Red and blue" cannot hold for one row: it becomes an alternative, or an
    INTERSECT where the rows are many for one that is shown.
    """
    if _negation_before(reading, place, 6):
        reading.minus.append(condition)
        return
    joiner = _joiner(reading, place)
    if reading.where and joiner is not None:
        last = reading.where[-1]
        same = last[-1].term == condition.term and last[-1].op == condition.op and condition.op in ("=", "all")
        if joiner.kind == "OR":
            reading.where[-1] = (*last, condition)
            joiner.is_used = True
            return
        if same and len(last) == 1:
            reading.alternatives.append((last[-1], condition))
            joiner.is_used = True
            return
    reading.where.append((condition,))


def _joiner(reading: Reading, place: int) -> Node | None:
    """The "and" or "or" between this value and the one before."""
    for other in range(place - 1, max(-1, place - 6), -1):
        node = reading.nodes[other]
        if node.kind in ("AND", "OR"):
            return node
        if node.kind in ("V", "CMP", "WH", "MARK"):
            return None
    return None


def _take_number(reading: Reading, place: int) -> None:
    """Give a number the first meaning that fits.

    Tried in this order: "have 2 loans" (a count), "4 cylinders" (a measure behind), "id 5" (a column before),
    "room 12" (the key of a table before), a year. What is left over costs the reading its rank.
    """
    node = reading.nodes[place]
    value = node.atom.number
    if node.word in ("one", "single", "once"):
        reading.use(place)
        return
    if _counts_rows(reading, place) or _measures(reading, place):
        return
    left = reading.left_column(place)
    if left is not None and _holds_digits(reading, left) and not _counts_what_follows(reading, place):
        reading.use(left, place)
        _add(reading, place, on_time(reading, Condition(Term(reading.nodes[left].col), "=", value)))
        return
    if _repeats_number(reading, place):
        return
    before = reading.nodes[place - 1] if place else None
    if before is not None and before.kind == "T" and (key := reading.schema.primary_key(before.table)):
        reading.use(place)
        _add(reading, place, Condition(Term(key), "=", value))
        return
    number = node.atom.number
    if number is not None and number.is_integer() and 1000 < number < 2200:
        _take_year(reading, place)


def _counts_rows(reading: Reading, place: int) -> bool:
    """ "Customers who have 2 loans", "with 0 loans"."""
    after = reading.nodes[place + 1] if place + 1 < len(reading.nodes) else None
    before = reading.nodes[place - 1] if place else None
    if (
        after is None
        or after.kind != "T"
        or after.is_used
        or before is None
        or before.word not in ("have", "has", "had", "with", "having")
    ):
        return False
    term = reading.number_of(after)
    reading.use(place, place + 1)
    value = reading.nodes[place].atom.number
    if term.agg and value == 0 and term.table is not None:
        reading.denied.append(term.table)
    elif term.agg:
        reading.having.append(Condition(term, "=", value))
    else:
        reading.where.append((Condition(term, "=", value),))
    return True


def _measures(reading: Reading, place: int) -> bool:
    """ "Cars with 4 cylinders": the number of the measure behind it."""
    after = reading.nodes[place + 1] if place + 1 < len(reading.nodes) else None
    before = reading.nodes[place - 1].word if place else ""
    if (
        after is None
        or after.kind != "C"
        or after.is_used
        or after.named.score < 0.75
        or before in ("the", "of", "and")
    ):
        return False
    if not reading.schema.is_numeric(after.col) or reading.schema.is_id(after.col):
        return False
    reading.use(place, place + 1)
    _add(reading, place, Condition(Term(after.col), "=", reading.nodes[place].atom.number))
    return True


def _holds_digits(reading: Reading, place: int) -> bool:
    """Whether a number can be a value of the column."""
    column = reading.schema.column(reading.nodes[place].col)
    return (
        not reading.schema.is_text(reading.nodes[place].col)
        or not column.samples
        or any(letter.isdigit() for sample in column.samples[:30] for letter in sample)
    )


def _counts_what_follows(reading: Reading, place: int) -> bool:
    """ "The names of the five cities": no value of the name."""
    after = reading.nodes[place + 1] if place + 1 < len(reading.nodes) else None
    between = [node.word for node in reading.nodes[max(0, place - 2) : place]]
    return after is not None and after.kind in ("T", "C", "SUP") and ("the" in between or "of" in between)


def _repeats_number(reading: Reading, place: int) -> bool:
    """ "36 or 37": the second number is for the column of the first."""
    joiner = _joiner(reading, place)
    if joiner is None or not reading.where or reading.nodes[place - 1] is not joiner:
        return False
    last = reading.where[-1]
    if last[-1].op != "=" or not isinstance(last[-1].value, float):
        return False
    reading.use(place)
    joiner.is_used = True
    reading.where[-1] = (*last, Condition(last[-1].term, "=", reading.nodes[place].atom.number))
    return True


def _take_year(reading: Reading, place: int) -> None:
    for term in (said_time(reading, place), *(temporal_column(reading, table) for table in reading.near_tables(place))):
        if term is not None and term.col is not None:
            reading.use(place)
            number = reading.nodes[place].atom.number or 0.0
            if reading.schema.is_temporal(term.col):
                reading.where.append((in_period(term, year_of(int(number))),))
            else:
                reading.where.append((Condition(term, "=", number),))
            return
