"""Passages that may help to answer: from the conversation's files, the person's memories and the guide.

Two rankings, by words (without accents) and by meaning, are merged by reciprocal rank (Cormack et al., SIGIR 2009).
"""

import logging
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from django.db import connection
from django.db.models import Q

from accounts.models import Account
from chatbot.engines.base import Source
from chatbot.engines.librarian.intents import wants_overview
from chatbot.engines.librarian.languages import detect_language
from chatbot.models import Conversation, Memory, Message, Passage, UploadedFile
from chatbot.selectors.chatters import Chatter
from chatbot.selectors.embedders import embed_texts, vector_text
from chatbot.states import FileStatus
from tasks.engines.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Mapping

logger = logging.getLogger(__name__)

MAX_PASSAGES = 6
MAX_MEMORIES = 3
#: Passages of a summary; the answer says how many it has read.
MAX_OVERVIEW = 200
#: Cosine similarity below which a memory is not proposed: two random English sentences reach about 0.2.
NEAR_ENOUGH = 0.45
#: Of the reciprocal ranks: the figure of the paper.
RANK_OFFSET = 60
_CANDIDATES = 30

# Words count as much as they are rare among the passages (BM25's inverse document frequency), because questions are
# full of words that stand everywhere. Equal passages share a place; which of them comes first must not depend on ids.
# OFFSET 0 keeps `strip` out of the join: each text is unpacked once, not once per word (twice as fast).
_SEARCH = """
WITH asked AS (
         SELECT DISTINCT piece::tsquery AS word
           FROM regexp_split_to_table(plainto_tsquery('simple', fold_accents(%(question)s))::text, ' & ') AS piece
          WHERE piece <> ''),
     pool AS MATERIALIZED (SELECT * FROM passages WHERE {where}),
     hits AS MATERIALIZED (
         SELECT id, word FROM (SELECT id, strip(search) AS lexemes FROM pool OFFSET 0) AS texts
           JOIN asked ON lexemes @@ word),
     weights AS (
         SELECT word, ln(1 + ((SELECT count(*) FROM pool) - count(*) + 0.5) / (count(*) + 0.5)) AS weight
           FROM hits GROUP BY word),
     by_words AS (
         SELECT id, rank() OVER (ORDER BY sum(weight) DESC) AS place
           FROM hits JOIN weights USING (word) GROUP BY id ORDER BY place, id LIMIT %(candidates)s),
     by_meaning AS (
         SELECT id, row_number() OVER (ORDER BY embedding <=> %(vector)s::vector, id) AS place
           FROM pool WHERE embedding IS NOT NULL AND %(vector)s IS NOT NULL
          ORDER BY embedding <=> %(vector)s::vector LIMIT %(candidates)s),
     merged AS (
         SELECT id, sum(1.0 / (%(offset)s + place)) AS score
           FROM (SELECT * FROM by_words UNION ALL SELECT * FROM by_meaning) AS places GROUP BY id)
SELECT pool.id, pool.file_id, uploaded_files.original_filename, pool.guide_page, pool.page, pool.heading, pool.content,
       coalesce(1 - (pool.embedding <=> %(vector)s::vector), 0)::float8 AS nearness, merged.score::float8
  FROM merged JOIN pool USING (id) LEFT JOIN uploaded_files ON uploaded_files.id = pool.file_id
 ORDER BY merged.score DESC, pool.id LIMIT %(most)s
"""
_OF_FILES = "file_id = ANY(%(files)s)"
_OF_GUIDE = "guide_page <> '' AND language = %(language)s"


def find_sources(
    *, conversation: Conversation, question: Message, user: Account, chatter: Chatter | None = None
) -> tuple[Source, ...]:
    """Numbered from 1: chosen memories, passages of the branch's files, memories that are near, and the guide.

    The guide is read for engines that know nothing else (`reads_guide` on their card).
    """
    file_ids = conversation_files(conversation)
    memories = _chosen_memories(question, user)
    proposes = conversation.uses_memory and Memory.objects.visible_to(user).exists()
    reads_guide = chatter is not None and bool(chatter.adapter.card.options.get("reads_guide"))
    if not (file_ids or memories or proposes or reads_guide):
        return ()
    vector = _meaning_of(question.content)
    found = [_of_memory(memory, 1.0) for memory in memories]
    if file_ids and reads_guide and wants_overview(question.content):
        found += _in_order(file_ids)
    elif file_ids:
        found += _passages(question.content, vector, _OF_FILES, {"files": file_ids})
    if proposes and vector is not None:
        near = nearest_memories(user, vector, MAX_MEMORIES + len(memories))
        found += [_of_memory(memory, nearness) for memory, nearness in near if memory not in memories][:MAX_MEMORIES]
    if reads_guide and not file_ids:
        found += _passages(question.content, vector, _OF_GUIDE, {"language": _guide_language(question.content)})
    return tuple(_numbered(found))


