"""Cuts text into pieces that an engine can speak at once, with offsets that stay true to the original."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from tasks.engines.errors import EngineInputError

MAX_PAUSE_SECONDS = 10.0
MAX_PAUSES_SECONDS = 300.0  # of one request: a text full of pauses must not make hours of silence

PAUSE = re.compile(r"\[pause\s{1,3}(\d{1,6}(?:\.\d{1,3})?)\s?(ms|s)\]", re.IGNORECASE)
# The word before a full stop needs two lower-case letters: "Mr. Smith" and "U.S. law" stay together. Marks of
# scripts without capitals (Han, Devanagari, Arabic, Khmer ...) end a sentence wherever they stand.
_SENTENCE_END = re.compile(
    r"[^\W\d_]{2,}[^\w\s]*(?<=[.!?\u2026])[\"'\u201d\u2019)\]]*\s+"
    r"|[\u3002\uff01\uff1f\u0964\u0965\u061f\u06d4\u17d4]\s*"
    r"|\n\s*"
)
_ABBREVIATIONS = frozenset({"mr", "mrs", "ms", "dr", "prof", "st", "vs", "etc", "tp", "ths", "ts", "pgs"})


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece to speak at once: silence of `pause_seconds`, then `text`, which stands at `start` in the original.

    `text` may be empty after a last pause. `ends_sentence` tells that the voice should fall and rest after it.
    """

    start: int
    text: str
    pause_seconds: float
    ends_sentence: bool


def split_segments(text: str, *, max_characters: int = 400) -> tuple[Segment, ...]:
    """Cut at pauses, and between sentences where a piece would pass `max_characters`.

    Control characters, unassigned code points and lone surrogates become spaces, one for one, so that offsets hold.
    Raises EngineInputError (`pause_too_long`) beyond 10 s for one pause or 300 s for all.
    """
    clean = "".join(map(_speakable, text))
    segments: list[Segment] = []
    position, pause_seconds, total_seconds = 0, 0.0, 0.0
    for match in PAUSE.finditer(clean):
        cut = _cut(clean, position, match.start(), pause_seconds, max_characters)
        pause_seconds = 0.0 if cut else pause_seconds
        segments += cut
        seconds = float(match[1]) / (1000 if match[2].lower() == "ms" else 1)
        pause_seconds, total_seconds, position = pause_seconds + seconds, total_seconds + seconds, match.end()
        if seconds > MAX_PAUSE_SECONDS or total_seconds > MAX_PAUSES_SECONDS:
            message = f"A pause may last {MAX_PAUSE_SECONDS:g} s, all of them {MAX_PAUSES_SECONDS:g} s."
            raise EngineInputError(message, code="pause_too_long")
    rest = _cut(clean, position, len(clean), pause_seconds, max_characters)
    if not rest and pause_seconds:
        rest = [Segment(start=len(clean), text="", pause_seconds=pause_seconds, ends_sentence=False)]
    return (*segments, *rest)


def _speakable(character: str) -> str:
    # Cc control, Cn unassigned, Co private use, Cs lone surrogate: no engine can read them, some stumble over them.
    if character in "\n\t":
        return character
    return " " if unicodedata.category(character) in {"Cc", "Cn", "Co", "Cs"} else character


def _cut(text: str, start: int, end: int, pause_seconds: float, max_characters: int) -> list[Segment]:
    segments: list[Segment] = []
    for piece_start, piece_end, ends_sentence in _pieces(text, start, end, max_characters):
        if text[piece_start:piece_end].strip():
            piece = text[piece_start:piece_end]
            segments.append(Segment(piece_start, piece, 0.0 if segments else pause_seconds, ends_sentence))
    return segments


def _pieces(text: str, start: int, end: int, max_characters: int) -> Iterator[tuple[int, int, bool]]:
    while end - start > max_characters:
        cut, ends_sentence = _best_cut(text, start, start + max_characters)
        yield start, cut, ends_sentence
        start = cut
    if start < end:
        yield start, end, False


def _best_cut(text: str, start: int, limit: int) -> tuple[int, bool]:
    sentence_end = 0
    for match in _SENTENCE_END.finditer(text, start, limit):
        if match[0].split(".")[0].lower() not in _ABBREVIATIONS:
            sentence_end = match.end()
    if sentence_end:
        return sentence_end, True
    space = max(text.rfind(" ", start + 1, limit), text.rfind("\t", start + 1, limit))
    if space > start:
        return space + 1, False
    cut = limit
    while cut > start + 1 and unicodedata.category(text[cut])[0] == "M":  # keep an accent with its letter
        cut -= 1
    return cut, False
