"""Where sqlglot writes what a server does not know, or reads as something else: these parts are written by us.

Each rule is held against the servers' manuals; what is written reads back as the same tree, so that the check of the
written text (`sql.check_sql`) stays a check of what was asked.
"""

import re
from collections.abc import Callable

from sqlglot import exp

from text2sql.safety.dialects import SqlType

Write = Callable[[exp.Expr], str]

#: Functions by their names here. ClickHouse's rand() is a whole number, randCanonical() one between 0 and 1; Oracle has
#: VAR_POP, MySQL and MariaDB have SHA1 and MEDIAN, and UTC_DATE has no zone there.
_NAMES: dict[SqlType, dict[type[exp.Expr], str]] = {
    "postgresql": {},
    "mysql": {exp.SHA: "SHA1", exp.Median: "MEDIAN", exp.UtcDate: "UTC_DATE"},
    "clickhouse": {exp.Rand: "rand"},
    "oracle": {exp.ApproxDistinct: "APPROX_COUNT_DISTINCT", exp.VariancePop: "VAR_POP"},
}
_TEXT_NAME_OR_EXCEPT = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|\bEXCEPT\b")


def mend_tree(tree: exp.Expr, database_type: SqlType, write: Write) -> None:
    """Replaces nodes by ones that are written rightly; `write` makes the text of a part."""
    for node in _found(tree, *_NAMES[database_type]):
        # rand() and randCanonical() become one kind of node, which remembers how it was written.
        name = str(node.meta.get("clickhouse_name") or _NAMES[database_type][type(node)])
        node.replace(exp.Anonymous(this=name, expressions=list(node.iter_expressions())))
    if database_type == "mysql":
        _write_regexp(tree, write)
    elif database_type == "postgresql":
        _write_postgresql(tree)
    elif database_type == "oracle":
        _write_laterals(tree, write)


def mend_text(text: str, database_type: SqlType) -> str:
    """Oracle knows EXCEPT since 21c only; MINUS is the same in all versions."""
    if database_type != "oracle":
        return text
    # All names are in quotes by now, so that a bare EXCEPT is the set operator.
    return _TEXT_NAME_OR_EXCEPT.sub(lambda found: "MINUS" if found[0] == "EXCEPT" else found[0], text)


def _found(tree: exp.Expr, *kinds: type[exp.Expr]) -> list[exp.Expr]:
    """Innermost nodes first: an outer one is written with what became of them."""
    return list(reversed(list(tree.find_all(*kinds)))) if kinds else []


def _write_regexp(tree: exp.Expr, write: Write) -> None:
    """`a REGEXP b`: sqlglot writes REGEXP_LIKE, which MariaDB lacks."""
    for node in _found(tree, exp.RegexpLike):
        if not node.args.get("flag"):
            value, pattern = (_operand(part, write) for part in (node.this, node.expression))
            node.replace(exp.Var(this=f"{value} REGEXP {pattern}"))


def _operand(node: exp.Expr, write: Write) -> str:
    written = write(node)
    return f"({written})" if isinstance(node, exp.Binary | exp.Not | exp.Between | exp.In) else written


def _write_postgresql(tree: exp.Expr) -> None:
    """CURRENT_TIME takes no empty parentheses, and log(10, x) no double: log(x) is of base 10 for all numbers."""
    for node in _found(tree, exp.CurrentTime):
        if node.this is None:
            node.replace(exp.Var(this="CURRENT_TIME"))
    for node in _found(tree, exp.Log):
        base, number = node.this, node.expression
        if isinstance(number, exp.Expr) and isinstance(base, exp.Literal) and base.this == "10":
            node.replace(exp.Log(this=number))


def _write_laterals(tree: exp.Expr, write: Write) -> None:
    """Oracle's CROSS APPLY, OUTER APPLY and LATERAL; there no AS stands before the alias, and no JOIN without ON."""
    for node in _found(tree, exp.Lateral):
        alias = node.args.get("alias")
        written = f"{write(node.this)} {write(alias)}" if alias else write(node.this)
        applies = node.args.get("cross_apply")
        if applies is None:
            node.replace(exp.Var(this=f"LATERAL {written}"))
        elif isinstance(node.parent, exp.Join):
            node.parent.replace(exp.Var(this=f" {'CROSS' if applies else 'OUTER'} APPLY {written}"))
