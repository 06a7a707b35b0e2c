"""Values that no sample shows: looked up in the database, in columns whose samples are not all there is."""

import re
from collections.abc import Iterator, Sequence

from sqlglot import exp

from text2sql.engines.base import QueryFailed, ReadOnlyDatabase
from text2sql.engines.grammar.linking import Linker
from text2sql.engines.grammar.pipeline import statement
from text2sql.engines.grammar.pipeline_fields import Fields, Stage
from text2sql.engines.grammar.plan import Inexpressible, Plan
from text2sql.engines.grammar.render import Renderer
from text2sql.engines.grammar.schema import Col, Schema
from text2sql.engines.grammar.stopwords import STOP
from text2sql.engines.grammar.values import Stored, ValueIndex
from text2sql.engines.grammar.words import Token

_MAX_COLUMNS = 40
_MAX_PHRASES = 6


def look_up(schema: Schema, linker: Linker, tokens: Sequence[Token], database: ReadOnlyDatabase) -> ValueIndex | None:
    """An index that also has what the database holds of the question's names; None where nothing is to be asked.

    One UNION ALL over at most 40 columns, with equality of lower-case text, so that an index on it can serve. A
    database that refuses the query costs the look-up and not the answer.
    """
    phrases = list(dict.fromkeys(_unknown(linker, tokens)))[:_MAX_PHRASES]
    columns = [col for col in linker.values.incomplete if _may_hold_names(schema, col)][:_MAX_COLUMNS]
    if not phrases or not columns:
        return None
    is_pipeline = schema.catalog.database_type == "mongodb"
    sql = _pipeline(schema, columns, phrases) if is_pipeline else _query(schema, columns, phrases)
    if not sql:
        return None
    try:
        rows = database.run(sql, max_rows=50).rows
    except QueryFailed:
        return None
    found = [Stored(columns[int(place)], str(value)) for place, value in rows]
    return linker.values.learn(found) if found else None


def _may_hold_names(schema: Schema, col: Col) -> bool:
    return schema.is_text(col) and not {"description", "comment", "note", "text", "url"} & set(schema.stems(col))


def _unknown(linker: Linker, tokens: Sequence[Token]) -> Iterator[str]:
    """Quoted text, and runs of words written like names, that no sample is."""
    run: list[str] = []
    for place, token in enumerate((*tokens, None)):
        is_part = (
            token is not None
            and token.is_word
            and not token.is_quoted
            and token.is_capital
            and (place > 0)
            and token.folded not in STOP
        )
        if is_part and token is not None:
            run.append(token.text)
            continue
        if run and not linker.values.find(" ".join(run)):
            yield " ".join(run)
        run = []
        if token is not None and token.is_quoted and not linker.values.find(token.text):
            yield token.text


def _pipeline(schema: Schema, columns: Sequence[Col], phrases: Sequence[str]) -> str:
    """The same for MongoDB, where $unionWith adds one column after another; empty where no column holds text."""
    fields = {table: Fields(schema, Plan(table)) for table in {col[0] for col in columns}}
    parts = []
    for place, col in enumerate(columns):
        try:
            path = fields[col[0]].single(col)
        except Inexpressible:
            continue
        if schema.column(col).kind == "text":
            parts.append((schema.table(col[0]).name, _stages(place, path, phrases)))
    if not parts:
        return ""
    (collection, stages), *others = parts
    return statement(collection, [*stages, *({"$unionWith": {"coll": c, "pipeline": p}} for c, p in others)])


def _stages(place: int, path: str, phrases: Sequence[str]) -> list[Stage]:
    same = [{path: {"$regex": f"^{re.escape(phrase)}$", "$options": "i"}} for phrase in phrases]
    return [
        {"$match": {"$or": same}},
        {"$group": {"_id": f"${path}"}},
        {"$project": {"_id": 0, "place": {"$literal": place}, "value": "$_id"}},
    ]


def _query(schema: Schema, columns: Sequence[Col], phrases: Sequence[str]) -> str:
    renderer = Renderer(schema)
    parts = [_part(schema, renderer, place, col, phrases) for place, col in enumerate(columns)]
    query: exp.Query = parts[0]
    for part in parts[1:]:
        query = exp.Union(this=query, expression=part, distinct=False)
    return query.sql(dialect=renderer.dialect)


def _part(schema: Schema, renderer: Renderer, place: int, col: Col, phrases: Sequence[str]) -> exp.Select:
    table = schema.table(col[0])
    column = exp.Column(this=renderer.identifier(schema.column(col).name))
    is_default = not table.schema or table.schema == schema.catalog.default_schema
    source = exp.Table(
        this=renderer.identifier(table.name), db=None if is_default else renderer.identifier(table.schema)
    )
    lowered = [exp.Literal.string(re.sub(r"\s+", " ", phrase.lower())) for phrase in phrases]
    within = exp.In(this=exp.Lower(this=column), expressions=lowered)
    return exp.select(exp.Literal.number(place), column).distinct().from_(source).where(within)
