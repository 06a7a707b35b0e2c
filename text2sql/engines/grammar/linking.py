"""Links between the question's words and the schema: spans that name tables, columns, values, numbers, keywords."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache

from text2sql.engines.grammar.dates import Period, find_periods
from text2sql.engines.grammar.keywords import Keyword, find_keywords, number_of
from text2sql.engines.grammar.lexicon import synonyms
from text2sql.engines.grammar.schema import Col, Phrase, Schema, TableId
from text2sql.engines.grammar.stopwords import MEASURING, REQUESTS, SKIPPED, STOP
from text2sql.engines.grammar.values import ValueIndex
from text2sql.engines.grammar.wordlists import words
from text2sql.engines.grammar.words import Token, likeness

_MAX_SPAN = 5
_MAX_LINKS = 80
_NEAR_BEST = 0.4
_LEAST = 0.36
#: Words that people put behind a name that does not have them: "phone number" for `phone`.
_TRAILING = frozenset(("number", "name", "value"))
_TRAILED = 0.86
#: Last words of names that say little: "customer" nearly names `customer_id`.
_GENERIC = words("generic")


@dataclass(frozen=True, slots=True)
class Link:
    """One reading of a span. Exactly one of `table`, `col` and `value` (with its column) says what it names.

    `more` are further columns that belong to the same name (first and last name).
    """

    score: float
    table: TableId | None = None
    col: Col | None = None
    value: str | None = None
    more: tuple[Col, ...] = ()
    how: str = ""

    @property
    def is_value(self) -> bool:
        """Whether it names a value of a column."""
        return self.value is not None

    @property
    def home(self) -> TableId:
        """The table it belongs to."""
        if self.col is not None:
            return self.col[0]
        if self.table is None:
            raise LookupError("a link names a table or a column")
        return self.table


@dataclass(slots=True)
class Atom:
    """A span of the question with its readings. `kind` is REF, VAL, NUM, WORD or a keyword's kind."""

    kind: str
    start: int
    end: int
    text: str
    payload: str = ""
    number: float | None = None
    period: Period | None = None
    links: list[Link] = field(default_factory=list)
    is_quoted: bool = False
    is_capital: bool = False


