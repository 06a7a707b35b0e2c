"""EXPLAIN of ClickHouse."""

from typing import TYPE_CHECKING

from text2sql.connectors.base import Plan

if TYPE_CHECKING:
    from text2sql.connectors.clickhouse.session import ClickHouseSession


def read_plan(session: "ClickHouseSession", statement: str, *, timeout_seconds: float) -> Plan:
    """The rows that MergeTree tables expect to read; `rows` of the result are not estimated.

    EXPLAIN ESTIMATE has (database, table, parts, rows, marks) for each table, and nothing for other engines.
    """
    steps = session.fetch(f"EXPLAIN {statement}", seconds=timeout_seconds)
    estimates = session.fetch(f"EXPLAIN ESTIMATE {statement}", seconds=timeout_seconds)
    cost = float(sum(row[3] for row in estimates)) if estimates else None
    return Plan(cost, None, "\n".join(str(step[0]) for step in steps))
