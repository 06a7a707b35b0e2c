"""What the clauses took, put together as one plan."""

from dataclasses import replace

from text2sql.engines.grammar.clauses.comparing import temporal_column
from text2sql.engines.grammar.clauses.denying import deny
from text2sql.engines.grammar.measuring import add_up, bucket, measured, tell_apart
from text2sql.engines.grammar.plan import Plan, Term
from text2sql.engines.grammar.pruning import prune
from text2sql.engines.grammar.reading import Reading
from text2sql.engines.grammar.schema import Col, TableId
from text2sql.engines.grammar.wordlists import words
from text2sql.engines.grammar.words import fold, root

_SURE = 0.7
_PLACES = words("places")


def assemble(reading: Reading) -> Plan | None:
    """The plan of a reading; None when it speaks of no table.

    The order of the steps matters: groups need the aggregates of the head, the order needs the groups, and pruning
    comes last, when all columns that the query reads are known.
    """
    main = _main_table(reading)
    if main is None:
        return None
    plan = Plan(main, limit=reading.limit, offset=reading.offset, star=reading.star, distinct=reading.distinct)
    plan.select = list(dict.fromkeys(reading.select))
    plan.where = [*reading.where]
    plan.having = [*reading.having]
    plan.order = [*reading.order]
    plan.needs = _needed(reading, main)
    plan.hints = frozenset(root(fold(word)) for node in reading.nodes for word in node.word.split())
    if (reading.sums or reading.buckets) and not any(term.agg for term in plan.select):
        plan.select = measured(reading, plan)
    _group(reading, plan)
    bucket(reading, plan)
    add_up(reading, plan)
    tell_apart(reading.schema, plan)
    _project(reading, plan)
    _group_counts(reading, plan)
    _count_elsewhere(reading, plan)
    _order(plan)
    deny(reading, plan)
    _combine(reading, plan)
    _contradict(plan)
    plan = prune(reading.schema, plan)
    _count_values(plan)
    _distinguish(plan)
    _break_ties(reading, plan)
    return plan


def _main_table(reading: Reading) -> TableId | None:
    if reading.head_tables:
        return reading.head_tables[0]
    columns = [term.col for term in reading.select if term.col is not None]
    counted = [term.table for term in reading.select if term.table is not None]
    if columns:
        return columns[0][0]
    if counted:
        return counted[0]
    return next(iter([*reading.group_tables, *(col[0] for col in reading.group), *reading.tables()]), None)


def _needed(reading: Reading, main: TableId) -> list[TableId]:
    """Other tables the question names: they restrict, even where nothing of them is shown."""
    found = []
    for node in reading.nodes:
        is_sure = node.kind == "T" and node.link is not None and node.link.score >= _SURE
        if is_sure and node.table not in (main, *reading.denied) and not reading.is_far(main, node.table):
            found.append(node.table)
    return found


def _group(reading: Reading, plan: Plan) -> None:
    """Grouping columns are shown, too; without an aggregate nothing is grouped."""
    aggregates = any(term.agg for term in (*plan.select, *(term for term, _ in plan.order))) or plan.having
    columns = [*reading.group]
    for table in reading.group_tables:
        shown = [term.col for term in plan.select if term.col and not term.agg and _is_about(reading, term.col, table)]
        key = reading.schema.primary_key(table)
        columns += shown or _naming(reading, table, key)
        naming = {*reading.schema.display(table), key}
        if aggregates and key is not None and (not shown or naming & set(shown)):
            plan.group.append(key)
    shown_tables = {term.col[0] for term in plan.select if term.col is not None and not term.agg}
    missing = [
        Term(col) for col in columns if Term(col) not in plan.select and not _shows_target(reading, col, shown_tables)
    ]
    if reading.group_tables and not aggregates and plan.select:
        missing = []
    plan.select = [*missing, *plan.select]
    if aggregates:
        plan.group += [col for col in columns if col not in plan.group]


def _naming(reading: Reading, table: TableId, key: Col | None) -> list[Col]:
    """What stands for a group: its name, or its key where the rows have no name."""
    names = reading.schema.name_columns(table)
    return list(names) if names or key is None else [key]


def _shows_target(reading: Reading, col: Col, shown: set[TableId]) -> bool:
    """Whether what a foreign key points to is shown already."""
    return any(table != col[0] and reading.schema.points_to(col, table) for table in shown)


def _is_about(reading: Reading, col: Col, table: TableId) -> bool:
    return col[0] == table or reading.schema.points_to(col, table)


def _project(reading: Reading, plan: Plan) -> None:
    if plan.select or plan.star:
        return
    if plan.group:
        plan.select = [Term(col) for col in plan.group]
        return
    plan.select = _asked_for(reading, plan.main) or [Term(col) for col in reading.schema.display(plan.main)]


def _asked_for(reading: Reading, table: TableId) -> list[Term]:
    """ "When" asks for a time, "where" for a place."""
    word = reading.nodes[0].word.split()[-1] if reading.nodes else ""
    if word == "when":
        term = temporal_column(reading, table)
        return [term] if term is not None else []
    if word == "where":
        for col in reading.schema.columns_of(table):
            if _PLACES & set(reading.schema.stems(col)) and col not in reading.schema.display(table):
                return [Term(col)]
    return []


