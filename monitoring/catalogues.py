"""Compiles gettext catalogues without the gettext programs, which a fresh machine lacks.

Formats: "PO Files" and "MO Files" of the GNU gettext manual. Fuzzy and untranslated entries are left out, as by msgfmt.
"""

import ast
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_MAGIC = 0x950412DE
#: Magic, version, number of texts, offsets of both tables, size and offset of the (absent) hash table.
_HEADER = struct.Struct("<7I")
_CONTEXT_END = "\x04"


class BrokenCatalogue(ValueError):
    """A .po file that cannot be read; the message names the line."""


@dataclass
class _Entry:
    fuzzy: bool = False
    texts: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What gettext looks up: context, then singular, then plural."""
        context = self.texts["msgctxt"] + _CONTEXT_END if "msgctxt" in self.texts else ""
        plural = "\0" + self.texts["msgid_plural"] if "msgid_plural" in self.texts else ""
        return context + self.texts.get("msgid", "") + plural

    @property
    def translation(self) -> str:
        """The forms in their order; empty unless every one of them is translated."""
        forms = [text for name, text in sorted(self.texts.items()) if name.startswith("msgstr")]
        return "\0".join(forms) if all(forms) else ""


def read_po(text: str) -> dict[str, str]:
    """Translations by key; raises BrokenCatalogue."""
    entries = list(_entries(text))
    return {entry.key: entry.translation for entry in entries if entry.translation and not entry.fuzzy}


def _entries(text: str) -> Iterator[_Entry]:
    entry, name = _Entry(), ""
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if line.startswith("#") or not line:
            if any(key.startswith("msgstr") for key in entry.texts):
                yield entry
                entry, name = _Entry(), ""
            entry.fuzzy |= line.startswith("#,") and "fuzzy" in line
            # An obsolete entry is all comment, and its flags must not fall on the one that follows.
            entry.fuzzy &= not line.startswith("#~")
            continue
        word, quote, rest = line.partition('"')
        if word.strip():
            name = word.strip()
            if name in ("msgid", "msgctxt") and any(key.startswith("msgstr") for key in entry.texts):
                yield entry
                entry = _Entry()
        try:
            entry.texts[name] = entry.texts.get(name, "") + ast.literal_eval(quote + rest)
        except (SyntaxError, ValueError) as error:
            raise BrokenCatalogue(f"line {number}: {line}") from error
    if entry.texts:
        yield entry


def write_mo(translations: dict[str, str]) -> bytes:
    """The binary form: two tables of (length, offset), sorted by key, then the texts with a NUL after each."""
    # By bytes, as the format asks: its readers search by halves.
    pairs = sorted((key.encode(), value.encode()) for key, value in translations.items())
    count, table = len(pairs), 8 * len(pairs)
    texts = [key for key, _value in pairs] + [value for _key, value in pairs]
    offset, places, body = _HEADER.size + 2 * table, b"", b""
    for text in texts:
        places += struct.pack("<2I", len(text), offset + len(body))
        body += text + b"\0"
    header = _HEADER.pack(_MAGIC, 0, count, _HEADER.size, _HEADER.size + table, 0, _HEADER.size + 2 * table)
    return header + places + body


def compile_catalogue(source: Path) -> bool:
    """Write the .mo beside a .po; False when it already says the same. Raises BrokenCatalogue."""
    try:
        text = source.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BrokenCatalogue(f"byte {error.start}: not UTF-8") from error
    compiled = write_mo(read_po(text))
    target = source.with_suffix(".mo")
    if target.exists() and target.read_bytes() == compiled:
        return False
    target.write_bytes(compiled)
    return True
