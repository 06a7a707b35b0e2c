"""Relations of rows with their like: a table of pairs, asked with its name as a verb ("which provinces border X")."""

from text2sql.engines.grammar.plan import Condition, Plan, Term
from text2sql.engines.grammar.reading import Reading
from text2sql.engines.grammar.schema import Col, Schema, TableId

_COMMON = 0.5


def pair_columns(schema: Schema, table: TableId) -> tuple[Col, Col] | None:
    """The two columns of a table of pairs: text of the same kind of things, nothing else beside them.

    At least half of the rarer column's values must occur in the other one: pairs are of one kind of thing.
    """
    columns = [col for col in schema.columns_of(table) if schema.is_text(col)]
    if len(columns) != 2 or len(schema.table(table).columns) > 3:
        return None
    first, second = (set(schema.column(col).samples) for col in columns)
    if not first or len(first & second) < _COMMON * min(len(first), len(second)):
        return None
    return columns[0], columns[1]


def take_pairs(reading: Reading) -> Plan | None:
    """A plan over a table of pairs, where the question uses its name as a verb with something behind it.

    `border(state, other)` in "which provinces border Hue" is a verb: the partner is shown, the first column compared.
    """
    for place, node in enumerate(reading.nodes):
        if place == 0 or node.kind not in ("T", "C") or node.named.score < 0.6:
            continue
        pair = pair_columns(reading.schema, node.table)
        before = [one for one in reading.nodes[:place] if one.kind in ("T", "C")]
        behind = [one for one in reading.nodes[place + 1 :] if one.link is not None]
        if pair is not None and before and behind:
            return _plan(reading, place, pair)
    return None


def _plan(reading: Reading, place: int, pair: tuple[Col, Col]) -> Plan | None:
    own, other = pair
    counts = any(node.kind == "COUNT" for node in reading.nodes[:place])
    plan = Plan(own[0], select=[Term(None, "count") if counts else Term(other)], distinct=False)
    value = next((node for node in reading.nodes[place + 1 :] if node.kind == "V" and node.link is not None), None)
    named = [node for node in reading.nodes[place + 1 :] if node.kind in ("SUP", "CMP", "FREQ", "T", "C")]
    if value is None or value.link is None or value.link.value is None or named:
        return _nested(reading, place, pair, plan)
    plan.where.append((Condition(Term(own), "=", value.link.value),))
    reading.use_range(0, len(reading.nodes))
    return plan


def _nested(reading: Reading, place: int, pair: tuple[Col, Col], plan: Plan) -> Plan | None:
    """What stands behind the verb is a question of its own, whose rows are the partners."""
    from text2sql.engines.grammar.interpret import interpret_nodes

    inner = interpret_nodes(reading.schema, reading.nodes[place + 1 :])
    if inner.plan is None or inner.plan.star or len(inner.plan.select) != 1 or inner.plan.select[0].agg:
        return None
    reading.use_range(0, place + 1)
    op = "=" if inner.plan.limit == 1 else "in"
    plan.where.append((Condition(Term(pair[0]), op, inner.plan),))
    return plan
