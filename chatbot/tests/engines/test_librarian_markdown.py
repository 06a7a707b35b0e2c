"""Text of files is shown and does nothing: every way to bring Markdown, HTML or a link in is closed."""

import pytest

from chatbot.engines.librarian.markdown import bold, escape, quote, shorten
from chatbot.tests.engines.quoting import answer, source


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("# Heading", r"\# Heading"),
        ("a **b** _c_ `d` ~e~", r"a \*\*b\*\* \_c\_ \`d\` \~e\~"),
        ("<img src=x onerror=1>", r"\<img src=x onerror=1\>"),
        ("![x](https://evil.example)", r"!&#91;x&#93;(https\://evil.example)"),
        ("[x](javascript:alert(1))", r"&#91;x&#93;(javascript\:alert(1))"),
        ("www.evil.example", r"www\.evil.example"),
        ("me@evil.example", r"me\@evil.example"),
        ("&lt;b&gt;", r"\&lt;b\&gt;"),
        (r"\(x\) \[y\] $z$", r"\\(x\\) \\&#91;y\\&#93; \$z\$"),
        ("- item", r"\- item"),
        ("12. item", r"12\. item"),
        ("12.5 litres", "12.5 litres"),
        ("a | b", r"a \| b"),
        ("one\n\n# two", r"one \# two"),
        ("in [7] we saw", "in &#91;\u20607&#93; we saw"),
        ("exe\u202egnp\u200b\x07", "exegnp"),
        ("half \ud800 pair", "half pair"),
        ("Plain words, 3:30 (see p. 4).", "Plain words, 3:30 (see p. 4)."),
    ],
)
def test_text_is_escaped(text: str, escaped: str) -> None:
    assert escape(text) == escaped


def test_a_quote_stays_on_one_line() -> None:
    assert quote("a\n\nb\r\n> c", "[1]") == r"> a b \> c [1]"


def test_a_long_quote_is_cut_at_a_word() -> None:
    assert shorten("alpha beta, gamma", 12) == "alpha beta…"
    assert shorten("x" * 20, 12) == "x" * 12 + "…"


def test_a_title_is_escaped_and_never_empty() -> None:
    assert (bold("a*b"), bold("\u200b")) == (r"**a\*b**", "**?**")


def test_an_answer_holds_no_markdown_of_the_file() -> None:
    evil = source(
        "The <b>fee</b> is [5](https://evil.example) euro ![x](https://evil.example/x.png).",
        title="# a](https://evil.example).pdf",
    )
    text = answer("How much is the fee in euro?", sources=(evil,))
    assert [bad for bad in ("<b>", "](", "https://", "\n#") if bad in text] == []
