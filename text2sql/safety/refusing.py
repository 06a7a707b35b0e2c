"""Makes refusals: a steady code, and a sentence that quotes at most the name of what was found."""

import unicodedata

from text2sql.safety.base import StatementRefused

LONGEST_NAME = 60


def shown(name: object) -> str:
    """A name fit for a sentence: one line without control or invisible characters, at most 60 characters."""
    text = "".join(
        letter if unicodedata.category(letter)[0] != "C" and letter.isprintable() else " " for letter in str(name)[:200]
    )
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_NAME else text[: LONGEST_NAME - 1] + "…"


def refused(code: str, sentence: str, name: object = "") -> StatementRefused:
    """The exception to raise; `{name}` in the sentence is replaced by the name, cut and cleaned.

    At most the piece that was found, never the statement: a refusal is logged and shown, and may hold secrets.
    """
    return StatementRefused(code, sentence.replace("{name}", shown(name)))
