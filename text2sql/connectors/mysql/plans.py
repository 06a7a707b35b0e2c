"""EXPLAIN of MySQL and MariaDB."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from text2sql.connectors.base import Plan

if TYPE_CHECKING:
    from text2sql.connectors.mysql.session import MysqlSession


def read_plan(session: "MysqlSession", statement: str, *, timeout_seconds: float) -> Plan:
    """The optimizer's cost where the plan has it (MySQL, MariaDB 11), and the rows that its joins look at.

    Subqueries do not count: how often each is run is not in the plan.
    """
    ((text,),) = session.fetch(f"EXPLAIN FORMAT=JSON {statement}", seconds=timeout_seconds)
    plan = text if isinstance(text, dict) else json.loads(text)
    block = plan.get("query_block", plan)
    cost = block.get("cost_info", {}).get("query_cost", block.get("cost"))
    return Plan(None if cost is None else float(cost), _product(list(_tables(block))), json.dumps(plan, indent=1))


def _tables(node: Any) -> Iterator[dict[str, Any]]:
    """The tables of the outermost block, wherever ordering and grouping wrap them.

    MariaDB has `block-nl-join` around joined tables, MySQL `grouping_operation` and the like.
    """
    if isinstance(node, list):
        for inner in node:
            yield from _tables(inner)
    elif isinstance(node, dict):
        for name, inner in node.items():
            if name == "table":
                yield inner
            elif isinstance(inner, (dict, list)) and not name.endswith("subqueries"):
                yield from _tables(inner)


def _product(tables: list[dict[str, Any]]) -> float | None:
    """Rows of all joins, as each table is read once for every row before it."""
    rows = 1.0
    for table in tables:
        looked_at = table.get("rows", table.get("rows_examined_per_scan", 1))
        rows *= float(looked_at) * float(table.get("filtered", 100)) / 100
    return rows if tables else None
