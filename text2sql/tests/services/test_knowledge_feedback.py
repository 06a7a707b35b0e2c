"""What people say of answers, and how known queries run."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Account
from config.common.problems import NotFound
from projects.models import Project
from projects.services import archive_project, remove_member
from text2sql.models import DatabaseConnection, QueryHistory, QuerySource, SqlKnowledge
from text2sql.services.knowledge_feedback import (
    QueryNotFound,
    approval_policy,
    record_feedback,
    record_run,
)
from text2sql.tests.pairs import PARIS, answered, known, make_connection, reread

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection(owner: Account, project: Project) -> DatabaseConnection:
    """Shared with the project."""
    return make_connection(owner, project)


def say(query: QueryHistory, feedback: str) -> QueryHistory:
    return record_feedback(query=query, feedback=feedback, actor=query.user)


def allow(project: Project, approval: Any) -> None:
    Project.objects.filter(pk=project.pk).update(settings={"text2sql": {"approval": approval}})
    project.refresh_from_db()


def states() -> list[tuple[str, str]]:
    return list(SqlKnowledge.objects.order_by("pk").values_list("question", "status"))


def test_right_answers_wait_for_a_manager(project: Project, member: Account, connection: DatabaseConnection) -> None:
    query = say(answered(member, project, connection), "correct")
    pair = SqlKnowledge.objects.get()
    assert (pair.status, pair.created_by, pair.connection, pair.confirmed_count) == ("proposed", member, connection, 1)
    assert (pair.question, pair.sql_query) == PARIS
    query.refresh_from_db()
    assert (query.feedback, query.answer["learned"]["id"]) == ("correct", str(pair.pk))


def test_right_answers_are_approved_where_the_project_says_so(
    project: Project, member: Account, connection: DatabaseConnection
) -> None:
    allow(project, "auto")
    say(answered(member, project, connection), "correct")
    pair = SqlKnowledge.objects.get()
    assert (pair.status, pair.approved_by) == ("approved", member)


POLICIES = [
    ({}, "manager"),
    ({"text2sql": {"approval": "off"}}, "off"),
    ({"text2sql": 5}, "manager"),
    ({"text2sql": {"approval": "all"}}, "manager"),
    ({"text2sql": {"approval": "auto"}}, "auto"),
]


def test_policies_that_are_none_mean_the_careful_one() -> None:
    assert [approval_policy(Project(settings=settings)) for settings, _policy in POLICIES] == [
        policy for _settings, policy in POLICIES
    ]


@pytest.mark.parametrize(
    ("case", "fields"),
    [
        ("off", {}),
        ("manager", {"status": "error"}),
        ("manager", {"question": " "}),
        ("manager", {"sql_query": "DELETE FROM customers"}),
        ("manager", {"sql_query": "SELECT FROM WHERE"}),
    ],
)
def test_nothing_is_learned_where_nothing_may_be(
    case: str, fields: dict[str, str], project: Project, owner: Account, connection: DatabaseConnection
) -> None:
    allow(project, case)
    assert say(answered(owner, project, connection, **fields), "correct").feedback == "correct"
    assert states() == []


def test_follow_ups_teach_nothing_and_edited_queries_do(
    project: Project, owner: Account, connection: DatabaseConnection
) -> None:
    first = answered(owner, project, connection)
    follow_up = answered(owner, project, connection, question="And by month?", follows=first)
    say(follow_up, "correct")
    say(answered(owner, project, connection, question="x", follows=follow_up, source=QuerySource.PERSON), "correct")
    assert states() == []
    edited = answered(
        owner, project, connection, follows=first, source=QuerySource.PERSON, sql_query="SELECT 5 FROM customers"
    )
    say(edited, "correct")
    assert states() == [(PARIS[0], "proposed")]


def test_a_whole_question_in_a_thread_teaches_as_any_other(
    project: Project, owner: Account, connection: DatabaseConnection
) -> None:
    first = answered(owner, project, connection)
    whole = "How many customers live in Rome?"
    say(answered(owner, project, connection, question=whole, follows=first), "correct")
    assert states() == [(whole, "proposed")]


def test_known_answer_is_confirmed_or_falls_in_rank(project: Project, owner: Account) -> None:
    pair = known(project)
    query = answered(owner, project, None, kb_match=pair, source=QuerySource.KNOWLEDGE)

    def counts() -> tuple[int, int]:
        return reread(pair).confirmed_count, reread(pair).wrong_count

    seen = []
    for feedback in ("correct", "correct", "wrong", "wrong", "partial", "wrong", "", "correct", "partial"):
        say(query, feedback)
        seen.append(counts())
    assert seen == [(1, 0), (1, 0), (0, 1), (0, 1), (0, 0), (0, 1), (0, 0), (1, 0), (0, 0)]
    query.refresh_from_db()
    assert (query.feedback, "learned" in query.answer) == ("partial", False)


def test_proposal_is_taken_back_with_the_word(
    project: Project, member: Account, connection: DatabaseConnection
) -> None:
    query = answered(member, project, connection, answer={"steps": ["a"]})
    say(say(query, "correct"), "wrong")
    query.refresh_from_db()
    assert (states(), query.answer, query.feedback) == ([], {"steps": ["a"]}, "wrong")


def test_pair_that_somebody_else_wants_stays(
    project: Project, owner: Account, member: Account, connection: DatabaseConnection
) -> None:
    mine, theirs = answered(member, project, connection), answered(owner, project, connection)
    say(mine, "correct")
    say(theirs, "correct")
    say(mine, "wrong")
    assert states() == [(PARIS[0], "proposed")]
    assert SqlKnowledge.objects.get().confirmed_count == 1


def test_pair_that_was_used_waits_for_a_decision(
    project: Project, owner: Account, connection: DatabaseConnection
) -> None:
    allow(project, "auto")
    query = answered(owner, project, connection)
    say(query, "correct")
    SqlKnowledge.objects.update(usage_count=2, last_used=timezone.now())
    say(query, "partial")
    assert states() == [(PARIS[0], "proposed")]


def test_decided_pair_is_not_taken_back(project: Project, member: Account, connection: DatabaseConnection) -> None:
    query = answered(member, project, connection)
    say(query, "correct")
    SqlKnowledge.objects.update(status="approved", approved_by=project.user)
    say(query, "wrong")
    assert states() == [(PARIS[0], "approved")]


def test_rejected_pair_is_not_approved_by_policy(
    project: Project, owner: Account, connection: DatabaseConnection
) -> None:
    say(answered(owner, project, connection), "correct")
    SqlKnowledge.objects.update(status="rejected")
    allow(project, "auto")
    say(answered(owner, project, connection), "correct")
    assert states() == [(PARIS[0], "rejected")]


def test_only_the_person_who_asked_may_say(project: Project, owner: Account, member: Account) -> None:
    query = answered(member, project, None)
    for actor, feedback in ((owner, "wrong"), (member, "lovely")):
        with pytest.raises(QueryNotFound):
            record_feedback(query=query, feedback=feedback, actor=actor)
    remove_member(project=project, user=member, actor=owner)
    with pytest.raises(NotFound):
        record_feedback(query=query, feedback="wrong", actor=member)
    query.refresh_from_db()
    assert query.feedback == ""


def test_archived_project_takes_the_word_and_learns_nothing(
    project: Project, owner: Account, connection: DatabaseConnection
) -> None:
    query = answered(owner, project, connection)
    archive_project(project=project, actor=owner)
    assert say(query, "correct").feedback == "correct"
    assert states() == []


def test_runs_make_rate_and_average(project: Project) -> None:
    pair = known(project)
    seen = []
    for succeeded, time_ms in ((True, 10), (True, 21), (False, 900), (True, None), (False, None)):
        record_run(knowledge_id=pair.pk, succeeded=succeeded, execution_time_ms=time_ms)
        row = reread(pair)
        seen.append((row.success_count, row.failure_count, row.success_rate, row.avg_execution_time_ms))
    assert seen == [
        (1, 0, Decimal(100), 10),
        (2, 0, Decimal(100), 16),
        (2, 1, Decimal("66.67"), 16),
        (3, 1, Decimal(75), 16),
        (3, 2, Decimal(60), 16),
    ]
