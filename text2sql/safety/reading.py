"""Reads a statement into a tree of sqlglot, within limits that keep its recursive parser from harm."""

import logging
import re
from collections.abc import Sequence

from sqlglot import Dialect, ErrorLevel, exp
from sqlglot.dialects.clickhouse import ClickHouse
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from text2sql.safety.base import MAX_STATEMENT_CHARACTERS
from text2sql.safety.refusing import refused

MAX_TOKENS = 12_000
MAX_NESTING = 40
#: The parser needs time exponential in these: `ARRAY[ARRAY[`, and joins that wait for their ON.
MAX_ARRAY_NESTING = 4
MAX_WAITING_JOINS = 4
#: Words that the parser answers by calling itself without any bracket.
MAX_RECURSING_WORDS = 200
MAX_PREFIX_RUN = 24

# Line breaks and tabs are the only control characters; bidirectional marks make people read another statement.
_FORBIDDEN_CHARACTERS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
#: Comments that MySQL, MariaDB and Oracle obey.
_OBEYED_COMMENT = re.compile(r"/\*\s*(?:!|M!|\+)|--\+")
#: PostgreSQL's E'' with the escapes that sqlglot reads as the server does.
_PLAIN_ESCAPES = re.compile(r"[eE]'(?:[^'\\]|''|\\[ntr\\])*'")
_OPENERS = frozenset({TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE, TokenType.CASE})
_CLOSERS = frozenset({TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE, TokenType.END})
_JOINS = frozenset({TokenType.JOIN, TokenType.STRAIGHT_JOIN})
_NEEDS_NO_ON = frozenset({TokenType.CROSS, TokenType.NATURAL})
_NEEDS_NO_ON_IN_CLICKHOUSE = _NEEDS_NO_ON | {TokenType.ARRAY}
_RECURSING = frozenset(
    {TokenType.NOT, TokenType.ARROW, TokenType.PLACEHOLDER, TokenType.INTERVAL, TokenType.WITH, TokenType.LATERAL}
)
_OPERANDS = frozenset(
    {
        TokenType.VAR, TokenType.IDENTIFIER, TokenType.STRING, TokenType.NUMBER, TokenType.R_PAREN, TokenType.R_BRACKET,
        TokenType.R_BRACE, TokenType.END, TokenType.STAR, TokenType.NULL, TokenType.TRUE, TokenType.FALSE,
    }
)  # fmt: skip
_FIRST_TOKENS = frozenset({TokenType.SELECT, TokenType.WITH, TokenType.VALUES, TokenType.L_PAREN})
_TOO_COMPLEX = "The statement is nested too deeply or too long to be checked."


# It logs a line for each array index that it shifts.
logging.getLogger("sqlglot").setLevel(logging.ERROR)


def read_statement(text: str, dialect: Dialect) -> exp.Expr:
    """The tree of the one query in the text; raises StatementRefused for anything else.

    Limits are checked on the tokens, before the parser sees them: its time is exponential in some nestings, and a
    recursion that overflows in compiled code cannot be caught.
    """
    _check_text(text)
    try:
        tokens = dialect.tokenize(text)
    except SqlglotError as error:
        raise refused("unreadable", "The statement cannot be read.") from error
    tokens = _check_tokens(tokens, dialect)
    for token in tokens:
        if token.token_type == TokenType.BYTE_STRING and not _PLAIN_ESCAPES.fullmatch(
            text[token.start : token.end + 1]
        ):
            raise refused("syntax_refused", "This escape in a text is not allowed.")
    return _parse(tokens, text, dialect)


