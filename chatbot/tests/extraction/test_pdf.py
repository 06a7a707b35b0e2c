"""PDF files: pages, passwords, damage, and documents that never end."""

import zlib
from functools import partial, reduce
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter

from chatbot.extraction.base import ExtractionError, FileKind, Limits
from chatbot.extraction.pdf import read
from chatbot.extraction.reading import read_file
from chatbot.tests.extraction.files import blocks, pdf, pdf_lines, pdf_pages, pdf_stream, refusal, save, texts

HURRIED = Limits(cpu_seconds=2, wall_seconds=10)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "upload"


@pytest.fixture
def three_pages(path: Path) -> Path:
    pages = [pdf_lines("First page.", "Second line."), b"", pdf_lines("Page d'\xe9t\xe9.")]
    return save(path, pdf(pdf_pages(pages)))


def encrypt(path: Path, *, user: str, owner: str | None = None, algorithm: str = "AES-256") -> Path:
    writer = PdfWriter(clone_from=PdfReader(path))
    writer.encrypt(user, owner, algorithm=algorithm)
    writer.write(path)
    return path


def test_pages_come_with_their_numbers(three_pages: Path) -> None:
    assert [(block.text, block.page) for block in blocks(read, three_pages)] == [
        ("First page.\nSecond line.", 1),
        ("", 2),
        ("Page d'été.", 3),
    ]


def test_all_pages_are_counted_also_those_without_text(three_pages: Path) -> None:
    extraction = read_file(three_pages, "a.pdf")
    assert (extraction.kind, extraction.mime_type, extraction.pages) == (FileKind.PDF, "application/pdf", 3)
    assert [block.page for block in extraction.blocks] == [1, 3]


def test_scanned_document_has_pages_and_no_text(path: Path) -> None:
    extraction = read_file(save(path, pdf(pdf_pages([b"", b""]))), "scan.pdf")
    assert (extraction.pages, extraction.blocks, extraction.characters) == (2, (), 0)


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_document_that_only_forbids_printing_is_read(three_pages: Path, algorithm: str) -> None:
    encrypt(three_pages, user="", owner="secret", algorithm=algorithm)
    assert texts(read, three_pages)[0] == "First page.\nSecond line."


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-256"])
def test_document_with_a_password_is_refused(three_pages: Path, algorithm: str) -> None:
    encrypt(three_pages, user="open sesame", algorithm=algorithm)
    assert refusal(partial(read, three_pages, Limits())) == "file_encrypted"
    assert refusal(partial(read_file, three_pages, "a.pdf")) == "file_encrypted"


def test_compressed_pages_are_read(path: Path) -> None:
    objects = pdf_pages([b""])
    objects[11] = pdf_stream(zlib.compress(pdf_lines("Packed text.")), entries=b"/Filter/FlateDecode")
    assert texts(read, save(path, pdf(objects))) == ["Packed text."]


def test_broken_page_is_left_out_and_the_others_are_read(path: Path) -> None:
    objects = pdf_pages([pdf_lines("One."), pdf_lines("Two."), pdf_lines("Three.")])
    objects[12] = b"<</Type/Page/Parent 2 0 R/Contents 13 0 R/Resources 7>>"
    read_blocks = read_file(save(path, pdf(objects)), "a.pdf").blocks
    assert [(block.text, block.page) for block in read_blocks if block.page != 2] == [("One.", 1), ("Three.", 3)]


def test_document_is_read_when_no_object_stands_where_its_table_says(three_pages: Path) -> None:
    save(three_pages, b"From: somebody\n\n" + three_pages.read_bytes())
    assert texts(read, three_pages)[2] == "Page d'été."


@pytest.mark.parametrize("data", [b"%PDF-1.7\n", b"%PDF-1.7\n%%EOF", b"%PDF-1.4\n" + b"garbage " * 500])
def test_garbage_with_the_right_beginning_is_damaged(path: Path, data: bytes) -> None:
    assert refusal(partial(read_file, save(path, data), "a.pdf")) == "file_damaged"


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_half_a_document_is_damaged(three_pages: Path, share: float) -> None:
    data = three_pages.read_bytes()
    save(three_pages, data[: int(len(data) * share)])
    assert refusal(partial(read_file, three_pages, "a.pdf")) == "file_damaged"


