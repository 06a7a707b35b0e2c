"""Comparisons with numbers and dates: "older than 30", "between 100 and 150", "more than 3 students"."""

from datetime import timedelta

from text2sql.engines.grammar.clauses.periods import in_period
from text2sql.engines.grammar.dates import Period, year_of
from text2sql.engines.grammar.keywords import comparative_of, operator_of
from text2sql.engines.grammar.measuring import is_measure
from text2sql.engines.grammar.plan import Condition, Literal, Plan, Term
from text2sql.engines.grammar.reading import Node, Reading
from text2sql.engines.grammar.schema import Col
from text2sql.engines.grammar.wordlists import words
from text2sql.engines.grammar.words import likeness, stem

_TIMES = words("times")


def take_comparisons(reading: Reading) -> None:
    """Take all BETWEEN and CMP keywords with their numbers.

    A comparison that finds no column is left unused, so that a reading which explains it ranks higher.
    """
    for place, node in enumerate(reading.nodes):
        if node.is_used:
            continue
        if node.kind == "BETWEEN":
            _take_between(reading, place)
        elif node.kind == "CMP":
            _take_comparison(reading, place)


def _take_between(reading: Reading, place: int) -> None:
    """ "With price between 10 and 20" becomes BETWEEN; between two years of a date column becomes two bounds, because
    the second year counts to its last day. Without a column a count of rows is compared.
    """
    low = _operand(reading, place)
    high = None if low is None else _operand(reading, low)
    if low is None or high is None:
        return
    if reading.nodes[low].atom.period is not None and reading.nodes[high].atom.period is not None:
        _take_span(reading, place, low, high)
        return
    first, second = _value(reading.nodes[low]), _value(reading.nodes[high])
    column = _column_for(reading, place, high, "")
    if column is None:
        return
    reading.use_range(place, high + 1)
    if column.col is None:
        reading.having.append(Condition(column, ">=", first))
        reading.having.append(Condition(column, "<=", second))
    else:
        low_bound = on_time(reading, Condition(column, ">=", first))
        high_bound = on_time(reading, Condition(column, "<=", second))
        if (
            low_bound.value == first
            and high_bound.value == second
            and isinstance(first, str | float)
            and isinstance(second, str | float)
        ):
            reading.where.append((Condition(column, "between", (first, second)),))
        else:
            reading.where += [(low_bound,), (high_bound,)]


def _take_span(reading: Reading, place: int, low: int, high: int) -> None:
    """From the first day of one period to the last of another."""
    start, end = reading.nodes[low].atom.period, reading.nodes[high].atom.period
    term = _time_term(reading, place)
    if term is None or start is None or end is None:
        return
    reading.use_range(place, high + 1)
    if start.text or end.text:
        reading.where.append((Condition(term, "between", (start.literal(), end.literal())),))
    else:
        reading.where.append((in_period(term, Period(start.first, end.last)),))


def _operand(reading: Reading, place: int) -> int | None:
    return reading.next_of(("N", "DATE", "V"), place, 4, stops=("REL", "CMP"))


def _value(node: Node) -> Literal:
    if node.atom.period is not None:
        return node.atom.period.literal()
    if node.atom.number is not None:
        return node.atom.number
    return node.atom.text


def _take_comparison(reading: Reading, place: int) -> None:
    """`CMP` nodes carry an operator or an adjective: "older than 30" compares what "old" speaks of in the tables near.
    Behind "above the average" stands no number but an aggregate, which becomes a subquery.
    """
    node = reading.nodes[place]
    op = operator_of(node.atom.payload)
    target = reading.next_of(("AGG",), place, 2, stops=("N",))
    if target is not None:
        _against_aggregate(reading, place, target, op)
        return
    number = reading.next_of(("N", "DATE"), place, 4, stops=("REL", "AND", "OR", "V"))
    if number is None:
        return
    if reading.nodes[number].atom.period is not None and op in ("<", ">", "<=", ">="):
        _take_beside_period(reading, place, number, op)
        return
    column = _column_for(reading, place, number, comparative_of(node.atom.payload))
    if column is None:
        reading.doubt += 0.5
        return
    condition = on_time(reading, Condition(column, op, _value(reading.nodes[number])))
    reading.use_range(place, number + 1)
    if column.agg:
        reading.having.append(condition)
    else:
        _add(reading, place, condition)


