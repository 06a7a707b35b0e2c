"""Extractive summaries: TextRank over the sentences (Mihalcea and Tarau, EMNLP 2004), spread over the headings."""

import math
from collections.abc import Sequence
from operator import mul

from chatbot.engines.librarian.languages import is_stop_word
from chatbot.engines.librarian.shelf import Sentence
from chatbot.engines.librarian.words import read_words

MAX_SENTENCES = 6
#: Compared with each other: the square of it is the work. Of more, every second or third is taken.
MAX_COMPARED = 150
_DAMPING = 0.85
_ROUNDS = 20
_FEWEST_WORDS, _MOST_WORDS = 5, 60
#: Openings of a part say what it is about.
_OPENING = 1.25


def summarise(sentences: Sequence[Sentence], language: str, *, most: int = MAX_SENTENCES) -> list[Sentence]:
    """The sentences that say most of the text, in its order; at least one from each heading while there is room."""
    pool = [sentence for sentence in sentences if _can_stand(sentence)] or list(sentences[:most])
    pool = pool[:: math.ceil(len(pool) / MAX_COMPARED) or 1]
    weights = _rank([_content(sentence, language) for sentence in pool])
    weights = [weight * (_OPENING if one.position == 0 else 1.0) for one, weight in zip(pool, weights, strict=True)]
    best_first = sorted(range(len(pool)), key=lambda at: (-weights[at], at))
    leaders = _first_of_each_heading(best_first, pool)[:most]
    rest = [at for at in best_first if at not in leaders]
    return [pool[at] for at in sorted([*leaders, *rest[: most - len(leaders)]])]


def _can_stand(sentence: Sentence) -> bool:
    length = len(sentence.text.split())
    return _FEWEST_WORDS <= length <= _MOST_WORDS and not sentence.announces


def _first_of_each_heading(best_first: Sequence[int], pool: Sequence[Sentence]) -> list[int]:
    leaders: dict[str, int] = {}
    for at in best_first:
        if pool[at].source.heading:
            leaders.setdefault(pool[at].source.heading, at)
    return list(leaders.values())


def _content(sentence: Sentence, language: str) -> frozenset[str]:
    words = read_words(sentence.text)
    return frozenset(word.key for word in words if not is_stop_word(word, language, is_accented=True))


def _rank(contents: Sequence[frozenset[str]]) -> list[float]:
    """TextRank: a sentence counts as much as those that share words with it; long ones have no advantage."""
    links = [[_likeness(one, other) if one is not other else 0.0 for other in contents] for one in contents]
    sums = [sum(row) for row in links]
    ranks = [1.0] * len(contents)
    for _round in range(_ROUNDS):
        shares = [rank / total if total else 0.0 for rank, total in zip(ranks, sums, strict=True)]
        ranks = [1 - _DAMPING + _DAMPING * sum(map(mul, row, shares)) for row in links]
    return ranks


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    if len(one) < 2 or len(other) < 2:
        return 0.0
    return len(one & other) / (math.log(len(one)) + math.log(len(other)))
