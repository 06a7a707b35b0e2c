"""Joins that a query can do without: a key that is read from the table pointing to it."""

from dataclasses import replace

from text2sql.engines.grammar.joins import Step, join_steps
from text2sql.engines.grammar.plan import Condition, Plan, Term
from text2sql.engines.grammar.schema import Col, Schema


def prune(schema: Schema, plan: Plan) -> Plan:
    """The plan without leaf tables of which it only uses the key that other tables hold, too.

    "Books of author 3" needs `books.author_id` only. Keys that the database does not declare are kept as joins:
    there the join may also filter.
    """
    for _ in range(4):
        steps = join_steps(schema, plan.main, plan.tables(), plan.hints) or []
        leaf = next((step for step in reversed(steps) if _is_needless(schema, plan, step, steps)), None)
        if leaf is None:
            return plan
        moved = _moves(leaf)
        plan = _moved(plan, moved, leaf.table)
    return plan


def _moves(step: Step) -> dict[Col, Col]:
    edge = step.edge
    pairs = zip(edge.left_columns, edge.right_columns, strict=True)
    return {(edge.right, right): (edge.left, left) for left, right in pairs}


def _is_needless(schema: Schema, plan: Plan, step: Step, steps: list[Step]) -> bool:
    """A leaf reached along a declared key, all of whose used columns are that key."""
    edge = step.edge
    if edge.right != step.table or any(step.table in (s.edge.left, s.edge.right) for s in steps if s is not step):
        return False
    used = {col for term in plan.terms() for col in (term.col, term.minus) if col is not None} | set(plan.group)
    used = {col for col in used if col[0] == step.table}
    counted = any(term.table == step.table for term in plan.terms() if term.agg != "count" or term.distinct)
    return bool(used) and used <= set(_moves(step)) and not counted and edge.is_key


def _moved(plan: Plan, moved: dict[Col, Col], table: int) -> Plan:
    other = next(iter(moved.values()))[0]

    def term(one: Term) -> Term:
        col = moved.get(one.col, one.col) if one.col is not None else None
        return replace(one, col=col, table=other if one.table == table else one.table)

    def condition(one: Condition) -> Condition:
        value = term(one.value) if isinstance(one.value, Term) else one.value
        if one.op == "all" and isinstance(one.value, tuple):
            value = tuple(condition(part) for part in one.value if isinstance(part, Condition))
        return Condition(term(one.term), one.op, value)

    result = plan.copy()
    result.select = [term(one) for one in plan.select]
    result.where = [tuple(condition(one) for one in conditions) for conditions in plan.where]
    result.having = [condition(one) for one in plan.having]
    result.order = [(term(one), down) for one, down in plan.order]
    result.group = [moved.get(col, col) for col in plan.group]
    result.needs = [other if one == table else one for one in plan.needs]
    return result
