"""Conditions as filters of $match. As in SQL a field without a value meets none, not even “is not 5”."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from text2sql.engines.grammar.pipeline_fields import Fields, Stage
from text2sql.engines.grammar.pipeline_values import kind_of, pattern, typed
from text2sql.engines.grammar.plan import Condition, Inexpressible, Literal, Plan, Term

if TYPE_CHECKING:
    from text2sql.engines.grammar.pipeline import PipelineRenderer

_COMPARISONS = {"=": "$eq", "!=": "$ne", ">": "$gt", "<": "$lt", ">=": "$gte", "<=": "$lte"}
_OPPOSITES = {
    "=": "!=", ">": "<=", "<": ">=", "like": "not like", "in": "not in", "is null": "is not null", "all": "not all",
}  # fmt: skip
_OPPOSITES |= {opposite: op for op, opposite in _OPPOSITES.items()}


class Filters:
    """Writes conditions; `place` tells where a term lies, `before` gathers the stages that must come first."""

    def __init__(self, renderer: "PipelineRenderer", fields: Fields, place: Callable[[Term], str]) -> None:
        self.renderer, self.fields, self.place = renderer, fields, place
        self.before: list[Stage] = []

    def any_of(self, conditions: tuple[Condition, ...]) -> Stage:
        """One of the conditions holds."""
        parts = [self.condition(one) for one in conditions]
        return parts[0] if len(parts) == 1 else {"$or": parts}

    def condition(self, one: Condition) -> Stage:
        """One condition; raises Inexpressible."""
        if one.op in ("all", "not all"):
            return self._together(one)
        path, value = self.place(one.term), one.value
        if one.op == "is null":
            return {path: {"$eq": None}}
        if one.op == "is not null":
            return {path: {"$ne": None}}
        if isinstance(value, Plan):
            return self._with_plan(one, path, value)
        if isinstance(value, Term):
            return _paths_compared(path, one.op, self.place(value))
        if isinstance(value, tuple):
            return self._with_several(one, path, [part for part in value if not isinstance(part, Condition)])
        if value is None:
            raise ValueError(f"{one.op} compares with nothing")
        return self._with_value(one, path, value)

    def _together(self, one: Condition) -> Stage:
        """NOT over several conditions turns each around, so that unknown ones stay unknown."""
        parts = [part for part in one.value if isinstance(part, Condition)] if isinstance(one.value, tuple) else []
        if one.op == "all":
            return {"$and": [self.condition(part) for part in parts]}
        if any(part.op not in _OPPOSITES for part in parts):
            raise Inexpressible("a condition without an opposite")
        return {"$or": [self.condition(Condition(part.term, _OPPOSITES[part.op], part.value)) for part in parts]}

    def _with_several(self, one: Condition, path: str, values: list[Literal]) -> Stage:
        found = [self._typed(one.term, value) for value in values]
        if one.op in ("during", "between"):
            self._check_order(one.term, values[0])
            return {path: {"$gte": found[0], "$lt" if one.op == "during" else "$lte": found[1]}}
        return {path: {"$nin": [*found, None]} if one.op == "not in" else {"$in": found}}

    def _with_value(self, one: Condition, path: str, value: Literal) -> Stage:
        if one.op in ("like", "not like"):
            return self._like(one, path, str(value))
        kind = kind_of(self.fields.schema, one.term)
        if one.op == "on":
            is_moment = kind.kind == "timestamp" and len(str(value)) == len("2020-01-31")
            found = typed(value, kind)
            return {path: {"$gte": found, "$lt": typed(_day_after(str(value)), kind)} if is_moment else {"$eq": found}}
        if one.op == "!=":
            return {path: {"$nin": [typed(value, kind), None]}}
        if one.op != "=":
            self._check_order(one.term, value)
        return {path: {_COMPARISONS[one.op]: typed(value, kind)}}

    def _typed(self, term: Term, value: Literal) -> Any:
        return typed(value, kind_of(self.fields.schema, term))

    def _check_order(self, term: Term, value: Literal) -> None:
        """Numbers that are stored as text would be ordered letter by letter."""
        if not isinstance(value, str) and kind_of(self.fields.schema, term).kind == "text":
            raise Inexpressible("a number among texts")

    def _like(self, one: Condition, path: str, like: str) -> Stage:
        if kind_of(self.fields.schema, one.term).kind != "text":
            raise Inexpressible("patterns are of texts")
        found = {path: {"$regex": pattern(like), "$options": "is"}}
        return found if one.op == "like" else {"$nor": [found], path: {"$ne": None}}

    def _with_plan(self, one: Condition, path: str, inner: Plan) -> Stage:
        if one.op not in ("in", "not in"):
            return self._with_one_row(one, path, inner)
        if len(inner.select) != 1 or inner.star or one.term.col is None:
            raise Inexpressible("several columns")
        col = inner.select[0].col
        found = self.fields.helper("found")
        if col is not None and _is_plain(inner, one.term):
            self.fields.check_equal(one.term.col, col)
            self._look_up(inner, {"localField": path, "foreignField": self.renderer.own_path(inner, col)}, found)
            return {path: {"$ne": None}, found: {"$ne": []} if one.op == "in" else {"$eq": []}}
        name = self._run_before(inner, found)
        within: Stage = {"$in": [f"${path}", f"${found}.{name}"]}
        return {path: {"$ne": None}, "$expr": within if one.op == "in" else {"$not": [within]}}

    def _look_up(self, inner: Plan, keys: Stage, found: str) -> None:
        """One document that matches is enough; its key needs no condition of its own, since it meets a value."""
        key = Condition(inner.select[0], "is not null")
        plain = inner.copy()
        plain.where = [conditions for conditions in inner.where if conditions != (key,)]
        stages = self.renderer.source(plain)
        lookup = {"from": self.renderer.collection(inner), **keys}
        if stages:
            lookup["pipeline"] = [*stages, {"$limit": 1}, {"$project": {"_id": 1}}]
        self.before.append({"$lookup": {**lookup, "as": found}})

    def _run_before(self, inner: Plan, found: str) -> str:
        stages, names = self.renderer.pipeline(inner)
        self.before.append({"$lookup": {"from": self.renderer.collection(inner), "pipeline": stages, "as": found}})
        return names[0]

    def _with_one_row(self, one: Condition, path: str, inner: Plan) -> Stage:
        is_total = all(term.agg for term in inner.select) and not inner.group
        if len(inner.select) != 1 or inner.star or not (is_total or inner.limit == 1):
            raise Inexpressible("more than one value")
        first, second = (kind_of(self.fields.schema, term) for term in (one.term, inner.select[0]))
        if not first.meets(second):
            raise Inexpressible("values of different types")
        found = self.fields.helper("found")
        name = self._run_before(inner, found)
        self.before.append({"$addFields": {found: {"$arrayElemAt": [f"${found}.{name}", 0]}}})
        return _paths_compared(path, one.op, found)


def _paths_compared(first: str, op: str, second: str) -> Stage:
    compared = {"$expr": {_COMPARISONS[op]: [f"${first}", f"${second}"]}}
    return {"$and": [{first: {"$ne": None}}, {second: {"$ne": None}}, compared]}


def _is_plain(inner: Plan, outer: Term) -> bool:
    """Whether the rows can be looked for one by one, by their key."""
    shaped = inner.group or inner.having or inner.limit is not None or inner.other is not None
    computed = any(term.agg or term.unit or term.minus is not None for term in (inner.select[0], outer))
    col = inner.select[0].col
    return not shaped and not computed and col is not None and col[0] == inner.main


def _day_after(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()
