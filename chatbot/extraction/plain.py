"""Reads plain text, code and JSON."""

import json
from collections.abc import Iterator
from pathlib import Path

from chatbot.extraction.base import Block, Limits, Reading
from chatbot.extraction.encoding import Text, read_text

_LONG_LINE = 2_000


def read(path: Path, limits: Limits) -> Reading:
    """A block per paragraph; blank lines lie between them. Errors as `read_text`."""
    found = read_text(path, max_characters=limits.max_characters)
    return _reading(found, _paragraphs(found.text))


def read_code(path: Path, limits: Limits) -> Reading:
    """One block of lines. Errors as `read_text`."""
    found = read_text(path, max_characters=limits.max_characters)
    return _reading(found, iter([Block(found.text, form="lines")]))


def read_json(path: Path, limits: Limits) -> Reading:
    """One block of lines: as written, or indented where it comes in one long line. Errors as `read_text`."""
    found = read_text(path, max_characters=limits.max_characters)
    text = found.text
    if not found.truncated and any(len(line) > _LONG_LINE for line in text.split("\n")):
        text = _indent(text)
    return _reading(found, iter([Block(text, form="lines")]))


def _indent(text: str) -> str:
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=1)
    except (ValueError, RecursionError):  # broken, JSON Lines, or nested too deeply: it stays as it is
        return text


def _paragraphs(text: str) -> Iterator[Block]:
    lines: list[str] = []
    for line in text.split("\n"):
        if line.strip():
            lines.append(line)
        elif lines:
            yield Block("\n".join(lines))
            lines = []
    if lines:
        yield Block("\n".join(lines))


def _reading(found: Text, blocks: Iterator[Block]) -> Reading:
    return Reading(blocks, encoding=found.encoding, truncated=found.truncated)