class Linker:
    """Links questions to one schema."""

    def __init__(self, schema: Schema, values: ValueIndex) -> None:
        self.schema, self.values = schema, values
        self._by_stem: dict[str, list[tuple[Phrase, Link]]] = {}
        for table, phrases in enumerate(schema.table_phrases):
            self._index(phrases, Link(1.0, table=table))
        for col, phrases in schema.column_phrases.items():
            self._index(phrases, Link(1.0, col=col))
        self.known = lru_cache(maxsize=4096)(self._known)

    def _index(self, phrases: Sequence[Phrase], link: Link) -> None:
        for phrase in phrases:
            for word in set(phrase.stems):
                self._by_stem.setdefault(word, []).append((phrase, link))

    def has_word(self, stem: str) -> bool:
        """Whether a name of the schema holds this very word."""
        return stem in self._by_stem

    def _known(self, word: str) -> tuple[tuple[str, float], ...]:
        """Stems of the schema like a stem of the question, with their likeness."""
        alike = ((known, likeness(word, known)) for known in self._by_stem)
        return tuple((known, score) for known, score in alike if score)

    def atoms(self, tokens: Sequence[Token], values: ValueIndex | None = None) -> list[Atom]:
        """The question as spans that cover it, chosen together so that most is explained.

        Each word belongs to one span only. Longer spans are worth more than their parts together, so "date of birth"
        is one column and not a date and a birth.
        """
        index = values or self.values
        spans: dict[tuple[int, int], list[tuple[float, Atom]]] = {}
        for span, atom, worth in self._spans(tokens, index):
            spans.setdefault(span, []).append((worth, atom))
        return _best_cover(tokens, spans)

    def _spans(self, tokens: Sequence[Token], values: ValueIndex) -> Iterator[tuple[tuple[int, int], Atom, float]]:
        for keyword in find_keywords(tokens):
            atom = _keyword_atom(keyword, tokens)
            yield (keyword.start, keyword.end), atom, _worth_of(keyword)
            if (first := _first_word(keyword)) is not None:
                yield (first.start, first.end), _keyword_atom(first, tokens), 1.02
        for start, end, period in find_periods(tokens, datetime.now(UTC).date()):
            text = " ".join(token.text for token in tokens[start:end])
            yield (
                (start, end),
                Atom("DATE", start, end, text, period=period),
                1.7
                if end - start == 1
                else 1.95
                if not any(t.number or t.text[0].isdigit() for t in tokens[start:end])
                else 1.7 * (end - start) ** 0.5,
            )
        for start, token in enumerate(tokens):
            if (number := number_of(token)) is not None:
                yield (start, start + 1), Atom("NUM", start, start + 1, token.text, number=number), 1.0
            if not token.is_word:
                continue
            for end in range(start + 1, min(len(tokens), start + max(_MAX_SPAN, values.longest)) + 1):
                yield from self._readings(tokens, start, end, values)

    def _readings(
        self, tokens: Sequence[Token], start: int, end: int, values: ValueIndex
    ) -> Iterator[tuple[tuple[int, int], Atom, float]]:
        span = tokens[start:end]
        text = " ".join(token.text for token in span)
        links: list[Link] = []
        worth = 0.0
        if end - start <= _MAX_SPAN and not any(token.is_quoted for token in span):
            links, worth = self._schema_links(span, is_noun=_is_noun(tokens, end))
        named = _value_links(span, values)
        if named and named[0].score * len(_content(span)) > worth + (0 if _looks_named(span, start) else 0.05):
            worth = max(worth, named[0].score * max(1, len(_content(span))))
            yield (start, end), _ref_atom("VAL", start, end, text, [*named, *links], span), worth
        elif links:
            yield (start, end), _ref_atom("REF", start, end, text, [*links, *named], span), worth
        elif len(span) == 1 and span[0].is_quoted:
            yield (start, end), _ref_atom("VAL", start, end, span[0].text, [], span), 1.6

    def _schema_links(self, span: Sequence[Token], *, is_noun: bool) -> tuple[list[Link], float]:
        stems = [token.stem for token in span if token.folded not in SKIPPED]
        edges = (span[0], span[-1])
        if not stems or any(token.folded in STOP or not token.is_word for token in edges):
            return [], 0.0
        is_request = span[0].start == 0 and span[0].folded in REQUESTS and not is_noun
        if is_request or any(not token.is_word for token in span):
            return [], 0.0
        links = self._matches(tuple(stems))
        if stems == ["full", "name"] and not any(link.score > 0.9 for link in links):
            links += self._matches(("name",))
        for phrase in synonyms(" ".join(stems)) if len(stems) > 1 else ():
            links += [
                Link(link.score * 0.82, link.table, link.col, how="synonym")
                for link in self._matches(tuple(phrase.split()))
            ]
        if len(stems) == 1:
            for phrase in synonyms(stems[0]):
                if " " in phrase:
                    links += [
                        Link(link.score * 0.78, link.table, link.col, how="synonym")
                        for link in self._matches(tuple(phrase.split()))
                        if link.score > 0.8
                    ]
        if len(span) == 1 and span[0].folded in MEASURING:
            links = [link for link in links if link.how == "name" and link.score > 0.85]
        links = _best_links([*links, *self._pointed(links)])
        worth = links[0].score * len(stems) + 0.12 * (len(stems) - 1) if links else 0.0
        return links, worth

    def _pointed(self, links: Sequence[Link]) -> Iterator[Link]:
        """A key that is named without "id" means the rows it points to.

        "Books by author" over `books.author_id` means the authors, of whom a name can be shown.
        """
        for link in links:
            if link.col is not None and link.score < 0.9:
                for edge in self.schema.edges:
                    if (edge.left, edge.left_columns) == (link.col[0], (link.col[1],)) and edge.right != edge.left:
                        yield Link(link.score + 0.03, table=edge.right, how=link.how)

    def _matches(self, stems: tuple[str, ...]) -> list[Link]:
        seen: dict[int, tuple[Phrase, Link]] = {}
        for known, _ in self.known(stems[0]):
            for phrase, link in self._by_stem[known]:
                seen[id(phrase) ^ hash((link.table, link.col))] = (phrase, link)
        found = []
        for phrase, link in seen.values():
            score, how = self._score(stems, phrase)
            if score >= _LEAST:
                found.append(Link(score - (0.02 if link.col is not None else 0), link.table, link.col, how=how))
        return found

    def _score(self, stems: tuple[str, ...], phrase: Phrase) -> tuple[float, str]:
        """Mean likeness of the asked words, less for words of the phrase that nobody said.

        Generic words of a name weigh less ("code" of `country_code`), the table's own name in a column's least of all.
        """
        left = list(range(len(phrase.stems)))
        said: set[int] = set()
        total, order, last = 0.0, 0, -1
        for word in stems:
            alike = dict(self.known(word))
            best = max(left, key=lambda place: alike.get(phrase.stems[place], 0.0), default=None)
            if best is None or not (score := alike.get(phrase.stems[best], 0.0)):
                if word in _TRAILING and said and word == stems[-1]:
                    total += _TRAILED
                    continue
                return 0.0, ""
            left.remove(best)
            said.add(best)
            total += score
            order += best < last
            last = best
        likeness_mean = total / len(stems)
        weights = [_weight(phrase, place) for place in range(len(phrase.stems))]
        coverage = sum(weights[place] for place in said) / sum(weights)
        if order and stems[0] in ("number", "total", "amount"):
            return 0.0, ""
        how = "name" if likeness_mean > 0.99 else "synonym"
        return likeness_mean * (0.3 + 0.7 * coverage) * phrase.weight - 0.04 * order, how


