"""/metrics against a queue in every state: the right numbers, no series too many, no answer when it cannot know."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import Account
from monitoring.metrics import QUEUES, REQUESTS, count_request
from monitoring.tests.test_metrics import TOKEN, _samples, _task
from projects.models import Project
from tasks.models import Queue, TaskStatus, Worker

Read = Callable[[str], dict[tuple[str, ...], float]]


@pytest.fixture
def read(client: Client, settings: Settings, db: None) -> Read:
    """Samples of one family, scraped anew each time."""
    settings.METRICS_TOKEN = TOKEN

    def scrape(name: str) -> dict[tuple[str, ...], float]:
        QUEUES.forget()
        return _samples(client, {"Authorization": f"bearer {TOKEN}"}, name)

    return scrape


@pytest.fixture
def one_of_each_state(project: Project) -> dict[str, dict[str, Any]]:
    """A task in every state of the queue, with the columns that the state asks for."""
    now = timezone.now()
    columns: dict[str, dict[str, Any]] = {
        "in_queue": {"enqueued_at": now},
        "processing": {"lease_expires_at": now, "started_at": now},
        "retrying": {"next_retry_at": now},
        **{status: {"completed_at": now} for status in ("completed", "failed", "cancelled")},
    }
    for status in TaskStatus.values:
        _task(project, status=status, **columns.get(status, {}))
    return columns


@pytest.mark.usefixtures("one_of_each_state")
def test_open_states_are_counted_and_ended_ones_are_not(read: Read) -> None:
    counts = {key: value for key, value in read("roundhouse_tasks").items() if key[0] == "default"}
    open_states = ("pending", "in_queue", "processing", "paused", "retrying")
    assert counts == {("default", status): 1 for status in open_states}


@pytest.mark.usefixtures("one_of_each_state")
def test_only_failures_count_as_failures(read: Read) -> None:
    assert read("roundhouse_tasks_failed_last_day") == {(): 1}


def test_tasks_of_each_queue_are_kept_apart(read: Read, project: Project) -> None:
    Queue.objects.create(queue_name="pictures", profile="heavy", is_paused=True)
    for queue, count in (("default", 1), ("pictures", 2)):
        for _ in range(count):
            _task(project, queue_name=queue)
    counts = read("roundhouse_tasks")
    assert (counts["default", "pending"], counts["pictures", "pending"]) == (1, 2)
    assert {key: value for key, value in read("roundhouse_queue_paused").items() if value} == {("pictures",): 1}


def test_empty_queue_has_no_age_and_no_states(read: Read) -> None:
    Queue.objects.create(queue_name="quiet", profile="light")
    assert read("roundhouse_queue_oldest_waiting_seconds")["quiet",] == 0
    assert [key for key in read("roundhouse_tasks") if key[0] == "quiet"] == []


@pytest.mark.parametrize(
    ("status", "columns", "waits"),
    [
        ("pending", {}, True),
        ("in_queue", {"enqueued_at": 0}, True),
        ("processing", {"lease_expires_at": 0, "started_at": 0}, False),
        ("paused", {}, False),
        ("completed", {"completed_at": 0}, False),
    ],
)
def test_age_is_of_those_who_wait_for_a_worker(
    read: Read, project: Project, status: str, columns: dict[str, int], waits: bool
) -> None:
    now = timezone.now()
    task = _task(project, status=status, **dict.fromkeys(columns, now))
    type(task).objects.filter(pk=task.pk).update(created_at=now - timedelta(hours=1))
    age = read("roundhouse_queue_oldest_waiting_seconds")["default",]
    assert (3_600 <= age < 3_660) if waits else age == 0


def test_needed_profile_without_a_worker_is_shown_as_zero(read: Read) -> None:
    workers = read("roundhouse_workers_alive")
    assert workers["light",] == 0
    Worker.objects.create(hostname="here", pid=1, profile="light", queues=["default"])
    Worker.objects.create(hostname="there", pid=1, profile="light", queues=["default"])
    Worker.objects.create(hostname="there", pid=2, profile="heavy", queues=[])
    assert read("roundhouse_workers_alive") == workers | {("light",): 2, ("heavy",): 1}


def test_scrape_costs_three_queries_however_long_the_queue(
    client: Client, settings: Settings, project: Project, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.METRICS_TOKEN = TOKEN
    for _ in range(20):
        _task(project)
    with django_assert_num_queries(3):
        assert client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200


@pytest.mark.parametrize("header", ["Basic {}", "Token {}", "{}", "Bearer  {}", "Bearer {} "])
def test_token_under_another_name_opens_nothing(client: Client, settings: Settings, db: None, header: str) -> None:
    settings.METRICS_TOKEN = TOKEN
    answer = client.get("/metrics", headers={"Authorization": header.format(TOKEN).replace(f"{TOKEN} ", f"{TOKEN}é")})
    assert (answer.status_code, b"roundhouse" in answer.content.replace(b"urn:roundhouse", b"")) == (403, False)


@pytest.mark.parametrize("change", ["blocked", "deleted", "demoted"])
def test_former_staff_reads_no_metrics(client: Client, staff: Account, change: str) -> None:
    client.force_login(staff)
    assert client.get("/metrics").status_code == 200
    columns: dict[str, dict[str, Any]] = {
        "blocked": {"is_blocked": True, "blocked_at": timezone.now()},
        "deleted": {"is_active": False},
        "demoted": {"role": "user"},
    }
    Account.objects.filter(pk=staff.pk).update(**columns[change])
    answer = client.get("/metrics")
    assert (answer.status_code in (302, 403), b"roundhouse_" in answer.content) == (True, False)


@pytest.mark.parametrize(("method", "label"), [("GET", "GET"), ("PURGE", "other"), ("X" * 99, "other")])
def test_made_up_verbs_share_one_series(method: str, label: str) -> None:
    def count() -> float:
        found = REQUESTS.labels(label, "unknown", "418").collect()
        return next(s.value for family in found for s in family.samples if s.name.endswith("_count"))

    before = count()
    count_request(RequestFactory().generic(method, "/nowhere"), HttpResponse(status=418), 0.1)
    assert count() == before + 1


def test_ids_in_paths_make_no_series(browser_client: Client, read: Read) -> None:
    name = "roundhouse_http_request_duration_seconds_count"
    for number in range(3):
        browser_client.get(f"/tasks/00000000-0000-7000-8000-00000000000{number}/")
    routes = {key[1] for key in read(name)}
    assert [route for route in routes if "0000" in route] == []
    assert "tasks/<uuid:task_id>/" in routes
