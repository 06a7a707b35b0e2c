"""A question's answer on other floors' pages: shown to whom its rows belong, and to nobody else."""

from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.models import Account
from projects.models import Project
from text2sql.models import QueryHistory
from text2sql.receivers import end_queries
from text2sql.tasks import clean
from text2sql.templatetags.queries import answer_of
from text2sql.tests.pairs import answered, move_task


@pytest.fixture
def query(owner: Account, project: Project) -> QueryHistory:
    return answered(owner, project, None, answer={"columns": []}, result_preview=[])


def card(user: Any, output: Any, task_id: Any) -> Any:
    return answer_of({"request": SimpleNamespace(user=user)}, output, task_id)


def test_answer_is_shown_to_whose_it_is(query: QueryHistory, people: dict[str, Account]) -> None:
    output = {"query_id": str(query.pk)}
    shown = {name: card(person, output, query.task_id) is not None for name, person in people.items()}
    assert shown == dict.fromkeys(people, False) | {"owner": True, "staff": True}
    assert card(people["owner"], output, query.task_id)["query"] == query


def test_output_that_speaks_of_nothing_shows_nothing(query: QueryHistory, owner: Account, project: Project) -> None:
    other = answered(owner, project, None)
    outputs: list[Any] = [{}, {"query_id": None}, {"query_id": "x"}, {"query_id": 7}, {"query_id": str(uuid4())},
                          {"query_id": str(other.pk)}, {"query_id": ["a"]}]  # fmt: skip
    assert [card(owner, output, query.task_id) for output in outputs] == [None] * 7
    assert card(owner, {"query_id": str(query.pk)}, uuid4()) is None


def test_page_without_a_person_shows_nothing(query: QueryHistory) -> None:
    output = {"query_id": str(query.pk)}
    assert card(AnonymousUser(), output, query.task_id) is None
    assert answer_of({}, output, query.task_id) is None


def test_task_that_ends_otherwise_ends_its_question(query: QueryHistory) -> None:
    QueryHistory.objects.update(status="pending")
    move_task(query.task_id, "failed", error_code="query_timeout", error_message="Too long.")
    end_queries(None, [query.task_id], signal=None)
    query.refresh_from_db()
    assert (query.status, query.error_code, query.error_message) == ("timeout", "query_timeout", "Too long.")


def test_cleaning_is_a_periodic_task(query: QueryHistory, media: Any, settings: Any) -> None:
    settings.TEXT2SQL_RESULT_DAYS = 0
    QueryHistory.objects.update(result_file="text2sql/aa/rows.jsonl.gz", result_bytes=5)
    clean()
    query.refresh_from_db()
    assert (query.result_file, query.result_bytes, clean.name) == ("", None, "text2sql.clean_results")
