"""Reads tables in text: comma, semicolon, tab or bar between the cells."""

import csv
import io
from itertools import islice
from pathlib import Path

from chatbot.extraction.base import Limits, Reading
from chatbot.extraction.encoding import read_text
from chatbot.extraction.tables import table_blocks

_DELIMITERS = ",;\t|"
_SAMPLE_CHARACTERS, _SAMPLE_ROWS = 32_000, 50


def read(path: Path, limits: Limits) -> Reading:
    """Rows with the header repeated in every block. Errors as `read_text`."""
    found = read_text(path, max_characters=limits.max_characters)
    csv.field_size_limit(limits.max_characters)  # an open quote makes one field of the rest
    rows = csv.reader(io.StringIO(found.text), delimiter=find_delimiter(found.text))
    return Reading(table_blocks(rows), encoding=found.encoding, truncated=found.truncated)


def find_delimiter(text: str) -> str:
    """The delimiter under which most of the first rows have the same number of cells, and the most of them."""
    return max(_DELIMITERS, key=lambda delimiter: _score(text[:_SAMPLE_CHARACTERS], delimiter))


def _score(sample: str, delimiter: str) -> tuple[float, int]:
    widths = [len(row) for row in islice(csv.reader(io.StringIO(sample), delimiter=delimiter), _SAMPLE_ROWS) if row]
    common = max(set(widths), key=widths.count) if widths else 0
    return (widths.count(common) / len(widths), common) if common > 1 else (0.0, common)
