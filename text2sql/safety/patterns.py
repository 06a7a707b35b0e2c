"""Bounds regular expressions, in every database."""

import re
from math import prod

from text2sql.safety.refusing import refused

MAX_PATTERN_CHARACTERS = 200
MAX_PRODUCT_OF_QUANTIFIERS = 1_000
_QUANTIFIER = re.compile(r"\{(\d*),?(\d*)\}")


def check_quantifiers(pattern: str) -> None:
    """Raises StatementRefused where the counts of a regular expression multiply to too much.

    `(a{99}){99}` is unrolled into an automaton of that size by most engines (re2 of ClickHouse, PostgreSQL's own).
    """
    counts = [max(int(n[:9] or 0) for n in found.groups()) for found in _QUANTIFIER.finditer(pattern)]
    if prod(count for count in counts if count > 1) > MAX_PRODUCT_OF_QUANTIFIERS:
        raise refused("limit_refused", "The counts in a pattern are too large.")
