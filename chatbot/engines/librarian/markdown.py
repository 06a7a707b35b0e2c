"""Text of others as Markdown that shows it and does nothing else: no headings, links, pictures, HTML or formulas."""

import re
import unicodedata

from chatbot.engines.base import Source

#: A quote of more characters is cut at a word.
MAX_QUOTE = 600

_MARKS = re.compile(r"([\\`*_<>|~$&#{}^])")
#: As entities, because a backslash before a bracket begins a formula where pages read formulas.
_BRACKETS = {ord("["): "&#91;", ord("]"): "&#93;"}
#: A number in brackets would be taken for a citation of ours; a word joiner, which has no width, prevents it.
_CITATION = re.compile(r"\[(?=\d{1,3}\])")
#: What would begin a block at the start of a line.
_BLOCK = re.compile(r"^([-+=:])|^(\d{1,9})([.)])(?=\s|$)")
#: Addresses would become links by themselves; a backslash inside hides them from whoever looks for one.
_ADDRESS = re.compile(r"(?<=[A-Za-z]):(?=//)|(?<=\bwww)\.|(?<=\w)@(?=\w)|(?<=[A-Za-z]):(?=[A-Za-z])")


def escape(text: str) -> str:
    """One line that reads as the text; characters that people cannot see are dropped."""
    seen = "".join(character if _is_visible(character) else "" for character in text.replace("\t", " "))
    line = " ".join(seen.split())
    line = _CITATION.sub("[\u2060", line)
    line = _MARKS.sub(r"\\\1", line).translate(_BRACKETS)
    line = _ADDRESS.sub(lambda match: "\\" + match.group(), line)
    return _BLOCK.sub(lambda match: f"\\{match[1]}" if match[1] else f"{match[2]}\\{match[3]}", line)


def _is_visible(character: str) -> bool:
    """Line ends become spaces later. Marks that turn the direction of writing, and halves of characters, are hidden."""
    return character in "\n\r" or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn")


def shorten(text: str, most: int = MAX_QUOTE) -> str:
    """The text, or its beginning up to a word with an ellipsis."""
    if len(text) <= most:
        return text
    beginning, space, _cut_off = text[: most + 1].rpartition(" ")
    cut = beginning if space else text[:most]
    return cut.rstrip(" ,;:") + "…"


def quote(text: str, cited: str) -> str:
    """A block quote of one line with its citation behind it."""
    return f"> {escape(shorten(text))} {cited}"


def cite(source: Source) -> str:
    """What the page links with the source."""
    return f"[{source.number}]"


def bold(text: str) -> str:
    """A title, as it is."""
    return f"**{escape(shorten(text, 120)) or '?'}**"
