"""The known questions nearest to one that is asked: the same one with other values, and those near in meaning.

Measured with 100,000 pairs in one project: the same question takes 3 to 4 ms of processor time, near ones 6 to 7 and
the question's vector, which is why it is only computed when no pair is exact.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection as database
from django.db import transaction

from accounts.models import Account, ApiKey
from accounts.queries import prepared_cursor
from chatbot.models.searching import PrefixQuery
from chatbot.selectors.embedders import embed_texts, vector_text
from projects.selectors import key_scope
from tasks.engines.errors import EngineError
from text2sql.catalog import Catalog
from text2sql.engines.base import Example
from text2sql.knowledge.filling import CannotFill
from text2sql.knowledge.fitting import fits
from text2sql.knowledge.literals import QueryUnreadable, database_type_of
from text2sql.knowledge.masking import Mask, Reading, mask_hash, mask_question, slots_from_json, types_agree
from text2sql.knowledge.pairs import fill
from text2sql.knowledge.ranking import Nearness
from text2sql.knowledge.words import OPERATOR_WORDS, accents_agree, fold
from text2sql.models import DatabaseConnection
from text2sql.models.knowledge import SqlKnowledge
from text2sql.querysets import SqlKnowledgeQuerySet

logger = logging.getLogger(__name__)

MAX_NEAR = 8
#: Below it, a question has little in common with the one asked.
NEAR_ENOUGH = 0.45
MAX_SEARCH_CHARACTERS = 500
_CANDIDATES = 40
#: So many wrong verdicts, when fewer people called it right, and a pair no longer answers by itself.
_DOUBTFUL = 2

_OF_DATABASE = """
project_id = %(project)s AND database_type = %(type)s AND status = 'approved'
   AND (connection_id IS NULL OR connection_id = %(connection)s)
"""
#: By two indexes at once (BitmapOr); a question that is known word for word needs no reading of its values.
_EXACT = f"""
SELECT id, question, sql_query, slots, mask_hash, question_hash, schema_references
  FROM sql_knowledge_base
 WHERE {_OF_DATABASE} AND (mask_hash = ANY(%(masks)s) OR question_hash = %(question)s)
   AND NOT (wrong_count >= {_DOUBTFUL} AND wrong_count > confirmed_count)
 ORDER BY wrong_count, success_rate DESC NULLS LAST, usage_count DESC, id DESC
 LIMIT 50
"""  # noqa: S608 - of constants
_COLUMNS = "id, question, sql_query, question_mask, schema_references, wrong_count"
#: Planned for each call: a prepared statement's generic plan would not know how large the project is.
_BY_MEANING = f"""
SELECT {_COLUMNS}, 1 - (embedding <=> %(vector)s::vector) AS cosine
  FROM sql_knowledge_base
 WHERE {_OF_DATABASE}
 ORDER BY embedding <=> %(vector)s::vector LIMIT {_CANDIDATES}
"""  # noqa: S608 - of constants
_BY_WORDS = f"""
SELECT {_COLUMNS}, NULL AS cosine
  FROM sql_knowledge_base
 WHERE {_OF_DATABASE} AND search @@ %(words)s::tsquery
 ORDER BY ts_rank(search, %(words)s::tsquery) DESC, id DESC LIMIT {_CANDIDATES}
