"""What is counted or added up where nobody says so: "orders by month", "top 10 customers by sales"."""

from collections.abc import Iterator
from dataclasses import replace

from text2sql.engines.grammar.plan import Plan, Term
from text2sql.engines.grammar.reading import Reading
from text2sql.engines.grammar.schema import Col, Schema, TableId
from text2sql.engines.grammar.wordlists import words

#: Measures whose sum means nothing, such as prices and ratings: of these the average is taken.
_AVERAGED = words("averaged")
#: Measures that people add up without saying "total".
_ADDED = words("added")
_SALES = words("sales")
#: Of which nobody means a single row's.
_TOTALS = words("totals")


def measured(reading: Reading, plan: Plan) -> list[Term]:
    """The aggregates of a group that names none: its measures added up or averaged, else a count of its rows.

    "Sales by category" asks for money where the table of sales has a column of it.
    """
    schema = reading.schema
    measures = [
        term.col for term in plan.select if term.col is not None and not term.agg and is_measure(schema, term.col)
    ]
    if measures:
        return [measure_of(schema, Term(col)) for col in measures]
    if _SALES & set(schema.table_phrases[plan.main][0].stems):
        money = next(_money(schema, plan.main), None)
        if money is not None:
            return [Term(money, "sum")]
    return [Term(None, "count", table=plan.main)]


def measure_of(schema: Schema, term: Term) -> Term:
    """A measure added up or averaged, as its name suggests; other terms stay as they are.

    The names stand in `words.toml`: what is neither there nor there is added up, as seats and passengers are.
    """
    if term.col is None or term.agg or term.unit or not is_measure(schema, term.col):
        return term
    return replace(term, agg="avg" if _AVERAGED & set(schema.stems(term.col)) else "sum")


def _money(schema: Schema, home: TableId) -> Iterator[Col]:
    """Amounts with decimals: in a table of sales the whole numbers are pieces."""
    return (col for col in schema.columns_of(home) if is_added(schema, col) and schema.column(col).kind == "number")


def is_measure(schema: Schema, col: Col) -> bool:
    """Whether it holds amounts and not keys."""
    return schema.is_numeric(col) and not schema.is_id(col)


def is_added(schema: Schema, col: Col) -> bool:
    """Whether it holds amounts that people add up: revenue and cost, not prices and ratings."""
    stems = set(schema.stems(col))
    return is_measure(schema, col) and bool(stems & _ADDED) and not stems & _AVERAGED


def bucket(reading: Reading, plan: Plan) -> None:
    """Stretches of time come first and give the order, unless the question sorts ("the month with the most orders").

    `_groups` of the renderer groups by every term that is no aggregate, so the terms need not stand in `plan.group`,
    which holds columns alone. What is shown beside them must be an aggregate: names of customers "by month" are
    counted.
    """
    if not reading.buckets:
        return
    groups = [Term(col) for col in plan.group]
    aggregates = [term for term in plan.select if term.agg] or measured(reading, plan)
    plan.select = list(dict.fromkeys([*reading.buckets, *groups, *aggregates]))
    plan.order = [(measure_of(reading.schema, term), down) for term, down in plan.order]
    if not plan.order:
        plan.order = [(term, False) for term in (*reading.buckets, *groups)]


def add_up(reading: Reading, plan: Plan) -> None:
    """Totals in place of single rows: "revenue in Vietnam" and "top 10 customers by revenue".

    The first only for a measure named alone at the beginning; with "list" or "show" before it, rows are meant.
    """
    if plan.group or plan.star or reading.buckets or any(term.agg for term in plan.select):
        return
    if len(plan.select) == 1 and not plan.order and _is_bare(reading, plan.select[0]):
        plan.select = [replace(plan.select[0], agg="sum")]
        return
    term = plan.order[0][0] if len(plan.order) == 1 and plan.limit is not None else Term(None)
    if term.agg or term.col is None or not is_added(reading.schema, term.col) or not _repeats(reading, plan, term.col):
        return
    total = replace(term, agg="sum")
    shown = plan.select or [Term(col) for col in reading.schema.display(plan.main)]
    plan.select = [*shown, total] if reading.ranks else shown
    plan.order = [(total, plan.order[0][1])]


def tell_apart(schema: Schema, plan: Plan) -> None:
    """Group by the key beside a name in a table of facts: two customers may both be called Anna Becker.

    Only where the table has no key of its own, such as a view that carries `customer_id` beside `customer`.
    """
    names = [
        *plan.group,
        *(term.col for term in plan.select if term.col is not None and not term.agg and not term.unit),
    ]
    if schema.primary_key(plan.main) is not None or not any(term.agg for term in plan.select):
        return
    keys = [
        col
        for name in dict.fromkeys(names)
        for col in schema.columns_of(name[0])
        if name[0] == plan.main and schema.stems(col) == (*schema.stems(name), "id")
    ]
    plan.group = list(dict.fromkeys([*keys, *plan.group]))


def _is_bare(reading: Reading, term: Term) -> bool:
    if term.col is None or not is_added(reading.schema, term.col) or reading.head_tables:
        return False
    first = next((node for node in reading.nodes if node.word not in ("the", "our", "my")), None)
    names = {*reading.schema.display(term.col[0]), reading.schema.primary_key(term.col[0])}
    picked = any(
        one.op == "=" and one.term.col in names and _is_key(reading.schema, one.term.col)
        for group in reading.where
        for one in group
    )
    return first is not None and first.kind == "C" and not picked


def _is_key(schema: Schema, col: Col | None) -> bool:
    return col is not None and schema.primary_key(col[0]) is not None


def _repeats(reading: Reading, plan: Plan, measure: Col) -> bool:
    """Whether what is ranked stands in several rows: its table points to two others and has no key of its own.

    With a measure of another table, only "top 5 X by ..." and what is always a total add up: "the category with the
    highest revenue" does, while "the customer with the largest payment" is one row.
    """
    schema = reading.schema
    if measure[0] != plan.main:
        is_total = reading.ranks or bool(_TOTALS & set(schema.stems(measure)))
        return is_total and reading.is_many(plan.main, measure[0])
    keys = [col for col in schema.columns_of(plan.main) if schema.is_id(col)]
    texts = all(term.col is not None and schema.is_text(term.col) for term in plan.select)
    return schema.primary_key(plan.main) is None and len(keys) > 1 and texts


def order_value(schema: Schema, home: TableId) -> tuple[Col, Col] | None:
    """An amount of the rows that point to a table, and the key they point with: "average order value" needs both.

    The average is the sum over all lines by the number of orders that have lines; AVG would be that of the lines.
    None where nothing that points to the table has an amount with decimals.
    """
    for edge in schema.edges:
        if edge.right != home or len(edge.left_columns) != 1:
            continue
        money = next(_money(schema, edge.left), None)
        if money is not None:
            return money, (edge.left, edge.left_columns[0])
    return None
