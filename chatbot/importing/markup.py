"""HTML of a stored chat page back to the Markdown it was made from; scripts and handlers are gone before it is read."""

import re
from typing import Any

import nh3
from lxml import html

from chatbot.importing.values import fenced

_CONTENT = frozenset({
    "a", "b", "blockquote", "br", "code", "del", "div", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img",
    "li", "ol", "p", "pre", "span", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
})  # fmt: skip
_ATTRIBUTES = {
    "*": {"class", "data-timestamp", "data-model", "data-message-id"},
    "a": {"href"},
    "img": {"alt", "src"},
}
_MARKS = {"strong": "**", "b": "**", "em": "*", "i": "*", "del": "~~"}
_BLOCKS = frozenset({"div", "p", "ul", "ol", "li", "tr", "blockquote", "table", "pre", "hr"})
#: Deeper than any page that people read; below it the words are kept without their marks.
_MAX_DEPTH = 200


def parse_safely(markup: str) -> Any:
    """A tree without scripts, styles, handlers and unknown elements; links go to http, https and mailto only."""
    clean = nh3.clean(
        markup, tags=set(_CONTENT), attributes=_ATTRIBUTES, url_schemes={"http", "https", "mailto"}, link_rel=None
    )
    return html.fragment_fromstring(clean, create_parent="div", parser=html.HTMLParser(huge_tree=True))


def by_class(root: Any, name: str) -> list[Any]:
    """Elements that carry this class, in the order of the page."""
    return [element for element in root.iter() if name in (element.get("class") or "").split()]


def as_markdown(root: Any) -> str:
    """The text of an element with the marks that Markdown has for it."""
    lines: list[str] = [line.rstrip() for line in _inside(root, 0).split("\n")]
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip()


def _inside(element: Any, depth: int) -> str:
    if depth > _MAX_DEPTH:
        return str(element.text_content())
    parts, number = [_words(element.text)], 0
    for child in element:
        number += child.tag == "li"
        marker = f"{number}." if element.tag == "ol" else "-"
        parts += [_element(child, depth + 1, marker), _words(child.tail)]
    return "".join(parts)


def _element(element: Any, depth: int, marker: str) -> str:
    tag = element.tag
    if tag == "pre":
        return _fenced(element)
    if tag == "code":
        return _code(str(element.text_content()))
    if tag == "br":
        return "\n"
    if tag == "img":
        return f"🖼 {element.get('alt') or ''}".rstrip()
    inside = _inside(element, depth)
    if tag in _MARKS and inside.strip():
        return f"{_MARKS[tag]}{inside.strip()}{_MARKS[tag]}"
    if tag == "a":
        return f"[{inside.strip()}]({element.get('href')})" if element.get("href") else inside
    if tag in ("td", "th"):
        return f"{inside.strip()} | "
    return _block(tag, inside, marker)


def _block(tag: str, inside: str, marker: str) -> str:
    if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
        return f"\n\n{'#' * int(tag[1])} {inside.strip()}\n\n"
    if tag == "li":
        # What belongs to an item stands below its first letter, or it would be no part of it.
        return f"\n{marker} " + inside.strip().replace("\n", "\n" + " " * (len(marker) + 1))
    if tag == "blockquote":
        return "\n\n> " + inside.strip().replace("\n", "\n> ") + "\n\n"
    if tag == "hr":
        return "\n\n---\n\n"
    if tag in ("p", "ul", "ol", "table"):
        return f"\n\n{inside.strip()}\n\n"
    if tag == "tr":
        return f"\n| {inside.strip()}"
    return f"\n{inside}\n" if tag in _BLOCKS else inside


def _code(said: str) -> str:
    """Between more ticks than it holds, with a space where it begins or ends with one."""
    ticks = "`" * max([1, *(len(run) + 1 for run in re.findall("`+", said))])
    space = " " if said.startswith("`") or said.endswith("`") else ""
    return f"{ticks}{space}{said}{space}{ticks}"


def _fenced(element: Any) -> str:
    code = next(iter(element.iter("code")), element)
    names = (name.removeprefix("language-") for name in (code.get("class") or "").split() if "language-" in name)
    said = str(element.text_content()).strip("\n")
    return f"\n\n{fenced(said, next(names, ''))}\n\n"


def _words(value: str | None) -> str:
    """White space as browsers show it, line ends included."""
    if not value:
        return ""
    words = " ".join(value.split())
    if not words:
        return " " if "\n" not in value else ""
    return (" " if value[0].isspace() else "") + words + (" " if value[-1].isspace() else "")
