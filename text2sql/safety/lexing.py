"""The last look at what will be sent, without sqlglot: every word must be on a list, every sign known.

All names are in quotes by now, so that a bare word is a keyword, a type or a function. Texts and names are read so
that their ends are the same whether or not the server takes backslashes for escapes.
"""

import re

from text2sql.safety.dialects import SqlType
from text2sql.safety.lists import words_of
from text2sql.safety.refusing import refused
from text2sql.safety.system_names import is_system_schema
from text2sql.safety.words import WORDS

_STRING = r"N?'(?:[^'\\\x00]|''|\\[^'\x00])*'"
_DOUBLE_QUOTED = r'"(?:[^"\\\x00]|"")+"'
_BACK_QUOTED = r"`(?:[^`\\\x00]|``)+`"
_PIECE = (
    r"(?P<space> +)|(?P<text>{string})|(?P<name>{name})|(?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\w$]))"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_]*(?![\w$'\"`]))|(?P<sign>[-+*/<>=~!@#%^&|?:]+)|(?P<bracket>[()\[\],.])"
)
_PATTERNS: dict[SqlType, re.Pattern[str]] = {
    "postgresql": re.compile(_PIECE.format(string=_STRING, name=_DOUBLE_QUOTED)),
    "mysql": re.compile(_PIECE.format(string=_STRING, name=_BACK_QUOTED)),
    "clickhouse": re.compile(_PIECE.format(string=_STRING, name=_DOUBLE_QUOTED)),
    "oracle": re.compile(_PIECE.format(string=_STRING, name=_DOUBLE_QUOTED)),
}
_COMMON_SIGNS = words_of("+ - * / % = < > <= >= <> != ||")
SIGNS: dict[SqlType, frozenset[str]] = {
    "postgresql": _COMMON_SIGNS
    | words_of("^ & | # << >> ~ ~* !~ !~* -> ->> #> #>> @> <@ ? ?| ?& && @@ @? -|- : ~~ !~~ ~~* !~~* =>"),
    "mysql": _COMMON_SIGNS | words_of("<=> & | ^ ~ << >> -> ->> &&"),
    "clickhouse": _COMMON_SIGNS | {"->"},
    "oracle": _COMMON_SIGNS,
}


def check_words(text: str, database_type: SqlType) -> None:
    """Raises StatementRefused for a word, sign or character that is not known to be harmless in this database.

    Independent of sqlglot on purpose: a node that it wrote in an unforeseen way still has to pass as words.
    """
    pattern, signs, words = _PATTERNS[database_type], SIGNS[database_type], WORDS[database_type]
    position, end = 0, len(text)
    while position < end:
        match = pattern.match(text, position)
        if match is None:
            raise refused("syntax_refused", "{name} is not allowed in a statement.", text[position : position + 10])
        position, kind, piece = match.end(), match.lastgroup, match.group()
        if kind == "word":
            is_called = text.startswith("(", position) or text.startswith(" (", position)
            _check_word(piece, is_called=is_called, words=words)
        elif kind == "sign" and piece not in signs:
            raise refused("syntax_refused", "{name} is not allowed in a statement.", piece)
        elif kind == "name":
            _check_name(piece, text[position : position + 1], database_type)
        elif piece == ".":
            _check_after_dot(text[position : position + 40])


def _check_name(quoted: str, following: str, database_type: SqlType) -> None:
    """No name in front of a dot is a system schema's, wherever it stands."""
    if following == "." and is_system_schema(quoted[1:-1], database_type):
        raise refused("table_refused", "{name} may not be read.", quoted[1:-1])


def _check_after_dot(following: str) -> None:
    if following[:1] not in ('"', "`", "*") and not following[:1].isdigit():
        raise refused("function_refused", "The function {name} is not allowed.", following)


def _check_word(word: str, *, is_called: bool, words: tuple[frozenset[str], frozenset[str]]) -> None:
    keywords, functions = words
    lowered = word.lower()
    if lowered in keywords or (is_called and lowered in functions):
        return
    if is_called or lowered.startswith(("current_", "session_", "system_", "sys")):
        raise refused("function_refused", "The function {name} is not allowed.", word)
    raise refused("syntax_refused", "{name} is not allowed in a statement.", word)
