"""The sentences of all sources side by side, each with what surrounds it, and how rare their words are."""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from chatbot.engines.base import Source
from chatbot.engines.librarian.dates import read_dates
from chatbot.engines.librarian.sentences import split_sentences
from chatbot.engines.librarian.words import fold, read_words

#: More are not read: two novels, and a second of work.
MAX_SENTENCES = 5_000
_SHORTEST_FRAGMENT = 3  # words of a sentence, less is a headline or a page number
_LEANING = re.compile(
    r"(it|its|they|their|he|she|his|her|this|these|those|such|there|no|ho|ong|ba|day|do|viec nay|dieu nay|nguoi nay)\b"
)


@dataclass(frozen=True, slots=True)
class Bag:
    """The words of a text: what each key looks like, which keys are neighbours, which dates occur."""

    surfaces: dict[str, frozenset[str]]
    pairs: frozenset[tuple[str, str]] = frozenset()
    dates: frozenset[str] = frozenset()

    @classmethod
    def of(cls, *texts: str) -> "Bag":
        """The words of several texts together."""
        surfaces: dict[str, set[str]] = {}
        pairs: set[tuple[str, str]] = set()
        for text in texts:
            words = read_words(text)
            for word in words:
                surfaces.setdefault(word.key, set()).add(word.surface)
            pairs |= set(pairwise(word.key for word in words))
        dates = frozenset(date for text in texts for date in read_dates(text))
        return cls({key: frozenset(found) for key, found in surfaces.items()}, frozenset(pairs), dates)


_EMPTY = Bag({})


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a source. `lead` is what it answers or leans on: the question or the noun in the one before it."""

    text: str
    source: Source
    position: int
    bag: Bag
    folded: str
    lead: Bag
    heading: Bag
    around: Bag
    is_last: bool = True

    @property
    def is_fragment(self) -> bool:
        """Too short to say something."""
        return len(self.text.split()) < _SHORTEST_FRAGMENT

    @property
    def announces(self) -> bool:
        """It asks or ends with a colon, and what follows is the point."""
        return self.text.endswith(("?", ":")) and not self.is_last


@dataclass(frozen=True, slots=True)
class Shelf:
    """All sentences, without repetition, in the order of the sources."""

    sentences: tuple[Sentence, ...]
    occurrences: dict[str, int] = field(default_factory=dict)

    def rarity(self, key: str) -> float:
        """Inverse document frequency with a sentence as document (Robertson and Sparck Jones, as in BM25)."""
        found = self.occurrences.get(key, 0)
        return math.log(1 + (len(self.sentences) - found + 0.5) / (found + 0.5))


def fill_shelf(sources: Iterable[Source]) -> Shelf:
    """Cut all sources into sentences; what stands in two overlapping passages comes once."""
    sentences: list[Sentence] = []
    seen: set[str] = set()
    for source in sources:
        for sentence in _sentences_of(source):
            if sentence.folded not in seen and len(sentences) < MAX_SENTENCES:
                seen.add(sentence.folded)
                sentences.append(sentence)
    occurrences: dict[str, int] = {}
    for sentence in sentences:
        for key in sentence.bag.surfaces.keys() | sentence.heading.surfaces.keys():
            occurrences[key] = occurrences.get(key, 0) + 1
    return Shelf(tuple(sentences), occurrences)


def _sentences_of(source: Source) -> Iterator[Sentence]:
    texts = split_sentences(source.text)
    bags = [Bag.of(text) for text in texts]
    heading, around = Bag.of(source.heading, source.title), Bag.of(source.text)
    asked = Bag.of(source.title) if source.kind == "memory" else _EMPTY
    for position, (text, bag) in enumerate(zip(texts, bags, strict=True)):
        folded = fold(text)
        lead = _lead(texts, bags, position, folded) if asked is _EMPTY else asked
        yield Sentence(text, source, position, bag, folded, lead, heading, around, position == len(texts) - 1)


def _lead(texts: Sequence[str], bags: Sequence[Bag], position: int, folded: str) -> Bag:
    if position == 0:
        return _EMPTY
    before = texts[position - 1]
    return bags[position - 1] if before.endswith(("?", ":")) or _LEANING.match(folded) else _EMPTY
