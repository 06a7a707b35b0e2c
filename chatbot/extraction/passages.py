"""Cuts text into passages for search: at the borders of paragraphs and sentences, code between its lines."""

import re
import string
import unicodedata
from collections.abc import Iterable, Iterator

from chatbot.extraction.base import Block, Passage

TARGET_CHARACTERS = 900
OVERLAP = 120

_BORDER = re.compile(r"""(?<=[.!?\u2026])["'\u201d\u2019\xbb)\]]*\s+|(?<=[\u3002\uff01\uff1f])\s*|\n\s*\n""")
#: What looks like the end of a sentence before it; English and Vietnamese.
_NO_BORDER = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|No|vs|cf|Fig|e\.g|i\.e|TP|Tp|Th\.?S|TS|PGS|GS|BS|KS|ThS|Q|P|[A-ZĐ])\.|^\s*\d{1,3}\.)\s*$",
    re.MULTILINE,
)
_FINISHED = re.compile(r"""[.!?:\u2026\u3002\uff01\uff1f]["'\u201d\u2019\xbb)\]]*\s*\Z""")
_TAIL = 12  # characters, enough for all of these
_BEYOND_ASCII, _SIGN = 4, 3
_SIGNS = string.punctuation.encode()


def weigh(text: str) -> int:
    """The length of a text in English letters: beyond ASCII each counts four times, a sign three times.

    Embedding models read a limited number of tokens, and a token is about four letters of English, but one of
    Vietnamese with its marks, of Russian or of Chinese, and in code each sign is one: passages of equal weight have
    about as many tokens.
    """
    plain = text.encode("ascii", "ignore")
    signs = len(plain) - len(plain.translate(None, _SIGNS))
    return len(text) + (_BEYOND_ASCII - 1) * (len(text) - len(plain)) + (_SIGN - 1) * signs


def split(
    blocks: Iterable[Block], *, target_characters: int = TARGET_CHARACTERS, overlap: int = OVERLAP
) -> Iterator[Passage]:
    """Passages of at most `target_characters`, as `weigh` counts; none is empty.

    Each begins with up to `overlap` characters of the one before, unless a heading, a table or (after a finished
    sentence) a page lies between. Raises ValueError when the overlap leaves less than half of a passage.
    """
    if not 0 <= 2 * overlap <= target_characters:
        raise ValueError("the overlap must be at most half of a passage")
    packer = _Packer(target_characters, overlap)
    position = 0
    for block in blocks:
        for number, piece in enumerate(_pieces(block, target_characters - overlap)):
            for text, page, heading in packer.add(piece, block, starts_block=number == 0):
                yield Passage(position, text, page, heading)
                position += 1
    for text, page, heading in packer.flush():
        yield Passage(position, text, page, heading)


class _Packer:
    """Puts pieces together until a passage is full."""

    def __init__(self, target: int, overlap: int) -> None:
        self._target, self._overlap = target, overlap
        self._text, self._weight = "", 0
        self._is_fresh = False  # holds more than the overlap
        self._of = Block("")

    def add(self, piece: str, block: Block, *, starts_block: bool) -> Iterator[tuple[str, int | None, str]]:
        """Take the next piece; gives a passage when it does not fit any more."""
        if self._is_fresh and (self._is_border(block) or not self._fits(piece, block, starts_block)):
            yield from self.flush()
            self._text = self._carry(block)
            self._weight = weigh(self._text)
            if not self._fits(piece, block, starts_block):
                self._text, self._weight = "", 0
        addition = self._joint(block, starts_block) + piece
        self._text += addition
        self._weight += weigh(addition)
        if not self._is_fresh:
            self._of = block
        self._is_fresh = self._is_fresh or bool(piece.strip())

    def flush(self) -> Iterator[tuple[str, int | None, str]]:
        """The last passage, when it holds anything new."""
        if self._is_fresh:
            text = self._text.strip() if self._of.form == "prose" else self._text.strip("\n").rstrip()
            yield text, self._of.page, self._of.heading
        self._is_fresh = False

    def _is_border(self, block: Block) -> bool:
        same = (self._of.page, self._of.heading, self._of.form) == (block.page, block.heading, block.form)
        return not same or block.form == "table"

    def _fits(self, piece: str, block: Block, starts_block: bool) -> bool:
        return self._weight + weigh(self._joint(block, starts_block)) + weigh(piece.rstrip()) <= self._target

    def _joint(self, block: Block, starts_block: bool) -> str:
        if not starts_block or not self._text:
            return ""
        return "\n\n" if block.form == "prose" and not self._text.endswith("\n\n") else "\n"

    def _carry(self, block: Block) -> str:
        """The end of the finished passage that the next one begins with."""
        of = self._of
        finished = _FINISHED.search(self._text) is not None
        if of.form != block.form or of.form == "table" or of.heading != block.heading:
            return ""
        if of.page != block.page and finished:
            return ""
        end = self._text
        while (surplus := weigh(end) - self._overlap) > 0:
            end = end[max(1, surplus // _BEYOND_ASCII) :]
        border = re.search(r"\n", end) if of.form == "lines" else _BORDER.search(end) or re.search(r"\s", end)
        return end[border.end() :].lstrip("\n") if border and len(end) < len(self._text) else ""


def _pieces(block: Block, most: int) -> Iterator[str]:
    """The text of a block in pieces of at most `most`; joined, they are the text without what surrounds it."""
    text = block.text.strip("\n").rstrip()
    if block.form == "table" and weigh(text) <= most + OVERLAP:
        yield text
        return
    for unit in _lines(text) if block.form != "prose" else _sentences(text):
        yield from _cut(unit, most)


def _lines(text: str) -> Iterator[str]:
    yield from text.splitlines(keepends=True)


def _sentences(text: str) -> Iterator[str]:
    start = 0
    for border in _BORDER.finditer(text):
        if (
            _NO_BORDER.search(text[max(start, border.start() - _TAIL) : border.start()]) is None
            and border.end() > start
        ):
            yield text[start : border.end()]
            start = border.end()
    if start < len(text):
        yield text[start:]


def _cut(unit: str, most: int) -> Iterator[str]:
    """A sentence or line that is too long, cut between words, or anywhere where there are none."""
    start = 0
    while len(unit) - start > most or weigh(unit[start:].rstrip()) > most:
        end = _reach(unit, start, most)
        middle = (start + end) // 2
        space = max(unit.rfind(" ", middle, end), unit.rfind("\n", middle, end))
        if space > start:
            end = space + 1
        else:
            while end > start + 1 and unicodedata.combining(unit[end]):
                end -= 1
        yield unit[start:end]
        start = end
    yield unit[start:]


def _reach(unit: str, start: int, most: int) -> int:
    """Where the characters from `start` on weigh `most`."""
    weight = 0
    for place in range(start, len(unit)):
        weight += weigh(unit[place])
        if weight > most:
            return max(start + 1, place)
    return len(unit) - 1
