"""Finds out how text is encoded, and whether bytes are text at all."""

import codecs
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from chatbot.extraction.base import ExtractionError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: What files of people and old programs are written in; among all the codecs of Python, guesses become a lottery.
_LEGACY = [  # the usual ones first
    "cp1252", "cp1258", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "koi8_r", "mac_roman",
    "gb18030", "big5", "shift_jis", "euc_jp", "euc_kr",
]  # fmt: skip
_NEAR = 0.02
_BYTES_BEFORE, _BYTES_AFTER = 4_000, 16_000
_UTF16_SHARE = 0.3  # of spaces, digits, line ends and plain letters in Vietnamese; more in English
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MAX_BROKEN_SHARE = 0.001

_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\ufeff\ufffe\uffff]")
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SURROGATES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Text:
    """The decoded beginning of a file; line ends are line feeds. Where it is `truncated`, the file is longer."""

    text: str
    encoding: str
    truncated: bool


def find_encoding(data: bytes) -> str | None:
    """The Python name of the encoding, None when the bytes are no text; the last character may be cut off."""
    for mark, name in _BOMS:
        if data.startswith(mark):
            return name if _is_text(data.decode(name, "replace")) else None
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(data)
    except UnicodeDecodeError as error:
        sample = data[max(0, error.start - _BYTES_BEFORE) : error.start + _BYTES_AFTER]
        return _find_utf16(data) or _find_legacy(sample)
    return "utf-8" if not _has_controls(text) else _find_utf16(data)


def read_text(path: Path, *, max_characters: int, find: Callable[[bytes], str | None] = find_encoding) -> Text:
    """The text of a file, of a long one somewhat more than `max_characters`; what cannot be decoded becomes U+FFFD.

    `find` tells the encoding of the beginning of a file. Raises ExtractionError: `unsupported_type` when it is no text,
    `file_empty` when it is blank.
    """
    most_bytes = 4 * (max_characters + 1)  # no encoding here takes more for a character; one for its mark
    with path.open("rb") as file:
        data = file.read(most_bytes + 1)
    name = find(data)
    if name is None:
        raise ExtractionError("The file is no text and of no known type.", code="unsupported_type")
    text = unify_line_ends(data.decode(name, "replace"))
    if not text.strip():
        raise ExtractionError("The file is empty.", code="file_empty")
    return Text(text, name.removesuffix("-sig"), truncated=len(data) > most_bytes)


def unify_line_ends(text: str) -> str:
    """Every kind of line end as a line feed; Windows, old Mac, form feed, Unicode."""
    return _LINE_ENDS.sub("\n", text)


def clean_text(text: str) -> str:
    """NFC, without what databases and pages cannot hold: NUL and other control characters, half surrogate pairs."""
    visible = _INVISIBLE.sub("", unify_line_ends(text))
    return unicodedata.normalize("NFC", _SURROGATES.sub("\ufffd", visible))


def _has_controls(text: str) -> bool:
    return len(_CONTROLS.findall(text)) > _MAX_BROKEN_SHARE * len(text)


def _is_text(text: str) -> bool:
    broken = text.removesuffix("\ufffd").count("\ufffd")  # the last character may be cut off
    return not _has_controls(text) and broken <= _MAX_BROKEN_SHARE * len(text)


def _find_utf16(data: bytes) -> str | None:
    """UTF-16 without a byte order mark, told by the zeros beside every plain letter."""
    pairs = max(1, len(data) // 2)
    low, high = data[0::2].count(0) / pairs, data[1::2].count(0) / pairs
    name = "utf-16-le" if high > low else "utf-16-be"
    return name if max(low, high) > _UTF16_SHARE and _is_text(data.decode(name, "replace")) else None


def _find_legacy(sample: bytes) -> str | None:
    if _has_controls(sample.decode("latin-1")):
        return None
    from charset_normalizer import from_bytes  # slow to import, and seldom needed

    found = from_bytes(sample, cp_isolation=_LEGACY)
    best = found.best()
    if best is None:
        return None
    # Without enough to go by, several are equally good, some of them with the same text: the usual one is meant.
    rivals = [
        entry for entry in found if best.chaos + _NEAR >= entry.chaos and best.coherence - _NEAR <= entry.coherence
    ]
    possible = {name for entry in rivals for name in entry.could_be_from_charset}
    return next(name for name in _LEGACY if name in possible)
