"""A plan as an aggregation pipeline of MongoDB, written as extended JSON."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from text2sql.engines.grammar.pipeline_fields import Fields, Stage
from text2sql.engines.grammar.pipeline_filters import Filters
from text2sql.engines.grammar.plan import Inexpressible, Plan, Term
from text2sql.engines.grammar.schema import Col, Schema


class PipelineRenderer:
    """Writes plans over one schema as `{"collection": ..., "pipeline": [...]}`."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    def sql(self, plan: Plan) -> str:
        """One statement. Raises Unconnected and Inexpressible."""
        return statement(self.collection(plan), self.pipeline(plan)[0])

    def collection(self, plan: Plan) -> str:
        """The collection whose documents go through the pipeline."""
        return self.schema.table(plan.main).name

    def own_path(self, plan: Plan, col: Col) -> str:
        """The path of a column in the documents of its own collection."""
        return Fields(self.schema, Plan(plan.main)).single(col)

    def pipeline(self, plan: Plan) -> tuple[list[Stage], list[str]]:
        """The stages, and the names of the rows' fields (none for whole documents)."""
        stages, names = _Query(self, plan).build()
        if plan.other is None:
            return stages, names
        other, other_names = self.pipeline(plan.other)
        parts = (plan, plan.other)
        if not names or names != other_names or any(part.order or part.limit is not None for part in parts):
            raise Inexpressible("sets of different rows")
        if any(term.agg for part in parts for term in part.select):
            raise Inexpressible("sets of totals")
        return [*stages, *_combined(plan.set_op, self.collection(plan.other), other, names)], names

    def source(self, plan: Plan) -> list[Stage]:
        """The stages that find the rows of a plan, before any is shaped."""
        return _Query(self, plan).source()


def statement(collection: str, stages: Sequence[Stage]) -> str:
    """What the connector and the check of statements read."""
    return json.dumps({"collection": collection, "pipeline": list(stages)}, ensure_ascii=False)


