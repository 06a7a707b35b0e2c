"""A plan as SQL: an AST of sqlglot, written in the dialect of the database."""

import re
from collections.abc import Sequence

from sqlglot import exp

from text2sql.catalog import TEMPORAL_KINDS, DatabaseType
from text2sql.engines.grammar.joins import join_steps
from text2sql.engines.grammar.plan import Condition, Literal, Plan, Term
from text2sql.engines.grammar.schema import Col, Edge, Schema, TableId
from text2sql.engines.grammar.wordlists import words

DIALECTS: dict[str, str] = {
    "postgresql": "postgres", "mysql": "mysql", "clickhouse": "clickhouse", "oracle": "oracle", "sqlite": "sqlite",
}  # fmt: skip
_COMPARISONS: dict[str, type[exp.Binary]] = {
    "=": exp.EQ, "!=": exp.NEQ, ">": exp.GT, "<": exp.LT, ">=": exp.GTE, "<=": exp.LTE,
}  # fmt: skip
_AGGREGATES: dict[str, type[exp.AggFunc]] = {"avg": exp.Avg, "sum": exp.Sum, "min": exp.Min, "max": exp.Max}
#: Functions that find where a stretch of time begins, with the argument Oracle's TRUNC wants for it.
_STARTS: dict[str, dict[str, tuple[str, ...]]] = {
    "clickhouse": {
        "quarter": ("toStartOfQuarter",), "month": ("toStartOfMonth",), "week": ("toMonday",), "day": ("toDate",),
    },
    "oracle": {
        "quarter": ("TRUNC", "Q"), "month": ("TRUNC", "MM"), "week": ("TRUNC", "IW"), "day": ("TRUNC",),
    },
}  # fmt: skip
_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")
#: Words that some dialect reserves: as names they are always quoted.
_RESERVED = words("reserved")
_PLAIN_UPPER = re.compile(r"[A-Z][A-Z0-9_]*")


class Unconnected(Exception):
    """The tables of a plan have no join path."""


class Renderer:
    """Writes plans over one schema as SQL of its dialect."""

    def __init__(self, schema: Schema, dialect: str | None = None) -> None:
        self.schema = schema
        self.database_type: DatabaseType = schema.catalog.database_type
        self.dialect = dialect or DIALECTS[self.database_type]

    def sql(self, plan: Plan) -> str:
        """One statement. Raises Unconnected."""
        return self.query(plan).sql(dialect=self.dialect)

    def query(self, plan: Plan) -> exp.Query:
        """The AST. Raises Unconnected."""
        query: exp.Query = _Select(self, plan).build()
        if plan.other is not None:
            other = self.query(plan.other)
            kind = {"union": exp.Union, "intersect": exp.Intersect, "except": exp.Except}[plan.set_op]
            return kind(this=query, expression=other, distinct=True)
        return query

    def identifier(self, name: str) -> exp.Identifier:
        """A name, quoted where the dialect would read it otherwise.

        Oracle folds plain names to upper case, the others to lower: what differs, or is reserved anywhere, is quoted.
        """
        plain = _PLAIN_UPPER if self.database_type == "oracle" else _PLAIN
        is_plain = plain.fullmatch(name) is not None and name.lower() not in _RESERVED
        return exp.to_identifier(name, quoted=not is_plain)

    def literal(self, value: Literal, col: Col | None) -> exp.Expr:
        """A value as the column's type compares with it.

        The column's kind decides: 5 is '5' for a column of text, "yes" is TRUE for a flag.
        """
        if isinstance(value, bool):
            return exp.Boolean(this=value)
        kind = self.schema.column(col).kind if col is not None else "number"
        if kind == "boolean":
            return exp.Boolean(this=str(value).lower() in ("true", "t", "1", "yes", "y"))
        if isinstance(value, float | int):
            number = int(value) if float(value).is_integer() else value
            if kind in ("text", "other"):
                return exp.Literal.string(str(number))
            return exp.Literal.number(number)
        if kind in ("integer", "number") and re.fullmatch(r"-?\d+(\.\d+)?", value):
            return exp.Literal.number(value)
        text = exp.Literal.string(value)
        # Oracle reads a bare text as a date by the session's settings, not as ISO 8601.
        is_day = self.dialect == "oracle" and kind in TEMPORAL_KINDS and len(value) == len("2020-01-31")
        return exp.DateStrToDate(this=text) if is_day else text