def _weight(phrase: Phrase, place: int) -> float:
    if place < phrase.prefix:
        return 0.12
    if phrase.stems[place] == "id" and len(phrase.stems) > 1:
        return 1.1
    if phrase.stems[place] in _GENERIC and len(phrase.stems) - phrase.prefix > 1:
        return 0.7
    return 1.0


def _is_noun(tokens: Sequence[Token], end: int) -> bool:
    """ "Name of the cat" begins with a noun, "name the cats" with a request."""
    return end < len(tokens) and tokens[end].folded in ("of", "and", ",", "for")


def _first_word(keyword: Keyword) -> Keyword | None:
    """ "Total number of" and "largest number of" may also be "total" and "largest" beside a column.

    The cover then decides between "total number of rooms" (a count) and "total" beside a column `number_of_rooms`.
    """
    first = keyword.payload.split()[0]
    if keyword.kind == "COUNT" and first == "total":
        return Keyword("AGG", "sum", keyword.start, keyword.start + 1)
    if keyword.kind == "SUP" and keyword.end - keyword.start > 2:
        return Keyword("SUP", first, keyword.start, keyword.start + 1)
    return None


def _worth_of(keyword: Keyword) -> float:
    """Grows with the root of the length: "as well as" beats three words, but no name of a column as long."""
    if keyword.kind == "COUNT":
        return 1.95 if keyword.payload.startswith(("count", "total")) and keyword.end - keyword.start > 2 else 0.95
    return 1.02 * math.sqrt(keyword.end - keyword.start)


def _content(span: Sequence[Token]) -> list[Token]:
    return [token for token in span if token.is_word and token.folded not in SKIPPED]


