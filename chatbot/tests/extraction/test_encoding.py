"""Text in the encodings that people have; what is no text is not taken for it."""

import os
import unicodedata
from pathlib import Path

import pytest

from chatbot.extraction.encoding import clean_text, find_encoding, read_text, unify_line_ends
from chatbot.tests.extraction.files import refusal, save

VIETNAMESE = (
    "Nhà ga cũ nằm ở cuối thành phố. Mỗi buổi sáng, người thợ máy mở cửa kho và kiểm tra từng đầu máy trước khi chúng "
    "rời bàn xoay. Ông ghi lại giờ đi và giờ đến vào một cuốn sổ dày.\n"
) * 4
FRENCH = "L'été dernier, nous avons visité la vieille rotonde à côté de l'église. Où êtes-vous allés après ?\n" * 4
RUSSIAN = "Паровозное депо стоит на краю города. Каждое утро машинист открывает ворота и проверяет двигатель.\n" * 4


def tone_apart(letter: str) -> str:
    """The letter, then its tone: `ộ` as `ô` and the dot below."""
    parts = unicodedata.normalize("NFD", letter)
    tones = "".join(part for part in parts if part in "\u0300\u0301\u0303\u0309\u0323")
    return unicodedata.normalize("NFC", "".join(part for part in parts if part not in tones)) + tones


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "upload.txt"


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
    ],
)
def test_unicode_text_comes_back_exactly(path: Path, encoding: str, found: str) -> None:
    for text in (VIETNAMESE, FRENCH, "Hello\n"):
        read = read_text(save(path, text.encode(encoding)), max_characters=10_000)
        assert (read.text, read.encoding, read.truncated) == (text, found, False)


def test_legacy_vietnamese_comes_back_exactly(path: Path) -> None:
    # Windows-1258 writes most tones as a mark after the letter.
    marked = "".join(tone_apart(letter) for letter in VIETNAMESE)
    read = read_text(save(path, marked.encode("cp1258")), max_characters=10_000)
    assert read.encoding == "cp1258"
    assert clean_text(read.text) == VIETNAMESE


@pytest.mark.parametrize(("text", "encoding"), [(FRENCH, "cp1252"), (RUSSIAN, "cp1251"), (RUSSIAN, "koi8-r")])
def test_legacy_text_comes_back_exactly(path: Path, text: str, encoding: str) -> None:
    assert read_text(save(path, text.encode(encoding)), max_characters=10_000).text == text


def test_encoding_is_found_where_the_first_letter_beyond_ascii_stands(path: Path) -> None:
    text = "plain words\n" * 20_000 + FRENCH
    assert read_text(save(path, text.encode("cp1252")), max_characters=1_000_000).text == text


def test_half_a_character_at_the_end_is_no_reason_to_doubt_utf8() -> None:
    data = VIETNAMESE.encode()
    assert {find_encoding(data[:length]) for length in range(1, 200)} == {"utf-8"}


@pytest.mark.parametrize(
    "data", [b"\0" * 100, b"\xff\xfe" + bytes(range(256)), bytes(range(256)) * 9, b"a\0b\0\0\0" * 9]
)
def test_bytes_are_no_text(path: Path, data: bytes) -> None:
    assert find_encoding(data) is None
    assert refusal(lambda: read_text(save(path, data), max_characters=100)) == "unsupported_type"


def test_noise_is_no_text() -> None:
    assert {find_encoding(os.urandom(4_000)) for _ in range(50)} == {None}


@pytest.mark.parametrize("blank", [b" ", b"\r\n\t\n", "\ufeff  ".encode(), "\u3000\n".encode("utf-16")])
def test_blank_text_is_an_empty_file(path: Path, blank: bytes) -> None:
    assert refusal(lambda: read_text(save(path, blank), max_characters=100)) == "file_empty"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
@pytest.mark.parametrize(("length", "truncated"), [(99, False), (100, False), (1_000, True)])
def test_long_text_is_cut_and_says_so(path: Path, encoding: str, length: int, truncated: bool) -> None:
    read = read_text(save(path, ("ế" * length).encode(encoding)), max_characters=100)
    assert read.truncated is truncated
    assert min(length, 100) <= len(read.text) < 300
    assert set(read.text[:100]) == {"ế"}


def test_every_kind_of_line_end_is_a_line_feed() -> None:
    assert unify_line_ends("a\r\nb\rc\nd\x0ce\x0bf\u2028g\u2029h\x85i") == "a\nb\nc\nd\ne\nf\ng\nh\ni"


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("a\x00b\x07c\x1b[0m\x7f", "abc[0m"),
        ("tab\tstays\nhere", "tab\tstays\nhere"),
        ("half \ud800 pair \udfff", "half \ufffd pair \ufffd"),
        ("Vie\u0302\u0323t", "Việt"),
        ("soft\u00adhyphen\ufeff", "softhyphen"),
        ("👩\u200d🚒 \U0001f1fb\U0001f1f3", "👩\u200d🚒 \U0001f1fb\U0001f1f3"),
    ],
)
def test_what_cannot_be_stored_is_taken_out(dirty: str, clean: str) -> None:
    assert clean_text(dirty) == clean
