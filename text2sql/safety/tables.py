"""Finds every table that a tree reads, with the CTEs that hide them, and holds each against the policy."""

from collections.abc import Collection, Iterable, Iterator

from sqlglot import exp

from text2sql.safety.base import Policy
from text2sql.safety.dialects import SqlType
from text2sql.safety.refusing import refused
from text2sql.safety.system_names import is_system_schema, is_system_table

Key = tuple[str, str]
_NOT_ALLOWED = "The table {name} may not be read."
_TABLE_FUNCTIONS = (exp.GenerateSeries, exp.Unnest, exp.Anonymous, exp.Func)


def resolve_tables(nodes: Iterable[exp.Expr], database_type: SqlType, policy: Policy) -> frozenset[Key]:
    """The (schema, name) pairs read, each now written with its schema where that is known.

    Names must be folded and quoted already (`write_names`). A name is a CTE only where the same spelling was defined
    before it in an enclosing WITH; anything else is a table and must be allowed. Raises StatementRefused.
    Written with its schema a table can no more be taken for a CTE, whatever the server's own rules are.
    """
    found: set[Key] = set()
    for node in nodes:
        if isinstance(node, exp.Table):
            key = _resolve(node, database_type, policy)
            if key is not None:
                found.add(key)
        elif isinstance(node, exp.In) and database_type == "clickhouse":
            _check_in_of_clickhouse(node)
    return frozenset(found)


def _resolve(table: exp.Table, database_type: SqlType, policy: Policy) -> Key | None:
    identifier = table.this
    if isinstance(identifier, exp.Func):
        if database_type != "postgresql":
            raise refused("function_refused", "The table function {name} is not allowed.", _function_name(identifier))
        return None
    if not isinstance(identifier, exp.Identifier):
        raise refused("syntax_refused", "{name} is not allowed as a table.", type(identifier).__name__)
    name, schema = identifier.name, table.text("db")
    if not schema and _is_dual(name, database_type):
        _drop_dual_of_mysql(table, database_type)
        return None
    if not schema and _is_cte(table, name, database_type):
        return None
    key = _allowed_key(schema, name, database_type, policy)
    identifier.set("this", key[1])
    if key[0]:
        table.set("db", exp.to_identifier(key[0], quoted=True))
    return key


def _function_name(function: exp.Func) -> str:
    return function.name if isinstance(function, exp.Anonymous) else function.sql_name()


def _is_dual(name: str, database_type: SqlType) -> bool:
    return (database_type == "oracle" and name == "DUAL") or (database_type == "mysql" and name.lower() == "dual")


def _drop_dual_of_mysql(table: exp.Table, database_type: SqlType) -> None:
    """There DUAL is a keyword that means nothing, and in quotes it is a table's name."""
    clause = table.parent
    if database_type == "mysql" and isinstance(clause, exp.From) and isinstance(clause.parent, exp.Select):
        clause.parent.set("from_", None)


def _is_cte(table: exp.Table, name: str, database_type: SqlType) -> bool:
    node: exp.Expr = table
    parent = node.parent
    while parent is not None:
        ctes = _ctes_before(parent, node)
        if name in ctes:
            return True
        # Oracle would read a query's own name inside it as recursion, however it is written.
        if database_type == "oracle" and isinstance(parent, exp.CTE) and parent.alias == name:
            raise refused("recursion_refused", "The query {name} reads itself: nothing bounds how far it runs.", name)
        node, parent = parent, parent.parent
    return False


def _ctes_before(parent: exp.Expr, child: exp.Expr) -> Iterator[str]:
    """The names that a WITH gives to `child`: all of them to its query, those before it to one of its own CTEs."""
    ctes: list[exp.Expr] = []
    if isinstance(parent, exp.With):
        ctes = parent.expressions[: next(i for i, cte in enumerate(parent.expressions) if cte is child)]
    elif not isinstance(child, exp.With):
        with_ = parent.args.get("with_")
        ctes = with_.expressions if with_ is not None else []
    return (cte.alias for cte in ctes if not cte.args.get("scalar"))


def _allowed_key(schema: str, name: str, database_type: SqlType, policy: Policy) -> Key:
    full = f"{schema}.{name}" if schema else name
    if is_system_schema(schema or policy.default_schema, database_type):
        raise refused("table_refused", _NOT_ALLOWED, full)
    key = (schema or policy.default_schema, name)
    if policy.tables is None:
        # With its schema a name leads nowhere else; without one, the system's own views come first.
        if (not schema or database_type == "mysql") and is_system_table(name, database_type):
            raise refused("table_refused", _NOT_ALLOWED, full)
        return key
    listed = policy.tables if isinstance(policy.tables, set | frozenset) else set(policy.tables)
    if key in listed:
        return key
    like = _only_one_like(key, listed, database_type)
    if like is None or is_system_schema(like[0], database_type):
        raise refused("table_refused", _NOT_ALLOWED, full)
    return like


def _only_one_like(key: Key, listed: Collection[Key], database_type: SqlType) -> Key | None:
    """The one listed table that the name can mean: where no schema is known, or in other capitals in MySQL."""
    schema, name = key
    if database_type == "mysql":
        schema, name = schema.lower(), name.lower()
        like = [one for one in listed if one[1].lower() == name and (not schema or one[0].lower() == schema)]
    else:
        like = [one for one in listed if one[1] == name and not schema]
    return like[0] if len(like) == 1 else None


def _check_in_of_clickhouse(node: exp.In) -> None:
    """There `x IN t` and `x IN (t)` read the table t."""
    expressions = node.args.get("expressions") or []
    if len(expressions) == 1 and isinstance(expressions[0].unnest().unalias(), exp.Column | exp.Dot | exp.Identifier):
        raise refused("table_refused", _NOT_ALLOWED, expressions[0].name)
