"""Holds the tree against lists of what may stand in it: kinds of nodes, their parts, types and sizes."""

from sqlglot import exp

from text2sql.safety.base import StatementRefused
from text2sql.safety.dialects import SqlType
from text2sql.safety.refusing import refused

MAX_NODES = 30_000
MAX_DEPTH = 150
#: CAST('' AS BINARY(1000000000)) fills memory.
MAX_TYPE_SIZE = 10_000

_QUERIES = frozenset(
    {exp.Select, exp.Union, exp.Except, exp.Intersect, exp.Subquery, exp.Values, exp.CTE, exp.With, exp.Table}
)
_CLAUSES = frozenset(
    {
        exp.From, exp.Join, exp.Where, exp.Group, exp.Having, exp.Order, exp.Ordered, exp.Limit, exp.Fetch, exp.Offset,
        exp.LimitOptions, exp.TableAlias, exp.Lateral, exp.Window, exp.WindowSpec, exp.Qualify, exp.Cube, exp.Rollup,
        exp.GroupingSets, exp.Distinct, exp.Filter, exp.WithinGroup, exp.IgnoreNulls, exp.RespectNulls,
    }
)  # fmt: skip
_VALUES = frozenset(
    {
        exp.Star, exp.Column, exp.Identifier, exp.Dot, exp.Literal, exp.Boolean, exp.Null, exp.Alias, exp.Paren,
        exp.Tuple, exp.Interval, exp.IntervalSpan, exp.Var, exp.DataType, exp.DataTypeParam, exp.RawString, exp.National,
        exp.Bracket, exp.Slice, exp.Lambda, exp.Collate, exp.AtTimeZone, exp.CharacterSet, exp.OverflowTruncateBehavior,
        exp.JSONKeyValue, exp.JSONValue, exp.OnCondition, exp.FormatJson, exp.JSONPath, exp.JSONPathKey, exp.Adjacent,
        exp.JSONPathRoot, exp.JSONPathSubscript, exp.JSONPathWildcard, exp.JSONPathSlice, exp.JSONPathSelector,
        exp.JSONExtractQuote, exp.Overlaps, exp.PropertyEQ, exp.Aliases,
    }
)  # fmt: skip
_OPERATORS = frozenset(
    {
        exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv, exp.Mod, exp.Neg, exp.DPipe, exp.BitwiseAnd, exp.BitwiseOr,
        exp.BitwiseXor, exp.BitwiseNot, exp.BitwiseLeftShift, exp.BitwiseRightShift, exp.EQ, exp.NEQ, exp.GT, exp.GTE,
        exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Is, exp.Not, exp.In, exp.Between, exp.Like, exp.ILike,
        exp.SimilarTo, exp.Escape, exp.Any, exp.All,
    }
)  # fmt: skip
_COMMON = _QUERIES | _CLAUSES | _VALUES | _OPERATORS
ALLOWED_NODES: dict[SqlType, frozenset[type[exp.Expr]]] = {
    "postgresql": _COMMON,
    "mysql": _COMMON,
    "clickhouse": _COMMON | {exp.PreWhere, exp.Final, exp.Interval},
    "oracle": _COMMON,
}

_SELECT_PARTS = frozenset(
    "with_ expressions distinct from_ laterals joins where group having qualify windows order limit offset".split()
)
#: For these kinds of nodes the parts are listed too: what is not named here must be absent.
ALLOWED_PARTS: dict[type[exp.Expr], frozenset[str]] = {
    exp.Select: _SELECT_PARTS | {"prewhere"},
    exp.Union: frozenset("with_ this expression distinct order limit offset".split()),
    exp.Except: frozenset("with_ this expression distinct order limit offset".split()),
    exp.Intersect: frozenset("with_ this expression distinct order limit offset".split()),
    exp.Subquery: frozenset("this alias with_ order limit offset joins".split()),
    exp.Values: frozenset("expressions alias order limit offset".split()),
    exp.Table: frozenset("this alias db joins laterals ordinality".split()),
    exp.TableAlias: frozenset("this columns".split()),
    exp.Join: frozenset("this on side kind using method global_ expressions".split()),
    exp.CTE: frozenset("this alias scalar materialized".split()),
    exp.With: frozenset(["expressions"]),
    exp.In: frozenset("this expressions query unnest is_global".split()),
    exp.Column: frozenset("this table db join_mark".split()),
    exp.Lateral: frozenset("this outer alias cross_apply ordinality".split()),
    exp.Ordered: frozenset("this desc nulls_first".split()),
    exp.Star: frozenset("except_".split()),
}

