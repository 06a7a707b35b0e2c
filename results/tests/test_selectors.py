"""Reads: answers side by side, engines compared, and what keys see."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import Account
from projects.models import Project
from projects.services import create_project, create_project_key
from results.models import Result, ResultFeedback
from results.selectors import answers_of, count_tasks_by_status, summarize_engines, visible_results
from results.services import rate_result
from results.tests.conftest import Answer
from tasks.models import Engine, Task
from tasks.services import cancel_task


def test_answers_to_one_task_come_by_engine_with_ratings(answer: Answer, owner: Account, member: Account) -> None:
    slow, zippy = answer("slow", "zippy")
    answer("other")
    rate_result(result=slow, user=owner, rating=2)
    rate_result(result=slow, user=member, rating=5)
    found = answers_of(task=slow.task, user=owner)
    assert found == [slow, zippy]
    assert [vars(row)["average_rating"] for row in found] == [3.5, None]
    assert [(vars(row)["my_rating"], vars(row)["rating_count"]) for row in found] == [(2, 2), (None, 0)]


def test_stranger_sees_no_answers(answer: Answer, stranger: Account) -> None:
    (result,) = answer("quick")
    assert answers_of(task=result.task, user=stranger) == []
    assert list(visible_results(stranger)) == []


def test_bound_key_sees_results_of_its_project_only(answer: Answer, project: Project, owner: Account) -> None:
    other = create_project(user=owner, project_name="Other")
    answer("elsewhere", project=other)
    (here,) = answer("quick")
    key = create_project_key(project=project, actor=owner, name="bound").key
    assert list(visible_results(owner, key)) == [here]
    assert visible_results(owner).count() == 2


@pytest.fixture
def history(engine: Engine, answer: Answer, owner: Account, member: Account) -> None:
    """`quick` answered three times (one failed) and was rated 5 and 4; `slow` once, rated 2; `mute` once, unrated."""
    (first,) = answer("quick", processing_time_ms=10)
    answer("quick", processing_time_ms=30)
    answer("quick", processing_time_ms=9_000, error_message="no", usage={})
    (slow,) = answer("slow", processing_time_ms=500)
    answer("mute")
    rate_result(result=first, user=owner, rating=5)
    rate_result(result=first, user=member, rating=4)
    rate_result(result=slow, user=owner, rating=2)


@pytest.mark.usefixtures("history")
def test_engines_are_summed_up_the_preferred_one_first() -> None:
    quick, slow, mute = summarize_engines(Result.objects.all())
    assert [quick.engine_name, slow.engine_name, mute.engine_name] == ["quick", "slow", "mute"]
    assert (quick.results, quick.failures, quick.median_ms) == (3, 1, 20.0)
    assert (quick.cost, quick.currency) == (Decimal("0.006"), "USD")
    assert (quick.average_rating, quick.ratings) == (4.5, 2)
    assert (slow.average_rating, slow.ratings, slow.cost) == (2.0, 1, None)
    assert (mute.average_rating, mute.ratings, mute.median_ms) == (None, 0, 40.0)


@pytest.mark.usefixtures("history")
def test_summary_looks_back_as_far_as_asked() -> None:
    Result.objects.filter(engine_name="quick").update(created_at=timezone.now() - timedelta(days=8))
    assert [row.engine_name for row in summarize_engines(Result.objects.all(), days=7)] == ["slow", "mute"]
    assert len(summarize_engines(Result.objects.all(), days=9)) == 3


@pytest.mark.usefixtures("history")
def test_engine_that_only_failed_has_no_speed() -> None:
    Result.objects.exclude(status="failed").delete()
    assert not ResultFeedback.objects.exists()
    (only,) = summarize_engines(Result.objects.all())
    assert (only.results, only.failures, only.median_ms, only.cost) == (1, 1, None, None)


def test_tasks_of_a_project_are_counted_by_state(task: Task, answer: Answer, owner: Account) -> None:
    cancel_task(task_id=task.pk, actor=owner)
    answer("quick")
    counts = count_tasks_by_status(project_id=task.project_id, days=30)
    assert (counts.pop("cancelled"), sum(counts.values())) == (1, 1)
    Task.objects.update(created_at=timezone.now() - timedelta(days=31))
    assert count_tasks_by_status(project_id=task.project_id, days=30) == {}
