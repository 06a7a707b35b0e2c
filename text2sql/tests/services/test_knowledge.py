"""Proposing, approving, changing and removing pairs."""

from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Account
from config.common.problems import DomainError, Forbidden, NotFound
from projects.models import MemberRole, Project
from projects.services import add_member, archive_project
from text2sql.models import DatabaseConnection, SqlKnowledge
from text2sql.services.knowledge import approve_pair, propose_pair, reject_pair, remove_pair, update_pair
from text2sql.services.knowledge_rows import (
    ConnectionNotFound,
    DuplicateKnowledge,
    InvalidKnowledge,
    KnowledgeNotFound,
    embed_missing_knowledge,
)
from text2sql.tests.knowledge.shop import SHOP
from text2sql.tests.pairs import PARIS, known, make_connection, propose, read_schema, reread

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer(project: Project, owner: Account, staff: Account) -> Account:
    """Sees `project` and nothing more."""
    person = Account.objects.create_user("viewer", "viewer@example.org", "viewer-password")
    add_member(project=project, user=person, role=MemberRole.VIEWER, actor=owner)
    return person


def test_member_proposes(project: Project, member: Account) -> None:
    pair = reread(propose(project, member, tags=[" a ", "a", "b"]))
    assert (pair.status, pair.is_correct, pair.tags, pair.created_by) == ("proposed", False, ["a", "b"], member)
    assert pair.question_mask == "how many customers live in <value:customers.city>"
    assert pair.slots == [{"kind": "value", "value": "Paris", "columns": ["customers.city"]}]
    assert pair.schema_references == [["", "customers", ""], ["", "customers", "city"]]
    assert pair.embedding is not None


def test_the_same_again_gives_the_one_that_is_there(project: Project, owner: Account, member: Account) -> None:
    pair = propose(project, member)
    again = propose_pair(
        project=project,
        actor=owner,
        question="how many customers live in LYON",
        sql_query="select count(*) from customers where city = 'Lyon'",
        database_type="postgresql",
    )
    assert (again.pair.pk, again.created, SqlKnowledge.objects.count()) == (pair.pk, False, 1)


def test_connection_s_schema_resolves_names(project: Project, owner: Account) -> None:
    connection = make_connection(owner, project)
    schema = read_schema(connection, SHOP)
    query = "SELECT 1 FROM customers c JOIN orders o ON o.customer_id = c.id WHERE status = 'Paid'"
    pair = propose(project, owner, "paid ones", query, connection_id=connection.pk)
    assert (pair.question_mask, pair.schema_hash) == ("<value:orders.status> ones", schema.schema_hash)
    assert (pair.connection_id, pair.database_type) == (connection.pk, "postgresql")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"question": " \0"}, "question"),
        ({"question": "q" * 2_001}, "question"),
        ({"sql_query": ""}, "sql_query"),
        ({"sql_query": "DELETE FROM customers"}, "sql_query"),
        ({"sql_query": "SELECT FROM WHERE"}, "sql_query"),
        ({"database_type": "sqlite"}, "sql_query"),
        ({"tags": [str(n) for n in range(21)]}, "tags"),
        ({"tags": ["t" * 51]}, "tags"),
    ],
)
def test_bad_pairs_are_refused_by_field(changes: dict[str, Any], field: str, project: Project, owner: Account) -> None:
    given: dict[str, Any] = {"question": "Q", "sql_query": "SELECT 1", "database_type": "postgresql"}
    with pytest.raises(InvalidKnowledge) as refusal:
        propose_pair(project=project, actor=owner, **given | changes)
    assert list(refusal.value.errors) == [field]
    assert not SqlKnowledge.objects.exists()


def test_somebody_else_s_connection_is_not_found(project: Project, owner: Account, stranger: Account) -> None:
    for hidden in (make_connection(stranger), make_connection(owner, project, is_active=False), DatabaseConnection()):
        with pytest.raises(ConnectionNotFound):
            propose(project, owner, connection_id=hidden.pk)
    assert not SqlKnowledge.objects.exists()


def test_approving_and_rejecting_may_be_said_twice(project: Project, owner: Account, member: Account) -> None:
    pair = propose(project, member)
    approved = approve_pair(pair=pair, actor=owner)
    assert (approved.status, approved.is_correct, approved.approved_by) == ("approved", True, owner)
    assert approve_pair(pair=pair, actor=owner).approved_at == approved.approved_at
    rejected = reject_pair(pair=pair, actor=owner)
    assert (rejected.status, rejected.is_correct, rejected.approved_by, rejected.approved_at) == (
        "rejected",
        False,
        None,
        None,
    )
    assert reject_pair(pair=pair, actor=owner).updated_at == rejected.updated_at


def test_a_query_that_the_rules_refuse_by_now_is_not_approved(project: Project, owner: Account) -> None:
    pair = propose(project, owner)
    SqlKnowledge.objects.update(sql_query="SELECT pg_sleep(5)")
    with pytest.raises(InvalidKnowledge) as refusal:
        approve_pair(pair=pair, actor=owner)
    assert (refusal.value.code, reread(pair).status) == ("function_refused", "proposed")


