"""Markdown and HTML: what a reader sees, under its headings."""

from functools import partial
from pathlib import Path

import pytest

from chatbot.extraction.base import Block
from chatbot.extraction.markup import read_html, read_markdown
from chatbot.extraction.reading import read_file
from chatbot.tests.extraction.files import blocks, refusal, save, texts

FRENCH = "Nous avons visité la vieille rotonde à côté de l'église. Où êtes-vous allés après ? \\x41 +AFE- xn--p1ai"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "upload"


def test_markdown_is_divided_by_headings_and_blank_lines(path: Path) -> None:
    save(path, "Intro\n\n# Sổ tay #\nline one\nline two\n\n## Steam\n\n- water\n\n# End\nbye".encode())
    assert [(block.text, block.heading) for block in blocks(read_markdown, path)] == [
        ("Intro", ""),
        ("# Sổ tay #", "Sổ tay"),
        ("line one\nline two", "Sổ tay"),
        ("## Steam", "Sổ tay > Steam"),
        ("- water", "Sổ tay > Steam"),
        ("# End", "End"),
        ("bye", "End"),
    ]


def test_fenced_code_stays_together(path: Path) -> None:
    save(path, b"Run:\n```sh\n# no heading\n\n```nor an end\nmake run\n```\nThen **go**.")
    assert blocks(read_markdown, path) == [
        Block("Run:"),
        Block("```sh\n# no heading\n\n```nor an end\nmake run\n```", form="lines"),
        Block("Then **go**."),
    ]


def test_fence_without_end_reaches_to_the_end(path: Path) -> None:
    save(path, b"~~~~\na\n~~~\n\n# b")
    assert blocks(read_markdown, path) == [Block("~~~~\na\n~~~\n\n# b", form="lines")]


@pytest.mark.parametrize("line", ["#no space", "####### seven", "    # indented", "text # here"])
def test_what_only_looks_like_a_heading_is_text(path: Path, line: str) -> None:
    assert [block.heading for block in blocks(read_markdown, save(path, line.encode()))] == [""]


@pytest.mark.parametrize(
    ("markup", "found"),
    [
        ("<p>one<p>two", ["one", "two"]),
        ("a <b>bold</b>  <i>word</i>\n here", ["a bold word\nhere"]),
        ("<p>Tom &amp; Jerry &lt;3 &eacute;&#8211;&nbsp;x</p>", ["Tom & Jerry <3 é\u2013 x"]),
        ("one<br>two<br/>three", ["one\ntwo\nthree"]),
        ("<ul><li>a<li>b</ul>c", ["a", "b", "c"]),
        ("<pre>  x = 1\n\n  y</pre>", ["  x = 1\n\n  y"]),
        ("<table><tr><th>Name<th>Age<tr><td>Lan<td>31</table>", ["Name | Age", "Lan | 31"]),
        ("<title>Page</title><body>text", ["Page", "text"]),
        ("<my-card>custom</my-card>", ["custom"]),
        ("plain < text & more", ["plain < text & more"]),
    ],
)
def test_visible_text_is_read(path: Path, markup: str, found: list[str]) -> None:
    assert texts(read_html, save(path, markup.encode())) == found


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>alert(1)</script>",
        "<script type=text/template><p>x</p></script>",
        "<style>p { color: red }</style>",
        "<!-- a comment -->",
        "<!--[if IE]>old<![endif]-->",
        "<template><p>x</p></template>",
        "<noscript>turn it on</noscript>",
        "<span hidden>x</span>",
        "<div hidden=hidden><p>x</p></div>",
        "<x-y hidden>x</x-y>",
        "<i aria-hidden=true>x</i>",
        "<span style='color:red; DISPLAY : none'>x</span>",
        "<span style='visibility:hidden'>x</span>",
        "<svg><text>x</text></svg>",
        "<iframe>x</iframe>",
        "<object>x</object>",
        "<?php echo 1 ?>",
        "<input type=hidden value=x>",
    ],
)
def test_hidden_parts_are_dropped_and_what_follows_is_kept(path: Path, hidden: str) -> None:
    save(path, f"<p>before{hidden} after</p>".encode())
    assert " ".join(texts(read_html, path)) == "before after"


def test_html_headings_are_nested(path: Path) -> None:
    save(path, b"<h1>Guide</h1>a<h3>Deep <i>one</i></h3><div>b</div><h2>Next</h2>c<h1></h1>d")
    assert [(block.text, block.heading) for block in blocks(read_html, path)] == [
        ("Guide", "Guide"),
        ("a", "Guide"),
        ("Deep one", "Guide > Deep one"),
        ("b", "Guide > Deep one"),
        ("Next", "Guide > Next"),
        ("c", "Guide > Next"),
        ("d", ""),
    ]


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ("<meta charset=windows-1251>", "cp1251"),
        ("<meta http-equiv=Content-Type content='text/html; charset=koi8-r'>", "koi8-r"),
        ("<meta charset=utf-8>", "utf-8"),
        ("<meta charset=windows-1251>", "utf-8"),
        ("<meta charset=zlib_codec>", "utf-8"),
        ("<meta charset=no-such-thing>", "utf-8"),
        ("", "utf-16"),
    ],
)
def test_declared_encoding_counts_where_the_bytes_do_not_speak(path: Path, head: str, encoding: str) -> None:
    save(path, f"{head}<p>Паровоз</p>".encode(encoding))
    assert texts(read_html, path) == ["Паровоз"]


@pytest.mark.parametrize("charset", ["zlib_codec", "unicode_escape", "undefined", "idna", "rot13", "utf-7"])
def test_declared_codecs_that_are_no_encodings_are_ignored(path: Path, charset: str) -> None:
    save(path, f"<meta charset={charset}><p>{FRENCH}</p>".encode("cp1252"))
    assert texts(read_html, path) == [FRENCH]


def test_hundred_thousand_open_elements_do_no_harm(path: Path) -> None:
    save(path, b"<html>" + b"<div><b>" * 100_000 + b"deep" + b"</div>" * 50_000 + b"<p>end")
    assert refusal(partial(read_file, path, "a.html")) == "file_too_complex"


def test_two_thousand_elements_inside_each_other_are_read(path: Path) -> None:
    save(path, b"<div>" * 2_000 + b"deep" + b"</div>" * 1_000 + b"<p>end")
    assert texts(read_html, path) == ["deep", "end"]


def test_page_without_text_is_read(path: Path) -> None:
    assert read_file(save(path, b"<html><script>1</script></html>"), "a.html").blocks == ()


@pytest.mark.parametrize("name", ["a.html", "a.md"])
def test_blank_page_is_empty(path: Path, name: str) -> None:
    assert refusal(partial(read_file, save(path, b"\n \n"), name)) == "file_empty"
