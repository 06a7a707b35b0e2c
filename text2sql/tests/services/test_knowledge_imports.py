"""Files of pairs, in and out."""

import json
from collections.abc import Iterator
from typing import Any, get_args

import pytest

from accounts.models import Account
from config.common.problems import Forbidden, NotFound
from projects.models import Project
from text2sql.knowledge.jsonl import Problem
from text2sql.models import SqlKnowledge
from text2sql.services import knowledge_imports
from text2sql.services.knowledge_imports import PROBLEMS, LineReport, export_pairs, import_pairs, summarise
from text2sql.services.knowledge_rows import ConnectionNotFound
from text2sql.tests.knowledge.shop import SHOP
from text2sql.tests.pairs import known, make_connection, read_schema

pytestmark = pytest.mark.django_db

FILE = "\n".join(
    [
        '{"question": "How many customers?", "sql": "SELECT count(*) FROM customers", "learned_at": "2025-01-02"}',
        '{"question": "Those of Paris", "sql": "SELECT 1 FROM customers WHERE city = \'Paris\'", "table": "people"}',
        '{"question": "those of LYON", "gold": "select 1 from customers where city = \'Lyon\'"}',
        '{"question": "Broken", "sql": "SELECT FROM WHERE"}',
        '{"question": "Bad", "query": "DROP TABLE customers", "db_id": "shop"}',
        '{"question": "Failed", "sql": "SELECT 1", "exec_status": "error"}',
        "nonsense",
        '{"question": "Elsewhere", "sql": "SELECT 1", "database_type": "sqlite"}',
        '{"question": "Waits", "sql": "SELECT 2", "status": "proposed", "tags": ["a"], "database_type": "mysql"}',
    ]
).encode()
RESULTS = [
    ("created", ""),
    ("created", ""),
    ("duplicate", ""),
    ("refused", "unreadable"),
    ("refused", "not_a_query"),
    ("refused", "not_run"),
    ("refused", "not_json"),
    ("refused", "other_database_type"),
    ("created", ""),
]


def take(project: Project, content: bytes = FILE, **fields: Any) -> list[LineReport]:
    given: dict[str, Any] = {"actor": project.user, "pieces": [content]}
    return list(import_pairs(project=project, **given | fields))


def results(reports: list[LineReport]) -> list[tuple[str, str]]:
    return [(report.result, report.code) for report in reports]


def test_every_line_is_reported_and_good_ones_are_kept(project: Project, owner: Account) -> None:
    reports = take(project, tags=["imported"])
    assert results(reports) == RESULTS
    assert [report.number for report in reports] == list(range(1, 10))
    said = [report.message for report in reports if report.result == "refused"]
    assert said[2:] == ["Its query did not run.", "The line is not JSON.", "It is a query for sqlite."]
    assert all(said)
    assert reports[1].knowledge_id == reports[2].knowledge_id
    assert summarise(reports) == {"created": 3, "duplicate": 1, "refused": 5}
    first, second, third = SqlKnowledge.objects.order_by("pk")
    assert (first.status, first.approved_by, first.created_at.isoformat()) == (
        "approved",
        owner,
        "2025-01-02T00:00:00+00:00",
    )
    assert (second.tags, second.question_mask) == (["people", "imported"], "those of <value:customers.city>")
    assert (third.status, third.approved_by, third.database_type, third.tags) == (
        "proposed",
        None,
        "mysql",
        ["a", "imported"],
    )
    assert not SqlKnowledge.objects.filter(embedding=None).exists()


def test_every_problem_is_told_in_words() -> None:
    assert sorted(PROBLEMS) == sorted(get_args(Problem))


def test_trial_tells_the_same_and_keeps_nothing(project: Project) -> None:
    assert results(take(project, dry_run=True)) == RESULTS
    assert not SqlKnowledge.objects.exists()


def test_the_same_file_again_creates_nothing(project: Project) -> None:
    take(project)
    before = list(SqlKnowledge.objects.order_by("pk").values_list("pk", "updated_at"))
    again = [("duplicate" if result == "created" else result, code) for result, code in RESULTS]
    assert results(take(project)) == results(take(project, dry_run=True)) == again
    assert list(SqlKnowledge.objects.order_by("pk").values_list("pk", "updated_at")) == before


def test_batches_make_no_difference(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knowledge_imports, "BATCH", 2)
    monkeypatch.setattr(knowledge_imports, "EMBEDDED_AT_ONCE", 1)
    assert results(take(project, dry_run=True)) == results(take(project)) == RESULTS
    assert SqlKnowledge.objects.filter(embedding=None).count() == 1


def test_whoever_stops_reading_keeps_what_was_reported(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knowledge_imports, "BATCH", 1)
    reports = import_pairs(project=project, actor=project.user, pieces=[FILE])
    assert next(reports).result == "created"
    assert SqlKnowledge.objects.count() == 1


def test_file_is_read_while_it_is_imported(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knowledge_imports, "BATCH", 1)
    read: list[int] = []

    def pieces() -> Iterator[bytes]:
        for number in range(50):
            read.append(number)
            yield json.dumps({"question": f"Question of {number} kinds", "sql": "SELECT 1"}).encode() + b"\n"

    reports = import_pairs(project=project, actor=project.user, pieces=pieces(), dry_run=True)
    assert (next(reports).number, len(read) <= 2) == (1, True)


def test_pairs_of_a_connection_use_its_schema(project: Project, owner: Account) -> None:
    connection = make_connection(owner, project)
    schema = read_schema(connection, SHOP)
    line = {"question": "paid", "sql": "SELECT 1 FROM customers c JOIN orders o ON true WHERE status = 'Paid'"}
    take(project, json.dumps(line).encode(), connection_id=connection.pk)
    pair = SqlKnowledge.objects.get()
    assert (pair.connection, pair.schema_hash, pair.question_mask) == (
        connection,
        schema.schema_hash,
        "<value:orders.status>",
    )
    mysql = json.dumps({"question": "x", "sql": "SELECT 1", "database_type": "mysql"}).encode()
    assert results(take(project, mysql, connection_id=connection.pk)) == [("refused", "other_database_type")]


def test_only_managers_import(project: Project, member: Account, stranger: Account, owner: Account) -> None:
    def never() -> Iterator[bytes]:
        raise AssertionError("The file must not be read.")
        yield b""

    for actor, refusal in ((member, Forbidden), (stranger, NotFound)):
        with pytest.raises(refusal):
            import_pairs(project=project, actor=actor, pieces=never())
    with pytest.raises(ConnectionNotFound):
        import_pairs(project=project, actor=owner, pieces=never(), connection_id=make_connection(stranger).pk)
    assert not SqlKnowledge.objects.exists()


def test_export_import_export_is_the_same(project: Project, owner: Account) -> None:
    take(project)
    known(project, "Số mấy?", "SELECT 'é'", tags=["z"])
    SqlKnowledge.objects.filter(question="Số mấy?").update(wordings=["Khác"], schema_name="shop")
    before = b"".join(export_pairs(SqlKnowledge.objects.all()))
    SqlKnowledge.objects.all().delete()
    assert {report.result for report in take(project, before)} == {"created"}
    assert b"".join(export_pairs(SqlKnowledge.objects.all())) == before
    assert [json.loads(line)["question"] for line in before.splitlines()] == [
        "How many customers?",
        "Those of Paris",
        "Waits",
        "Số mấy?",
    ]
