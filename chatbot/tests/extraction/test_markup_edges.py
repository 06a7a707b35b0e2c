"""Headings, fences and hidden parts at their edges, and markup that is made to take long."""

import time
from pathlib import Path

import pytest

from chatbot.extraction.markup import read_html, read_markdown
from chatbot.tests.extraction.files import blocks, save, texts


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "upload"


def headings(path: Path, text: str) -> list[str]:
    return [block.heading for block in blocks(read_markdown, save(path, text.encode()))]


def test_number_signs_close_a_heading_only_behind_a_space(path: Path) -> None:
    cases = {
        "# C#": ["C#"], "# F# and C# #": ["F# and C#"], "## Two ##": ["Two"], "# One ##########  ": ["One"],
        "#\tTab\t#": ["Tab"], "   # Three spaces": ["Three spaces"], "###### Six": ["Six"], "# a#b": ["a#b"],
        "# # b": ["# b"], "# Đầu máy #1": ["Đầu máy #1"], "## ###": [""], "#": [""],
    }  # fmt: skip
    assert {text: headings(path, text) for text in cases} == cases


def test_a_heading_full_of_spaces_takes_no_time(path: Path) -> None:
    began = time.monotonic()
    for filling in (" ", "\t", "#", " #", "# "):
        line = "# a" + filling * (20_000 // len(filling)) + "x"
        assert headings(path, line) == [line[2:202]]
    assert time.monotonic() - began < 5


def test_levels_may_be_left_out_and_come_again(path: Path) -> None:
    text = "# A\n### B\n## C\n#### D\n# E\n"
    assert headings(path, text) == ["A", "A > B", "A > C", "A > C > D", "E"]


def test_a_fence_ends_with_its_own_kind_only(path: Path) -> None:
    cases = {
        "```\na\n```": [("```\na\n```", "lines")],
        "````\n```\n````\nb": [("````\n```\n````", "lines"), ("b", "prose")],
        "```\na\n````\nb": [("```\na\n````", "lines"), ("b", "prose")],
        "~~~\n```\n~~~": [("~~~\n```\n~~~", "lines")],
        "a\n```py\nb\n```": [("a", "prose"), ("```py\nb\n```", "lines")],
        "``\n# H\n``": [("``", "prose"), ("# H", "prose"), ("``", "prose")],
        "```\n\n\n```": [("```\n\n\n```", "lines")],
        "```": [("```", "lines")],
    }
    found = {text: blocks(read_markdown, save(path, text.encode())) for text in cases}
    assert {text: [(block.text, block.form) for block in made] for text, made in found.items()} == cases


def test_pages_are_read_as_they_are_seen(path: Path) -> None:
    cases = {
        "<p>a<p>b": ["a", "b"],
        "<p>a  b\t c</p>": ["a b c"],
        "a<br>b<br/>c": ["a\nb\nc"],
        "<dl><dt>k<dd>v</dl>": ["k", "v"],
        "<td>lone": ["lone"],
        "<table><tr><td>a<td><td>c</table>": ["a | | c"],
        "<pre>\n x\n</pre>y": [" x", "y"],
        "<p>&lt;b&gt; &amp;amp; &eacute;&#7879;</p>": ["<b> &amp; éệ"],
        "<p>a<!-- x --><b>b</b></p>": ["ab"],
        "<textarea>draft</textarea>": ["draft"],
        "<p>Tiếng\u00a0Việt</p>": ["Tiếng Việt"],
        "<select><option>one<option>two</select>": ["one", "two"],
    }
    assert {markup: texts(read_html, save(path, markup.encode())) for markup in cases} == cases


def test_hidden_parts_hide_what_is_inside_and_no_more(path: Path) -> None:
    cases = {
        "<div hidden><p>x<p>y</div>z": ["z"],
        "<div hidden=until-found>x</div>z": ["z"],
        "<div style='display:none'><b>x</b></div>z": ["z"],
        "<p aria-hidden=false>x</p>": ["x"],
        "<p style='color:hidden'>x</p>": ["x"],
        "<p>a<script>var b = '</p>';</script>c": ["ac"],
        "<h1 hidden>H</h1><p>x": ["x"],
        "<noscript>x</noscript><template>y</template>z": ["z"],
    }
    assert {markup: texts(read_html, save(path, markup.encode())) for markup in cases} == cases


def test_headings_of_pages_name_what_follows(path: Path) -> None:
    markup = "<h1>A <i>b</i></h1><p>x</p><h3>C</h3><ul><li>y</ul><h2></h2>z<h1>Đ</h1>w"
    assert [(block.text, block.heading) for block in blocks(read_html, save(path, markup.encode()))] == [
        ("A b", "A b"),
        ("x", "A b"),
        ("C", "A b > C"),
        ("y", "A b > C"),
        ("z", "A b"),
        ("Đ", "Đ"),
        ("w", "Đ"),
    ]
