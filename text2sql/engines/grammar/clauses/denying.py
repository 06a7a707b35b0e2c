"""Negation of relations: "students without courses", "clubs that have no member from Paris"."""

from text2sql.engines.grammar.joins import Step, join_steps
from text2sql.engines.grammar.plan import Condition, Plan, Term
from text2sql.engines.grammar.reading import Reading
from text2sql.engines.grammar.schema import Schema, TableId


def take_negations(reading: Reading) -> None:
    """Remember the tables of which there must be no row: those named behind a NEG keyword."""
    for place, node in enumerate(reading.nodes):
        if node.kind != "NEG":
            continue
        target = reading.next_of(("T",), place, 5, stops=("MARK", "ORDER", "CMP", "AND", "WH"))
        if target is not None and place > 0:
            table = reading.nodes[target].table
            if table != reading.entity(place):
                reading.use(place, target)
                reading.denied.append(table)


def deny(reading: Reading, plan: Plan) -> None:
    """Add what must not be: unequal values of the row itself, or NOT IN over rows of other tables."""
    schema = reading.schema
    far = [c for c in reading.minus if c.term.col and reading.is_many(plan.main, c.term.col[0])]
    near = [c for c in reading.minus if c not in far]
    denied = [table for table in reading.denied if table != plan.main]
    if denied and near and not far:
        reachable = [c for c in near if c.term.col and c.term.col[0] != plan.main]
        far, near = reachable, [c for c in near if c not in reachable]
    for condition in near:
        plan.where.append((Condition(condition.term, _negated(condition.op), condition.value),))
    if denied or far:
        target = denied[0] if denied else far[0].term.col[0] if far[0].term.col else plan.main
        conditions = _absent(schema, plan.main, target, [(c,) for c in far])
        if conditions is None:
            reading.doubt += 1.0
        else:
            plan.where.append((conditions,))
            plan.needs = [table for table in plan.needs if table not in (*denied, target)]


def _negated(op: str) -> str:
    return {"=": "!=", "like": "not like", "in": "not in", ">": "<=", "<": ">=", ">=": "<", "<=": ">"}.get(op, op)


def _absent(schema: Schema, main: TableId, target: TableId, where: list[tuple[Condition, ...]]) -> Condition | None:
    """`key NOT IN (SELECT key FROM the first table on the way ...)`; None when nothing connects them."""
    tables = [target, *(c[0].term.col[0] for c in where if c[0].term.col)]
    steps = join_steps(schema, main, tables)
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