class _Query:
    def __init__(self, renderer: PipelineRenderer, plan: Plan) -> None:
        self.renderer, self.schema, self.plan = renderer, renderer.schema, plan
        self.fields = Fields(self.schema, plan)
        self.at: dict[Term, str] = {}
        self.flags: list[str] = []
        self.is_grouped = False

    def build(self) -> tuple[list[Stage], list[str]]:
        stages = self.source()
        keys = self._keys()
        if not self.plan.star and not self.plan.select:
            raise Inexpressible("nothing to show")
        if self.plan.star and not keys:
            return [*stages, *self._whole()], []
        select = list(dict.fromkeys(self._selected()))
        if keys or any(term.agg for term in self.plan.terms()):
            return [*stages, *self._grouped(keys, select)], [self.at[term] for term in select]
        stages += self._computed(term for term, _ in self.plan.order)
        stages += [*self._sorted(), *self._limited()]
        labels = self._labels(select)
        values = {labels[term]: self._shown(term) for term in select}
        return [*stages, {"$project": _without_id(values)}], list(values)

    def source(self) -> list[Stage]:
        """Joins and conditions."""
        filters = Filters(self.renderer, self.fields, self._place)
        compared = [condition for conditions in self.plan.where for condition in conditions]
        terms = [one.term for one in compared]
        terms += [one.value for one in compared if isinstance(one.value, Term)]
        computed = self._computed(terms)
        found = [filters.any_of(conditions) for conditions in self.plan.where]
        match = [{"$match": found[0] if len(found) == 1 else {"$and": found}}] if found else []
        return [*self.fields.joins(), *computed, *filters.before, *match]

    def _place(self, term: Term) -> str:
        """Where a condition finds a term: before documents are grouped no aggregate, afterwards nothing else."""
        if term in self.at:
            return self.at[term]
        if self.is_grouped or term.agg or term.col is None or _is_computed(term):
            raise Inexpressible("a value that is not there yet, or not any more")
        return self.fields.single(term.col)

    def _computed(self, terms: Iterable[Term]) -> list[Stage]:
        """Differences and years get fields of their own, to be compared and sorted like all others."""
        new = [term for term in dict.fromkeys(terms) if term not in self.at and not term.agg and _is_computed(term)]
        for term in new:
            self.at[term] = self.fields.helper(self.fields.label(term))
        return [{"$addFields": {self.at[term]: self.fields.expression(term) for term in new}}] if new else []

    def _selected(self) -> list[Term]:
        if not self.plan.star:
            return self.plan.select
        columns = self.schema.columns_of(self.plan.main)
        return [Term(col) for col in columns if "." not in self.schema.column(col).name]

    def _keys(self) -> list[Term]:
        """What rows are grouped by, as in SQL: also every plain column beside an aggregate."""
        plan = self.plan
        select = self._selected() if plan.group or not plan.star else []
        plain = [term for term in select if not term.agg]
        ordered = [term for term, _ in plan.order]
        has_aggregate = any(term.agg for term in (*select, *ordered, *(one.term for one in plan.having)))
        if has_aggregate and plan.star:
            plain = [term for term in self._selected() if not term.agg]
        if plan.group or (has_aggregate and plain):
            keys = [*map(Term, plan.group), *plain, *(term for term in ordered if not term.agg)]
            if plan.distinct and not set(keys) <= set(select):
                raise Inexpressible("distinct rows of groups")
            return list(dict.fromkeys(keys))
        if plan.distinct and not plan.star and plain:
            if not set(ordered) <= set(plain):
                raise Inexpressible("distinct rows in the order of something else")
            return list(dict.fromkeys(plain))
        return []

    def _grouped(self, keys: Sequence[Term], select: Sequence[Term]) -> list[Stage]:
        """$group, then one flat row of everything that is shown, compared or sorted by."""
        plan = self.plan
        hidden = [*(term for term, _ in plan.order), *(one.term for one in plan.having)]
        hidden += [one.value for one in plan.having if isinstance(one.value, Term)]
        terms = list(dict.fromkeys([*select, *hidden]))
        group = _group_by([self.fields.expression(key) for key in keys])
        values: Stage = {}
        paths = dict(zip(keys, _key_paths(len(keys)), strict=True))
        self.at, self.is_grouped = self._labels(terms), True
        for term in terms:
            if term in paths:
                values[self.at[term]] = paths[term]
            elif term.agg:
                accumulators, values[self.at[term]] = self.fields.aggregate(term, self.at[term])
                group |= accumulators
            else:
                raise Inexpressible("a column that is neither grouped nor added up")
        shaped = [{"$group": group}, {"$project": _without_id(values)}]
        stages = shaped if keys else self._total(shaped, terms)
        drop = {self.at[term]: 0 for term in terms if term not in select}
        stages += [*self._having(), *self._sorted(), *self._limited()]
        drop |= dict.fromkeys(self.flags, 0)
        return [*stages, {"$project": drop}] if drop else stages

    def _total(self, shaped: list[Stage], terms: Sequence[Term]) -> list[Stage]:
        """$group gives no row where nothing is found; a count is 0 there."""
        rows = self.fields.helper("rows")
        values = {
            self.at[term]: {
                "$ifNull": [{"$arrayElemAt": [f"${rows}.{self.at[term]}", 0]}, 0 if term.agg == "count" else None]
            }
            for term in terms
        }
        return [{"$facet": {rows: shaped}}, {"$project": values}]

    def _having(self) -> list[Stage]:
        if any(isinstance(one.value, Plan) for one in self.plan.having):
            raise Inexpressible("groups compared with another query")
        filters = Filters(self.renderer, self.fields, self._place)
        return [{"$match": filters.condition(one)} for one in self.plan.having]

    def _sorted(self) -> list[Stage]:
        """Rows without a value come last; MongoDB has them first, so a flag is sorted by before."""
        flags: Stage = {}
        order: dict[str, int] = {}
        for term, descending in self.plan.order:
            path = self._place(term)
            if path in order:
                continue
            if not descending and self.fields.may_be_empty(term):
                flag = self.fields.helper("has_value")
                flags[flag] = {"$gt": [f"${path}", None]}
                order[flag] = -1
            order[path] = -1 if descending else 1
        self.flags = list(flags)
        added = [{"$addFields": flags}] if flags else []
        return [*added, {"$sort": order}] if order else []

    def _limited(self) -> list[Stage]:
        if self.plan.limit is not None and self.plan.limit < 1:
            raise Inexpressible("no rows at all")
        skipped = [{"$skip": self.plan.offset}] if self.plan.offset else []
        return [*skipped, *([{"$limit": self.plan.limit}] if self.plan.limit is not None else [])]

    def _whole(self) -> list[Stage]:
        """Documents as they are; a join may have multiplied them."""
        once: list[Stage] = []
        if self.plan.distinct and self.fields.steps:
            if self.schema.table(self.plan.main).primary_key != ("_id",):
                raise Inexpressible("documents without a key")
            once = [{"$group": {"_id": "$_id", "document": {"$first": "$$ROOT"}}}]
            once += [{"$replaceRoot": {"newRoot": "$document"}}]
        order = [*self._computed(term for term, _ in self.plan.order), *self._sorted()]
        helpers = dict.fromkeys(self.fields.helpers, 0)
        return [*once, *order, *self._limited(), *([{"$project": helpers}] if helpers else [])]

    def _labels(self, terms: Iterable[Term]) -> dict[Term, str]:
        """The names of a row's fields; a name that two tables have gets that of its table before it."""
        labels: dict[Term, str] = {}
        for term in terms:
            name = self.fields.label(term)
            if name in labels.values() and term.col is not None:
                name = f"{self.schema.table(term.col[0]).name}_{name}".replace(".", "_").lstrip("$")
            while name in labels.values():
                name = f"{name}_2"
            labels[term] = name
        return labels

    def _shown(self, term: Term) -> Any:
        """Fields that documents may lack are written as null, so that all rows have the same fields."""
        value = self.fields.expression(term)
        nullable = term.col is not None and self.schema.column(term.col).nullable
        return {"$ifNull": [value, None]} if nullable and not _is_computed(term) else value


