"""Our msgfmt: what gettext reads back is what the .po said."""

import gettext
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from monitoring.catalogues import BrokenCatalogue, compile_catalogue, read_po, write_mo

PO = r"""
# comment
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

#: a.py:1
msgid "Home"
msgstr "Trang chủ"

msgctxt "verb"
msgid "Open"
msgstr "Mở"
msgid "two "
"parts\n"
msgstr ""
"hai \"phần\"\n"

#, python-format
msgid "%d task"
msgid_plural "%d tasks"
msgstr[0] "%d việc"
msgstr[1] "%d các việc"

#, fuzzy
msgid "Guess"
msgstr "Đoán"

msgid "Untranslated"
msgstr ""

#~ msgid "gone"
#~ msgstr "mất"
"""


@pytest.fixture
def compiled() -> gettext.GNUTranslations:
    return gettext.GNUTranslations(BytesIO(write_mo(read_po(PO))))


def test_simple_text_is_translated(compiled: gettext.GNUTranslations) -> None:
    assert compiled.gettext("Home") == "Trang chủ"


def test_parts_are_joined_and_escapes_are_read(compiled: gettext.GNUTranslations) -> None:
    assert compiled.gettext("two parts\n") == 'hai "phần"\n'


def test_context_keeps_homonyms_apart(compiled: gettext.GNUTranslations) -> None:
    assert (compiled.pgettext("verb", "Open"), compiled.gettext("Open")) == ("Mở", "Open")


@pytest.mark.parametrize(("number", "form"), [(1, "%d việc"), (2, "%d các việc")])
def test_plural_forms_follow_the_header(compiled: gettext.GNUTranslations, number: int, form: str) -> None:
    assert compiled.ngettext("%d task", "%d tasks", number) == form


@pytest.mark.parametrize("word", ["Guess", "Untranslated", "gone"])
def test_fuzzy_empty_and_obsolete_entries_stay_english(compiled: gettext.GNUTranslations, word: str) -> None:
    assert compiled.gettext(word) == word


def test_broken_line_is_named() -> None:
    with pytest.raises(BrokenCatalogue, match="line 2: msgstr"):
        read_po('msgid "a"\nmsgstr "b" c"\n')


def test_unchanged_catalogue_is_not_written_again(tmp_path: Path) -> None:
    source = tmp_path / "django.po"
    source.write_text(PO, encoding="utf-8")
    assert (compile_catalogue(source), compile_catalogue(source)) == (True, False)


def test_command_compiles_every_language(tmp_path: Path, settings: Settings) -> None:
    folder = tmp_path / "vi" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(PO, encoding="utf-8")
    settings.LOCALE_PATHS, settings.BASE_DIR = [tmp_path], tmp_path
    out = StringIO()
    call_command("compile_catalogues", stdout=out)
    assert out.getvalue() == "Compiled vi/LC_MESSAGES/django.po\n"
    assert (folder / "django.mo").read_bytes() == write_mo(read_po(PO))


def test_command_names_the_broken_file(tmp_path: Path, settings: Settings) -> None:
    folder = tmp_path / "vi" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text('msgid "a', encoding="utf-8")
    settings.LOCALE_PATHS = [tmp_path]
    with pytest.raises(CommandError, match=r"vi/LC_MESSAGES/django\.po: line 1"):
        call_command("compile_catalogues")
    assert not (folder / "django.mo").exists()


def test_doubt_about_an_obsolete_entry_does_not_fall_on_the_next() -> None:
    text = '#, fuzzy\n#~ msgid "gone"\n#~ msgstr "mất"\n\nmsgid "Home"\nmsgstr "Trang chủ"\n'
    assert read_po(text) == {"Home": "Trang chủ"}


@pytest.mark.parametrize("flags", ["#, fuzzy", "#, python-format, fuzzy", "#, fuzzy\n#: a.py:1"])
def test_doubt_holds_for_one_entry_only(flags: str) -> None:
    text = f'{flags}\nmsgid "a"\nmsgstr "x"\n\n#, python-format\nmsgid "b"\nmsgstr "y"\nmsgid "c"\nmsgstr "z"'
    assert read_po(text) == {"b": "y", "c": "z"}


def test_half_translated_plural_stays_english() -> None:
    assert read_po('msgid "a"\nmsgid_plural "b"\nmsgstr[0] "x"\nmsgstr[1] ""\n') == {}


@pytest.mark.parametrize("text", ["", "\n\n", "# only words\n", 'msgid "a"\nmsgstr ""\n'])
def test_catalogue_without_a_translation_is_still_one(text: str) -> None:
    assert gettext.GNUTranslations(BytesIO(write_mo(read_po(text)))).gettext("a") == "a"


@pytest.mark.parametrize("line", ["msgid 'a'", 'msgid "a', 'msgid a"', "msgid", '"a" + "b"', 'msgid "a" "b" x'])
def test_line_that_is_no_text_is_named_by_number(line: str) -> None:
    with pytest.raises(BrokenCatalogue, match=r"^line 3: "):
        read_po(f'msgid "fine"\nmsgstr "tốt"\n{line}\n')


def test_thousand_texts_are_found_again_in_their_table() -> None:
    translations = {f"text {number}": f"chữ {number} 🚂" for number in range(1_000)} | {"": "charset=UTF-8\n"}
    translations[""] = "Content-Type: text/plain; charset=UTF-8\n"
    compiled = gettext.GNUTranslations(BytesIO(write_mo(translations)))
    assert [compiled.gettext(text) for text in translations if text] == [t for k, t in translations.items() if k]


def test_file_in_another_encoding_is_refused_and_its_old_catalogue_stays(tmp_path: Path) -> None:
    source = tmp_path / "django.po"
    source.with_suffix(".mo").write_bytes(b"old")
    source.write_bytes('msgid "a"\nmsgstr "é"\n'.encode("latin-1"))
    with pytest.raises(BrokenCatalogue, match="byte 18: not UTF-8"):
        compile_catalogue(source)
    assert source.with_suffix(".mo").read_bytes() == b"old"
