"""Reads Markdown and HTML, with the headings that the text stands under."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree, html

from chatbot.extraction.base import Block, ExtractionError, Form, Limits, Reading
from chatbot.extraction.encoding import find_encoding, read_text
from chatbot.extraction.headings import Headings

_MARKDOWN_HEADING = re.compile(r" {0,3}(#{1,6})[ \t](.*)")
_FENCE = re.compile(r" {0,3}(```+|~~~+)")
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
_LEGACY = ("cp125", "iso8859", "koi8", "gb", "big5", "shift_jis", "euc", "mac")
_CHARSET_WITHIN = 1024  # the HTML standard: prescan of a byte stream
_DROPPED = frozenset({"script", "style", "template", "noscript", "iframe", "object", "svg", "math", "audio", "video"})
_BREAKING_TAGS = (
    "address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hr html legend li main nav ol option p pre section summary table tbody tfoot "
    "thead title tr ul"
)
_BREAKING = frozenset(_BREAKING_TAGS.split())
_INVISIBLE_STYLE = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)


def read_markdown(path: Path, limits: Limits) -> Reading:
    """A block per paragraph or fenced code, as written. Errors as `read_text`."""
    found = read_text(path, max_characters=limits.max_characters)
    return Reading(_markdown_blocks(found.text), encoding=found.encoding, truncated=found.truncated)


def read_html(path: Path, limits: Limits) -> Reading:
    """The text that a reader of the page sees: no scripts, styles, comments or hidden parts.

    What a style sheet hides by class is not known. Raises ExtractionError as `read_text`, `file_damaged` and
    `file_too_complex`.
    """
    found = read_text(path, max_characters=limits.max_characters, find=_find_encoding)
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        root = html.document_fromstring(found.text.encode("utf-8", "replace"), parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise ExtractionError("The file is damaged: it is no HTML.") from error
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        # Elements inside each other 2048 deep: the parser leaves out all that follows.
        raise ExtractionError("The page is nested too deeply to be read.", code="file_too_complex")
    return Reading(_Page().blocks(root), encoding=found.encoding, truncated=found.truncated)


def _markdown_blocks(text: str) -> Iterator[Block]:
    headings, lines, fence = Headings(), list[str](), ""
    for line in text.split("\n"):
        heading = None if fence else _MARKDOWN_HEADING.fullmatch(line)
        mark = _FENCE.match(line)
        opens, closes = (
            bool(mark and not fence),
            bool(mark and fence and mark[1].startswith(fence) and line.strip() == mark[1]),
        )
        if opens or heading or not (fence or line.strip()):
            yield from _paragraph(lines, headings)
            lines = []
        if heading:
            headings.enter(len(heading[1]), _title(heading[2]))
        if opens and mark:
            fence = mark[1]
        lines.append(line)
        if heading or closes:
            yield from _paragraph(lines, headings, "lines" if closes else "prose")
            lines = []
        if closes:
            fence = ""
    yield from _paragraph(lines, headings, "lines" if fence else "prose")


def _title(rest: str) -> str:
    """Without the number signs that may close a heading: those behind a space (CommonMark 0.31, section 4.2)."""
    title = rest.strip(" \t")
    words = title.rstrip("#")
    return title if words and words[-1] not in " \t" else words.rstrip(" \t")


def _paragraph(lines: list[str], headings: Headings, form: Form = "prose") -> Iterator[Block]:
    if any(line.strip() for line in lines):
        yield Block("\n".join(lines).strip("\n"), heading=headings.path, form=form)


def _find_encoding(data: bytes) -> str | None:
    found = find_encoding(data)
    declared = _CHARSET.search(data[:_CHARSET_WITHIN])
    if found is None or found.startswith("utf") or declared is None:
        return found
    try:
        name = codecs.lookup(declared[1].decode()).name
    except LookupError:
        return found
    return name if name.startswith(_LEGACY) else found  # Python also has codecs that do more than decode


class _Page:
    """Collects the visible text of a tree of elements."""

    def __init__(self) -> None:
        self._headings = Headings()
        self._pieces: list[str] = []
        self._preformatted = 0

    def blocks(self, root: Any) -> Iterator[Block]:
        """Paragraphs, list items, rows and preformatted parts in their order."""
        walker = etree.iterwalk(root, events=("start", "end"))
        for event, element in walker:
            if event == "start" and _is_hidden(element):
                walker.skip_subtree()
            elif event == "start":
                yield from self._enter(element)
            else:
                yield from self._leave(element)
        yield from self._flush()

    def _enter(self, element: Any) -> Iterator[Block]:
        if element.tag in _BREAKING:
            yield from self._flush()
        if element.tag == "br":
            self._pieces.append("\n")
        self._preformatted += element.tag == "pre"
        self._pieces.append(element.text or "")

    def _leave(self, element: Any) -> Iterator[Block]:
        if not _is_hidden(element):
            if element.tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
                self._headings.enter(int(element.tag[1]), " ".join("".join(self._pieces).split()))
            if element.tag in ("td", "th"):
                self._pieces.append(" | ")
            if element.tag in _BREAKING:
                yield from self._flush()
            self._preformatted -= element.tag == "pre"
        self._pieces.append(element.tail or "")

    def _flush(self) -> Iterator[Block]:
        text, self._pieces = "".join(self._pieces), []
        if self._preformatted:
            text = text.strip("\n").rstrip()
        else:
            text = "\n".join(" ".join(line.split()) for line in text.split("\n")).strip(" |\n")
        if text.strip():
            yield Block(text, heading=self._headings.path, form="lines" if self._preformatted else "prose")


def _is_hidden(element: Any) -> bool:
    return (
        element.tag in _DROPPED
        or "hidden" in element.attrib
        or element.get("aria-hidden") == "true"
        or (element.tag == "input" and element.get("type") == "hidden")
        or _INVISIBLE_STYLE.search(element.get("style", "")) is not None
    )
