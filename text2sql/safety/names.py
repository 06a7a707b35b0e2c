"""Writes every name of a tree as the database reads it, in quotes, so that none can be a keyword or a function."""

import re
from collections.abc import Iterable

from sqlglot import exp

from text2sql.safety.dialects import SqlType, fold
from text2sql.safety.lists import words_of
from text2sql.safety.refusing import refused

LONGEST_IDENTIFIER = 128
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CONTROL_IN_STRING = re.compile("[\x00-\x08\x0e-\x1f\x7f]")

#: Words that are functions although they look like columns; Oracle's sequences are read as columns too.
_FUNCTIONS_WITHOUT_PARENTHESES: dict[SqlType, frozenset[str]] = {
    "postgresql": words_of("user current_user session_user current_role current_catalog current_schema system_user"),
    "mysql": frozenset({"current_user", "current_role", "session_user", "system_user"}),
    "clickhouse": frozenset(),
    "oracle": words_of(
        "USER UID SESSIONTIMEZONE DBTIMEZONE NEXTVAL CURRVAL LEVEL CONNECT_BY_ISLEAF CONNECT_BY_ISCYCLE "
        "ORA_INVOKING_USER ORA_INVOKING_USERID OBJECT_VALUE SYS_NC_ROWINFO$"
    ),
}
#: Oracle's words of no row's own; in quotes they would be other names.
_ORACLE_PSEUDO_COLUMNS = frozenset({"ROWNUM", "ROWID"})


def write_names(nodes: Iterable[exp.Expr], database_type: SqlType) -> None:
    """Folds and quotes all names and unifies the forms of strings; raises StatementRefused for names that trick.

    Changes the nodes. Names longer than any of the four databases allows are refused, not cut as a server would.
    """
    for node in nodes:
        if isinstance(node, exp.Column):
            _check_column(node, database_type)
        elif isinstance(node, exp.Literal | exp.National) and _CONTROL_IN_STRING.search(node.this):
            raise refused("unreadable", "A text in the statement holds control characters.")
        elif isinstance(node, exp.RawString | exp.ByteString):
            _make_plain(node)
        elif isinstance(node, exp.Collate) and isinstance(node.expression, exp.Var):
            node.set("expression", exp.to_identifier(node.expression.name, quoted=True))
    for node in nodes:
        if isinstance(node, exp.Identifier):
            _write_name(node, database_type)


def _check_column(column: exp.Column, database_type: SqlType) -> None:
    identifier = column.this
    if not isinstance(identifier, exp.Identifier):
        return
    name = fold(identifier.name, database_type)
    refused_names = _FUNCTIONS_WITHOUT_PARENTHESES[database_type]
    # Oracle reads "NEXTVAL" in quotes, and behind a sequence's name, as the same pseudo-column.
    reads_always = database_type == "oracle"
    if (name if reads_always else name.lower()) in refused_names and (
        reads_always or not (identifier.quoted or column.args.get("table"))
    ):
        raise refused("function_refused", "The function {name} is not allowed.", name)


def _make_plain(node: exp.Expr) -> None:
    if _CONTROL_IN_STRING.search(node.this):
        raise refused("unreadable", "A text in the statement holds control characters.")
    node.replace(exp.Literal.string(node.this))


def _write_name(identifier: exp.Identifier, database_type: SqlType) -> None:
    name = identifier.this
    if not identifier.args.get("quoted"):
        name = fold(name, database_type)
        if database_type == "oracle" and name in _ORACLE_PSEUDO_COLUMNS and isinstance(identifier.parent, exp.Column):
            identifier.set("this", name)
            return
        if database_type == "oracle" and name == "DENSE_RANK" and _is_kept(identifier):
            identifier.set("this", name)
            return
    if not name or len(name) > LONGEST_IDENTIFIER or _CONTROL.search(name):
        raise refused("syntax_refused", "The name {name} is empty, too long, or holds control characters.", name)
    # Inside quotes ClickHouse still obeys backslashes; Oracle's @ leads to other databases.
    if "\\" in name or (database_type == "oracle" and ("@" in name or '"' in name)):
        raise refused("syntax_refused", "The name {name} holds a sign that is not allowed.", name)
    identifier.set("this", name)
    identifier.set("quoted", True)


def _is_kept(identifier: exp.Identifier) -> bool:
    """Whether it is the keyword of KEEP (DENSE_RANK FIRST ...), which sqlglot takes for a window's name."""
    window = identifier.parent
    return isinstance(window, exp.Window) and window.args.get("over") == "KEEP" and identifier.arg_key == "alias"