"""  # noqa: S608 - of constants


@dataclass(frozen=True, slots=True)
class ExactMatch:
    """A known pair that asks the very same; `sql` has the values of the question that was asked."""

    knowledge_id: UUID
    question: str
    sql: str


@dataclass(frozen=True, slots=True)
class NearMatch:
    """A known pair whose question is near: an example for an engine, or a candidate to be looked at. 0..1."""

    knowledge_id: UUID
    question: str
    sql: str
    score: float

    @property
    def example(self) -> Example:
        """As engines take it."""
        return Example(self.question, self.sql, self.score)


@dataclass(frozen=True, slots=True)
class Matches:
    """What is known: an exact match, or else the near ones, the nearest first."""

    exact: ExactMatch | None = None
    near: tuple[NearMatch, ...] = ()


def find_matches(
    *, project_id: UUID, connection: DatabaseConnection, catalog: Catalog | None, question: str
) -> Matches:
    """Approved pairs of the project that the connection's schema fits; near ones are looked for without an exact one.

    Without a catalog, values are unknown but for numbers and dates, and no schema is compared.
    """
    mask = mask_question(question, catalog=catalog)
    values = {"project": project_id, "type": connection.type, "connection": connection.pk}
    exact = _exact(mask, values, catalog, connection)
    if exact is not None:
        return Matches(exact=exact)
    return Matches(near=_near(mask, values, catalog))


def _exact(
    mask: Mask, values: Mapping[str, Any], catalog: Catalog | None, connection: DatabaseConnection
) -> ExactMatch | None:
    readings = {reading.hash: reading for reading in mask.readings()}
    plain = mask_hash(mask.plain)
    parameters = {**values, "masks": list(readings), "question": plain}
    with prepared_cursor() as cursor:
        cursor.execute(_EXACT, parameters)
        rows = cursor.fetchall()
    for knowledge_id, known, query, slots, known_mask, known_plain, references in rows:
        if not accents_agree(mask.question, known) or (catalog is not None and not _fits(references, catalog)):
            continue
        # The very same question has the same values, whatever is known of their columns.
        same = known_plain == plain
        filled = query if same else _filled(query, json.loads(slots), readings[known_mask], connection)
        if filled is not None:
            return ExactMatch(knowledge_id, known, filled)
    return None


def _fits(references: str, catalog: Catalog) -> bool:
    """Of a column of JSON, which cursors of our own read as text."""
    return fits(json.loads(references), catalog)


def _filled(query: str, data: list[Any], reading: Reading, connection: DatabaseConnection) -> str | None:
    """The query with the values of the question; None where they are of other types."""
    slots = slots_from_json(data)
    if not types_agree(slots, reading.slots):
        return None
    try:
        return fill(query, slots, reading.slots, database_type=database_type_of(connection.type))
    except (CannotFill, QueryUnreadable) as error:
        logger.info("text2sql.knowledge.not_filled", extra={"reason": type(error).__name__})
        return None


def _near(mask: Mask, values: Mapping[str, Any], catalog: Catalog | None) -> tuple[NearMatch, ...]:
    try:
        vector = vector_text(embed_texts([fold(mask.question)])[0])
    except EngineError as error:
        logger.warning("text2sql.embedding.unavailable", extra={"error_code": error.code})
        rows = _by_words(mask, values)
    else:
        rows = _by_meaning(vector, values)
    # The index knows vectors only; words, operators and verdicts decide among its candidates.
    nearness = Nearness(mask)
    scored = [(nearness.of(row[3], row[6], wrong_count=row[5]), row) for row in rows]
    scored.sort(key=lambda entry: (-entry[0], entry[1][0]))
    fitting = (
        NearMatch(row[0], row[1], row[2], score)
        for score, row in scored
        if score >= NEAR_ENOUGH and (catalog is None or _fits(row[4], catalog))
    )
    return tuple(islice(fitting, MAX_NEAR))


def _by_meaning(vector: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with transaction.atomic(), database.cursor() as cursor:
        # Without it the index gives its first 40, of whatever project they are.
        cursor.execute("SET LOCAL hnsw.iterative_scan = strict_order")
        cursor.execute(_BY_MEANING, {**values, "vector": vector})
        return list(cursor.fetchall())


def _by_words(mask: Mask, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    words = sorted({word for word in mask.plain.split() if word.isalnum() and word not in OPERATOR_WORDS})
    if not words:
        return []
    with database.cursor() as cursor:
        cursor.execute(_BY_WORDS, {**values, "words": " | ".join(words)})
        return list(cursor.fetchall())


def knowledge_for(user: Account, key: ApiKey | None) -> SqlKnowledgeQuerySet:
    """The pairs a request may see, without what only the search reads."""
    rows: SqlKnowledgeQuerySet = SqlKnowledge.objects.visible_to(user).filter(key_scope(key, "project_id"))
    return rows.defer("embedding", "search")


def search_knowledge(rows: SqlKnowledgeQuerySet, words: str) -> SqlKnowledgeQuerySet:
    """Questions with all words, whatever their accents.

    The beginning of a word is enough, for lists that follow the typing.
    """
    return rows.filter(search=PrefixQuery(words.replace("\0", "")[:MAX_SEARCH_CHARACTERS]))
