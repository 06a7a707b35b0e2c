"""Where the columns of one query lie in MongoDB's documents, and what is computed from them."""

import re
from typing import Any

from text2sql.engines.grammar.joins import Step, join_steps
from text2sql.engines.grammar.pipeline_values import column_kind
from text2sql.engines.grammar.plan import Inexpressible, Plan, Term
from text2sql.engines.grammar.render import Unconnected
from text2sql.engines.grammar.schema import Col, Schema, TableId

Stage = dict[str, Any]
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_DAY = 86_400_000
_AGGREGATES = {"avg": "$avg", "sum": "$sum", "min": "$min", "max": "$max"}


class Fields:
    """Paths and names of one query; documents that are joined lie in a field of their own, `t2`, `t3` and so on."""

    def __init__(self, schema: Schema, plan: Plan) -> None:
        steps = join_steps(schema, plan.main, plan.tables(), plan.hints)
        if steps is None:
            raise Unconnected
        self.schema, self.steps = schema, steps
        tables = [plan.main, *(step.table for step in steps)]
        self._taken = {column.name for table in tables for column in schema.table(table).columns}
        self.helpers: list[str] = []
        self._alias: dict[TableId, str] = {plan.main: ""}
        for place, step in enumerate(steps, 2):
            self._alias[step.table] = self.helper(f"t{place}")

    def helper(self, name: str) -> str:
        """The name of a field that no document of the catalog has and that no row shows."""
        found = self.unique(name)
        self.helpers.append(found)
        return found

    def unique(self, name: str) -> str:
        """The name, with a number where it is taken."""
        found, number = name, 2
        while found in self._taken:
            found, number = f"{name}_{number}", number + 1
        self._taken.add(found)
        return found

    def alias(self, table: TableId) -> str:
        """The field in which the joined documents of a table lie; empty for the main one."""
        return self._alias[table]

    def path(self, col: Col) -> str:
        """The path of a column; raises Inexpressible for names that a path cannot hold."""
        alias = self._alias.get(col[0])
        if alias is None:
            raise Inexpressible("a collection that is not joined")
        return f"{alias}.{self.own_path(col)}" if alias else self.own_path(col)

    def own_path(self, col: Col) -> str:
        """The path in a document of its own collection.

        A dot is followed through plain objects only: in an array of objects one path has many values.
        """
        table, name = self.schema.table(col[0]), self.schema.column(col).name
        parts = name.split(".")
        outer = [table.column_by_name.get(".".join(parts[:size])) for size in range(1, len(parts))]
        is_odd = any(not part or part.startswith("$") for part in parts) or _CONTROL.search(name)
        if is_odd or any(column is None or column.data_type != "object" for column in outer):
            raise Inexpressible(f"{name!r} is no path")
        return name

    def single(self, col: Col) -> str:
        """The path of a column that has one value; raises Inexpressible where arrays were met."""
        if "array" in column_kind(self.schema, col).types:
            raise Inexpressible("an array is compared value by value")
        return self.path(col)

    def expression(self, term: Term) -> Any:
        """A term's value, its aggregate left out."""
        if term.col is None:
            raise Inexpressible("a count has no value of its own")
        if term.minus is not None:
            return self._difference(term.col, term.minus)
        if not term.unit:
            return f"${self.path(term.col)}"
        if self.schema.column(term.col).kind not in ("date", "timestamp"):
            raise Inexpressible("only moments are cut up")
        path = f"${self.single(term.col)}"
        if term.unit == "year":
            return {"$year": path}
        week = {"startOfWeek": "monday"} if term.unit == "week" else {}
        return {"$dateTrunc": {"date": path, "unit": term.unit, **week}}

    def _difference(self, first: Col, second: Col) -> Any:
        """Of moments in days, since MongoDB would give milliseconds."""
        paths = [f"${self.single(first)}", f"${self.single(second)}"]
        if self.schema.is_numeric(first) and self.schema.is_numeric(second):
            return {"$subtract": paths}
        if self.schema.is_temporal(first) and self.schema.is_temporal(second):
            return {"$divide": [{"$subtract": paths}, _DAY]}
        raise Inexpressible("no numbers and no moments")

    def aggregate(self, term: Term, name: str) -> tuple[Stage, Any]:
        """The accumulators of $group that a term needs, and the value made of them afterwards."""
        if term.col is None:
            return {name: {"$sum": 1}}, f"${name}"
        inner = self.expression(term)
        self.single(term.col)
        if term.agg == "count":
            return self._counted(term, name, inner)
        if term.agg not in _AGGREGATES or (term.agg in ("avg", "sum") and not self._adds_up(term)):
            raise Inexpressible(f"{term.agg} of no numbers")
        if term.per is None:
            return self._added(term, name, inner)
        per = self.unique(f"{name}_per")
        size = _size(per)
        value = {"$cond": [{"$eq": [size, 0]}, None, {"$divide": [f"${name}", size]}]}
        return {name: {"$sum": inner}, per: {"$addToSet": f"${self.single(term.per)}"}}, value

    def _added(self, term: Term, name: str, inner: Any) -> tuple[Stage, Any]:
        """A sum of no values is none in SQL, 0 in MongoDB: that there was one, $max tells."""
        found = {name: {_AGGREGATES[term.agg]: inner}}
        if term.agg != "sum" or not self.may_be_empty(term):
            return found, f"${name}"
        largest = self.unique(f"{name}_largest")
        value = {"$cond": [{"$gt": [f"${largest}", None]}, f"${name}", None]}
        return {**found, largest: {"$max": inner}}, value

    def may_be_empty(self, term: Term) -> bool:
        """Whether documents were met that lack its value."""
        columns = [col for col in (term.col, term.minus) if col is not None]
        return term.agg != "count" and any(self.schema.column(col).nullable for col in columns)

    def _counted(self, term: Term, name: str, inner: Any) -> tuple[Stage, Any]:
        if term.distinct:
            return {name: {"$addToSet": inner}}, _size(name)
        return {name: {"$sum": {"$cond": [{"$gt": [inner, None]}, 1, 0]}}}, f"${name}"

    def _adds_up(self, term: Term) -> bool:
        return term.minus is not None or (term.col is not None and not term.unit and self.schema.is_numeric(term.col))

    def label(self, term: Term) -> str:
        """The name under which rows show a term; dots would nest it."""
        parts = [term.agg] if term.agg else []
        parts += [self._name(col) for col in (term.col, term.minus) if col is not None]
        parts += [term.unit] if term.unit else []
        parts += ["per", self._name(term.per)] if term.per is not None else []
        return "_".join(parts)

    def _name(self, col: Col) -> str:
        return self.own_path(col).replace(".", "_")

    def joins(self) -> list[Stage]:
        """Inner joins; what has no key meets nothing, as in SQL."""
        return [stage for step in self.steps for stage in self._join(step)]

    def _join(self, step: Step) -> list[Stage]:
        edge = step.edge
        if len(edge.left_columns) != 1:
            raise Inexpressible("a key of several columns")
        sides = [(edge.left, edge.left_columns[0]), (edge.right, edge.right_columns[0])]
        here, there = sides if edge.right == step.table else sides[::-1]
        self.check_equal(here, there)
        alias, path = self.alias(step.table), self.single(here)
        has_key = [{"$match": {path: {"$ne": None}}}] if path != "_id" else []
        lookup = {
            "from": self.schema.table(step.table).name,
            "localField": path,
            "foreignField": self.own_path(there),
            "as": alias,
        }
        return [*has_key, {"$lookup": lookup}, {"$unwind": f"${alias}"}]

    def check_equal(self, here: Col, there: Col) -> None:
        """Raises Inexpressible for columns whose values can never be equal, or are arrays."""
        first, second = column_kind(self.schema, here), column_kind(self.schema, there)
        if not first.meets(second) or "array" in (*first.types, *second.types):
            raise Inexpressible("columns of different types")


def _size(name: str) -> Stage:
    """How many values a set has; null is none."""
    return {"$size": {"$filter": {"input": f"${name}", "cond": {"$ne": ["$$this", None]}}}}
