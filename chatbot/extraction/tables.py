"""Turns rows into blocks that can be understood alone: the header comes again with each of them."""

from collections.abc import Iterable, Iterator, Sequence

from chatbot.extraction.base import Block
from chatbot.extraction.passages import TARGET_CHARACTERS, weigh

_MAX_HEADER_WEIGHT = TARGET_CHARACTERS // 3


def table_blocks(rows: Iterable[Sequence[str]], *, heading: str = "") -> Iterator[Block]:
    """Blocks of about one passage each; cells are joined by " | ", empty rows are left out.

    The header is the first row with two cells in use: titles above it come as they are. Under a header too wide to be
    repeated, each row names the columns itself (`Name: Lan; City: Hue`).
    """
    header: list[str] = []
    lines: list[str] = []
    for row in rows:
        cells = [" ".join(cell.split()) for cell in row]
        if not any(cells):
            continue
        if not header and sum(map(bool, cells)) > 1:
            yield from _block(lines, heading)
            header, lines = cells, []
            continue
        first, line = _render(header, cells)
        if lines and weigh("\n".join([first, *lines, line])) > TARGET_CHARACTERS:
            yield from _block([first, *lines], heading)
            lines = []
        lines.append(line)
    yield from _block([_first_line(header), *lines] if lines else [_first_line(header) or _join(header, 0)], heading)


def _render(header: list[str], cells: list[str]) -> tuple[str, str]:
    first = _first_line(header)
    if header and not first:
        names = header + [""] * (len(cells) - len(header))
        pairs = zip(names, cells, strict=False)
        return "", "; ".join(f"{name}: {cell}" if name else cell for name, cell in pairs if cell)
    return first, _join(cells, len(header))


def _first_line(header: list[str]) -> str:
    line = _join(header, len(header))
    return line if weigh(line) <= _MAX_HEADER_WEIGHT else ""


def _join(cells: list[str], width: int) -> str:
    """Cells with bars between them; under the header's width empty ones keep their place."""
    return " | ".join([*cells[:width], *filter(None, cells[width:])]).rstrip(" |")


def _block(lines: list[str], heading: str) -> Iterator[Block]:
    text = "\n".join(line for line in lines if line)
    if text:
        yield Block(text, heading=heading, form="table")
