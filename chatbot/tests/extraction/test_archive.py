"""Zip archives that promise little and unpack to much, or do not keep what they promise."""

import struct
import zipfile
from functools import partial
from pathlib import Path

import pytest

from chatbot.extraction.archive import check_parts, open_archive
from chatbot.extraction.reading import read_file
from chatbot.tests.extraction.files import change_parts, refusal, save, word, workbook, zip_file, zipped

MOST = 400_000_000
ENTITIES = b'<!DOCTYPE z [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><z>&b;</z>'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "upload"


def check(path: Path, most: int = MOST) -> None:
    with open_archive(path, max_unpacked_bytes=most) as archive:
        check_parts(archive, max_unpacked_bytes=most)


@pytest.fixture
def good(path: Path) -> Path:
    return word(path, lambda document: document.add_paragraph("Hello"))


def test_good_archive_passes(good: Path) -> None:
    check(good)


def test_fifty_megabytes_of_zeros_in_a_part_are_refused(good: Path) -> None:
    change_parts(good, {"word/media/image1.png": bytes(50_000_000)})
    assert good.stat().st_size < 100_000
    assert refusal(lambda: check(good)) == "file_too_complex"


def test_small_parts_may_repeat_themselves(good: Path) -> None:
    check(change_parts(good, {"word/media/image1.bmp": bytes(4_000_000)}))


def test_many_parts_may_not_add_up_to_more_than_the_limit(path: Path) -> None:
    zip_file(path, {f"{number}.xml": b"ab" * 500 for number in range(20)})
    check(path, 20_000)
    assert refusal(lambda: check(path, 19_999)) == "file_too_complex"


def test_thousands_of_parts_are_refused(path: Path) -> None:
    zip_file(path, {str(number): b"" for number in range(20_001)})
    assert refusal(lambda: check(path)) == "file_too_complex"


@pytest.mark.parametrize(("entries", "directory_bytes"), [(65_535, 0), (1, 1 << 30)])
def test_sizes_stated_in_the_end_record_are_believed(path: Path, entries: int, directory_bytes: int) -> None:
    data = bytearray(zipped({"a": b"x"}))
    struct.pack_into("<HI", data, len(data) - 12, entries, directory_bytes)
    assert refusal(lambda: check(save(path, bytes(data)))) == "file_too_complex"


def test_sixty_four_bit_directory_is_looked_at_too(path: Path) -> None:
    plain = zipped({"a": b"x"})
    end = plain.rindex(b"PK\x05\x06")
    record = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 1 << 40, 1 << 40, 1 << 40, 0)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, end, 1)
    save(path, plain[:end] + record + locator + plain[end:])
    assert refusal(lambda: check(path)) == "file_too_complex"


@pytest.mark.parametrize("claimed", [10, 1_000_000])
def test_part_of_another_size_than_stated_is_damage(path: Path, claimed: int) -> None:
    data = zipped({"a.xml": b"xyz" * 1000})
    save(path, data.replace(struct.pack("<I", 3000), struct.pack("<I", claimed)))
    assert refusal(lambda: check(path)) == "file_damaged"


def test_overlapping_parts_count_each(path: Path) -> None:
    zip_file(path, {"a.xml": bytes(3_000_000)})
    with zipfile.ZipFile(path, "a") as archive:
        entry = archive.infolist()[0]
        archive.filelist += [entry] * 200
        archive._didModify = True  # type: ignore[attr-defined]  # write the directory anew
    assert refusal(lambda: check(path)) == "file_too_complex"


@pytest.mark.parametrize("cut", [10, 200, -30, -5])
def test_cut_archive_is_damaged(good: Path, cut: int) -> None:
    save(good, good.read_bytes()[:cut])
    assert refusal(lambda: check(good)) == "file_damaged"


def test_changed_byte_is_damage(good: Path) -> None:
    data = bytearray(good.read_bytes())
    with zipfile.ZipFile(good) as archive:
        data[archive.getinfo("word/document.xml").header_offset + 200] ^= 0xFF
    assert refusal(lambda: check(save(good, bytes(data)))) == "file_damaged"


def test_password_is_seen_in_the_directory(path: Path) -> None:
    data = bytearray(zipped({"a.xml": b"x"}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert refusal(lambda: check(save(path, bytes(data)))) == "file_encrypted"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_entities_are_refused_wherever_they_stand(path: Path, encoding: str) -> None:
    hidden = b" " * (2 * ((1 << 19) - 4)) + ENTITIES.decode().encode(encoding)  # across the border of two pieces
    assert refusal(lambda: check(zip_file(path, {"a/b.rels": hidden}))) == "file_too_complex"


LAUGHS = b"<!DOCTYPE z [<!ENTITY a0 'ha'>%s]><z>&a29;</z>" % b"".join(
    b"<!ENTITY a%d '&a%d;&a%d;'>" % (number, number - 1, number - 1) for number in range(1, 30)
)


@pytest.mark.parametrize("part", ["word/document.xml", "word/styles.xml", "[Content_Types].xml", "_rels/.rels"])
def test_billion_laughs_in_a_word_file_do_no_harm(good: Path, part: str) -> None:
    types = b"wordprocessingml.document.main+xml" if part.startswith("[") else b""
    change_parts(good, {part: LAUGHS + types})
    assert refusal(partial(read_file, good, "a.docx")) == "file_too_complex"


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml"])
def test_billion_laughs_in_a_workbook_do_no_harm(path: Path, part: str) -> None:
    change_parts(workbook(path, {"One": [["a", "b"]]}), {part: LAUGHS})
    assert refusal(partial(read_file, path, "a.xlsx")) == "file_too_complex"
