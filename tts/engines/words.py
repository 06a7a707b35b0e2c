"""Finds the words of a text, and follows an engine through them, so that a page can highlight what is heard."""

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass

from tts.engines.segments import PAUSE

# Scripts written without spaces: Thai, Lao, Myanmar, Khmer, kana, Han, and their extensions.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)


@dataclass(frozen=True, slots=True)
class WordRegion:
    """A word without the punctuation around it; `unspaced` when its script puts no spaces between words."""

    start: int
    length: int
    unspaced: bool

    @property
    def end(self) -> int:
        """The offset after its last character."""
        return self.start + self.length


def find_words(text: str) -> tuple[WordRegion, ...]:
    """The words of a text in order: what stands between spaces, less the punctuation at both ends.

    A mark that stands alone ("-", an emoji) counts as a word, because engines read it out; pauses do not.
    """
    hidden = PAUSE.sub(lambda match: " " * len(match[0]), text)
    return tuple(_trim(match) for match in re.finditer(r"\S+", hidden))


class WordFollower:
    """Maps the positions that an engine reports to words of the text, each once and never backwards.

    Engines report parts of words ("don" of "don't", each digit of 2024) and places between words; a page wants words.
    """

    def __init__(self, text: str) -> None:
        self._words = find_words(text)
        self._starts = [word.start for word in self._words]
        self._spoken_until = 0

    def follow(self, position: int) -> tuple[int, int] | None:
        """Start and length of the word that begins to sound, None when it is no news.

        In scripts without spaces a word is what stands between two reported positions, so its length is 1 at least.
        """
        index = bisect_right(self._starts, position) - 1
        # Opening punctuation stands before the word that it belongs to.
        if index + 1 < len(self._words) and (index < 0 or position >= self._words[index].end):
            index += 1
        if index < 0:
            return None
        word = self._words[index]
        start = max(position, word.start) if word.unspaced else word.start
        if start < self._spoken_until or start >= word.end:
            return None
        length = 1 if word.unspaced else word.length
        self._spoken_until = start + length
        return start, length


def _trim(match: re.Match[str]) -> WordRegion:
    word = match[0]
    left, right = 0, len(word)
    while left < right and unicodedata.category(word[left])[0] == "P":
        left += 1
    while right > left and unicodedata.category(word[right - 1])[0] == "P":
        right -= 1
    if left == right:
        left, right = 0, len(word)
    unspaced = _UNSPACED.search(word) is not None
    return WordRegion(start=match.start() + left, length=right - left, unspaced=unspaced)