_TYPES = exp.DType
ALLOWED_TYPES = frozenset(
    {
        _TYPES.BOOLEAN, _TYPES.TINYINT, _TYPES.SMALLINT, _TYPES.MEDIUMINT, _TYPES.INT, _TYPES.BIGINT, _TYPES.INT128,
        _TYPES.INT256, _TYPES.UTINYINT, _TYPES.USMALLINT, _TYPES.UMEDIUMINT, _TYPES.UINT, _TYPES.UBIGINT, _TYPES.UINT128,
        _TYPES.UINT256, _TYPES.FLOAT, _TYPES.DOUBLE, _TYPES.DECIMAL, _TYPES.DECIMAL32, _TYPES.DECIMAL64,
        _TYPES.DECIMAL128, _TYPES.DECIMAL256, _TYPES.UDECIMAL, _TYPES.MONEY, _TYPES.BIGDECIMAL, _TYPES.UDOUBLE,
        _TYPES.CHAR, _TYPES.NCHAR, _TYPES.VARCHAR, _TYPES.NVARCHAR, _TYPES.TEXT, _TYPES.FIXEDSTRING,
        _TYPES.LOWCARDINALITY, _TYPES.BINARY, _TYPES.NAME, _TYPES.DATE, _TYPES.DATE32, _TYPES.TIME, _TYPES.TIMETZ,
        _TYPES.DATETIME, _TYPES.DATETIME64, _TYPES.TIMESTAMP, _TYPES.TIMESTAMPTZ, _TYPES.TIMESTAMPLTZ,
        _TYPES.TIMESTAMPNTZ, _TYPES.INTERVAL, _TYPES.YEAR, _TYPES.JSON, _TYPES.JSONB, _TYPES.UUID, _TYPES.INET,
        _TYPES.IPV4, _TYPES.IPV6, _TYPES.ARRAY, _TYPES.MAP, _TYPES.STRUCT, _TYPES.VARBINARY, _TYPES.ENUM8, _TYPES.ENUM16,
        _TYPES.DATERANGE, _TYPES.INT4RANGE, _TYPES.INT8RANGE, _TYPES.NUMRANGE, _TYPES.TSRANGE, _TYPES.TSTZRANGE,
    }
)  # fmt: skip


def check_nodes(tree: exp.Expr, database_type: SqlType) -> list[exp.Expr]:
    """All nodes of the tree, parents first; raises StatementRefused for any that is not on the lists."""
    allowed = ALLOWED_NODES[database_type]
    nodes: list[exp.Expr] = []
    level = [tree]
    for _ in range(MAX_DEPTH):
        nodes += level
        if len(nodes) > MAX_NODES:
            raise refused("too_large", f"The statement has more than {MAX_NODES:,} parts.")
        level = [child for node in level for child in node.iter_expressions()]
        if not level:
            break
    else:
        raise refused("too_complex", "The statement is nested too deeply to be checked.")
    for node in nodes:
        kind = type(node)
        if kind not in allowed and not isinstance(node, exp.Func):
            raise _node_refused(node)
        _check_parts(node, kind)
        checker = _CHECKS.get(kind)
        if checker is not None:
            checker(node)
    return nodes


def _node_refused(node: exp.Expr) -> StatementRefused:
    name = type(node).__name__
    if isinstance(node, exp.ObjectIdentifier | exp.PseudoType):
        return refused("type_refused", "The type {name} is not allowed.", node.name)
    if isinstance(node, exp.DML | exp.DDL | exp.Command):
        return refused("not_a_query", "Only SELECT may be run, not {name}.", name.upper())
    return refused("syntax_refused", "{name} is not allowed in a statement.", name)


def _check_parts(node: exp.Expr, kind: type[exp.Expr]) -> None:
    parts = ALLOWED_PARTS.get(kind)
    if parts is None:
        return
    for name, part in node.args.items():
        if part and name not in parts:
            if name == "recursive":
                raise refused("recursion_refused", "WITH RECURSIVE is not allowed: nothing bounds how far it runs.")
            shown = f"{name.strip('_').upper()} in {kind.__name__.upper()}"
            raise refused("syntax_refused", "{name} is not allowed in a statement.", shown)


def _check_function_name(node: exp.Expr) -> None:
    if not isinstance(node.this, str):
        raise refused("function_refused", "The function {name} is not allowed.", node.name)


def _check_dot(node: exp.Expr) -> None:
    """Fields of composite values are fine; functions and types with a schema before them are not."""
    field = node.expression
    is_field = isinstance(field, exp.Identifier | exp.Star) or (isinstance(field, exp.Literal) and not field.is_string)
    if not is_field:
        raise refused("function_refused", "The function {name} is not allowed.", field.name or type(field).__name__)


def _check_type(node: exp.Expr) -> None:
    kind = node.this
    if kind not in ALLOWED_TYPES or node.args.get("kind"):
        name = node.args.get("kind") or (kind.value if isinstance(kind, exp.DType) else kind)
        raise refused("type_refused", "The type {name} is not allowed.", name)


def _check_type_size(node: exp.Expr) -> None:
    size = node.this
    if (
        isinstance(size, exp.Literal)
        and not size.is_string
        and (len(size.this) > 6 or float(size.this) > MAX_TYPE_SIZE)
    ):
        raise refused("limit_refused", "The size {name} of a type is too large.", size.this)


def _check_cte(node: exp.Expr) -> None:
    if not node.args.get("scalar") and not isinstance(
        node.this, exp.Select | exp.SetOperation | exp.Subquery | exp.Values
    ):
        raise refused("not_a_query", "WITH may hold only SELECT, not {name}.", node.this.key.upper())


_CHECKS = {
    exp.Anonymous: _check_function_name,
    exp.AnonymousAggFunc: _check_function_name,
    exp.ParameterizedAgg: _check_function_name,
    exp.CombinedAggFunc: _check_function_name,
    exp.CombinedParameterizedAgg: _check_function_name,
    exp.Dot: _check_dot,
    exp.DataType: _check_type,
    exp.DataTypeParam: _check_type_size,
    exp.CTE: _check_cte,
}
