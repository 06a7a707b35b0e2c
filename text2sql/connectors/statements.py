"""A last look at a statement before it is sent, where the protocol itself does not stop what is no query."""

import re

from text2sql.connectors.base import ConnectorError

#: A comment that MySQL runs (`/*!`) is no comment; it stays and is refused as the first word.
_SPACE = re.compile(r"(?:\s+|--[^\n]*(?:\n|$)|#[^\n]*(?:\n|$)|/\*(?!!|M!).*?\*/|\()+", re.DOTALL)
#: A comment may stand between a name and its parenthesis; whatever it hides, such a name is taken for a call.
#: Without going back: a text of a hundred thousand letters would be looked at from each of them.
_CALL = re.compile(r"(?<![A-Za-z0-9_])([A-Za-z_][A-Za-z0-9_]*+)[`\"]?\s*+(?:\(|/\*|--|#)")
_WORD = re.compile(r"[A-Za-z_]+")


def first_word(statement: str) -> str:
    """The first keyword in capitals, behind comments and parentheses; empty if there is none.

    What MySQL runs though it looks like a comment counts as no keyword at all.
    """
    space = _SPACE.match(statement)
    word = _WORD.match(statement, space.end() if space else 0)
    return word.group().upper() if word else ""


def words_of(statement: str) -> set[str]:
    """All words in capitals, also those in quotes and comments: where these end depends on the server's mode.

    A harmless text that says "outfile" is refused with it, which is the side to err on.
    """
    return {word.upper() for word in _WORD.findall(statement)}


def refuse_unsendable(statement: str) -> None:
    """Raises ConnectorError `syntax_error` for what no driver can send as it is: NUL and halves of characters."""
    if "\0" in statement or any("\ud800" <= character <= "\udfff" for character in statement):
        raise ConnectorError("syntax_error", "The statement holds characters that cannot be sent.")


def refuse_unless(statement: str, words: frozenset[str], *, without: frozenset[str] = frozenset()) -> None:
    """Raises ConnectorError `query_refused` unless it begins with one of `words` and holds none of `without`."""
    refuse_unsendable(statement)
    word = first_word(statement)
    if word not in words:
        raise ConnectorError("query_refused", f"Only queries are run; this one begins with “{word or statement[:20]}”.")
    if found := words_of(statement) & without:
        raise ConnectorError("query_refused", f"The query holds what is never run: {', '.join(sorted(found))}.")


def refuse_calls(statement: str, names: frozenset[str]) -> None:
    """Raises ConnectorError `query_refused` if one of these functions (lower case) seems to be called.

    A column of such a name is no call; text in quotes that looks like one is refused as well.
    """
    if found := {name for name in _CALL.findall(statement) if name.lower() in names}:
        raise ConnectorError("query_refused", f"The query calls what is never run: {', '.join(sorted(found))}.")
