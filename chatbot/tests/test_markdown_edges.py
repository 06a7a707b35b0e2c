"""Markdown of messages as HTML: what is shown, what stays text, and what never becomes an address."""

from chatbot.markdown import as_html


def test_marks_become_elements_that_are_known() -> None:
    cases = {
        "": "",
        "~~a~~ *b* `c`": "<p><s>a</s> <em>b</em> <code>c</code></p>\n",
        "###### Sáu": "<h6>Sáu</h6>\n",
        "####### bảy": "<p>####### bảy</p>\n",
        "> a\n\n---": "<blockquote>\n<p>a</p>\n</blockquote>\n<hr>\n",
        "```py\n<b>\n```": "<pre><code>&lt;b&gt;\n</code></pre>\n",
        "a  \nb": "<p>a<br>\nb</p>\n",
        "3. a\n4. b": "<ol>\n<li>a</li>\n<li>b</li>\n</ol>\n",
        r"\*a\*": "<p>*a*</p>\n",
        "&copy; &amp; &lt;": "<p>© &amp; &lt;</p>\n",
        "a\x00b": "<p>a\ufffdb</p>\n",
    }
    assert {text: as_html(text) for text in cases} == cases


def test_no_address_leads_anywhere_but_to_pages_and_mail() -> None:
    rel = ' rel="noopener noreferrer nofollow"'
    cases = {
        "[a](http://e.org)": f'<p><a href="http://e.org"{rel}>a</a></p>\n',
        "<https://e.org>": f'<p><a href="https://e.org"{rel}>https://e.org</a></p>\n',
        "[a](mailto:b@e.org)": f'<p><a href="mailto:b@e.org"{rel}>a</a></p>\n',
        '[a](http://e.org "title")': f'<p><a href="http://e.org" title="title"{rel}>a</a></p>\n',
        "[a][1]\n\n[1]: http://e.org": f'<p><a href="http://e.org"{rel}>a</a></p>\n',
        "[a](ftp://e.org)": f"<p><a{rel}>a</a></p>\n",
        "[a](tel:123)": f"<p><a{rel}>a</a></p>\n",
        "[a](JaVaScRiPt:x)": "<p>[a](JaVaScRiPt:x)</p>\n",
        "[a](java&#115;cript:x)": "<p>[a](javascript:x)</p>\n",
        "[a](vbscript:x)": "<p>[a](vbscript:x)</p>\n",
        "https://e.org": "<p>https://e.org</p>\n",
    }
    assert {text: as_html(text) for text in cases} == cases


def test_elements_and_pictures_of_others_do_nothing() -> None:
    hostile = [
        "<script>x</script>", "<img src=x onerror=y>", "![a](https://e.org/a.png)", "<svg/onload=x>", "<!-- a -->",
        "<style>*{}</style>", "<iframe src=x>", "`</code><script>`", "|a|\n|-|\n|<script>x</script>|",
        "<a href=x>y</a>",
        '"><script>', "<![CDATA[<script>]]>", "&lt;script&gt;",
    ]  # fmt: skip
    bad = ("<script", "<img", "<svg", "<!--", "<style", "<iframe", "<a ", "<![")
    assert [(text, mark) for text in hostile for mark in bad if mark in as_html(text)] == []


def test_nesting_without_end_is_still_text() -> None:
    for piece in (">", "- ", "[", "*", "`", "(", "![", "~~"):
        assert len(as_html(piece * 2_000)) > 0