def on_time(reading: Reading, condition: Condition) -> Condition:
    """Years are compared with a column of dates by their first and last days.

    "Since 2020" over dates is `>= '2020-01-01'` and "after 2020" is `>= '2021-01-01'`; numbers outside of 1000..3000
    are no years and stay as they are.
    """
    col, value = condition.term.col, condition.value
    if col is None or not reading.schema.is_temporal(col) or not isinstance(value, float):
        return condition
    year = year_of(int(value)) if 1000 < value < 3000 else None
    if year is None:
        return condition
    if condition.op == "=":
        return in_period(condition.term, year)
    day = year.first if condition.op in ("<", ">=") else year.last
    if condition.op == "<=":
        return Condition(condition.term, "<", (day + timedelta(days=1)).isoformat())
    if condition.op == ">":
        return Condition(condition.term, ">=", (day + timedelta(days=1)).isoformat())
    return Condition(condition.term, condition.op, day.isoformat())


def _take_beside_period(reading: Reading, place: int, number: int, op: str) -> None:
    """ "After March 2019" begins behind the period's last day, "before" ends ahead of its first."""
    term, period = _time_term(reading, place), reading.nodes[number].atom.period
    if term is not None and period is not None:
        reading.use_range(place, number + 1)
        bound = period.text or (period.first if op in ("<", ">=") else period.last).isoformat()
        reading.where.append((Condition(term, op, bound),))


def take_period(reading: Reading, place: int) -> None:
    """A date or period without a comparison: what happened in it."""
    period = reading.nodes[place].atom.period
    term = _time_term(reading, place)
    if term is not None and period is not None:
        reading.use(place)
        reading.where.append((in_period(term, period),))


def _time_term(reading: Reading, place: int) -> Term | None:
    """The date column before it, the one a verb near it names ("reported"), or the first of the table asked about.

    A measure before the date is none: "revenue last month" compares the date of the sale.
    """
    left = reading.left_column(place)
    if left is not None and not is_measure(reading.schema, reading.nodes[left].col):
        reading.use(left)
        return Term(reading.nodes[left].col)
    near = reading.nodes[place - 1] if place else None
    said = set(near.word.split()) if near is not None else set()
    for table in reading.near_tables(place):
        times = [col for col in reading.schema.columns_of(table) if _is_time(reading, col)]
        best = [
            col for col in times if any(likeness(stem(word), own) for word in said for own in reading.schema.stems(col))
        ]
        if times:
            return Term((best or times)[0])
    return None


def said_time(reading: Reading, place: int) -> Term | None:
    """The column of times that a verb right before names: "rated in 2012"."""
    said = {stem(word) for node in reading.nodes[max(0, place - 2) : place] for word in node.word.split()}
    for table in reading.near_tables(place):
        for col in reading.schema.columns_of(table):
            is_time = _is_time(reading, col) or "year" in reading.schema.stems(col)
            if is_time and any(likeness(word, own) >= 0.8 for word in said for own in reading.schema.stems(col)):
                return Term(col)
    return None


def _is_time(reading: Reading, col: Col) -> bool:
    return reading.schema.is_temporal(col) or (reading.schema.is_text(col) and "date" in reading.schema.stems(col))


def _add(reading: Reading, place: int, condition: Condition) -> None:
    """An "or" before the comparison joins it with the one before."""
    before = next(
        (node for node in reversed(reading.nodes[:place]) if node.kind not in ("WORD", "REL", "C", "PREP")), None
    )
    if before is not None and before.kind == "OR" and reading.where:
        reading.where[-1] = (*reading.where[-1], condition)
        before.is_used = True
        return
    reading.where.append((condition,))


def _column_for(reading: Reading, place: int, number: int, comparative: str) -> Term | None:
    """What is compared: a column before or behind, a count of rows, or what the adjective speaks of.

    Tried in this order: rows that are counted ("more than 3 students"), the column before ("age above 30"), the one
    behind ("more than 300 pages"), that of the comparison before, the adjective's.
    """
    counted = _counted(reading, place, number)
    if counted is not None:
        return counted
    left = reading.left_column(place)
    if left is not None and _is_comparable(reading, left):
        reading.use(left)
        return _with_aggregate(reading, left)
    right = reading.next_of(("C",), number, 3, stops=("AND", "OR", "REL", "CMP", "MARK", "T"))
    if right is not None and _is_comparable(reading, right):
        reading.use(right)
        return Term(reading.nodes[right].col)
    if (repeated := _repeated(reading, place)) is not None:
        return repeated
    found = reading.by_concept(comparative, reading.near_tables(place)) if comparative else None
    return Term(found[0]) if found is not None else _by_number(reading, place, number)


