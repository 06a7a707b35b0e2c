"""What people really ask passes, is written the same when it is checked again, and is checked fast."""

import time
from types import ModuleType

import pytest

from text2sql.catalog import DatabaseType
from text2sql.safety.base import CheckedStatement, Policy
from text2sql.safety.checking import check_statement
from text2sql.tests.safety.checks import outcome
from text2sql.tests.safety.statements import (
    benign_clickhouse,
    benign_mysql,
    benign_oracle,
    benign_postgresql,
    pipelines,
)

SETS: list[tuple[DatabaseType, ModuleType]] = [
    ("postgresql", benign_postgresql),
    ("mysql", benign_mysql),
    ("clickhouse", benign_clickhouse),
    ("oracle", benign_oracle),
]
TYPICAL = """
    SELECT c.name, date_trunc('month', o.created_at) AS month, sum(o.total) AS revenue
    FROM orders o JOIN customers c ON c.id = o.customer_id
    WHERE o.status = 'paid' AND o.created_at >= '2024-01-01' GROUP BY 1, 2 ORDER BY revenue DESC LIMIT 10
"""


def check(text: str, database_type: DatabaseType, policy: Policy) -> CheckedStatement:
    return check_statement(text, database_type=database_type, policy=policy)


@pytest.mark.parametrize(("database_type", "benign"), SETS, ids=[name for name, _ in SETS])
def test_questions_of_people_pass_and_are_steady(database_type: DatabaseType, benign: ModuleType) -> None:
    policy = Policy(default_schema="shop")
    assert len(benign.STATEMENTS) >= 60
    for text in benign.STATEMENTS:
        once = check(text, database_type, policy)
        again = check(once.text, database_type, policy)
        assert (again.text, again.tables) == (once.text, once.tables)


@pytest.mark.parametrize(("database_type", "benign"), SETS, ids=[name for name, _ in SETS])
def test_nothing_passes_where_nothing_may_be_read(database_type: DatabaseType, benign: ModuleType) -> None:
    nothing = Policy(tables=frozenset(), default_schema="shop")
    read = {text: check(text, database_type, Policy(default_schema="shop")).tables for text in benign.STATEMENTS}
    passed = {text for text in benign.STATEMENTS if outcome(text, database_type, nothing) != "table_refused"}
    assert passed == {text for text, tables in read.items() if not tables}


@pytest.mark.parametrize(("database_type", "benign"), SETS, ids=[name for name, _ in SETS])
def test_a_table_is_found_wherever_it_stands(database_type: DatabaseType, benign: ModuleType) -> None:
    """Each table of each statement is taken from the policy in turn."""
    for text in benign.STATEMENTS:
        tables = check(text, database_type, Policy(default_schema="shop")).tables
        for hidden in tables:
            policy = Policy(tables=tables - {hidden}, default_schema="shop")
            assert outcome(text, database_type, policy) == "table_refused", (text, hidden)


def test_pipelines_of_people_pass_and_are_steady() -> None:
    assert len(pipelines.BENIGN) >= 50
    for text in pipelines.BENIGN:
        once = check(text, "mongodb", Policy())
        assert check(once.text, "mongodb", Policy()) == once


def test_collections_are_found_wherever_they_stand() -> None:
    for text in pipelines.BENIGN:
        tables = check(text, "mongodb", Policy()).tables
        for hidden in tables:
            assert outcome(text, "mongodb", Policy(tables=tables - {hidden})) == "table_refused", text


def test_a_typical_statement_is_checked_within_3_ms() -> None:
    check(TYPICAL, "postgresql", Policy())
    times = []
    for _ in range(30):
        started = time.process_time()
        check(TYPICAL, "postgresql", Policy())
        times.append(time.process_time() - started)
    assert min(times) < 0.003
