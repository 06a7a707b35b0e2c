"""How sure a query is right, from what can be seen without a second model call."""

from dataclasses import dataclass

from text2sql.engines.base import SqlRequest
from text2sql.engines.llm.linking import ShownSchema
from text2sql.engines.llm.words import match_words, name_words, question_words

_LEAST, _MOST = 0.05, 0.95
_RAN = 0.55
#: At most for words of the question that the query, or else the schema, knows; and for a known question like it.
_WORDS, _SCHEMA, _EXAMPLE = 0.25, 0.05, 0.15
_PER_REPAIR, _EMPTY, _GUESSED = 0.12, 0.2, 0.15
#: An example from which on a question is nearly the same.
_NEAR_EXAMPLE = 0.5


@dataclass(frozen=True, slots=True)
class Evidence:
    """A query that ran: at which try, and whether it found nothing."""

    sql: str
    tries: int
    is_empty: bool


def confidence(evidence: Evidence, request: SqlRequest, schema: ShownSchema) -> float:
    """0.05 to 0.95, to two digits: higher where the query speaks of what the question speaks of, and ran at once.

    A sum of the parts above, not a probability; it orders answers and tells people where to look twice.
    """
    score = _RAN + _WORDS * _spoken_of(evidence.sql, request) + _SCHEMA * schema.known
    nearest = max((example.score for example in request.examples), default=0.0)
    score += _EXAMPLE * nearest if nearest >= _NEAR_EXAMPLE else 0.0
    score -= _PER_REPAIR * (evidence.tries - 1)
    score -= _EMPTY if evidence.is_empty else 0.0
    score -= _GUESSED if schema.is_guess else 0.0
    return round(min(_MOST, max(_LEAST, score)), 2)


def _spoken_of(sql: str, request: SqlRequest) -> float:
    """The part (0..1) of the question's telling words that the query has, or what is said about its names."""
    words = question_words(request.question)
    # A question of nothing but "how many" tells nothing that a query could speak of.
    if not words:
        return 0.0
    said = set(name_words(sql))
    small = sql.lower()
    for table, column in request.catalog.columns():
        if column.name.lower() in small and table.name.lower() in small:
            texts = (column.description, column.comment, *column.synonyms, table.description, *table.synonyms)
            said.update(word for text in texts for word in name_words(text))
    known = {term for terms in match_words(words, said).values() for term in terms}
    return len(known) / len(words)