def _is_comparable(reading: Reading, place: int) -> bool:
    """A column of words is not compared with a number: in "students of Rome older than 20" the city is no candidate."""
    col = reading.nodes[place].col
    return not (
        reading.schema.is_text(col) and reading.schema.column(col).samples and not _holds_numbers(reading, place)
    )


def _holds_numbers(reading: Reading, place: int) -> bool:
    samples = reading.schema.column(reading.nodes[place].col).samples[:20]
    return sum(any(letter.isdigit() for letter in sample) for sample in samples) * 2 > len(samples)


def _with_aggregate(reading: Reading, place: int) -> Term:
    before = reading.nodes[place - 1] if place else None
    head = reading.has("AGG", place) and before is not None and before.kind == "AGG"
    relation = place > 1 and reading.nodes[place - 2].kind in ("REL", "AND", "WORD", "PREP")
    if head and relation and before is not None and not before.is_used and place > 2:
        before.is_used = True
        return Term(reading.nodes[place].col, before.atom.payload)
    return Term(reading.nodes[place].col)


def _counted(reading: Reading, place: int, number: int) -> Term | None:
    """Rows are counted: "more than 3 students", "number of students above 3", "at least twice"."""
    right = reading.next_of(("T",), number, 2, stops=("AND", "OR", "REL", "CMP", "MARK", "C", "PREP"))
    if right is not None:
        reading.use(right)
        return reading.number_of(reading.nodes[right])
    after = reading.nodes[number + 1].word if number + 1 < len(reading.nodes) else ""
    if after in _TIMES or reading.nodes[number].word in ("once", "twice", "thrice"):
        if after in _TIMES:
            reading.use(number + 1)
        return Term(None, "count")
    for other in range(place - 1, max(-1, place - 5), -1):
        node = reading.nodes[other]
        if node.kind == "COUNT" and not node.is_used and other > 1:
            between = [n for n in reading.nodes[other + 1 : place] if n.kind in ("T", "C") and not n.is_used]
            reading.use_range(other, place)
            return Term(None, "count", table=between[0].table if between else None)
        if node.kind in ("REL", "WH", "CMP") or node.is_used:
            break
    return None


def _repeated(reading: Reading, place: int) -> Term | None:
    """ "Bigger than 1500 or smaller than 500": the second speaks of the first one's column."""
    before = [node.kind for node in reading.nodes[max(0, place - 2) : place]]
    if reading.where and ("OR" in before or "AND" in before):
        return reading.where[-1][-1].term
    return None


def _by_number(reading: Reading, place: int, number: int) -> Term | None:
    """With nothing else to go by: dates for a year or a date, else the only measure of the table asked about."""
    node = reading.nodes[number]
    value = node.atom.number
    is_time = node.kind == "DATE" or (value is not None and value.is_integer() and 1000 < value < 2200)
    for table in reading.near_tables(place):
        if is_time:
            found = temporal_column(reading, table)
            if found is not None:
                return found
    return None


def temporal_column(reading: Reading, table: int) -> Term | None:
    """The column of a table that tells when: a year, else a date."""
    for word in ("year", "date", "time", "founded", "built", "opened"):
        for col in reading.schema.columns_of(table):
            if word in reading.schema.stems(col) or (word == "date" and reading.schema.is_temporal(col)):
                return Term(col)
    return None


def _against_aggregate(reading: Reading, place: int, aggregate: int, op: str) -> None:
    """ "Above the average age": compared with a subquery over the same column.

    "Above the average age" needs no column twice: the one that is named stands inside and outside.
    """
    left = reading.left_column(place)
    right = reading.next_of(("C",), aggregate, 2, stops=("REL", "AND"))
    if left is None and right is None:
        comparative = comparative_of(reading.nodes[place].atom.payload)
        found = reading.by_concept(comparative, reading.near_tables(place))
        if found is None:
            reading.doubt += 0.5
            return
        outer = inner = found[0]
    else:
        outer = reading.nodes[left if left is not None else right or 0].col
        inner = reading.nodes[right if right is not None else left or 0].col
    reading.use(*(spot for spot in (left, right) if spot is not None))
    reading.use_range(place, aggregate + 1)
    inner_plan = Plan(inner[0], select=[Term(inner, reading.nodes[aggregate].atom.payload)])
    reading.where.append((Condition(Term(outer), op, inner_plan),))
