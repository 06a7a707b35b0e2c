"""Nothing of the hostile sets passes, however it is dressed up."""

import random
import time
from types import ModuleType

import pytest

from text2sql.catalog import DatabaseType
from text2sql.safety.base import Policy, StatementRefused
from text2sql.safety.checking import check_statement
from text2sql.tests.safety.checks import outcome
from text2sql.tests.safety.statements import (
    hostile_clickhouse,
    hostile_mysql,
    hostile_oracle,
    hostile_postgresql,
    pipelines,
)

SETS: list[tuple[DatabaseType, ModuleType]] = [
    ("postgresql", hostile_postgresql),
    ("mysql", hostile_mysql),
    ("clickhouse", hostile_clickhouse),
    ("oracle", hostile_oracle),
    ("mongodb", pipelines),
]
CODES = {
    "empty", "function_refused", "hint_refused", "limit_refused", "not_a_query", "operator_refused",
    "recursion_refused",
    "several_statements", "stage_refused", "syntax_refused", "table_refused", "too_complex", "too_large",
    "type_refused",
    "unreadable",
}  # fmt: skip


@pytest.mark.parametrize(("database_type", "hostile"), SETS, ids=[name for name, _ in SETS])
def test_no_hostile_statement_passes_or_costs_much(database_type: DatabaseType, hostile: ModuleType) -> None:
    """Each is refused with a steady code and one short line, within a second of processor time."""
    assert len(hostile.HOSTILE) >= 200
    for text in hostile.HOSTILE:
        started = time.process_time()
        with pytest.raises(StatementRefused) as caught:
            check_statement(text, database_type=database_type, policy=Policy(default_schema="shop"))
        assert time.process_time() - started < 1.0, text[:200]
        assert caught.value.code in CODES
        message = caught.value.message
        assert message.endswith((".", "…")), message
        assert message.isprintable(), message
        assert len(message) <= 150, message


def _dressed(text: str, chance: random.Random) -> str:
    """The same statement in other capitals, spaces and comments; texts inside quotes may change too."""
    words = text.split(" ")
    if chance.random() < 0.5:
        words = [word.swapcase() if chance.random() < 0.5 else word for word in words]
    gaps = ["  ", "\n", "\t", "/**/ ", " /* x */ ", " -- x\n"] if chance.random() < 0.8 else [" "]
    dressed = "".join(word + chance.choice(gaps) for word in words)
    return chance.choice(["", "(", "-- x\n", "/* a */"]) + dressed + chance.choice(["", ";", ")", " --", " ;;", "\n/"])


@pytest.mark.parametrize(("database_type", "hostile"), SETS[:4], ids=[name for name, _ in SETS[:4]])
def test_dressed_up_hostile_statements_stay_out(database_type: DatabaseType, hostile: ModuleType) -> None:
    chance = random.Random(7)
    short = [text for text in hostile.HOSTILE if 8 < len(text) < 200 and not text.startswith(("#", "--"))]
    passed = {}
    for _ in range(2):
        for text in short:
            dressed = _dressed(text, chance)
            code = outcome(dressed, database_type)
            if code not in CODES:
                passed[dressed] = code
    assert passed == {}