def _parse(tokens: Sequence[Token], text: str, dialect: Dialect) -> exp.Expr:
    try:
        trees = dialect.parser(error_level=ErrorLevel.RAISE).parse(list(tokens), text)
    except RecursionError as error:
        raise refused("too_complex", _TOO_COMPLEX) from error
    except (SqlglotError, ValueError, AttributeError, TypeError, IndexError, KeyError) as error:
        raise refused("unreadable", "The statement cannot be read in this database's language.") from error
    if len(trees) != 1:
        raise refused("several_statements", "Only one statement may be run at a time.")
    tree = trees[0]
    if not isinstance(tree, exp.Select | exp.SetOperation | exp.Subquery | exp.Values):
        raise refused("not_a_query", "Only SELECT may be run, not {name}.", tree.key.upper() if tree else "nothing")
    return tree


def _check_text(text: str) -> None:
    if len(text) > MAX_STATEMENT_CHARACTERS:
        raise refused("too_large", f"The statement has more than {MAX_STATEMENT_CHARACTERS:,} characters.")
    if not text.strip():
        raise refused("empty", "There is no statement.")
    if _FORBIDDEN_CHARACTERS.search(text):
        raise refused("unreadable", "The statement holds control characters.")
    if _OBEYED_COMMENT.search(text):
        raise refused("hint_refused", "Comments that databases obey (/*! */, /*+ */) are not allowed.")


def _check_tokens(tokens: list[Token], dialect: Dialect) -> list[Token]:
    while tokens and tokens[-1].token_type == TokenType.SEMICOLON:
        tokens.pop()
    if not tokens:
        raise refused("empty", "There is no statement.")
    if len(tokens) > MAX_TOKENS:
        raise refused("too_large", f"The statement has more than {MAX_TOKENS:,} words and signs.")
    if any(token.token_type == TokenType.SEMICOLON for token in tokens):
        raise refused("several_statements", "Only one statement may be run at a time.")
    if tokens[0].token_type not in _FIRST_TOKENS:
        raise refused("not_a_query", "Only SELECT may be run, not {name}.", tokens[0].text.upper())
    _check_nesting(tokens)
    _check_arrays(tokens)
    _check_joins(tokens, dialect)
    return tokens


def _check_nesting(tokens: list[Token]) -> None:
    depth = run = recursing = 0
    for token in tokens:
        kind = token.token_type
        depth += (kind in _OPENERS) - (kind in _CLOSERS)
        run = 0 if kind in _OPERANDS else run + 1
        recursing += kind in _RECURSING
        if depth > MAX_NESTING or run > MAX_PREFIX_RUN + depth or recursing > MAX_RECURSING_WORDS:
            raise refused("too_complex", _TOO_COMPLEX)


def _check_arrays(tokens: list[Token]) -> None:
    open_brackets: list[bool] = []
    previous = None
    for token in tokens:
        kind = token.token_type
        if kind == TokenType.L_BRACKET:
            open_brackets.append(previous == TokenType.ARRAY)
        elif kind == TokenType.R_BRACKET and open_brackets:
            open_brackets.pop()
        if sum(open_brackets) > MAX_ARRAY_NESTING:
            raise refused("too_complex", _TOO_COMPLEX)
        previous = kind


def _check_joins(tokens: list[Token], dialect: Dialect) -> None:
    needs_no_on = _NEEDS_NO_ON_IN_CLICKHOUSE if isinstance(dialect, ClickHouse) else _NEEDS_NO_ON
    waiting_by_depth = [False]
    left_without_on = 0
    for index, token in enumerate(tokens):
        kind = token.token_type
        if kind == TokenType.L_PAREN:
            waiting_by_depth.append(False)
        elif kind == TokenType.R_PAREN and len(waiting_by_depth) > 1:
            left_without_on += waiting_by_depth.pop()
        elif kind in (TokenType.ON, TokenType.USING):
            waiting_by_depth[-1] = False
        elif kind in _JOINS:
            left_without_on += waiting_by_depth[-1]
            before = {other.token_type for other in tokens[max(0, index - 3) : index]}
            waiting_by_depth[-1] = not needs_no_on & before
        if left_without_on > MAX_WAITING_JOINS:
            raise refused("too_complex", _TOO_COMPLEX)
