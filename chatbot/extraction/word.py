"""Reads Word files: paragraphs, headings and tables in their order."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import docx
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn
from lxml.etree import XMLSyntaxError

from chatbot.extraction.archive import check_parts, open_archive
from chatbot.extraction.base import Block, ExtractionError, Limits, Reading
from chatbot.extraction.headings import Headings
from chatbot.extraction.tables import table_blocks

if TYPE_CHECKING:
    from docx.document import Document
    from docx.oxml.xmlchemy import BaseOxmlElement

_PARAGRAPH, _TABLE, _ROW, _CELL = qn("w:p"), qn("w:tbl"), qn("w:tr"), qn("w:tc")
_RUN, _TEXT, _VANISH, _STYLE, _VALUE = qn("w:r"), qn("w:t"), qn("w:vanish"), qn("w:pStyle"), qn("w:val")
_SPACES = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}
#: Deleted or moved text of tracked changes, tab stops, and the second copy of what older programs cannot draw.
_LEFT_OUT = frozenset(
    {
        qn("w:del"),
        qn("w:moveFrom"),
        qn("w:pPr"),
        "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
    }
)
_MAX_COLUMNS = 63  # of Word
_HEADING = re.compile(r"(?:heading|Heading) ?([1-9])")


def read(path: Path, limits: Limits) -> Reading:
    """The body with text boxes, content controls and tracked insertions; no headers, footnotes, comments, hidden text.

    python-docx opens the file; its own `paragraph.text` would miss what tracked changes and content controls hold.
    Raises ExtractionError: `file_damaged`, `file_encrypted` or `file_too_complex`.
    """
    with open_archive(path, max_unpacked_bytes=limits.max_unpacked_bytes) as package:
        check_parts(package, max_unpacked_bytes=limits.max_unpacked_bytes)
    try:
        document = docx.Document(str(path))
    except (OpcError, XMLSyntaxError, LookupError, ValueError, AttributeError, zipfile.BadZipFile) as error:
        raise ExtractionError("The file is damaged: it is no complete Word document.") from error
    return Reading(_Body(document).blocks(document.element.body))


class _Body:
    """Walks through the elements of a document."""

    def __init__(self, document: "Document") -> None:
        self._headings = Headings()
        self._levels = _heading_levels(document)

    def blocks(self, parent: "BaseOxmlElement") -> Iterator[Block]:
        """Paragraphs and tables of the body, or of something in it that groups them (content controls)."""
        for element in parent:
            if element.tag == _PARAGRAPH:
                yield from self._paragraph(element)
            elif element.tag == _TABLE:
                yield from table_blocks(_rows(element), heading=self._headings.path)
            elif element.tag not in _LEFT_OUT:
                yield from self.blocks(element)

    def _paragraph(self, element: "BaseOxmlElement") -> Iterator[Block]:
        text = _text(element).strip()
        style = element.find(f"{qn('w:pPr')}/{_STYLE}")
        level = None if style is None else self._levels.get(style.get(_VALUE, ""))
        if level is not None and text:
            self._headings.enter(level, " ".join(text.split()))
        if text:
            yield Block(text, heading=self._headings.path)


def _heading_levels(document: "Document") -> dict[str, int]:
    """From the id of a style to its level; the names stay English in every language of Word, ids do not."""
    levels = {}
    for style in document.styles.element.findall(_STYLE.replace("pStyle", "style")):
        name = style.find(qn("w:name"))
        match = None if name is None else _HEADING.fullmatch(name.get(_VALUE, ""))
        if match is not None:
            levels[style.get(qn("w:styleId"), "")] = int(match[1])
    return levels


def _rows(table: "BaseOxmlElement") -> Iterator[list[str]]:
    for row in table.iter(_ROW):
        if next(row.iterancestors(_TABLE)) is table:  # a table inside a cell belongs to the text of the cell
            cells = [cell for cell in row.iter(_CELL) if next(cell.iterancestors(_ROW)) is row]
            yield [text for cell in cells for text in (_text(cell), *[""] * (_span(cell) - 1))]


def _span(cell: "BaseOxmlElement") -> int:
    span = cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")
    stated = "1" if span is None else span.get(_VALUE, "1")
    return min(int(stated), _MAX_COLUMNS) if stated.isdecimal() else 1


def _text(element: "BaseOxmlElement") -> str:
    return "".join(_pieces(element))


def _pieces(element: "BaseOxmlElement") -> Iterator[str]:
    for child in element:
        if child.tag == _TEXT:
            yield child.text or ""
        elif child.tag in _SPACES:
            yield _SPACES[child.tag]
        elif child.tag not in _LEFT_OUT and not (child.tag == _RUN and _is_hidden(child)):
            yield from _pieces(child)
            if child.tag in (_PARAGRAPH, _CELL):
                yield "\n"


def _is_hidden(run: "BaseOxmlElement") -> bool:
    vanish = run.find(f"{qn('w:rPr')}/{_VANISH}")
    return vanish is not None and vanish.get(_VALUE, "1") not in ("0", "false", "off")
