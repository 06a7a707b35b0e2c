"""One plan in two languages: SQL on PostgreSQL and a pipeline on the same rows as documents give the same answer."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from text2sql.engines.base import QueryFailed, Rows
from text2sql.engines.grammar.answering import Index, scored_readings
from text2sql.engines.grammar.pipeline import PipelineRenderer
from text2sql.engines.grammar.plan import Plan
from text2sql.engines.grammar.render import Renderer
from text2sql.engines.grammar.schema import Schema
from text2sql.engines.grammar.vietnamese import is_vietnamese, to_english
from text2sql.tests.engines.grammar.documents import Documents
from text2sql.tests.engines.grammar.reading_postgres import World, world
from text2sql.tests.engines.grammar.test_worlds import WORLDS

ALL = 1_000_000
#: Of the plans of a world, at most so many need what mongomock lacks: $unionWith, $dateTrunc, $lookup with a pipeline.
LACKING = 0.25


def stored(value: Any) -> Any:
    """As MongoDB holds it; days are moments there."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return value


def plain(value: Any) -> Any:
    value = stored(value)
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, float):
        return int(value) if value.is_integer() else round(value, 6)
    return value


def as_documents(database: World) -> Documents:
    """Every other row leaves out what is NULL, the rest says so."""
    collections, renderer = {}, Renderer(Schema(database.catalog))
    for number, table in enumerate(database.catalog.tables):
        rows = database.run(renderer.sql(Plan(number, star=True)), max_rows=ALL)
        collections[table.name] = [
            {
                name: stored(value)
                for name, value in zip(rows.columns, row, strict=True)
                if place % 2 or value is not None
            }
            for place, row in enumerate(rows.rows)
        ]
    return Documents(collections)


def lines(rows: Rows, plan: Plan, columns: Sequence[str] | None = None) -> list[str]:
    """Rows as text, of these columns; sorted where the plan gives them no order."""
    places = range(len(rows.columns)) if columns is None else [rows.columns.index(name) for name in columns]
    found = [repr([plain(row[place]) for place in places]) for row in rows.rows]
    return found if plan.order else sorted(found)


def readings(database: World, questions: Sequence[str]) -> Iterator[tuple[str, Plan]]:
    index = Index.of(database.catalog)
    for question in questions:
        english = to_english(question, index.schema) if is_vietnamese(question, "") else question
        for scored in scored_readings(index, english, database, {}):
            yield scored.sql, scored.plan


@pytest.mark.parametrize("name", list(WORLDS))
def test_pipelines_give_the_rows_of_sql(name: str) -> None:
    compared, lacking, different = 0, 0, []
    with world("grammar_documents", WORLDS[name].CONTENT) as database:
        documents = as_documents(database)
        renderer = PipelineRenderer(Schema(replace(database.catalog, database_type="mongodb")))
        for sql, plan in readings(database, list(WORLDS[name].QUESTIONS)):
            compared += 1
            wanted, text = database.run(sql, max_rows=ALL), renderer.sql(plan)
            try:
                found = documents.run(text, max_rows=ALL)
            except QueryFailed:
                lacking += 1
                continue
            columns = wanted.columns if plan.star and found.rows else None
            if lines(found, plan, columns) != lines(wanted, plan):
                different.append((sql, text))
    assert different == []
    assert lacking <= LACKING * compared
