"""Cuts a passage into sentences: prose in English and Vietnamese, list items, lines, and rows of tables."""

import re
from collections.abc import Iterator
from itertools import zip_longest

#: A longer "sentence" is a list or a broken file; it is cut between words.
MAX_CHARACTERS = 600

_LIST_ITEM = re.compile(r"\s*(?:[-*+\u2022\u2013\u25aa\u25cf]|\(?\d{1,3}[.)]|\(?[a-zđ][.)])\s+")
_BORDER = re.compile(
    r"""(?<=[.!?\u2026])["'\u201d\u2019\u00bb)\]]*\s+(?=["'\u201c\u2018\u00ab(\[]?[A-Z\u00c0-\u1ef8\u01100-9])"""
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|vs|cf|Inc|Ltd|Co|approx|e\.g|i\.e|TP|Tp|Th\.?S|TS|PGS|GS|BS|KS|NXB)"
    r"|(?<!\S)[A-ZĐ]|\bv\.v)\.$"
)
_BEFORE_NUMBER = re.compile(r"\b(?:No|Nr|Fig|Vol|pp?|tr|Q|P)\.$")
_CELLS = " | "
#: A line of this length that ends without a full stop was broken by the page's width.
_BROKEN_LINE = 45


def split_sentences(text: str) -> list[str]:
    """The sentences in their order, each on one line, none empty."""
    table = _table_rows(text)
    units = table if table is not None else (unit for block in _blocks(text) for unit in _prose(block))
    return [piece for unit in units for piece in _bounded(" ".join(unit.split())) if piece]


def _table_rows(text: str) -> list[str] | None:
    """Rows as `Name: Lan; City: Hue`, when all lines have cells; those beyond the header have no name."""
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) < 2 or not all(_CELLS in line for line in lines):
        return None
    header, *rows = ([cell.strip() for cell in line.split("|")] for line in lines)
    return [
        "; ".join(f"{name}: {cell}" if name else cell for name, cell in zip_longest(header, row, fillvalue="") if cell)
        for row in rows
    ]


def _blocks(text: str) -> Iterator[str]:
    """Paragraphs, list items and lines that stand alone; lines that the page's width broke are joined again."""
    current, above = "", ""
    for line in (raw.strip() for raw in text.splitlines()):
        if current and line and not _LIST_ITEM.match(line) and _goes_on(above, line):
            current = f"{current} {line}"
        else:
            yield current
            current = line
        above = line
    yield current


def _goes_on(above: str, line: str) -> bool:
    """Whether a line belongs to the sentence, or at least to the paragraph, of the line above it."""
    return line[0].islower() or len(above) >= _BROKEN_LINE


def _prose(block: str) -> Iterator[str]:
    start = 0
    for border in _BORDER.finditer(block):
        before = block[start : border.start()]
        goes_on = _ABBREVIATION.search(before) or (_BEFORE_NUMBER.search(before) and block[border.end()].isdigit())
        if not goes_on:
            yield block[start : border.end()]
            start = border.end()
    yield block[start:]


def _bounded(sentence: str) -> Iterator[str]:
    while len(sentence) > MAX_CHARACTERS:
        cut = sentence.rfind(" ", MAX_CHARACTERS // 2, MAX_CHARACTERS)
        cut = cut if cut > 0 else MAX_CHARACTERS
        yield sentence[:cut]
        sentence = sentence[cut:].lstrip()
    yield sentence


def without_bullet(sentence: str) -> str:
    """A list item without its mark; a number stays, it may be the point."""
    return re.sub(r"^[-*+\u2022\u2013\u25aa\u25cf]\s+", "", sentence)
