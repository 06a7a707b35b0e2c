"""Which sentences answer a question: those that hold its rare words, and show signs of an answer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from chatbot.engines.librarian.kinds import holds_kind
from chatbot.engines.librarian.shelf import Bag, Sentence, Shelf
from chatbot.engines.librarian.terms import Term, Wanted
from chatbot.engines.librarian.words import are_related

#: What a word is worth in the sentence itself, in the sentence it leans on, its heading, its passage.
_WORTH = (1.0, 0.85, 0.6, 0.3)
_OTHER_MARKS = 0.35  # of an accented word found with other marks: `ma` for `mã`
_FAMILY = 0.75
_KIND_FITS, _KIND_MISSES = 0.15, 0.1
_ALL_PAIRS, _DATE, _PRIOR = 0.2, 0.25, 0.4
_FRAGMENT = 0.15
_LONG_WORDS = 45  # beyond it a sentence mentions many things and is about none

#: The share of the question that must be there: to be shown, to be called an answer.
NEAR, DIRECT = 0.45, 0.75
#: A passage whose meaning is this near to the question's may share few words with it.
_SAME_MEANING, _NEAR_IN_MEANING = 0.6, 0.15
MAX_QUOTES = 5
_MAX_OF_ONE_SOURCE = 3
#: Beside the best one only what comes close to it; more doubt shows more places.
_CLOSE_TO_DIRECT, _CLOSE_TO_NEAR = 0.8, 0.65

Verdict: TypeAlias = Literal["direct", "near", "nothing"]


@dataclass(frozen=True, slots=True)
class Found:
    """A sentence and how well it answers; `coverage` is the share of the question that is there, 0..1."""

    sentence: Sentence
    score: float
    coverage: float
    fits: bool


@dataclass(frozen=True, slots=True)
class Findings:
    """The best sentences, best first, what they are worth, and words of the question that stand nowhere."""

    verdict: Verdict
    quotes: tuple[Found, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Sought:
    """A word of the question among the words of the shelf: its weight there, and the keys of its family."""

    term: Term
    weight: float
    family: frozenset[str]


def search(wanted: Wanted, shelf: Shelf) -> Findings:
    """The sentences that are worth quoting; none when the question has no words that could be sought."""
    if not wanted.terms:
        return Findings("nothing", (), ())
    sought = _seek(wanted, shelf)
    ranked = sorted((_rate(wanted, sought, sentence) for sentence in shelf.sentences), key=lambda found: -found.score)
    relevant = [found for found in ranked if _is_relevant(found) and not found.sentence.announces]
    unknown = tuple(one.term.word.surface for one in sought if not one.family)
    if not relevant:
        return Findings("nothing", (), unknown)
    best = relevant[0]
    is_direct = best.coverage >= DIRECT and best.fits and not unknown
    least = best.score * (_CLOSE_TO_DIRECT if is_direct else _CLOSE_TO_NEAR)
    return Findings("direct" if is_direct else "near", tuple(_choose(relevant, least)), unknown)


def _seek(wanted: Wanted, shelf: Shelf) -> list[_Sought]:
    """Look the words of the question up. One that stands nowhere is as rare as the others on average."""
    found = [_look_up(term, shelf) for term in wanted.terms]
    known = [one.weight / one.term.weight for one in found if one.family]
    usual = sum(known) / len(known) if known else 1.0
    return [one if one.family else _Sought(one.term, one.term.weight * usual, one.family) for one in found]


def _look_up(term: Term, shelf: Shelf) -> _Sought:
    key = term.word.key
    family = frozenset(other for other in shelf.occurrences if other == key or are_related(key, other))
    rarest = key if key in family or not family else max(family, key=shelf.rarity)
    return _Sought(term, term.weight * shelf.rarity(rarest), family)


def _rate(wanted: Wanted, sought: Sequence[_Sought], sentence: Sentence) -> Found:
    total = sum(one.weight for one in sought)
    coverage = sum(one.weight * _presence(one, sentence, wanted) for one in sought) / total
    score = coverage + _signs(wanted, sentence) + _PRIOR * sentence.source.score
    fits = not wanted.kinds or holds_kind(sentence.folded, wanted.kinds, wanted.language)
    if wanted.kinds and coverage:
        score += _KIND_FITS if fits else -_KIND_MISSES
    return Found(sentence, score, coverage, fits)


def _presence(one: _Sought, sentence: Sentence, wanted: Wanted) -> float:
    """How much of a word is in the sentence or near to it, 0..1."""
    if not one.family:
        return 0.0
    bags = (sentence.bag, sentence.lead, sentence.heading, sentence.around)
    return max(worth * _match(one, bag, wanted.is_accented) for bag, worth in zip(bags, _WORTH, strict=True))


def _match(one: _Sought, bag: Bag, is_accented: bool) -> float:
    word = one.term.word
    surfaces = bag.surfaces.get(word.key)
    if surfaces is not None:
        # Words without marks in both places are forms of one English word.
        is_same = word.surface in surfaces or (word.surface.isascii() and any(map(str.isascii, surfaces)))
        return 1.0 if is_same or not is_accented else _OTHER_MARKS
    return 0.0 if one.family.isdisjoint(bag.surfaces) else _FAMILY


def _signs(wanted: Wanted, sentence: Sentence) -> float:
    """What speaks for and against a sentence beside its words."""
    signs = 0.0
    if wanted.pairs:
        signs += _ALL_PAIRS * len(wanted.pairs & sentence.bag.pairs) / len(wanted.pairs)
    if wanted.dates & sentence.bag.dates:
        signs += _DATE
    if sentence.is_fragment:
        signs -= _FRAGMENT
    too_long = max(0, len(sentence.text.split()) - _LONG_WORDS)
    return signs - 0.1 * min(1.0, too_long / _LONG_WORDS)


def _is_relevant(found: Found) -> bool:
    if found.sentence.source.score >= _SAME_MEANING and found.coverage >= _NEAR_IN_MEANING:
        return True
    return found.coverage >= NEAR


def _choose(relevant: Sequence[Found], least: float) -> Iterable[Found]:
    of_source: dict[int, int] = {}
    chosen = 0
    for found in relevant:
        number = found.sentence.source.number
        if chosen == MAX_QUOTES or found.score < least:
            return
        if of_source.get(number, 0) < _MAX_OF_ONE_SOURCE:
            of_source[number] = of_source.get(number, 0) + 1
            chosen += 1
            yield found
