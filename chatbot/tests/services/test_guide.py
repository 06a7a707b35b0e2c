"""The guide's pages become passages once, are kept in step, and are complete in both languages."""

import re
import threading
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from django.core.management import call_command
from pytest_django import Settings

from chatbot.models import Passage
from chatbot.receivers import sync_guide_at_start
from chatbot.services.guide import read_guide, sync_guide
from tasks.models import Engine
from tasks.services import sync_engines

PAGES = Path(settings.BASE_DIR) / "docs" / "guide"
KEYS = """# Keys

All about keys.

## How do I make a **key**? {#make}

Press `New`.

## How do I end one? {#end}

Press Revoke.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A guide of one page in two languages."""
    for language, text in (("en", KEYS), ("vi", "# Khóa\n\n## Tạo khóa? {#make}\n\nNhấn Mới.\n")):
        (tmp_path / language).mkdir()
        (tmp_path / language / "keys.md").write_text(text, "utf-8")
    return tmp_path


@pytest.fixture
def embedder(db: None) -> Engine:
    """The embedding engine, switched on."""
    sync_engines()
    return Engine.objects.get(domain="embeddings", name="minilm")


def switch(embedder: Engine, *, on: bool) -> None:
    Engine.objects.filter(pk=embedder.pk).update(is_enabled=on, is_default=on)


def rewrite(folder: Path, old: str, new: str) -> None:
    page = folder / "en" / "keys.md"
    page.write_text(page.read_text("utf-8").replace(old, new), "utf-8")


def stored() -> dict[str, UUID]:
    return dict(Passage.objects.values_list("guide_page", "pk"))


@pytest.mark.django_db
def test_each_section_becomes_a_passage_in_its_language(folder: Path) -> None:
    assert sync_guide(folder=folder) == 4
    rows = Passage.objects.order_by("guide_page").values_list("guide_page", "language", "heading", "content")
    assert list(rows) == [
        ("en/keys", "en", "Keys", "All about keys."),
        ("en/keys#end", "en", "Keys: How do I end one?", "How do I end one?\n\nPress Revoke."),
        ("en/keys#make", "en", "Keys: How do I make a key?", "How do I make a key?\n\nPress New."),
        ("vi/keys#make", "vi", "Khóa: Tạo khóa?", "Tạo khóa?\n\nNhấn Mới."),
    ]


def test_without_an_embedding_engine_the_words_alone_are_stored(embedder: Engine, folder: Path) -> None:
    switch(embedder, on=False)
    sync_guide(folder=folder)
    assert Passage.objects.filter(embedding=None).count() == 4
    assert sync_guide(folder=folder) == 0


def test_with_an_embedding_engine_each_passage_has_its_meaning(embedder: Engine, folder: Path) -> None:
    sync_guide(folder=folder)
    row = Passage.objects.get(guide_page="en/keys#end")
    assert row.embedding is not None
    assert sum(value * value for value in row.embedding) == pytest.approx(1.0, abs=1e-4)


def test_missing_meanings_are_added_later(embedder: Engine, folder: Path) -> None:
    switch(embedder, on=False)
    sync_guide(folder=folder)
    before = stored()
    switch(embedder, on=True)
    assert sync_guide(folder=folder) == 4
    assert (Passage.objects.filter(embedding=None).count(), stored()) == (0, before)


def test_a_page_that_has_not_changed_is_not_written_again(embedder: Engine, folder: Path) -> None:
    sync_guide(folder=folder)
    Passage.objects.update(page=7)
    assert sync_guide(folder=folder) == 0
    assert set(Passage.objects.values_list("page", flat=True)) == {7}


def test_a_changed_section_is_written_alone(embedder: Engine, folder: Path) -> None:
    sync_guide(folder=folder)
    before = stored()
    meaning = Passage.objects.get(guide_page="en/keys#end").embedding
    rewrite(folder, "Press Revoke.", "Press Revoke twice.")
    assert sync_guide(folder=folder) == 1
    row = Passage.objects.get(guide_page="en/keys#end")
    assert (row.content, stored()) == ("How do I end one?\n\nPress Revoke twice.", before)
    assert list(row.embedding) != list(meaning)