def _is_computed(term: Term) -> bool:
    return bool(term.unit) or term.minus is not None


def _without_id(values: Stage) -> Stage:
    return values if "_id" in values else {"_id": 0, **values}


def _group_by(values: Sequence[Any]) -> Stage:
    """The _id of $group. Among several keys a missing field would differ from null: alone it does not."""
    if len(values) < 2:
        return {"_id": values[0] if values else None}
    return {
        "_id": {
            f"k{place}": {"$ifNull": [value, None]} if isinstance(value, str) else value
            for place, value in enumerate(values, 1)
        }
    }


def _key_paths(count: int) -> list[str]:
    return ["$_id"] if count == 1 else [f"$_id.k{place}" for place in range(1, count + 1)]


def _combined(set_op: str, collection: str, other: Sequence[Stage], names: Sequence[str]) -> list[Stage]:
    """UNION, INTERSECT and EXCEPT: each row once, with the sides on which it was met."""
    side = "side" if "side" not in names else "side of the set"
    kept: dict[str, list[Stage]] = {
        "union": [],
        "intersect": [{"$match": {"sides": {"$all": [1, 2]}}}],
        "except": [{"$match": {"sides": {"$ne": 2}}}],
    }
    keys = _group_by([f"${name}" for name in names])
    return [
        {"$addFields": {side: 1}},
        {"$unionWith": {"coll": collection, "pipeline": [*other, {"$addFields": {side: 2}}]}},
        {"$group": {**keys, "sides": {"$addToSet": f"${side}"}}},
        *kept[set_op],
        {"$project": _without_id(dict(zip(names, _key_paths(len(names)), strict=True)))},
    ]
