"""Words as they are compared: in small letters, without accents, English ones cut to their stem."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_CURLY_APOSTROPHE = "\u2019"
_WORD = re.compile(r"\d+(?:[.,:]\d+)+|[^\W_]+(?:'[^\W_]+)?")
_GROUPED = re.compile(r"(\d{1,3}([.,])\d{3}(?:\2\d{3})*)((?!\2)[.,]\d+)?")
_VOWEL = re.compile(r"[aeiouy]")
_SHORTEST_STEM = 3
#: From this length on a common beginning says that two words belong together: `install`, `installation`.
_SHORTEST_FAMILY = 5
_FAMILY_ENDINGS = frozenset({
    "", "ation", "ion", "or", "er", "ment", "al", "ity", "ness", "able", "ence", "ance", "ive", "ful", "ship",
})  # fmt: skip
_IRREGULAR = {
    "built": "build", "paid": "pay", "sent": "send", "kept": "keep", "held": "hold", "made": "make", "found": "find",
    "lost": "lose", "sold": "sell", "bought": "buy", "began": "begin", "begun": "begin", "wrote": "write",
    "written": "write", "won": "win", "led": "lead", "met": "meet", "took": "take", "taken": "take", "gave": "give",
    "given": "give", "went": "go", "gone": "go", "came": "come", "got": "get", "ran": "run", "said": "say",
    "told": "tell", "taught": "teach", "thought": "think", "spoke": "speak", "spoken": "speak", "chose": "choose",
    "chosen": "choose", "broke": "break", "broken": "break", "drove": "drive", "driven": "drive", "grew": "grow",
    "grown": "grow", "knew": "know", "known": "know", "rose": "rise", "fell": "fall", "fallen": "fall",
    "stood": "stand", "lent": "lend", "spent": "spend", "slept": "sleep", "ate": "eat", "drank": "drink",
    "drew": "draw", "men": "man", "women": "woman", "children": "child", "feet": "foot", "people": "person",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Word:
    """`surface` keeps its accents; `key` is what words of one family share."""

    surface: str
    key: str

    @property
    def has_digit(self) -> bool:
        """A number, a year, a model's name."""
        return any(character.isdigit() for character in self.surface)


def fold(text: str) -> str:
    """Small letters without accents, as the database's `fold_accents`."""
    plain = unicodedata.normalize("NFD", text.lower())
    return "".join(character for character in plain if not unicodedata.combining(character)).replace("đ", "d")


def read_words(text: str) -> list[Word]:
    """The words of a text in their order; numbers lose what groups their digits."""
    normal = unicodedata.normalize("NFC", text).lower().replace(_CURLY_APOSTROPHE, "'")
    return [Word(surface, key_of(surface)) for surface in _WORD.findall(normal)]


@lru_cache(maxsize=50_000)
def key_of(surface: str) -> str:
    """The key of a word in small letters."""
    if surface[0].isdigit():
        return _number_key(surface)
    return stem(surface) if surface.isascii() else fold(surface)


def _number_key(surface: str) -> str:
    if grouped := _GROUPED.fullmatch(surface):
        return grouped[1].replace(grouped[2], "") + (grouped[3] or "").replace(",", ".")
    return surface.replace(",", ".").lstrip("0") or "0"


def stem(word: str) -> str:
    """An English word without its ending; too little to be pretty, enough to compare."""
    word = word.removesuffix("'s").replace("'", "")
    word = _IRREGULAR.get(word, word)
    if len(word) <= _SHORTEST_STEM:
        return word
    return _without_e(_without_verb_ending(_singular(word)))


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _without_verb_ending(word: str) -> str:
    for ending in ("ingly", "edly", "ing", "ed", "ly"):
        root = word.removesuffix(ending)
        if root != word and len(root) >= _SHORTEST_STEM and _VOWEL.search(root):
            doubled = root[-1] == root[-2] and root[-1] not in "lsz"
            return root[:-1] if doubled else root
    return word


def _without_e(word: str) -> str:
    root = word[:-1] if word.endswith("e") and len(word) > _SHORTEST_STEM + 1 else word
    return root[:-1] + "i" if root.endswith("y") and len(root) > _SHORTEST_STEM else root


@lru_cache(maxsize=100_000)
def are_related(one: str, other: str) -> bool:
    """Whether two different keys look like members of one English family: `install`, `installation`."""
    short, long = sorted((one, other), key=len)
    if len(short) < _SHORTEST_FAMILY or not short.isascii():
        return False
    # The last letter of a stem may differ: `arriv`, `arrival`; `suppli`, `supplier`.
    root = short if long.startswith(short) else short[:-1]
    return long.startswith(root) and long[len(root) :] in _FAMILY_ENDINGS