def test_document_without_pages_is_damaged(path: Path) -> None:
    assert refusal(partial(read_file, save(path, pdf(pdf_pages([]))), "a.pdf")) == "file_damaged"


@pytest.mark.parametrize(
    "kids",
    [b"[2 0 R]", b"[10 0 R 2 0 R]", b"[10 0 R 4 0 R]"],
    ids=["the tree holds itself", "a page, then itself", "through another node"],
)
def test_loop_in_the_page_tree_comes_to_an_end(path: Path, kids: bytes) -> None:
    objects = pdf_pages([pdf_lines("Around.")])
    objects[2] = b"<</Type/Pages/Count 2/Kids" + kids + b">>"
    objects[4] = b"<</Type/Pages/Count 1/Parent 2 0 R/Kids[2 0 R]>>"
    save(path, pdf(objects))
    assert ends(path) in ("pdf", "file_damaged", "file_too_complex")


def ends(path: Path) -> str:
    """How reading ends: `pdf`, or the code of the refusal. Anything else that is raised fails the test."""
    try:
        return read_file(path, "a.pdf", limits=HURRIED).kind
    except ExtractionError as error:
        return error.code


@pytest.mark.parametrize(
    "change",
    [
        (b"startxref\n", b"startxref\n9"),
        (b"/Root 1 0 R", b"/Root 1 0 R/Prev %d"),
        (b"/Root 1 0 R", b"/Root 2 0 R"),
        (b"/Root 1 0 R", b"/Root 99 0 R"),
        (b"/Contents 11 0 R", b"/Contents 10 0 R"),
        (b"/Length ", b"/Length 99 0 R/Old "),
        (b"/Length ", b"/Length 11 0 R/Old "),
        (b"/Parent 2 0 R", b"/Parent 10 0 R"),
        (b"/F 3 0 R", b"/F 10 0 R"),
        (b"[0 0 600 800]", b"[" * 20_000),
        (b"[0 0 600 800]", b"<</A" * 20_000),
    ],
    ids=lambda change: change[1][:20].decode(),
)
def test_references_in_circles_and_deep_nesting_come_to_an_end(path: Path, change: tuple[bytes, bytes]) -> None:
    data = pdf(pdf_pages([pdf_lines("Text.")]))
    old, new = change
    new = new % data.rindex(b"xref\n0") if b"%d" in new else new
    save(path, data.replace(old, new))
    assert ends(path) in ("pdf", "file_damaged", "file_too_complex")


def test_page_that_unpacks_to_a_gigabyte_comes_to_an_end(path: Path) -> None:
    words, times, bomb = b"(x) Tj " * 150_000, 1_000, zlib.compressobj(9)
    # What is packed after a full flush does not refer to what stands before it: packed once, it can be repeated.
    first, again = (bomb.compress(words) + bomb.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    checksum = reduce(lambda value, _: zlib.adler32(words, value), range(times), 1)
    packed = first + again * (times - 1) + b"\x03\x00" + checksum.to_bytes(4)
    objects = pdf_pages([b""])
    objects[11] = pdf_stream(packed, entries=b"/Filter/FlateDecode")
    assert len(packed) < 4_000_000
    save(path, pdf(objects))
    assert ends(path) in ("pdf", "file_damaged", "file_too_complex")


def test_text_that_never_ends_is_stopped_by_the_clock(path: Path) -> None:
    content = pdf_lines("word " * 50) * 20_000
    form = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</Font<</F 3 0 R>>>>/Contents 11 0 R>>"
    objects = pdf_pages([content])
    objects[2] = b"<</Type/Pages/Count 400/Kids[%s]>>" % (b"10 0 R " * 400)
    objects[10] = form
    save(path, pdf(objects))
    assert refusal(partial(read_file, path, "a.pdf", limits=Limits(cpu_seconds=1))) == "file_too_complex"
