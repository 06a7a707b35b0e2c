"""Markdown of messages as HTML that can do no harm: for shared pages and PDF. The chat page renders its own."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

TAGS = frozenset({
    "a", "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s",
    "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
})  # fmt: skip
SCHEMES = frozenset({"http", "https", "mailto"})


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    # Raw HTML stays text; what the parser makes is cleaned all the same.
    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def as_html(text: str) -> str:
    """HTML of known tags only: no scripts, no pictures (they would be fetched from elsewhere), no odd addresses."""
    import nh3  # with the parser 3 MB that most processes never need

    return nh3.clean(
        _parser().render(text),
        tags=set(TAGS),
        attributes={"a": {"href"}},
        url_schemes=set(SCHEMES),
        link_rel="noopener noreferrer nofollow",
    )
