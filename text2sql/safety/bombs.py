"""Bounds what can grow without end: repeated texts, series of rows, patterns."""

import re
from collections.abc import Iterable
from math import prod

from sqlglot import exp

from text2sql.safety.patterns import MAX_PATTERN_CHARACTERS, check_quantifiers
from text2sql.safety.refusing import refused
from text2sql.safety.series import check_series

MAX_REPEATS = 1_000
MAX_PRODUCT_OF_REPEATS = 100_000

_SIZED_BY: dict[type[exp.Expr], str] = {exp.Repeat: "times", exp.Pad: "expression", exp.Space: "this"}
_SIZED_BY_ARGUMENT = {
    "repeat": 1, "lpad": 1, "rpad": 1, "space": 0, "leftpad": 1, "rightpad": 1, "leftpadutf8": 1, "rightpadutf8": 1,
    "tofixedstring": 1,
}  # fmt: skip
_WIDTH = re.compile(r"%[^%sIL]")
_PATTERN_IN: dict[type[exp.Expr], str] = dict.fromkeys(
    (
        exp.RegexpLike, exp.RegexpILike, exp.RegexpReplace, exp.RegexpExtract, exp.RegexpExtractAll, exp.RegexpInstr,
        exp.RegexpCount, exp.RegexpSplit, exp.RegexpFullMatch, exp.SimilarTo,
    ),
    "expression",
)  # fmt: skip
_PATTERN_IN_ARGUMENT = {
    "regexp_match": 1, "regexp_matches": 1, "regexp_split_to_array": 1, "regexp_split_to_table": 1, "regexp_like": 1,
    "regexp_count": 1, "regexp_instr": 1, "regexp_substr": 1, "regexp_replace": 1, "match": 1, "extract": 1,
    "extractall": 1, "replaceregexpall": 1, "replaceregexpone": 1, "splitbyregexp": 0, "countmatches": 1,
}  # fmt: skip


def check_growth(nodes: Iterable[exp.Expr]) -> None:
    """Raises StatementRefused for a size that is no small literal, a series without bounds, a pattern too complex.

    Sizes of nested calls multiply, so that all of a statement are held against one product: a thousand texts of a
    thousand letters fill a megabyte, and one more level a gigabyte. Time-outs alone come too late for memory.
    """
    sizes: list[int] = []
    for node in nodes:
        if isinstance(node, exp.GenerateSeries | exp.ExplodingGenerateSeries):
            check_series(node)
        size = _argument(node, _SIZED_BY, _SIZED_BY_ARGUMENT)
        if size is not None:
            sizes.append(_size_of(size, node))
        if isinstance(node, exp.Anonymous) and str(node.this).lower() == "range":
            sizes += _sizes_of_range(node)
        if isinstance(node, exp.Format):
            _check_format(node)
        pattern = _argument(node, _PATTERN_IN, _PATTERN_IN_ARGUMENT)
        if pattern is not None:
            _check_pattern(pattern)
    if prod(size for size in sizes if size > 1) > MAX_PRODUCT_OF_REPEATS:
        raise refused("limit_refused", "Texts are repeated too often in this statement.")


def _argument(node: exp.Expr, by_kind: dict[type[exp.Expr], str], by_name: dict[str, int]) -> exp.Expr | None:
    key = by_kind.get(type(node))
    if key is not None:
        found = node.args.get(key)
        return found if isinstance(found, exp.Expr) else None
    if isinstance(node, exp.Anonymous) and isinstance(node.this, str):
        position = by_name.get(node.this.lower())
        if position is not None and position < len(node.expressions):
            found = node.expressions[position]
            return found if isinstance(found, exp.Expr) else None
    return None


def _size_of(size: exp.Expr, node: exp.Expr) -> int:
    is_small = isinstance(size, exp.Literal) and size.this.isdecimal() and len(size.this) <= 4
    if not is_small or int(size.this) > MAX_REPEATS:
        raise refused("limit_refused", f"{{name}} needs a plain number up to {MAX_REPEATS:,} as its size.", _name(node))
    return int(size.this)


def _check_format(node: exp.Expr) -> None:
    """PostgreSQL's format() pads to any width that its template names."""
    template = node.this
    if not isinstance(template, exp.Literal) or _WIDTH.search(template.this):
        raise refused("limit_refused", "format needs a plain template without widths.")


def _sizes_of_range(node: exp.Expr) -> list[int]:
    """ClickHouse's range(): plain numbers, or the length of an array; several multiply to rows."""
    sizes = []
    for bound in node.expressions:
        is_small = isinstance(bound, exp.Literal) and bound.this.isdecimal() and len(bound.this) <= 5
        if not is_small and not isinstance(bound, exp.Length):
            raise refused("limit_refused", "range needs plain numbers below 100,000.")
        if is_small:
            sizes.append(int(bound.this))
    return [max(sizes, default=0)]


def _name(node: exp.Expr) -> str:
    return str(node.this) if isinstance(node, exp.Anonymous) else node.key.upper()


def _check_pattern(pattern: exp.Expr) -> None:
    plain = pattern.this if isinstance(pattern, exp.Escape | exp.Paren) else pattern
    if not isinstance(plain, exp.Literal | exp.RawString | exp.National) or len(plain.this) > MAX_PATTERN_CHARACTERS:
        raise refused("limit_refused", f"A pattern must be a plain text of up to {MAX_PATTERN_CHARACTERS} characters.")
    check_quantifiers(plain.this)
