"""Reads PDF files page by page."""

from collections.abc import Iterator
from pathlib import Path

from pypdf import PdfReader
from pypdf.errors import DependencyError, LimitReachedError, PyPdfError

from chatbot.extraction.base import Block, ExtractionError, Limits, Reading

#: What pypdf raises on a page whose content breaks the format, beside its own errors.
_BROKEN_PAGE = (PyPdfError, LookupError, TypeError, ValueError, AttributeError, ArithmeticError, AssertionError)


def read(path: Path, limits: Limits) -> Reading:
    """One block per page with text; scanned pages give none, damaged ones are left out while others can be read.

    Raises ExtractionError: `file_encrypted` when an empty password does not open it, `file_damaged` or
    `file_too_complex`.
    """
    try:
        reader = PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            raise ExtractionError("The file is protected with a password.", code="file_encrypted")
        pages = len(reader.pages)
    except DependencyError as error:
        raise ExtractionError("The file is encrypted in a way that cannot be read.", code="file_encrypted") from error
    except LimitReachedError as error:
        raise ExtractionError("The file is too complex to be read.", code="file_too_complex") from error
    except _BROKEN_PAGE as error:
        raise ExtractionError("The file is damaged: its pages cannot be found.") from error
    if pages == 0:
        raise ExtractionError("The file is damaged: it has no pages.")
    return Reading(_pages(reader, pages), pages=pages)


def _pages(reader: PdfReader, count: int) -> Iterator[Block]:
    broken = 0
    for index in range(count):
        try:
            text = reader.pages[index].extract_text()
        except _BROKEN_PAGE:
            broken += 1
        else:
            yield Block(text.strip(), page=index + 1)
    if broken == count:
        raise ExtractionError("The file is damaged: none of its pages can be read.")
