"""Questions and exports as each person sees them, and threads of questions."""

from typing import Any
from uuid import uuid4

import pytest

from accounts.models import Account
from accounts.services import create_api_key
from projects.models import Project, ProjectKey
from projects.services import create_project
from text2sql.engines.base import Exchange
from text2sql.errors import ExportNotFound, QueryNotFound
from text2sql.models import QueryExport, QueryHistory
from text2sql.selectors.queries import MAX_HISTORY, exchanges_before, get_export, get_query, queries_for
from text2sql.tests.pairs import answered, make_task


def test_questions_are_the_person_s_own(people: dict[str, Account], project: Project) -> None:
    for name in ("owner", "member"):
        answered(people[name], project, None, question=name)
    seen = {name: sorted(query.question for query in queries_for(person)) for name, person in people.items()}
    assert seen == {
        "owner": ["owner"], "member": ["member"], "manager": [], "viewer": [], "stranger": [],
        "staff": ["member", "owner"],
    }  # fmt: skip


def test_bound_key_sees_its_project_s_questions(owner: Account, project: Project) -> None:
    other = create_project(user=owner, project_name="Other")
    for where in (project, other):
        answered(owner, where, None, question=where.project_name)
    key, _text = create_api_key(user=owner, name="k", permissions=["text2sql:read"])
    assert {query.question for query in queries_for(owner, key)} == {"Station", "Other"}
    ProjectKey.objects.create(project=other, api_key=key)
    assert [query.question for query in queries_for(owner, key)] == ["Other"]
    with pytest.raises(QueryNotFound):
        get_query(QueryHistory.objects.get(question="Station").pk, owner, key)


def test_list_reads_tasks_and_connections_with_it(
    owner: Account, project: Project, django_assert_num_queries: Any
) -> None:
    for _number in range(3):
        answered(owner, project, None)
    with django_assert_num_queries(1):
        assert [(query.task.task_type, query.connection) for query in queries_for(owner)] == [
            ("text2sql.ask", None)] * 3  # fmt: skip


def test_export_is_seen_by_whose_question_it_is(people: dict[str, Account], project: Project) -> None:
    query = answered(people["owner"], project, None)
    export = QueryExport.objects.create(query=query, task=make_task(people["owner"], project), file_format="csv")
    assert get_export(export.pk, people["owner"]).query == query
    assert get_export(export.pk, people["staff"]) == export
    for name in ("manager", "member", "viewer", "stranger"):
        with pytest.raises(ExportNotFound):
            get_export(export.pk, people[name])
    with pytest.raises(ExportNotFound):
        get_export(uuid4(), people["owner"])


def chain(owner: Account, project: Project, *questions: tuple[str, str]) -> list[QueryHistory]:
    """Questions that follow each other, with their states."""
    made: list[QueryHistory] = []
    for question, status in questions:
        follows = made[-1] if made else None
        made.append(answered(owner, project, None, question=question, status=status, follows=follows))
    return made


def test_engine_hears_what_was_answered_before(owner: Account, project: Project) -> None:
    made = chain(owner, project, ("a", "success"), ("b", "error"), ("", "success"), ("c", "success"), ("d", "pending"))
    sql = made[0].sql_query
    assert exchanges_before(made[-1]) == (Exchange("a", sql), Exchange("c", sql))
    assert exchanges_before(made[0]) == ()


def test_engine_hears_the_last_few_only(owner: Account, project: Project) -> None:
    made = chain(owner, project, *((str(number), "success") for number in range(7)))
    assert [exchange.question for exchange in exchanges_before(made[-1])] == ["2", "3", "4", "5"]
    assert MAX_HISTORY == 4


def test_unanswered_questions_are_passed_over_for_a_while(
    owner: Account, project: Project, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    monkeypatch.setattr("text2sql.selectors.queries.MAX_LOOKED_BACK", 3)
    made = chain(owner, project, ("a", "success"), *[("no", "refused")] * 3, ("b", "pending"))
    last = QueryHistory.objects.get(pk=made[-1].pk)
    with django_assert_max_num_queries(3):
        assert exchanges_before(last) == ()
    assert [exchange.question for exchange in exchanges_before(made[-2])] == ["a"]


def test_history_sorts_what_is_empty_last(owner: Account, project: Project) -> None:
    for question, milliseconds in (("a", 5), ("b", None), ("c", 1), ("d", 5)):
        answered(owner, project, None, question=question, execution_time_ms=milliseconds)
    rows = QueryHistory.objects.all()
    orders = {order: "".join(query.question for query in rows.sorted_by(order)) for order in (
        "", "execution_time_ms", "-execution_time_ms", "created_at",
    )}  # fmt: skip
    assert orders == {"": "dcba", "execution_time_ms": "cdab", "-execution_time_ms": "dacb", "created_at": "abcd"}
