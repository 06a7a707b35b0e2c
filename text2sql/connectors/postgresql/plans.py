"""EXPLAIN of PostgreSQL."""

import json
from typing import TYPE_CHECKING, Any

from text2sql.connectors.base import Plan

if TYPE_CHECKING:
    from text2sql.connectors.postgresql.session import PostgresSession

_EXPLAIN = "EXPLAIN (FORMAT JSON) "


def read_plan(session: "PostgresSession", statement: str, *, timeout_seconds: float) -> Plan:
    """Total cost in the planner's unit, and the rows it expects.

    EXPLAIN takes no second EXPLAIN and no ANALYZE behind its options, so nothing runs.
    """
    ((found,),) = session.fetch(_EXPLAIN + statement, seconds=timeout_seconds, skipped=len(_EXPLAIN))
    plan: dict[str, Any] = found[0]["Plan"]
    text = json.dumps(found, indent=1, ensure_ascii=False)
    return Plan(float(plan["Total Cost"]), float(plan["Plan Rows"]), text)