class _Select:
    def __init__(self, renderer: Renderer, plan: Plan) -> None:
        self.renderer, self.schema, self.plan = renderer, renderer.schema, plan
        steps = join_steps(self.schema, plan.main, plan.tables(), plan.hints)
        if steps is None:
            raise Unconnected
        self.steps = steps
        tables = [plan.main, *(step.table for step in steps)]
        self.alias = {table: f"t{i}" for i, table in enumerate(tables, 1)} if steps else {}

    def build(self) -> exp.Select:
        plan = self.plan
        query = exp.select(*self._projections()).from_(self._table(plan.main))
        for step in self.steps:
            query = query.join(self._table(step.table), on=self._on(step.edge), join_type="")
        for conditions in plan.where:
            query = query.where(exp.or_(*(self._condition(condition) for condition in conditions)))
        groups = self._groups()
        if groups:
            query = query.group_by(*groups)
        for condition in plan.having:
            query = query.having(self._condition(condition))
        if plan.order:
            query = query.order_by(*(self._ordered(term, descending) for term, descending in plan.order))
        if plan.limit is not None:
            query = query.limit(plan.limit)
        if plan.offset:
            query = query.offset(plan.offset)
        return query.distinct() if plan.distinct else query

    def _projections(self) -> list[exp.Expr]:
        if self.plan.star:
            star = exp.Star()
            alias = self.alias.get(self.plan.main)
            return [exp.Column(this=star, table=exp.to_identifier(alias)) if alias else star]
        return [self._term(term) for term in self.plan.select]

    def _groups(self) -> list[exp.Expr]:
        """Grouping columns, and every plain column beside an aggregate, as all dialects want it."""
        plan = self.plan
        has_aggregate = any(term.agg for term in plan.terms() if term not in _compared(plan.where))
        if not (plan.group or (has_aggregate and any(not term.agg for term in plan.select))):
            return []
        columns = [Term(col) for col in plan.group]
        columns += [term for term in plan.select if not term.agg]
        columns += [term for term, _ in plan.order if not term.agg and self._must_group(term)]
        if plan.star:
            columns += [Term(col) for col in self.schema.columns_of(plan.main)]
        return list(dict.fromkeys(self._term(term) for term in columns))

    def _must_group(self, term: Term) -> bool:
        return term.col is not None and term.col not in self.plan.group

    def _table(self, table: TableId) -> exp.Table:
        entry = self.schema.table(table)
        is_default = not entry.schema or entry.schema == self.schema.catalog.default_schema
        alias = self.alias.get(table)
        return exp.Table(
            this=self.renderer.identifier(entry.name),
            db=None if is_default else self.renderer.identifier(entry.schema),
            alias=exp.TableAlias(this=exp.to_identifier(alias)) if alias else None,
        )

    def _column(self, col: Col) -> exp.Column:
        alias = self.alias.get(col[0])
        name = self.renderer.identifier(self.schema.column(col).name)
        return exp.Column(this=name, table=exp.to_identifier(alias) if alias else None)

    def _on(self, edge: Edge) -> exp.Expr:
        pairs = zip(edge.left_columns, edge.right_columns, strict=True)
        return exp.and_(
            *(exp.EQ(this=self._column((edge.left, a)), expression=self._column((edge.right, b))) for a, b in pairs)
        )

    def _term(self, term: Term) -> exp.Expr:
        if term.col is None:
            return exp.Count(this=exp.Star())
        column: exp.Expr = self._column(term.col)
        if term.unit:
            column = self._stretch(column, term.unit)
        if term.minus is not None:
            column = exp.Sub(this=column, expression=self._column(term.minus))
        if not term.agg:
            return column
        inner = exp.Distinct(expressions=[column]) if term.distinct else column
        if term.agg == "count":
            return exp.Count(this=inner)
        if term.per is not None:
            count = exp.Count(this=exp.Distinct(expressions=[self._column(term.per)]))
            return exp.Div(this=exp.Sum(this=inner), expression=count, typed=True)
        if term.agg in ("avg", "sum") and self.schema.is_text(term.col):
            inner = exp.cast(inner, "decimal")
        return _AGGREGATES[term.agg](this=inner)

    def _stretch(self, column: exp.Expr, unit: str) -> exp.Expr:
        """The first day of the month (week, quarter, day) a moment lies in; of years, the number.

        Truncated moments are cast to dates, so that a table or a chart shows no midnights.
        """
        if unit == "year":
            return exp.Extract(this=exp.var("YEAR"), expression=column)
        dialect = self.renderer.dialect
        if dialect in _STARTS:
            name, *arguments = _STARTS[dialect][unit]
            return exp.Anonymous(this=name, expressions=[column, *map(exp.Literal.string, arguments)])
        if dialect == "mysql":
            return _mysql_start(column, unit)
        start = exp.Anonymous(this="DATE_TRUNC", expressions=[exp.Literal.string(unit), column])
        return exp.cast(start, "date")

    def _ordered(self, term: Term, descending: bool) -> exp.Ordered:
        """Rows without a value come last, whatever the dialect would do."""
        small = self.renderer.dialect in ("sqlite", "mysql")
        nulls_first = descending != small if term.agg == "count" else not descending and small
        return exp.Ordered(this=self._term(term), desc=descending, nulls_first=nulls_first)

    def _condition(self, condition: Condition) -> exp.Expr:
        left, op, value = self._term(condition.term), condition.op, condition.value
        col = condition.term.col
        if op == "all" and isinstance(value, tuple):
            return exp.and_(*(self._condition(one) for one in value if isinstance(one, Condition)))
        if op == "not all" and isinstance(value, tuple):
            return exp.not_(exp.and_(*(self._condition(one) for one in value if isinstance(one, Condition))))
        if op in ("is null", "is not null"):
            is_null = exp.Is(this=left, expression=exp.Null())
            return is_null if op == "is null" else exp.not_(is_null)
        if isinstance(value, Plan):
            query = self.renderer.query(value)
            if op in ("in", "not in"):
                within = exp.In(this=left, query=query.subquery())
                return within if op == "in" else exp.not_(within)
            return _COMPARISONS[op](this=left, expression=query.subquery())
        if isinstance(value, Term):
            return _COMPARISONS[op](this=left, expression=self._term(value))
        if value is None:
            raise ValueError(f"{op} compares with nothing")
        if isinstance(value, tuple):
            several = [one for one in value if not isinstance(one, Condition)]
            return self._with_several(left, op, several, condition.term)
        return self._compared(left, op, value, condition.term if col is not None else None)

    def _with_several(self, left: exp.Expr, op: str, values: Sequence[Literal], term: Term) -> exp.Expr:
        literals = [self._literal(value, term) for value in values]
        if op == "during":
            return exp.and_(exp.GTE(this=left, expression=literals[0]), exp.LT(this=left, expression=literals[1]))
        if op == "between":
            return exp.Between(this=self._as_number(left, values[0], term), low=literals[0], high=literals[1])
        within = exp.In(this=left, expressions=literals)
        return exp.not_(within) if op == "not in" else within

    def _literal(self, value: Literal, term: Term | None) -> exp.Expr:
        plain = term.col if term is not None and not term.unit and not term.agg else None
        return self.renderer.literal(value, plain)

    def _compared(self, left: exp.Expr, op: str, value: Literal, term: Term | None) -> exp.Expr:
        if op == "on":
            return self._on_day(left, str(value), term)
        if op in ("like", "not like"):
            kind = exp.ILike if self.renderer.dialect in ("postgres", "clickhouse") else exp.Like
            if term is not None and term.col is not None and not self.schema.is_text(term.col):
                left = exp.cast(left, "text")
            like = kind(this=left, expression=exp.Literal.string(str(value)))
            return exp.not_(like) if op == "not like" else like
        if op not in ("=", "!=") and term is not None:
            return _COMPARISONS[op](this=self._as_number(left, value, term), expression=self._bound(value, term))
        return _COMPARISONS[op](this=left, expression=self._literal(value, term))

    def _on_day(self, left: exp.Expr, day: str, term: Term | None) -> exp.Expr:
        """Moments are compared by their day, unless a moment was said."""
        is_moment = term is not None and term.col is not None and self.schema.column(term.col).kind == "timestamp"
        if is_moment and len(day) == 10:
            left = exp.cast(left, "date")
        return exp.EQ(this=left, expression=self._literal(day, term))

    def _bound(self, value: Literal, term: Term) -> exp.Expr:
        if not isinstance(value, str) and term.col is not None and self.schema.is_text(term.col):
            return self.renderer.literal(value, None)
        return self._literal(value, term)

    def _as_number(self, left: exp.Expr, value: Literal, term: Term) -> exp.Expr:
        """Numbers that are stored as text are compared as numbers."""
        is_number = not isinstance(value, str) and not term.agg and not term.unit
        if is_number and term.col is not None and self.schema.is_text(term.col):
            return exp.cast(left, "decimal")
        return left


