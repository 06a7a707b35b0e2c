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
    "empty", "function_refused", "hint_refused", "limit_refused", "not_a_query", "operator_refused", "recursion_refused",
    "several_statements", "stage_refused", "syntax_refused", "table_refused", "too_complex", "too_large", "type_refused",
    "unreadable",
}  # fmt: skip
#: Listed or not, and with any schema, hostile statements stay out.
LENIENT = Policy(default_schema="shop")


@pytest.mark.parametrize(("database_type", "hostile"), SETS, ids=[name for name, _ in SETS])
def test_no_hostile_statement_passes(database_type: DatabaseType, hostile: ModuleType) -> None:
    passed = {text[:200]: outcome(text, database_type) for text in hostile.HOSTILE}
    assert {text: code for text, code in passed.items() if code not in CODES} == {}
    assert len(hostile.HOSTILE) >= 200


@pytest.mark.parametrize(("database_type", "hostile"), SETS, ids=[name for name, _ in SETS])
def test_refusals_speak_in_one_short_line(database_type: DatabaseType, hostile: ModuleType) -> None:
    for text in hostile.HOSTILE:
        with pytest.raises(StatementRefused) as caught:
            check_statement(text, database_type=database_type, policy=LENIENT)
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


def test_bombs_are_refused_before_they_cost_anything() -> None:
    bombs = [text for _, hostile in SETS[:4] for text in hostile.HOSTILE if len(text) > 1000]
    assert len(bombs) >= 30
    slowest = 0.0
    for text in bombs:
        for database_type, _ in SETS[:4]:
            started = time.process_time()
            assert outcome(text, database_type) in CODES
            slowest = max(slowest, time.process_time() - started)
    assert slowest < 1.0
