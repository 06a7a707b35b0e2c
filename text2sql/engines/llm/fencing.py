"""Text of databases and people inside of a prompt: data between tags, which it can neither close nor open."""

import re

_TAG = re.compile(r"<(?=\s*/?\s*(?:schema|examples|earlier|question|chosen|error|values|tables)\b)", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def fenced(text: str, *, most: int) -> str:
    """The text without control characters and without our own tags, cut to `most` characters; its lines stay.

    A comment in somebody's database must not be able to end its part of the prompt and go on as a rule.
    """
    whole = _TAG.sub("(", _CONTROL.sub(" ", text)).encode("utf-8", "replace").decode()
    return whole if len(whole) <= most else f"{whole[: most - 1]}…"


def one_line(text: str, *, most: int) -> str:
    """As `fenced`, on one line."""
    return fenced(" ".join(text.split()), most=most)
