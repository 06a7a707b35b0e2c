"""EXPLAIN of PostgreSQL."""

import json
from typing import TYPE_CHECKING, Any

from text2sql.connectors.base import Plan

if TYPE_CHECKING:
    from text2sql.connectors.postgresql.session import PostgresSession

_EXPLAIN = "EXPLAIN (FORMAT JSON) "


def read_plan(session: "PostgresSession", statement: str, *, timeout_seconds: float) -> Plan:
    """Total cost in the planner's unit, and the rows it expects.

    The unit is that of `seq_page_cost`: a page read in order costs 1.
    https://www.postgresql.org/docs/current/runtime-config-query.html
    """
    ((found,),) = session.fetch(_EXPLAIN + statement, seconds=timeout_seconds, skipped=len(_EXPLAIN))
    plan: dict[str, Any] = found[0]["Plan"]
    text = json.dumps(found, indent=1, ensure_ascii=False)
    return Plan(float(plan["Total Cost"]), float(plan["Plan Rows"]), text)