def test_changed_question_is_masked_anew_and_keeps_its_counts(project: Project, owner: Account) -> None:
    pair = known(project)
    SqlKnowledge.objects.update(success_count=5, wrong_count=1, usage_count=6)
    changed = update_pair(pair=pair, actor=owner, changes={"question": "Customers of Paris", "tags": ["x"]})
    fresh = reread(pair)
    assert (fresh.question_mask, fresh.tags) == ("customers of <value:customers.city>", ["x"])
    assert (fresh.success_count, fresh.wrong_count, fresh.usage_count, fresh.status) == (5, 1, 6, "approved")
    assert fresh.mask_hash == changed.mask_hash != pair.mask_hash
    assert list(fresh.embedding) != list(pair.embedding)


def test_changed_query_begins_its_counts_anew(project: Project, owner: Account) -> None:
    pair = known(project)
    SqlKnowledge.objects.update(success_count=5, wrong_count=1, usage_count=6, success_rate=100)
    update_pair(pair=pair, actor=owner, changes={"sql_query": "SELECT 7"})
    fresh = reread(pair)
    assert (fresh.success_count, fresh.wrong_count, fresh.usage_count, fresh.success_rate) == (0, 0, 6, None)
    assert fresh.question_mask == "how many customers live in paris"


def test_a_pair_cannot_become_another_one(project: Project, owner: Account) -> None:
    known(project)
    other = known(project, "Something else", "SELECT 2")
    with pytest.raises(DuplicateKnowledge):
        update_pair(pair=other, actor=owner, changes={"question": PARIS[0], "sql_query": PARIS[1]})
    assert reread(other).question == "Something else"


def test_other_fields_cannot_be_changed(project: Project, owner: Account) -> None:
    with pytest.raises(InvalidKnowledge) as refusal:
        update_pair(pair=known(project), actor=owner, changes={"status": "approved", "usage_count": 9})
    assert sorted(refusal.value.errors) == ["status", "usage_count"]


def test_member_mends_and_takes_back_only_own_proposals(project: Project, owner: Account, member: Account) -> None:
    mine, other = propose(project, member), propose(project, owner, "Other", "SELECT 2")
    update_pair(pair=mine, actor=member, changes={"tags": ["mine"]})
    for pair in (other, approve_pair(pair=mine, actor=owner)):
        with pytest.raises(Forbidden):
            update_pair(pair=pair, actor=member, changes={"tags": ["no"]})
        with pytest.raises(Forbidden):
            remove_pair(pair=pair, actor=member)
    assert (reread(mine).tags, reread(other).tags) == (["mine"], [])
    third = propose(project, member, "Third", "SELECT 3")
    remove_pair(pair=third, actor=member)
    assert not SqlKnowledge.objects.filter(pk=third.pk).exists()


def refusals(pair: SqlKnowledge, actor: Account) -> dict[str, type[DomainError] | None]:
    actions: dict[str, Any] = {
        "propose": lambda: propose(pair.project, actor, "New", "SELECT 9"),
        "approve": lambda: approve_pair(pair=pair, actor=actor),
        "reject": lambda: reject_pair(pair=pair, actor=actor),
        "update": lambda: update_pair(pair=pair, actor=actor, changes={"tags": ["x"]}),
        "remove": lambda: remove_pair(pair=pair, actor=actor),
    }
    found: dict[str, type[DomainError] | None] = {}
    for name, action in actions.items():
        try:
            action()
            found[name] = None
        except DomainError as error:
            found[name] = type(error)
    return found


def test_viewers_and_strangers_change_nothing(project: Project, viewer: Account, stranger: Account) -> None:
    pair = known(project)
    before = reread(pair).updated_at
    assert refusals(pair, viewer) == dict.fromkeys(("propose", "approve", "reject", "update", "remove"), Forbidden)
    hidden = dict.fromkeys(("approve", "reject", "update", "remove"), KnowledgeNotFound)
    assert refusals(pair, stranger) == {"propose": NotFound, **hidden}
    assert (reread(pair).updated_at, SqlKnowledge.objects.count()) == (before, 1)


def test_archived_project_learns_nothing(project: Project, owner: Account) -> None:
    pair = known(project)
    archive_project(project=project, actor=owner)
    assert set(refusals(pair, owner).values()) == {Forbidden}


def test_removed_pair_is_not_found_again(project: Project, owner: Account) -> None:
    pair = known(project)
    remove_pair(pair=pair, actor=owner)
    with pytest.raises(KnowledgeNotFound):
        approve_pair(pair=pair, actor=owner)


def test_meanings_are_given_later(project: Project, owner: Account) -> None:
    known(project)
    SqlKnowledge.objects.update(embedding=None, last_used=timezone.now())
    assert [embed_missing_knowledge(), embed_missing_knowledge()] == [1, 0]
    assert SqlKnowledge.objects.filter(embedding=None).count() == 0
