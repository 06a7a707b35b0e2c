"""Which collections may be read."""

import re
from typing import Any

from text2sql.safety.base import Policy
from text2sql.safety.refusing import refused

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_SYSTEM = re.compile(r"(?i)system\..*|.*\.system\..*|.*\$.*|enxcol_\..*")


def allowed_collection(name: Any, policy: Policy) -> tuple[str, str]:
    """Schema and name of a collection; raises StatementRefused for the system's and those not listed.

    MongoDB has no schemas: a catalog has the empty one, or people wrote the database's name there.
    """
    if not isinstance(name, str) or not 0 < len(name) <= 120 or _CONTROL.search(name):
        raise refused("unreadable", "{name} is not the name of a collection.", name)
    for key in ((policy.default_schema, name), ("", name)):
        if not _SYSTEM.fullmatch(name) and (policy.tables is None or key in policy.tables):
            return key
    raise refused("table_refused", "The collection {name} may not be read.", name)