def conversation_files(conversation: Conversation) -> list[UUID]:
    """Files that have been read: the conversation's own, and those of the person that its messages name (a fork)."""
    lists = conversation.messages.exclude(files=[]).values_list("files", flat=True)
    named = {UUID(entry["id"]) for entries in lists for entry in entries}
    rows = UploadedFile.objects.filter(Q(conversation=conversation) | Q(pk__in=named), user=conversation.user_id)
    return list(rows.filter(status=FileStatus.READY).values_list("pk", flat=True))


def _guide_language(question: str) -> str:
    """The question's own: workers know no request, and people ask in either language."""
    return detect_language(question, "en")


def _meaning_of(text: str) -> str | None:
    """As pgvector reads it; None while no engine can embed, and the words alone must do."""
    try:
        return vector_text(embed_texts([text])[0])
    except EngineError as error:
        logger.warning("chat.embedding.unavailable", extra={"error_code": error.code})
        return None


def _passages(question: str, vector: str | None, where: str, values: "Mapping[str, Any]") -> list[Source]:
    parameters = {
        "question": question[:2_000], "vector": vector, "candidates": _CANDIDATES, "offset": RANK_OFFSET,
        "most": MAX_PASSAGES, **values,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_SEARCH.format(where=where), parameters)
        return [_of_passage(row) for row in cursor.fetchall()]


def _in_order(file_ids: Sequence[UUID]) -> list[Source]:
    """The files from their beginning, for whoever sums them up: the nearest passages are a wrong choice then."""
    rows = Passage.objects.filter(file__in=file_ids).select_related("file").defer("embedding", "search")
    return [
        _of_passage((row.pk, row.file_id, row.file and row.file.original_filename, "", row.page, row.heading,
                     row.content, 1.0, 1.0))
        for row in rows.order_by("file_id", "position")[:MAX_OVERVIEW]
    ]  # fmt: skip


def _of_passage(row: Sequence[Any]) -> Source:
    passage_id, file_id, filename, guide_page, page, heading, content, nearness, _score = row
    kind: Literal["file", "guide"] = "file" if file_id else "guide"
    reference = f"{file_id}:{passage_id}" if file_id else guide_page
    return Source(0, kind, filename or heading or guide_page, content, page, heading, reference, max(0.0, nearness))


def _chosen_memories(question: Message, user: Account) -> list[Memory]:
    wanted = question.metadata.get("memories") or ()
    rows = Memory.objects.visible_to(user).in_bulk([UUID(entry) for entry in wanted]) if wanted else {}
    return [rows[UUID(entry)] for entry in wanted if UUID(entry) in rows]


def nearest_memories(user: Account, vector: str, most: int) -> list[tuple[Memory, float]]:
    """Visible memories that are near enough with their nearness (0..1), the nearest first.

    Without the index: it would look at the nearest of everybody's, and leave out what is not this person's afterwards.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH pool AS MATERIALIZED (SELECT id, 1 - (embedding <=> %(vector)s::vector) AS nearness"
            " FROM chatbot_memory WHERE (user_id = %(user)s OR is_public) AND embedding IS NOT NULL)"
            " SELECT id, nearness::float8 FROM pool WHERE nearness >= %(near)s"
            " ORDER BY nearness DESC, id LIMIT %(most)s",
            {"vector": vector, "user": user.pk, "near": NEAR_ENOUGH, "most": most},
        )
        near: dict[UUID, float] = dict(cursor.fetchall())
    rows = Memory.objects.defer("search").in_bulk(list(near))
    return [(rows[pk], nearness) for pk, nearness in near.items() if pk in rows]


def _of_memory(memory: Memory, score: float) -> Source:
    return Source(0, "memory", memory.question[:200], memory.answer, reference=str(memory.pk), score=score)


def _numbered(found: Iterable[Source]) -> Iterable[Source]:
    for number, source in enumerate(found, start=1):
        yield Source(
            number, source.kind, source.title, source.text, source.page, source.heading, source.reference, source.score
        )