def _group_counts(reading: Reading, plan: Plan) -> None:
    """An aggregate in HAVING or ORDER BY, or beside plain columns, asks for groups.

    "Names of customers with more than 3 orders" says no "each": the aggregate in HAVING asks for it all the same.
    """
    plain = [term.col for term in plan.select if not term.agg and term.col is not None]
    outside = plan.having or any(term.agg and term.agg not in ("first", "last") for term, _ in plan.order)
    inside = any(term.agg for term in plan.select) and plain
    if plan.group or reading.buckets or not (outside or inside) or not (plain or plan.star):
        return
    key = _key_of_shown(reading, plan, plain)
    plan.group = [key] if key is not None else list(plain)


def _key_of_shown(reading: Reading, plan: Plan, plain: list[Col]) -> Col | None:
    """The key of the table that is shown, when rows of another table are counted for each of its rows."""
    home = plan.main if plan.star or not plain else plain[0][0]
    others = [table for table in plan.tables() if table != home]
    key = reading.schema.primary_key(home)
    if key is not None and not others and reading.head_tables and not reading.select and _is_frequency(reading):
        return key
    if key is None or not others:
        return None
    naming = {*reading.schema.display(home), key}
    if not reading.head_tables and not plan.star and not naming & set(plain):
        return None
    if any(reading.is_many(home, table) for table in others):
        return key
    return None


def _is_frequency(reading: Reading) -> bool:
    """ "The most popular products": rows are not counted by their names, but by what points to them."""
    return any(node.kind == "FREQ" and node.is_used for node in reading.nodes)


def _order(plan: Plan) -> None:
    """ "Alphabetically" means by the first column that is shown."""
    if not plan.select:
        plan.order = [(term, down) for term, down in plan.order if term.agg not in ("first", "last")]
        return
    counted = next((term for term in reversed(plan.select) if term.agg), plan.select[0])
    shown = {"first": plan.select[0], "last": counted}
    plan.order = [(shown.get(term.agg, term), down) for term, down in plan.order]


def _combine(reading: Reading, plan: Plan) -> None:
    """Two values of one column: alternatives, or both must be there.

    "Films with Ann and Bob" needs two rows of the cast for one film, hence INTERSECT of two queries.
    """
    both = reading.has("BOTH") or any(node.kind == "BOTH" for node in reading.nodes)
    for first, second in reading.alternatives:
        group = next((i for i, conditions in enumerate(plan.where) if first in conditions), None)
        if group is None:
            continue
        col = first.term.col
        many = col is not None and col[0] != plan.main and reading.is_many(plan.main, col[0])
        if both or many:
            other = plan.copy()
            other.where[group] = (second,)
            plan.set_op, plan.other = "intersect", other
        else:
            plan.where[group] = (*plan.where[group], second)


def _contradict(plan: Plan) -> None:
    """ "Older than 45 and younger than 35" cannot be one row: both must be among those that are shown.

    "Clubs with players older than 45 and younger than 35" are found by an INTERSECT over two players.
    """
    bounds = [c for conditions in plan.where if len(conditions) == 1 for c in conditions if isinstance(c.value, float)]
    for first in bounds:
        for second in bounds:
            if first.term != second.term or first.op[0] != ">" or second.op[0] != "<" or plan.other is not None:
                continue
            if isinstance(first.value, float) and isinstance(second.value, float) and first.value >= second.value:
                other = plan.copy()
                plan.where.remove((second,))
                other.where.remove((first,))
                plan.set_op, plan.other = "intersect", other
                return


def _count_elsewhere(reading: Reading, plan: Plan) -> None:
    """Rows with a key of their own are not counted among themselves, but where other tables point to them.

    Grouping customers by their key and counting them would give 1 for each: what is counted must point to them.
    """
    counts = [term for term, _ in plan.order] + [condition.term for condition in plan.having]
    counted = any(term.agg == "count" and term.table in (None, plan.main) and term.col is None for term in counts)
    schema = reading.schema
    keys = {plan.main, *(col[0] for col in plan.group)}
    unique = any(schema.is_unique(col) for col in plan.group) or plan.star
    if not counted or not unique or len(plan.tables()) > 1 or len(keys) > 1:
        return
    pointing = [edge.left for edge in schema.edges if edge.right == plan.main and edge.left != plan.main]
    said = [table for table in pointing if table in reading.tables()]
    plan.needs += (said or pointing)[:1]


def _count_values(plan: Plan) -> None:
    """ "The second highest salary" is the second of the values, however many rows have the first."""
    if plan.offset and plan.order and plan.select == [plan.order[0][0]] and not plan.group:
        plan.distinct = True


def _distinguish(plan: Plan) -> None:
    """DISTINCT cannot be sorted by what it does not show: groups can.

    SELECT DISTINCT city ... ORDER BY age is an error in most databases: one city has many ages.
    """
    hidden = [(term, down) for term, down in plan.order if term not in plan.select and not term.agg]
    if plan.distinct and hidden and not plan.group and not plan.star and plan.other is None:
        plan.distinct = False
        plan.group = [term.col for term in plan.select if term.col is not None]
        plan.order = [
            (replace(term, agg="max" if down else "min") if (term, down) in hidden else term, down)
            for term, down in plan.order
        ]


def _break_ties(reading: Reading, plan: Plan) -> None:
    """The same question gives the same rows in the same order: equal ones follow the key.

    Without it the first row of equals would change from run to run, and with it the answer.
    """
    if not plan.order or plan.distinct or plan.other is not None:
        return
    if plan.group:
        col: Col | None = plan.group[0]
    elif any(term.agg for term in plan.select):
        return
    else:
        col = reading.schema.primary_key(plan.main)
    if col is not None and all(term.col != col or term.agg for term, _ in plan.order):
        plan.order.append((Term(col), False))
