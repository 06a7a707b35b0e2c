"""Word files: what a reader of the document sees, in its order."""

from functools import partial
from pathlib import Path

import pytest
from docx.document import Document

from chatbot.extraction.base import FileKind, Limits
from chatbot.extraction.reading import read_file
from chatbot.extraction.word import read
from chatbot.tests.extraction.files import blocks, change_parts, refusal, texts, word, word_body


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "upload"


def run(text: str, *, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


def paragraph(*runs: str) -> str:
    return f"<w:p>{''.join(runs)}</w:p>"


def build_guide(document: Document) -> None:
    document.add_heading("Sổ tay", 0)
    document.add_paragraph("Lời mở đầu.")
    document.add_heading("Engines", 1)
    document.add_paragraph("Every engine has a place.")
    document.add_heading("Steam", 2)
    document.add_paragraph("Needs water.", style="List Bullet")
    document.add_heading("Turntable", 1)
    document.add_paragraph("It turns.")


def test_paragraphs_stand_under_their_headings(path: Path) -> None:
    found = [(block.text, block.heading) for block in blocks(read, word(path, build_guide))]
    assert found == [
        ("Sổ tay", ""),
        ("Lời mở đầu.", ""),
        ("Engines", "Engines"),
        ("Every engine has a place.", "Engines"),
        ("Steam", "Engines > Steam"),
        ("Needs water.", "Engines > Steam"),
        ("Turntable", "Turntable"),
        ("It turns.", "Turntable"),
    ]


def test_headings_are_known_by_the_name_of_their_style_not_its_id(path: Path) -> None:
    styles = (
        '<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        '<w:style w:type="paragraph" w:styleId="Tieude1"><w:name w:val="heading 1"/></w:style></w:styles>'
    )
    word_body(path, '<w:p><w:pPr><w:pStyle w:val="Tieude1"/></w:pPr><w:r><w:t>Chương một</w:t></w:r></w:p>')
    change_parts(path, {"word/styles.xml": styles.encode()})
    assert [block.heading for block in blocks(read, path)] == ["Chương một"]


def test_tables_come_in_their_place_with_header(path: Path) -> None:
    def build(document: Document) -> None:
        document.add_paragraph("Before.")
        table = document.add_table(3, 2)
        for row, cells in enumerate((("Name", "Age"), ("Lan", "31"), ("Nam\nAnh", "42"))):
            for column, text in enumerate(cells):
                table.cell(row, column).text = text
        document.add_paragraph("After.")

    found = blocks(read, word(path, build))
    assert [block.text for block in found] == ["Before.", "Name | Age\nLan | 31\nNam Anh | 42", "After."]
    assert [block.form for block in found] == ["prose", "table", "prose"]


def test_table_in_a_cell_belongs_to_the_cell(path: Path) -> None:
    def build(document: Document) -> None:
        outer = document.add_table(2, 2)
        outer.cell(0, 0).text, outer.cell(0, 1).text = "A", "B"
        inner = outer.cell(1, 1).add_table(1, 2)
        inner.cell(0, 0).text, inner.cell(0, 1).text = "x", "y"

    assert texts(read, word(path, build)) == ["A | B\n | x y"]


def test_merged_cells_keep_the_columns_apart(path: Path) -> None:
    cell = '<w:tc><w:tcPr><w:gridSpan w:val="{}"/></w:tcPr>{}</w:tc>'
    rows = [[("1", "Name"), ("1", "Age"), ("1", "City")], [("2", "unknown"), ("x", "Huế")], [("99999999", "all")]]
    table = "".join(
        f"<w:tr>{''.join(cell.format(span, paragraph(run(text))) for span, text in row)}</w:tr>" for row in rows
    )
    word_body(path, f"<w:tbl>{table}</w:tbl>")
    assert texts(read, path) == ["Name | Age | City\nunknown |  | Huế\nall"]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (paragraph(run("one "), run("two")), "one two"),
        (paragraph(run("kept "), f"<w:ins>{run('inserted')}</w:ins>"), "kept inserted"),
        (paragraph(run("kept"), "<w:del><w:r><w:delText> gone</w:delText></w:r></w:del>"), "kept"),
        (paragraph(run("kept"), f"<w:moveFrom>{run('elsewhere')}</w:moveFrom>"), "kept"),
        (paragraph(run("seen"), run(" hidden", properties="<w:vanish/>")), "seen"),
        (paragraph(run("seen"), run(" too", properties='<w:vanish w:val="0"/>')), "seen too"),
        (f"<w:sdt><w:sdtContent>{paragraph(run('in a control'))}</w:sdtContent></w:sdt>", "in a control"),
        (paragraph(f"<w:hyperlink>{run('a link')}</w:hyperlink>"), "a link"),
        (paragraph("<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/></w:r>"), "a\tb\nc-"),
        (paragraph("<w:r><w:instrText>PAGE</w:instrText></w:r>", run("7")), "7"),
        (paragraph("<w:pPr><w:tabs><w:tab w:val='left'/></w:tabs></w:pPr>", run("x")), "x"),
    ],
)
def test_what_the_reader_of_the_document_sees_is_read(path: Path, body: str, text: str) -> None:
    assert texts(read, word_body(path, body)) == [text]


def test_text_box_is_read_once(path: Path) -> None:
    box = f"<w:txbxContent>{paragraph(run('boxed'))}</w:txbxContent>"
    choice = f"<mc:AlternateContent><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent>"
    assert texts(read, word_body(path, paragraph(f"<w:r>{choice}</w:r>"))) == ["boxed"]


def test_empty_document_has_no_text(path: Path) -> None:
    extraction = read_file(word(path, lambda document: None), "a.docx")
    assert (extraction.kind, extraction.blocks, extraction.pages) == (FileKind.DOCX, (), None)


@pytest.mark.parametrize("part", ["word/document.xml", "word/_rels/document.xml.rels", "word/styles.xml"])
def test_part_that_is_no_xml_is_damage(path: Path, part: str) -> None:
    change_parts(word(path, build_guide), {part: b"<w:document"})
    assert refusal(partial(read, path, Limits())) == "file_damaged"


def test_missing_relations_are_damage(path: Path) -> None:
    change_parts(word(path, build_guide), {"_rels/.rels": b"<Relationships/>"})
    assert refusal(partial(read_file, path, "a.docx")) == "file_damaged"


def test_deep_nesting_is_refused_and_harmless(path: Path) -> None:
    word_body(path, "<w:sdt>" * 100_000 + "</w:sdt>" * 100_000)
    assert refusal(partial(read_file, path, "a.docx")) == "file_damaged"


def test_external_parts_are_never_fetched(path: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret words")
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
        f'Type="x" TargetMode="External" Target="file://{tmp_path}/secret.txt"/></Relationships>'
    )
    change_parts(word_body(path, paragraph(run("visible"))), {"word/_rels/document.xml.rels": relations.encode()})
    assert texts(read, path) == ["visible"]
