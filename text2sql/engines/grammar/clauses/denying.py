"""Negation of relations: "students without courses", "clubs that have no member from Paris"."""

from text2sql.engines.grammar.joins import Step, join_steps
from text2sql.engines.grammar.plan import Condition, Plan, Term
from text2sql.engines.grammar.reading import Reading
from text2sql.engines.grammar.schema import Schema, TableId
from text2sql.engines.grammar.words import stem

_BETWEEN = frozenset(("a", "an", "any", "been", "being", "the", "yet"))


def take_negations(reading: Reading) -> None:
    """Remember the tables of which there must be no row: those named behind a NEG keyword.

    "Students without courses" denies rows of another table, "not from Paris" a value; values are taken before, so that
    what is left behind a NEG here can only be a table or a date that is empty.
    """
    for place, node in enumerate(reading.nodes):
        if node.kind != "NEG" or _has_no_date(reading, place):
            continue
        for target in _denied(reading, place) if place > 0 else ():
            reading.use(place, target)
            reading.denied.append(reading.nodes[target].table)


def _has_no_date(reading: Reading, place: int) -> bool:
    """ "Orders that have not been shipped", "without a shipped date": the column of that date is empty."""
    entity = reading.entity(place)
    following = [(i, node) for i, node in enumerate(reading.nodes[place + 1 : place + 4], place + 1)]
    spoken = next(((i, node) for i, node in following if node.word not in _BETWEEN), None)
    if entity is None or spoken is None or reading.nodes[place].is_used or spoken[1].kind not in ("C", "WORD"):
        return False
    said = {stem(word) for word in spoken[1].word.split() if word.endswith(("ed", "en", "id"))}
    for col in reading.schema.columns_of(entity):
        if reading.schema.is_temporal(col) and said & set(reading.schema.stems(col)):
            reading.use(place, spoken[0])
            reading.where.append((Condition(Term(col), "is null"),))
            return True
    return False


def _denied(reading: Reading, place: int) -> list[int]:
    """The tables named behind a NEG keyword, up to the next clause.

    Seven nodes are as far as a negation reaches; "customers who never ordered, and their cities" ends it at the comma.
    """
    found = []
    entity = reading.entity(place)
    for other in range(place + 1, min(len(reading.nodes), place + 8)):
        node = reading.nodes[other]
        if node.kind in ("MARK", "ORDER", "CMP", "AND", "WH"):
            break
        if node.kind == "T" and not node.is_used and node.table != entity:
            found.append(other)
    return found


def deny(reading: Reading, plan: Plan) -> None:
    """Add what must not be: unequal values of the row itself, or NOT IN over rows of other tables.

    Far conditions are those on tables with several rows for each of the main one: "customers who have not ordered
    Kite" may have ordered other things, so the condition goes into the subquery and not beside it.
    """
    schema = reading.schema
    far = [c for c in reading.minus if c.term.col and reading.is_many(plan.main, c.term.col[0])]
    near = [c for c in reading.minus if c not in far]
    denied = [table for table in reading.denied if table != plan.main]
    if near and not far:
        denied = [table for table in denied if table not in _unsure(reading)]
    if denied and near and not far:
        reachable = [c for c in near if c.term.col and c.term.col[0] != plan.main]
        far, near = reachable, [c for c in near if c not in reachable]
    if near and not denied and _by_column(reading, plan):
        plan.set_op, plan.other = "except", plan.copy()
        plan.other.where += [(condition,) for condition in near]
        plan.other.order, plan.other.limit = [], None
        near = []
    for condition in near:
        plan.where.append((Condition(condition.term, _negated(condition.op), condition.value),))
    if denied or far:
        target = denied[0] if denied else far[0].term.col[0] if far[0].term.col else plan.main
        conditions = _absent(schema, plan, [target, *denied], [(c,) for c in far])
        if conditions is None:
            reading.doubt += 1.0
        else:
            plan.where.append((conditions,))
            plan.needs = [table for table in plan.needs if table not in (*denied, target)]


def _unsure(reading: Reading) -> set[TableId]:
    """Tables that only a likeness of words brought in."""
    return {
        node.table for node in reading.nodes if node.kind == "T" and node.link is not None and node.link.score < 0.9
    }


def _by_column(reading: Reading, plan: Plan) -> bool:
    """ "Studios that have not made films by X": a value shown of several rows is out if one row has it."""
    verbs = [node.word.split()[0] for node in reading.nodes if node.kind == "NEG"]
    if not any(verb in ("do", "does", "did", "has", "have", "had", "without", "never", "no") for verb in verbs):
        return False
    naming = {*reading.schema.display(plan.main)}
    cols = [term.col for term in plan.select if term.col is not None]
    plain = not plan.star and len(cols) == len(plan.select) == 1 and not any(term.agg for term in plan.select)
    return plain and cols[0] not in naming and not reading.schema.is_id(cols[0])


def _negated(op: str) -> str:
    return {
        "=": "!=",
        "all": "not all",
        "like": "not like",
        "in": "not in",
        ">": "<=",
        "<": ">=",
        ">=": "<",
        "<=": ">",
    }.get(op, op)


def _absent(schema: Schema, plan: Plan, targets: list[TableId], where: list[tuple[Condition, ...]]) -> Condition | None:
    """`key NOT IN (SELECT key FROM the first table on the way ...)`; None when nothing connects them.

    Keys that may be NULL are filtered out inside: `NOT IN` with one NULL finds nothing at all.
    """
    main = plan.main
    tables = [*targets, *(c[0].term.col[0] for c in where if c[0].term.col)]
    steps = join_steps(schema, main, tables, plan.hints)
    if not steps:
        return None
    own, other = _sides(steps[0], main)
    inner = Plan(other[0], select=[Term(other)], where=[*where], needs=[t for t in tables if t != main])
    if schema.column(other).nullable and not where:
        inner.where.append((Condition(Term(other), "is not null"),))
    return Condition(Term(own), "not in", inner)


def _sides(step: Step, main: TableId) -> tuple[tuple[int, int], tuple[int, int]]:
    edge = step.edge
    left, right = (edge.left, edge.left_columns[0]), (edge.right, edge.right_columns[0])
    return (left, right) if edge.left == main else (right, left)
