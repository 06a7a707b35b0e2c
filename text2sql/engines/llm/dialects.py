"""What a model must know about each kind of database, and how names and values are written there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from text2sql.catalog import DatabaseType

_SQL_FORM = "in one fenced block:\n```sql\nSELECT ...\n```"
_PIPELINE_FORM = (
    "as one JSON object in a fenced block, an aggregation pipeline over one collection:\n"
    '```json\n{"collection": "...", "pipeline": [{"$match": {}}]}\n```'
)
#: Names that every dialect would read as something else; a name in quotation marks is never wrong.
_RESERVED = frozenset({
    "all", "and", "any", "as", "asc", "between", "by", "case", "check", "column", "constraint", "create", "cross",
    "current_date", "date", "default", "delete", "desc", "distinct", "drop", "else", "end", "exists", "false", "fetch",
    "for", "foreign", "from", "full", "grant", "group", "having", "in", "index", "inner", "insert", "interval", "into",
    "is", "join", "key", "left", "level", "like", "limit", "not", "null", "number", "offset", "on", "or", "order",
    "outer", "primary", "rank", "references", "right", "row", "rows", "select", "set", "table", "then", "to", "true",
    "union", "unique", "update", "user", "using", "values", "view", "when", "where", "window", "with",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dialect:
    """`hints` are rules for the prompt, `plain` the names that need no quotation marks, `quote` the mark."""

    title: str
    hints: tuple[str, ...]
    quote: str
    plain: re.Pattern[str]
    form: str = _SQL_FORM

    def name(self, name: str) -> str:
        """A name as a query must spell it."""
        if not self.quote or (self.plain.fullmatch(name) and name.lower() not in _RESERVED):
            return name
        return f"{self.quote}{name.replace(self.quote, self.quote * 2)}{self.quote}"


_ANY_CASE, _SMALL = re.compile(r"[A-Za-z_][A-Za-z0-9_]*"), re.compile(r"[a-z_][a-z0-9_]*")
_LARGE = re.compile(r"[A-Z][A-Z0-9_]*")

DIALECTS: Mapping[DatabaseType, Dialect] = {
    "postgresql": Dialect(
        "PostgreSQL (14 or newer)",
        (
            "Names with capitals, spaces or reserved words need double quotation marks, values single ones.",
            "date_trunc('month', t) groups by month; compare texts of unknown case with ILIKE.",
            "Division of two integers cuts the fraction: cast one to numeric.",
        ),
        '"',
        _SMALL,
    ),
    "mysql": Dialect(
        "MySQL or MariaDB (MySQL 5.7 and MariaDB 10.2 or newer)",
        (
            "Names with spaces or reserved words need backticks, values single quotation marks.",
            "DATE_FORMAT(t, '%Y-%m') groups by month; there is neither FULL JOIN nor ILIKE.",
            "All columns that are selected and not aggregated stand in GROUP BY.",
        ),
        "`",
        _ANY_CASE,
    ),
    "clickhouse": Dialect(
        "ClickHouse (22 or newer)",
        (
            "Names are case-sensitive; those with spaces or reserved words need backticks.",
            "toStartOfMonth(t) groups by month; use count(), sum(), uniqExact() and ILIKE.",
            "No table functions, no SETTINGS and no FORMAT clause.",
        ),
        "`",
        _ANY_CASE,
    ),
    "mongodb": Dialect(
        "MongoDB (4.4 or newer)",
        (
            "Stages: $match, $group, $project, $sort, $limit, $skip, $unwind, $lookup, $count, $addFields, $facet.",
            "Fields inside of documents are named with dots. Dates are written {\"$date\": \"2024-01-31T00:00:00Z\"}.",
            "No $out, $merge, $where, $function or $accumulator, and no JavaScript.",
        ),
        "",
        _ANY_CASE,
        _PIPELINE_FORM,
    ),
    "oracle": Dialect(
        "Oracle (12.2 or newer)",
        (
            "Names in small letters or with spaces need double quotation marks, values single ones. No semicolon.",
            "TRUNC(t, 'MM') groups by month; the first rows are had by FETCH FIRST 10 ROWS ONLY, never by LIMIT.",
            "An empty text is NULL. A date is written DATE '2024-01-31'.",
        ),
        '"',
        _LARGE,
    ),
}  # fmt: skip
