"""How near each table of a schema is to a question: names, synonyms, descriptions, comments and values."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import log

from chatbot.engines.librarian.words import fold
from text2sql.catalog import Catalog, Column, Table
from text2sql.engines.base import SqlRequest
from text2sql.engines.llm.words import match_words, name_words, question_words

Key = tuple[str, str]

#: What a word is worth by where it stands.
_TABLE_NAME, _COLUMN_NAME, _TABLE_TEXT, _COLUMN_TEXT, _VALUE = 3.0, 1.5, 1.0, 0.7, 2.0
#: A word that only an earlier question says, and a table that an earlier query, or a known one, reads.
_EARLIER, _READ_BEFORE = 0.5, 4.0
_EARLIER_QUESTIONS = 2
#: Shorter values are found in every question.
_SHORTEST_VALUE = 3
_IDENTIFIER = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class Ranking:
    """Tables with a score, the best first; the columns that the question names; values of theirs that it holds.

    `known` is the part of the question's words (0..1) that the schema knows.
    """

    scores: Mapping[Key, float]
    columns: Mapping[Key, frozenset[str]]
    values: Mapping[tuple[str, str, str], tuple[str, ...]]
    known: float


@dataclass(slots=True)
class _Terms:
    """The words of a question with what each is worth."""

    weights: dict[str, float]
    own: frozenset[str]
    by_word: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


def rank(request: SqlRequest) -> Ranking:
    """Score all tables. In tens of milliseconds for a few thousand tables.

    A sum over the question's words of where each stands (name, text, value) times how rare it is among the tables, as
    in tf-idf; tables of earlier and of known queries get a bonus, by which follow-ups find theirs.
    """
    catalog = request.catalog
    terms = _terms_of(request)
    words = {table.key: _table_words(table) for table in catalog.tables}
    terms.by_word = match_words(terms.weights, {word for found in words.values() for word in found})
    hits = {key: _hits(found, terms) for key, found in words.items()}
    rarity = _rarity(terms, hits.values())
    values = dict(_values_in(request.question, catalog))
    scores = {key: sum(worth * rarity[term] for term, worth in found.items()) for key, found in hits.items()}
    for schema, table, _column in values:
        scores[schema, table] += _VALUE
    for key, worth in _read_before(request):
        scores[key] += worth
    ordered = sorted(((key, score) for key, score in scores.items() if score > 0), key=lambda pair: -pair[1])
    found_values = {word for found in values.values() for value in found for word in name_words(value)}
    explained = ({term for found in hits.values() for term in found} | found_values) & terms.own
    known = len(explained) / len(terms.own) if terms.own else 0.0
    return Ranking(dict(ordered), _columns_named(catalog, dict(ordered), terms), values, known)


def _terms_of(request: SqlRequest) -> _Terms:
    own = question_words(request.question)
    earlier = [exchange.question for exchange in request.history[-_EARLIER_QUESTIONS:]]
    weights = {word: _EARLIER for text in (*earlier, *request.choices.values()) for word in question_words(text)}
    return _Terms(weights | dict.fromkeys(own, 1.0), frozenset(own))


def _table_words(table: Table) -> dict[str, float]:
    """The table's words with the best place that each has."""
    columns = table.columns
    texts = (text for column in columns for text in (column.description, column.comment) if text)
    names = (*(column.name for column in columns), *(name for column in columns for name in column.synonyms))
    # The later wins.
    return {
        **dict.fromkeys(_words(texts), _COLUMN_TEXT),
        **dict.fromkeys(_words((table.description, table.comment)), _TABLE_TEXT),
        **dict.fromkeys(_words(names), _COLUMN_NAME),
        **dict.fromkeys(_words((table.name, *table.synonyms)), _TABLE_NAME),
    }


def _words(texts: Iterable[str]) -> set[str]:
    return set[str]().union(*map(name_words, texts))


def _column_words(column: Column) -> set[str]:
    return _words((column.name, *column.synonyms, column.description, column.comment))


def _hits(words: Mapping[str, float], terms: _Terms) -> dict[str, float]:
    """What each term of the question is worth in this table."""
    found: dict[str, float] = {}
    for word in words.keys() & terms.by_word.keys():
        for term, strength in terms.by_word[word].items():
            found[term] = max(found.get(term, 0.0), strength * words[word] * terms.weights[term])
    return found


def _rarity(terms: _Terms, hits: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """Inverse document frequency: a word that half of the tables know does not choose between them."""
    tables = list(hits)
    return {term: log(1 + len(tables) / (1 + sum(term in found for found in tables))) for term in terms.weights}


def _values_in(question: str, catalog: Catalog) -> Iterator[tuple[tuple[str, str, str], tuple[str, ...]]]:
    """The sampled values that stand in the question as whole words, whatever their case and accents."""
    plain = fold(question)
    for table, column in catalog.columns():
        if column.is_sampled and column.samples:
            found = [value for value in column.samples if _is_in(value, plain)]
            if found:
                yield (table.schema, table.name, column.name), tuple(found)


def _is_in(value: str, plain: str) -> bool:
    if len(value) < _SHORTEST_VALUE:
        return False
    sought = value.lower() if value.isascii() else fold(value)
    return sought in plain and re.search(rf"(?<!\w){re.escape(sought)}(?!\w)", plain) is not None


def _read_before(request: SqlRequest) -> Iterator[tuple[Key, float]]:
    """The tables of earlier queries and of known ones; the nearer an example, the more its tables are worth."""
    queries = [(exchange.sql, _READ_BEFORE) for exchange in request.history[-_EARLIER_QUESTIONS:]]
    queries += [(example.sql, _READ_BEFORE * example.score) for example in request.examples]
    for sql, worth in queries:
        small = sql.lower()
        names = set(_IDENTIFIER.findall(small))
        for table in request.catalog.tables:
            name = table.name.lower()
            if name in names or (not name.isidentifier() and name in small):
                yield table.key, worth


def _columns_named(catalog: Catalog, scores: Mapping[Key, float], terms: _Terms) -> Mapping[Key, frozenset[str]]:
    """Of the tables with a score, the columns one of whose words the question says."""
    best = list(scores)[:100]
    return {
        key: frozenset(
            column.name
            for column in catalog.table_by_key[key].columns
            if not terms.by_word.keys().isdisjoint(_column_words(column))
        )
        for key in best
    }
