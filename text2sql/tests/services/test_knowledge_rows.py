"""What the services of the knowledge base share."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Account
from projects.models import Project
from tasks.engines.errors import EngineUnavailable
from text2sql.catalog import Catalog, Column, Table
from text2sql.models import DatabaseSchema, SqlKnowledge
from text2sql.services import knowledge_rows
from text2sql.services.knowledge_rows import (
    InvalidKnowledge,
    checked_tags,
    checked_texts,
    derived_fields,
    embed_missing_knowledge,
    meanings_of,
    schema_of,
)
from text2sql.tests.knowledge.shop import SHOP
from text2sql.tests.pairs import known, make_connection, propose, read_schema, reread

TAGS: dict[tuple[str, ...], list[str]] = {
    (): [],
    (" a ", "a", "b"): ["a", "b"],
    ("", "  ", "\0x"): ["x"],
    ("Doanh thu", "doanh thu"): ["Doanh thu", "doanh thu"],
}


def test_tags_are_trimmed_and_not_repeated() -> None:
    assert {tags: checked_tags(tags) for tags in TAGS} == TAGS


@pytest.mark.parametrize("tags", [["t" * 51], [str(number) for number in range(21)]])
def test_too_many_or_too_long_tags_are_refused(tags: list[str]) -> None:
    with pytest.raises(InvalidKnowledge) as refusal:
        checked_tags(tags)
    assert list(refusal.value.errors) == ["tags"]


def test_texts_lose_space_and_what_no_text_may_hold() -> None:
    assert checked_texts(" a\0b ", "\nSELECT 1\n") == ("ab", "SELECT 1")
    with pytest.raises(InvalidKnowledge) as refusal:
        checked_texts("", "s" * 100_001)
    assert sorted(refusal.value.errors) == ["question", "sql_query"]


def test_refusals_of_the_check_keep_their_code() -> None:
    with pytest.raises(InvalidKnowledge) as refusal:
        derived_fields(question="Q", sql="SELECT pg_sleep(1)", database_type="postgresql", catalog=None)
    assert (refusal.value.code, refusal.value.errors) == (
        "function_refused",
        {"sql_query": ["The function PG_SLEEP is not allowed."]},
    )


def test_fields_follow_from_the_texts() -> None:
    fields = derived_fields(
        question="Top 3 customers",
        sql="SELECT name FROM customers LIMIT 3",
        database_type="mysql",
        catalog=None,
    )
    assert sorted(fields) == [
        "mask_hash",
        "question_hash",
        "question_mask",
        "schema_references",
        "slots",
        "sql_hash",
    ]
    assert fields["question_mask"] == "top <number> customers"
    assert fields["slots"] == [{"kind": "number", "value": "3", "columns": []}]
    assert fields["schema_references"] == [["", "customers", ""], ["", "customers", "name"]]


@pytest.mark.django_db
def test_latest_schema_counts(project: Project, owner: Account) -> None:
    connection = make_connection(owner, project)
    assert schema_of(connection) == schema_of(None) == (None, "")
    old = read_schema(connection, Catalog("postgresql", "shop", "public", ()))
    new = read_schema(connection, SHOP)
    DatabaseSchema.objects.filter(pk=old.pk).update(last_updated=timezone.now() - timedelta(days=1))
    assert schema_of(connection) == (SHOP, new.schema_hash)
    DatabaseSchema.objects.filter(pk=old.pk).update(last_updated=timezone.now() + timedelta(days=1))
    assert schema_of(connection)[1] == old.schema_hash


@pytest.mark.django_db
def test_without_an_engine_pairs_are_kept_without_meaning(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(texts: list[str]) -> None:
        raise EngineUnavailable("It is gone.")

    with monkeypatch.context() as patch:
        patch.setattr(knowledge_rows, "embed_texts", broken)
        pair = known(project)
        assert meanings_of(["a", "b"]) == [None, None]
        assert embed_missing_knowledge() == 0
    assert reread(pair).embedding is None
    assert embed_missing_knowledge() == 1
    assert reread(pair).embedding is not None


@pytest.mark.django_db
def test_meanings_are_given_in_portions(project: Project, owner: Account) -> None:
    for number in range(3):
        propose(project, owner, f"question {number} of them", f"SELECT {number}")
    SqlKnowledge.objects.update(embedding=None)
    assert [embed_missing_knowledge(limit=2) for _round in range(3)] == [2, 1, 0]


@pytest.mark.django_db
def test_accents_make_no_other_meaning(project: Project, owner: Account) -> None:
    accented, plain = meanings_of(["Đơn hàng ở Hà Nội", "don hang o ha noi"])
    assert accented == pytest.approx(plain, abs=1e-5)


@pytest.mark.django_db
def test_names_of_the_schema_may_hold_anything(project: Project, owner: Account) -> None:
    connection = make_connection(owner, project)
    table = Table("public", 'Đơn "hàng"', (Column("giá trị", "text", "text"), Column("select", "text", "text")))
    read_schema(connection, Catalog("postgresql", "shop", "public", (table,)))
    query = 'SELECT "select" FROM "Đơn ""hàng""" WHERE "giá trị" = \'vàng\''
    pair = propose(project, owner, "Hàng vàng", query, connection_id=connection.pk)
    assert pair.question_mask == 'hang <value:đơn "hàng".giá trị>'
    assert pair.schema_references == [
        ["", 'đơn "hàng"', ""],
        ["", 'đơn "hàng"', "select"],
        ["", 'đơn "hàng"', "giá trị"],
    ]
