"""ClickHouse's types: which kind each is."""

import re
from collections.abc import Mapping

from text2sql.catalog import ColumnKind

_WRAPPED = re.compile(r"^(?:Nullable|LowCardinality|SimpleAggregateFunction)\((?:\w+, )?(.*)\)$")
_NULLABLE = re.compile(r"(?:(?:LowCardinality\(|SimpleAggregateFunction\(\w+, )*Nullable\(|Variant\(|Dynamic)")
_KINDS: Mapping[ColumnKind, str] = {
    "text": r"String|FixedString.*|Enum.*",
    "integer": r"U?Int\d+",
    "number": r"Float\d+|BFloat16|Decimal.*",
    "boolean": "Bool",
    "date": "Date|Date32",
    "time": r"Time|Time64.*",
    "timestamp": r"DateTime.*",
    "json": r"JSON.*|Object.*|Map.*|Tuple.*|Nested.*",
}


def unwrapped(data_type: str) -> str:
    """Without Nullable, LowCardinality and the like."""
    while found := _WRAPPED.match(data_type):
        data_type = found.group(1)
    return data_type


def is_nullable(data_type: str) -> bool:
    """Whether it takes NULL."""
    return _NULLABLE.match(data_type) is not None


def kind_of(data_type: str) -> ColumnKind:
    """What it holds.

    By the type inside of its wrappers: https://clickhouse.com/docs/sql-reference/data-types
    """
    plain = unwrapped(data_type)
    return next((kind for kind, pattern in _KINDS.items() if re.fullmatch(pattern, plain)), "other")
