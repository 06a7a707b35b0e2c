"""What may stand in a tree of sqlglot: kinds of nodes, their parts, types, and what stands where tables are named."""

from sqlglot import exp

from text2sql.safety.dialects import SqlType
from text2sql.safety.lists import words_of

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
        exp.Tuple, exp.Interval, exp.IntervalSpan, exp.Var, exp.DataType, exp.DataTypeParam, exp.RawString,
        exp.National, exp.Bracket, exp.Slice, exp.Lambda, exp.Collate, exp.AtTimeZone, exp.CharacterSet,
        exp.OverflowTruncateBehavior,
        exp.JSONKeyValue, exp.JSONValue, exp.OnCondition, exp.FormatJson, exp.JSONPath, exp.JSONPathKey, exp.Adjacent,
        exp.JSONPathRoot, exp.JSONPathSubscript, exp.JSONPathWildcard, exp.JSONPathSlice, exp.JSONPathSelector,
        exp.JSONExtractQuote, exp.Overlaps, exp.PropertyEQ,
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
    "postgresql": _COMMON | {exp.ByteString, exp.Kwarg},
    "mysql": _COMMON,
    "clickhouse": _COMMON - {exp.Values} | {exp.PreWhere, exp.Final},
    "oracle": _COMMON,
}

_SELECT_PARTS = words_of(
    "with_ expressions distinct from_ laterals joins where group having qualify windows order limit offset"
)
#: For these kinds of nodes the parts are listed too: what is not named here must be absent.
ALLOWED_PARTS: dict[type[exp.Expr], frozenset[str]] = {
    exp.Select: _SELECT_PARTS | {"prewhere"},
    exp.Union: words_of("with_ this expression distinct order limit offset"),
    exp.Except: words_of("with_ this expression distinct order limit offset"),
    exp.Intersect: words_of("with_ this expression distinct order limit offset"),
    exp.Subquery: words_of("this alias with_ order limit offset joins"),
    exp.Values: words_of("expressions alias order limit offset"),
    exp.Table: words_of("this alias db joins laterals ordinality"),
    exp.TableAlias: words_of("this columns"),
    exp.Join: words_of("this on side kind using method global_ expressions"),
    exp.CTE: words_of("this alias scalar materialized"),
    exp.With: frozenset(["expressions"]),
    exp.In: words_of("this expressions query unnest is_global"),
    exp.Column: words_of("this table db join_mark"),
    exp.Lateral: words_of("this outer alias cross_apply ordinality"),
    exp.Ordered: words_of("this desc nulls_first"),
    exp.Star: words_of("except_"),
}

_TYPES = exp.DType
ALLOWED_TYPES = frozenset(
    {
        _TYPES.BOOLEAN, _TYPES.TINYINT, _TYPES.SMALLINT, _TYPES.MEDIUMINT, _TYPES.INT, _TYPES.BIGINT, _TYPES.INT128,
        _TYPES.INT256, _TYPES.UTINYINT, _TYPES.USMALLINT, _TYPES.UMEDIUMINT, _TYPES.UINT, _TYPES.UBIGINT,
        _TYPES.UINT128, _TYPES.UINT256, _TYPES.FLOAT, _TYPES.DOUBLE, _TYPES.DECIMAL, _TYPES.DECIMAL32, _TYPES.DECIMAL64,
        _TYPES.DECIMAL128, _TYPES.DECIMAL256, _TYPES.UDECIMAL, _TYPES.MONEY, _TYPES.BIGDECIMAL, _TYPES.UDOUBLE,
        _TYPES.CHAR, _TYPES.NCHAR, _TYPES.VARCHAR, _TYPES.NVARCHAR, _TYPES.TEXT, _TYPES.FIXEDSTRING,
        _TYPES.LOWCARDINALITY, _TYPES.BINARY, _TYPES.NAME, _TYPES.DATE, _TYPES.DATE32, _TYPES.TIME, _TYPES.TIMETZ,
        _TYPES.DATETIME, _TYPES.DATETIME64, _TYPES.TIMESTAMP, _TYPES.TIMESTAMPTZ, _TYPES.TIMESTAMPLTZ,
        _TYPES.TIMESTAMPNTZ, _TYPES.INTERVAL, _TYPES.YEAR, _TYPES.JSON, _TYPES.JSONB, _TYPES.UUID, _TYPES.INET,
        _TYPES.IPV4, _TYPES.IPV6, _TYPES.ARRAY, _TYPES.MAP, _TYPES.STRUCT, _TYPES.VARBINARY, _TYPES.ENUM8,
        _TYPES.ENUM16, _TYPES.DATERANGE, _TYPES.INT4RANGE, _TYPES.INT8RANGE, _TYPES.NUMRANGE, _TYPES.TSRANGE,
        _TYPES.TSTZRANGE,
    }
)  # fmt: skip

#: What may follow FROM and JOIN: sqlglot reads some tables as columns, which would pass unseen.
TABLE_LIKE = (exp.Table, exp.Subquery, exp.Unnest, exp.Values, exp.Lateral, exp.Final)
QUERY_LIKE = (exp.Select, exp.SetOperation, exp.Subquery, exp.Values)