@pytest.mark.django_db
def test_sections_and_pages_that_are_gone_are_removed(folder: Path) -> None:
    sync_guide(folder=folder)
    rewrite(folder, "## How do I end one? {#end}\n\nPress Revoke.\n", "")
    (folder / "vi" / "keys.md").unlink()
    assert sync_guide(folder=folder) == 2
    assert set(stored()) == {"en/keys", "en/keys#make"}


@pytest.mark.django_db
def test_a_long_section_has_several_positions(folder: Path) -> None:
    rewrite(folder, "Press Revoke.", " ".join(f"Step {n} is to press button number {n}." for n in range(60)))
    sync_guide(folder=folder)
    positions = Passage.objects.filter(guide_page="en/keys#end").order_by("position").values_list("position", flat=True)
    assert list(positions) == list(range(len(positions)))
    assert len(positions) > 1


@pytest.mark.django_db
def test_a_passage_is_found_by_the_words_of_its_question(folder: Path) -> None:
    sync_guide(folder=folder)
    assert list(Passage.objects.filter(search="make").values_list("guide_page", flat=True)) == ["en/keys#make"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "message"),
    [("No title.", "keys.md has no title."), ("# T\n\n## Bare\n\nx", "keys.md has a section without an anchor.")],
)
def test_a_broken_page_changes_nothing(folder: Path, text: str, message: str) -> None:
    sync_guide(folder=folder)
    before = stored()
    (folder / "en" / "keys.md").write_text(text, "utf-8")
    with pytest.raises(ValueError, match=re.escape(message)):
        sync_guide(folder=folder)
    assert stored() == before


@pytest.mark.django_db
def test_the_command_says_how_many_rows_changed(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("sync_guide")
    call_command("sync_guide")
    first, second = capsys.readouterr().out.splitlines()
    assert first == f"Passages written or removed: {Passage.objects.count()}"
    assert second == "Passages written or removed: 0"


def sections(language: str) -> dict[str, list[str]]:
    """Anchors of each page, in their order."""
    pages = sorted((PAGES / language).glob("*.md"))
    return {page.name: re.findall(r"^## .+ \{#([a-z-]+)\}$", page.read_text("utf-8"), re.MULTILINE) for page in pages}


def test_every_page_has_the_same_sections_in_every_language() -> None:
    english = sections("en")
    assert len(english) >= 9
    assert {code: sections(code) == english for code, _name in settings.LANGUAGES} == {"en": True, "vi": True}


@pytest.mark.parametrize("page", sorted(PAGES.glob("*/*.md")), ids=lambda page: f"{page.parent.name}/{page.name}")
def test_a_page_is_short_and_each_section_answers_something(page: Path) -> None:
    found = [
        passage for passage in read_guide(PAGES) if passage.guide_page.startswith(f"{page.parent.name}/{page.stem}#")
    ]
    assert 3 <= len({passage.guide_page for passage in found}) <= 16
    assert [passage.guide_page for passage in found if len(passage.guide_page) > 100 or not passage.content] == []
    assert len(page.read_text("utf-8")) < 8_000


@pytest.mark.parametrize("page", sorted((PAGES / "vi").glob("*.md")), ids=lambda page: page.name)
def test_code_is_the_same_in_the_translation(page: Path) -> None:
    """Names of commands, headers and addresses are not translated; placeholders are."""
    quoted = {"en": set[str](), "vi": set[str]()}
    for language, words in quoted.items():
        text = (PAGES / language / page.name).read_text("utf-8")
        words.update(word for word in re.findall(r"`([^`]+)`", text) if not word.startswith("manage.py"))
    assert quoted["vi"] == quoted["en"]


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_starts_writes_the_guide_unless_it_is_told_not_to(
    embedder: Engine, folder: Path, settings: Settings
) -> None:
    switch(embedder, on=False)
    settings.BASE_DIR = folder / "house"
    (settings.BASE_DIR / "docs").mkdir(parents=True)
    (settings.BASE_DIR / "docs" / "guide").symlink_to(folder)
    counts = []
    for settings.CHAT_GUIDE_AT_START in (False, True):
        sync_guide_at_start()
        for thread in threading.enumerate():
            if thread.name == "guide-sync":
                thread.join()
        counts.append(Passage.objects.count())
    assert counts == [0, 4]
