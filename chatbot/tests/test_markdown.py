"""Markdown that others read: known tags only."""

import pytest

from chatbot.markdown import as_html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**a**", "<p><strong>a</strong></p>\n"),
        ("<b onclick=x>a</b>", "<p>&lt;b onclick=x&gt;a&lt;/b&gt;</p>\n"),
        ("[a](javascript:alert(1))", "<p>[a](javascript:alert(1))</p>\n"),
        ("![a](https://example.org/a.png)", "<p></p>\n"),
        ("[a](https://example.org)", '<p><a href="https://example.org" rel="noopener noreferrer nofollow">a</a></p>\n'),
        ("`<i>`", "<p><code>&lt;i&gt;</code></p>\n"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"),
    ],
)
def test_html_holds_known_tags_only(text: str, html: str) -> None:
    assert as_html(text) == html


def test_data_addresses_are_dropped() -> None:
    assert "href" not in as_html("[a](data:text/html,x)")


def test_tables_are_tables() -> None:
    assert "<td>1</td>" in as_html("|a|\n|-|\n|1|")
