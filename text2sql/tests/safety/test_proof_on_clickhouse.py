"""On ClickHouse's own engine (chdb, in a process of its own): what passes gives what the original gives."""

import json
import subprocess
import sys
from pathlib import Path

from text2sql.safety.base import Policy
from text2sql.safety.checking import check_statement
from text2sql.tests.safety.statements.benign_clickhouse import SCHEMA, STATEMENTS

_ENGINE = """
import json, sys
from chdb.session import Session

script, statements = json.load(sys.stdin)
session = Session(sys.argv[1])
for statement in ["CREATE DATABASE shop ENGINE = Atomic", "USE shop", *script]:
    session.query(statement)
json.dump([sorted(str(session.query(statement, "CSV")).splitlines()) for statement in statements], sys.stdout)
"""


def test_what_passes_answers_like_the_original(tmp_path: Path) -> None:
    policy = Policy(default_schema="shop")
    sent = [check_statement(text, database_type="clickhouse", policy=policy).text for text in STATEMENTS]
    script = SCHEMA.strip().removesuffix(";").split(";\n")
    command = [sys.executable, "-c", _ENGINE, str(tmp_path)]
    asked = json.dumps([script, [*STATEMENTS, *sent]])
    done = subprocess.run(command, input=asked, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    answers = json.loads(done.stdout)
    different = [text for text, a, b in zip(sent, answers, answers[len(sent) :], strict=False) if a != b]
    assert different == []
