"""Home: one's own work and nobody else's, in a constant number of queries."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Account, UsageQuota
from monitoring.selectors import SHOWN, overview_of
from projects.models import Project
from results.models import Result
from tasks.models import Task


def _task(project: Project, user: Account, **fields: Any) -> Task:
    defaults = {"task_type": "tts.speak", "queue_name": "default", "input_data": {}}
    return Task.objects.create(project=project, user=user, **{**defaults, **fields})


def _ended(project: Project, user: Account, status: str = "completed") -> Task:
    return _task(project, user, status=status, completed_at=timezone.now())


@pytest.fixture
def finished(project: Project, owner: Account) -> Task:
    """A completed task with one final and one earlier result."""
    task = _ended(project, owner)
    for attempt, final in ((1, False), (2, True)):
        Result.objects.create(
            task=task, attempt=attempt, engine_type="tts", engine_name="fake", output_data={}, is_final=final
        )
    return task


def test_visitor_is_sent_to_sign_in(client: Client, db: None) -> None:
    response = client.get("/")
    assert (response.status_code, response["Location"].endswith("?next=/")) == (302, True)


def test_person_sees_own_work_newest_first(project: Project, owner: Account) -> None:
    waiting, ended = _task(project, owner), _ended(project, owner, "failed")
    newest = _task(project, owner)
    overview = overview_of(owner)
    assert [work.task.pk for work in overview.running] == [newest.pk, waiting.pk]
    assert [work.task.pk for work in overview.finished] == [ended.pk]


def test_work_of_a_fellow_member_is_not_shown(project: Project, owner: Account, member: Account) -> None:
    _task(project, member)
    _ended(project, member)
    overview = overview_of(owner)
    assert (overview.running, overview.finished, overview.results) == ([], [], [])


def test_old_task_in_work_is_shown_before_newer_waiting_ones(project: Project, owner: Account) -> None:
    now = timezone.now()
    old = _task(project, owner, status="processing", lease_expires_at=now, started_at=now)
    for _ in range(45):
        _task(project, owner)
    running = overview_of(owner).running
    assert (len(running), running[0].task.pk) == (SHOWN, old.pk)


def test_only_final_results_are_shown(finished: Task, owner: Account) -> None:
    [answer] = overview_of(owner).results
    assert (answer.result.task_id, answer.result.attempt) == (finished.pk, 2)


def test_kind_without_an_app_keeps_its_name(project: Project, owner: Account) -> None:
    _task(project, owner, task_type="gone.kind")
    assert overview_of(owner).running[0].title == "gone.kind"


def test_page_costs_the_same_with_more_work(
    browser_client: Client, project: Project, owner: Account, django_assert_max_num_queries: Any
) -> None:
    for _ in range(8):
        _task(project, owner)
        _ended(project, owner)
    UsageQuota.objects.filter(user=owner).update(limit=10)
    with django_assert_max_num_queries(12):
        assert browser_client.get("/").status_code == 200


def test_page_shows_task_result_and_quota(browser_client: Client, finished: Task, owner: Account) -> None:
    UsageQuota.objects.filter(user=owner).delete()
    UsageQuota.objects.create(
        user=owner, quota_type="characters", period="daily", limit=950, current_usage=3, reset_date="2030-01-02"
    )
    page = browser_client.get("/").content.decode()
    assert f"/tasks/{finished.pk}/" in page
    assert "3 / 950" in page
    assert "Jan. 2, 2030" in page