def _compared(where: Sequence[tuple[Condition, ...]]) -> list[Term]:
    return [condition.term for conditions in where for condition in conditions]


def _mysql_start(column: exp.Expr, unit: str) -> exp.Expr:
    """MySQL has no function for it: days are taken off, or the rest of the date is written over.

    WEEK() is of no use, since it counts from the year's first Monday on: around New Year it makes two weeks of one.
    """
    if unit == "month":
        text = exp.Anonymous(this="DATE_FORMAT", expressions=[column, exp.Literal.string("%Y-%m-01")])
        return exp.cast(text, "date")
    day = exp.Anonymous(this="DATE", expressions=[column])
    if unit == "day":
        return day
    if unit == "week":
        days = exp.Anonymous(this="WEEKDAY", expressions=[column])
        return exp.DateSub(this=day, expression=days, unit=exp.var("DAY"))
    year = exp.Anonymous(this="YEAR", expressions=[column])
    first = exp.Anonymous(this="MAKEDATE", expressions=[year, exp.Literal.number(1)])
    quarter = exp.Anonymous(this="QUARTER", expressions=[column])
    quarters = exp.Sub(this=quarter, expression=exp.Literal.number(1))
    return exp.DateAdd(this=first, expression=quarters, unit=exp.var("QUARTER"))
