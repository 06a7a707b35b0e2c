"""The product's guide (docs/guide/) as passages, so that the chat can answer from it."""

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from django.conf import settings
from django.db import transaction

from chatbot.extraction.base import Block
from chatbot.extraction.passages import split
from chatbot.models import Passage
from chatbot.selectors.embedders import as_vector, embed_texts
from config.common.concurrency import lock_until_commit
from tasks.engines.errors import EngineError

logger = logging.getLogger(__name__)

#: Of the advisory lock: processes that start together write one after the other.
_LOCK = "chatbot.guide"
_TITLE = re.compile(r"# (.+)")
_SECTION = re.compile(r"^## (.+?) \{#([a-z0-9-]+)\}$", re.MULTILINE)
#: What Markdown adds to the words: emphasis, code marks.
_MARKS = re.compile(r"\*\*|`")


@dataclass(frozen=True, slots=True)
class GuidePassage:
    """A piece of a section. `guide_page` is `<language>/<slug>#<anchor>`, without anchor for the words before them."""

    guide_page: str
    position: int
    language: str
    heading: str
    content: str

    @property
    def place(self) -> tuple[str, int]:
        """What is unique."""
        return self.guide_page, self.position


def sync_guide(*, folder: Path | None = None) -> int:
    """Bring the rows in step with the pages; returns how many were written or removed, 0 when nothing had changed.

    Without an engine for embeddings the passages are found by their words; the next call adds their meaning.
    """
    pages = folder or Path(settings.BASE_DIR) / "docs" / "guide"
    wanted = {passage.place: passage for passage in read_guide(pages)}
    with transaction.atomic():
        lock_until_commit(_LOCK)
        rows = {(row.guide_page, row.position): row for row in Passage.objects.filter(file=None).defer("search")}
        stale = [row.pk for place, row in rows.items() if place not in wanted]
        Passage.objects.filter(pk__in=stale).delete()
        return len(stale) + _write(list(wanted.values()), rows)


def _write(wanted: Sequence[GuidePassage], rows: dict[tuple[str, int], Passage]) -> int:
    changed = [passage for passage in wanted if not _is_current(rows.get(passage.place), passage)]
    current = [passage for passage in wanted if passage not in changed]
    meaningless = [passage for passage in current if rows[passage.place].embedding is None]
    vectors = _meanings([*changed, *meaningless])
    # Without vectors, what lacks nothing but its meaning stays as it is.
    due: Sequence[GuidePassage] = [*changed, *meaningless] if vectors else changed
    for passage, vector in zip_longest(due, vectors):
        row = rows.get(passage.place) or Passage(guide_page=passage.guide_page, position=passage.position)
        row.language, row.heading, row.content = passage.language, passage.heading, passage.content
        row.embedding = vector
        row.save()
    return len(due)


def _is_current(row: Passage | None, passage: GuidePassage) -> bool:
    if row is None:
        return False
    return (row.language, row.heading, row.content) == (passage.language, passage.heading, passage.content)


def _meanings(passages: Sequence[GuidePassage]) -> list[list[float] | None]:
    """As vectors; empty while no engine can embed."""
    if not passages:
        return []
    try:
        vectors = embed_texts([f"{passage.heading}\n{passage.content}" for passage in passages])
    except EngineError as error:
        logger.warning("chat.guide.embedding_unavailable", extra={"error_code": error.code})
        return []
    return [as_vector(vector) for vector in vectors]


def read_guide(folder: Path) -> Iterator[GuidePassage]:
    """The passages of all pages in the languages of the site, in their order. Raises ValueError for a broken page."""
    for language, _name in settings.LANGUAGES:
        for path in sorted((folder / language).glob("*.md")):
            yield from _read_page(path, language)


def _read_page(path: Path, language: str) -> Iterator[GuidePassage]:
    text = path.read_text(encoding="utf-8")
    title = _TITLE.match(text)
    if title is None:
        raise ValueError(f"{path.name} has no title.")
    opening, *sections = _SECTION.split(text[title.end() :])
    if "\n## " in opening or any("\n## " in body for body in sections[2::3]):
        raise ValueError(f"{path.name} has a section without an anchor.")
    page = f"{language}/{path.stem}"
    yield from _pieces(page, language, title[1], opening)
    for heading, anchor, body in zip(sections[::3], sections[1::3], sections[2::3], strict=True):
        # The question stands in the text as well: the search by words reads nothing else.
        yield from _pieces(f"{page}#{anchor}", language, f"{title[1]}: {heading}", f"{heading}\n\n{body.strip()}")


def _pieces(page: str, language: str, heading: str, text: str) -> Iterator[GuidePassage]:
    title, plain = (_MARKS.sub("", part).strip() for part in (heading, text))
    for piece in split([Block(plain, heading=title)] if plain else []):
        yield GuidePassage(page, piece.position, language, title, piece.text)