def _value_links(span: Sequence[Token], values: ValueIndex) -> list[Link]:
    if len(span) == 1 and (span[0].folded in STOP or len(span[0].folded) < 2) and not _is_code(span[0]):
        return []
    if not span[-1].is_word or (len(span) > 1 and all(token.folded in STOP for token in span)):
        return []
    text = " ".join(token.text for token in span)
    found = values.find(text)
    certainty = _certainty(span)
    return [
        Link(
            stored.score * (certainty if certainty > 1 or stored.text == text else certainty * 0.78),
            col=stored.col,
            value=stored.text,
            how="value",
        )
        for stored in found
    ]


def _is_code(token: Token) -> bool:
    return token.is_quoted or token.number is not None or (token.text.isupper() and token.text not in ("I", "A"))


def _certainty(span: Sequence[Token]) -> float:
    """Written like a name it is one; a lower-case word may be an ordinary word.

    Quoted text is a value before it is anything else; a number or a short word is one only where nothing else fits.
    """
    if any(token.is_quoted for token in span):
        return 1.6
    if len(span) == 1 and span[0].number is not None:
        return 0.5
    if len(span) > 1:
        return 1.2 if any(token.is_capital for token in span) else 1.05
    return 1.2 if span[0].is_capital else 0.9 if len(span[0].folded) > 2 else 0.4


def _looks_named(span: Sequence[Token], start: int) -> bool:
    return span[0].is_quoted or (start > 0 and span[0].is_capital)


def _best_links(links: list[Link]) -> list[Link]:
    best: dict[tuple[TableId | None, Col | None], Link] = {}
    for link in links:
        key = (link.table, link.col)
        if key not in best or best[key].score < link.score:
            best[key] = link
    if any(link.how == "name" for link in best.values()):
        best = {
            key: replace(link, score=link.score - 0.15) if link.how == "synonym" else link for key, link in best.items()
        }
    ordered = sorted(best.values(), key=lambda link: -link.score)
    return [link for link in ordered if link.score >= ordered[0].score - _NEAR_BEST][:_MAX_LINKS]


def _keyword_atom(keyword: Keyword, tokens: Sequence[Token]) -> Atom:
    text = " ".join(token.text for token in tokens[keyword.start : keyword.end])
    return Atom(keyword.kind, keyword.start, keyword.end, text, keyword.payload)


def _ref_atom(kind: str, start: int, end: int, text: str, links: list[Link], span: Sequence[Token]) -> Atom:
    return Atom(
        kind, start, end, text, links=links, is_quoted=any(t.is_quoted for t in span), is_capital=span[0].is_capital,
        number=number_of(span[0]) if len(span) == 1 else None,
    )  # fmt: skip


def _best_cover(tokens: Sequence[Token], spans: dict[tuple[int, int], list[tuple[float, Atom]]]) -> list[Atom]:
    """Weighted intervals: the spans without overlap whose worth adds up to most; the rest are words.

    Dynamic programming from the last word to the first, linear in the number of spans.
    """
    count = len(tokens)
    worth: list[float] = [0.0] * (count + 1)
    choice: list[Atom | None] = [None] * (count + 1)
    by_start: dict[int, list[tuple[float, Atom]]] = {}
    for (start, _), readings in spans.items():
        by_start.setdefault(start, []).append(max(readings, key=lambda reading: reading[0]))
    for start in range(count - 1, -1, -1):
        worth[start] = worth[start + 1]
        for value, atom in by_start.get(start, []):
            if value + worth[atom.end] > worth[start] + 1e-9:
                worth[start], choice[start] = value + worth[atom.end], atom
    atoms, place = [], 0
    while place < count:
        atom = choice[place] or _unread(tokens, place)
        atoms.append(atom)
        place = atom.end
    return atoms


def _unread(tokens: Sequence[Token], place: int) -> Atom:
    token = tokens[place]
    return Atom("WORD" if token.is_word else "MARK", place, place + 1, token.text, is_capital=token.is_capital)
