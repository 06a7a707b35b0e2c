"""Finding a question among 100,000 known ones: the same one with other values, and those that are near.

The pairs are made from patterns over a shop of 40 tables. Vectors of 1,000 questions are computed, the others lie about
them: computing all would take ten minutes and measure the embedding engine.
"""

import json
import random
import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import NamedTuple
from unittest.mock import patch

import numpy as np
from django.db import connection as database
from numpy.typing import NDArray

from bench.house import House
from bench.options import Options
from bench.people import make_account, make_project
from bench.table import Row, percentile
from chatbot.selectors.embedders import embed_texts, vector_text
from config.common.ids import uuid7
from projects.models import Project
from text2sql.catalog import Catalog, Column, Table
from text2sql.knowledge.masking import mask_hash, mask_question, slots_to_json
from text2sql.knowledge.pairs import KnownPair, read_pair
from text2sql.knowledge.words import fold
from text2sql.models import DatabaseConnection
from text2sql.selectors import knowledge
from text2sql.selectors.knowledge import find_matches

PAIRS = 100_000
TRUE_VECTORS = 1_000
WARM_UP = 30
_THINGS = "customer order product invoice supplier store employee shipment payment review"
_AREAS = "retail export online service"
_WORDS = "amber birch cedar delta ember fjord grove heron indigo jade karst lotus maple north opal pine quartz"
_PATTERNS = (
    ("How many {t} have more than {n} {c}?", "SELECT count(*) FROM {t} WHERE {c} > {n}"),
    ("Show the {n} {t} with the highest {c}", "SELECT name FROM {t} ORDER BY {c} DESC LIMIT {n}"),
    ("What is the average {c} of {t} in {v}?", "SELECT avg({c}) FROM {t} WHERE city = '{v}'"),
    ("List {t} of {v} with {c} under {n}", "SELECT name FROM {t} WHERE city = '{v}' AND {c} < {n}"),
    ("Có bao nhiêu {t} ở {v} có {c} trên {n}?", "SELECT count(*) FROM {t} WHERE city = '{v}' AND {c} > {n}"),
    ("Which {t} joined since 2024-01-05 with {c} at least {n}?",
     "SELECT name FROM {t} WHERE joined >= '2024-01-05' AND {c} >= {n}"),
)  # fmt: skip
_COPY = """COPY sql_knowledge_base (id, project_id, question, sql_query, database_type, schema_name, schema_hash,
    status, usage_count, success_count, failure_count, wrong_count, confirmed_count, tags, question_mask, mask_hash,
    question_hash, sql_hash, slots, schema_references, wordings, embedding, created_by_id) FROM STDIN"""


def measure(house: House, options: Options) -> list[Row]:
    """Three kinds of questions, in turn; all of one project, which is the hard case."""
    chance = random.Random(4)
    project = make_project(make_account("knowledge"))
    connection = DatabaseConnection.objects.create(
        user=project.user, name="shop", type="postgresql", host="localhost", port=1
    )
    _fill(project, chance)
    catalog = _catalog()

    def ask(question: str) -> None:
        find_matches(project_id=project.pk, connection=connection, catalog=catalog, question=question)

    known = [made.question for made in _questions(chance, WARM_UP + options.samples)]
    near = [f"Please tell me: {question} Also by month" for question in known]
    rows = [Row("knowledge", f"known question among {PAIRS:,}, 95th percentile", _p95(ask, known), "ms", at_most=15.0)]
    rows.append(Row("knowledge", "near ones, with the question's vector, 95th percentile", _p95(ask, near), "ms"))
    vector = embed_texts(near[:1])
    with patch.object(knowledge, "embed_texts", lambda texts: vector):
        rows.append(Row("knowledge", "near ones, vector in hand, 95th percentile", _p95(ask, near), "ms", at_most=15.0))
    return rows


def _p95(ask: Callable[[str], None], questions: list[str]) -> float:
    took = []
    for question in questions:
        began = time.perf_counter()
        ask(question)
        took.append((time.perf_counter() - began) * 1000)
    return percentile(took[WARM_UP:], 0.95)


def _tables() -> list[str]:
    return [f"{area}_{thing}s" for area in _AREAS.split() for thing in _THINGS.split()]


def _catalog() -> Catalog:
    columns = (
        Column("name", "text", "text"),
        Column("city", "text", "text", samples=tuple(_cities())),
        Column("joined", "date", "date"),
        *(Column(f"{word}_total", "integer", "integer") for word in _WORDS.split()),
    )
    return Catalog("postgresql", "shop", "public", tuple(Table("public", name, columns) for name in _tables()))


def _cities() -> list[str]:
    return [f"{first.title()} {second.title()}" for first in _WORDS.split() for second in _WORDS.split()]


class _Made(NamedTuple):
    """A question made from a pattern, a table, a column, a number and a city."""

    pattern: int
    table: str
    column: str
    number: str
    city: str

    @property
    def question(self) -> str:
        return self._written(0)

    @property
    def sql(self) -> str:
        return self._written(1)

    def _written(self, which: int) -> str:
        return _PATTERNS[self.pattern][which].format(t=self.table, c=self.column, n=self.number, v=self.city)


def _questions(chance: random.Random, count: int) -> list[_Made]:
    tables, cities, words = _tables(), _cities(), _WORDS.split()
    return [
        _Made(
            chance.randrange(len(_PATTERNS)), chance.choice(tables), f"{chance.choice(words)}_total",
            str(chance.randrange(13, 5_000)), chance.choice(cities),
        )
        for _ in range(count)
    ]  # fmt: skip


@cache
def _read(pattern: int, table: str, column: str) -> KnownPair:
    """Of questions that differ in their values alone; parsing each would take minutes."""
    made = _Made(pattern, table, column, "7", "Amber Birch")
    return read_pair(made.question, made.sql, database_type="postgresql")


def _vectors(questions: list[str]) -> NDArray[np.float32]:
    known = embed_texts([fold(question) for question in questions[:TRUE_VECTORS]])
    vectors: NDArray[np.float32] = np.random.default_rng(4).standard_normal(
        (len(questions), known.shape[1]), dtype=np.float32
    )
    vectors *= np.float32(0.02)
    vectors += known[np.arange(len(questions)) % len(known)]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def _fill(project: Project, chance: random.Random) -> None:
    """Past the triggers; the index on meaning is built when all rows are there, which takes a tenth of the time."""
    pairs = _questions(chance, PAIRS)
    vectors = _vectors([made.question for made in pairs])
    with database.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute("DROP INDEX sql_knowledge_meaning")
        with cursor.copy(_COPY) as copy:
            for made, vector in zip(pairs, vectors, strict=True):
                copy.write_row(_row(project, made, vector_text(vector)))
        cursor.execute(
            "CREATE INDEX sql_knowledge_meaning ON sql_knowledge_base USING hnsw (embedding vector_cosine_ops)"
        )
        cursor.execute("ANALYZE sql_knowledge_base")


def _row(project: Project, made: _Made, vector: str) -> tuple[object, ...]:
    pair = _read(made.pattern, made.table, made.column)
    values = {"7": made.number, "Amber Birch": made.city}
    slots = slots_to_json([replace(slot, value=values.get(slot.value, slot.value)) for slot in pair.slots])
    question_hash = mask_hash(mask_question(made.question).plain)
    return (
        uuid7(), project.pk, made.question, made.sql, "postgresql", "", "", "approved", 0, 0, 0, 0, 0, "{}", pair.mask,
        pair.mask_hash, question_hash, pair.sql_hash, json.dumps(slots), json.dumps(pair.references), "{}", vector,
        project.user_id,
    )  # fmt: skip
