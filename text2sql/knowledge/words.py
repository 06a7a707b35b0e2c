"""Words of questions, English and Vietnamese: the same however accents, case and punctuation were typed."""

import re
import unicodedata
from collections.abc import Collection

_OPERATORS = """
    most least fewest more less fewer greater than not no never without except only average avg mean total sum how many
    much number count each every per min max minimum maximum between above below over under at before after since until
    or and any all same different distinct both neither largest smallest biggest highest lowest longest shortest oldest
    youngest newest latest earliest first last top bottom best worst exactly
    nhieu it nhat hon kem khong chua tru chi trung binh tong so luong bao moi tung toi thieu da giua tren duoi truoc sau
    tu den hoac va bat ky tat ca cung khac lon nho cao thap dai ngan cu dau cuoi
"""
#: Words that decide what is asked; they are never values, and near matches without the same ones fall in rank.
OPERATOR_WORDS = frozenset(_OPERATORS.split())
_ENGLISH = "what which how who whose where when show list find give are is many of with average number their"
#: Words that tell English from Vietnamese typed without accents.
ENGLISH_WORDS = frozenset(_ENGLISH.split())
_ARTICLES = frozenset({"the", "a", "an", "please"})
_RELATIVE = re.compile(
    r"\b(today|yesterday|tomorrow|now|ago|(this|last|past|next|current|previous) "
    r"(\w+ )?(days?|weeks?|months?|quarters?|years?)"
    r"|hom (nay|qua)|(ngay|tuan|thang|quy|nam) (nay|truoc|qua|ngoai|sau)|hien (nay|tai)"
    r"|\d+ (ngay|tuan|thang|nam) qua)\b"
)


def fold(text: str) -> str:
    """Small letters without accents, as the database's `fold_accents`."""
    plain = unicodedata.normalize("NFD", text.lower())
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).replace("đ", "d")


def is_vietnamese(text: str) -> bool:
    """Whether letters stand in it that English does without; Vietnamese typed without accents is not recognised."""
    return fold(text) != text.lower()


def is_relative(folded: str) -> bool:
    """Whether the words mean another time each day ("last month", "hom nay")."""
    return _RELATIVE.search(folded) is not None


def without_articles(words: list[str], text: str) -> list[str]:
    """English words without those that change nothing; "the" is a Vietnamese word, too, typed without its accents."""
    if is_vietnamese(text) or not ENGLISH_WORDS.intersection(words):
        return words
    return [word for word in words if word not in _ARTICLES]


def operators(words: Collection[str]) -> list[str]:
    """The operator words among folded words, sorted."""
    return sorted(word for word in words if word in OPERATOR_WORDS)


def accents_agree(left: str, right: str) -> bool:
    """Whether two questions with the same folded words may mean the same: an accent may be missing, not be another.

    "bán" and "bạn" fold to one word, but whoever typed both accents meant two.
    """
    mine, theirs = _spellings(left), _spellings(right)
    return all(
        mine[word] & theirs[word] or word in mine[word] or word in theirs[word] for word in mine.keys() & theirs.keys()
    )


def _spellings(text: str) -> dict[str, set[str]]:
    """Folded words with the ways they are spelled."""
    found: dict[str, set[str]] = {}
    for word in re.findall(r"\w+", unicodedata.normalize("NFC", text).lower()):
        found.setdefault(fold(word), set()).add(word)
    return found


def overlap(left: Collection[str], right: Collection[str]) -> float:
    """Dice's coefficient of two bags of words, 0..1; operator words count double."""
    mine, theirs = _weights(left), _weights(right)
    shared = sum(min(weight, theirs.get(word, 0)) for word, weight in mine.items())
    whole = sum(mine.values()) + sum(theirs.values())
    return 2 * shared / whole if whole else 0.0


def _weights(words: Collection[str]) -> dict[str, int]:
    weights: dict[str, int] = {}
    for word in words:
        weights[word] = weights.get(word, 0) + (2 if word in OPERATOR_WORDS else 1)
    return weights
