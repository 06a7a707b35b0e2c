"""/metrics: who may read it, and what it says."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import Account
from monitoring.metrics import QUEUES, count_request
from projects.models import Project
from tasks.models import Queue, Task, Worker

TOKEN = "scraper-token"


@pytest.fixture
def scraper(settings: Settings) -> dict[str, str]:
    """Headers of a Prometheus that knows the token."""
    settings.METRICS_TOKEN = TOKEN
    return {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def queue(db: None) -> Queue:
    return Queue.objects.get_or_create(queue_name="default", defaults={"profile": "light"})[0]


def _samples(client: Client, headers: dict[str, str], name: str) -> dict[tuple[str, ...], float]:
    families = text_string_to_metric_families(client.get("/metrics", headers=headers).content.decode())
    return {
        tuple(sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
        if sample.name == name
    }


def _task(project: Project, **fields: object) -> Task:
    defaults = {"task_type": "tts.speak", "queue_name": "default", "input_data": {}}
    return Task.objects.create(project=project, user=project.user, **{**defaults, **fields})


def test_visitor_is_refused_and_sees_nothing(client: Client, db: None) -> None:
    response = client.get("/metrics")
    assert response.status_code == 403
    assert b"roundhouse_" not in response.content


def test_person_without_staff_rights_is_refused(browser_client: Client) -> None:
    assert browser_client.get("/metrics").status_code == 403


def test_staff_reads_metrics_by_session(client: Client, staff: Account) -> None:
    client.force_login(staff)
    response = client.get("/metrics")
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain; version=")


@pytest.mark.parametrize("given", ["wrong", "", TOKEN + "x"])
def test_wrong_token_is_refused(client: Client, scraper: dict[str, str], given: str, db: None) -> None:
    assert client.get("/metrics", headers={"Authorization": f"Bearer {given}"}).status_code == 403


def test_empty_token_setting_opens_nothing(client: Client, settings: Settings, db: None) -> None:
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 403


def test_wrong_token_is_refused_even_for_staff(client: Client, staff: Account, scraper: dict[str, str]) -> None:
    client.force_login(staff)
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 403


def test_tasks_are_counted_by_queue_and_state(
    client: Client, scraper: dict[str, str], project: Project, queue: Queue
) -> None:
    for _ in range(3):
        _task(project)
    _task(project, status="in_queue", enqueued_at=timezone.now())
    counts = _samples(client, scraper, "roundhouse_tasks")
    assert {key: value for key, value in counts.items() if key[0] == "default"} == {
        ("default", "pending"): 3,
        ("default", "in_queue"): 1,
    }


def test_age_of_the_oldest_waiting_task(
    client: Client, scraper: dict[str, str], project: Project, queue: Queue
) -> None:
    task = _task(project)
    Task.objects.filter(pk=task.pk).update(created_at=timezone.now() - timedelta(minutes=10))
    age = _samples(client, scraper, "roundhouse_queue_oldest_waiting_seconds")["default",]
    assert 600 <= age < 630


def test_paused_queue_is_marked(client: Client, scraper: dict[str, str], queue: Queue) -> None:
    Queue.objects.filter(pk=queue.pk).update(is_paused=True)
    assert _samples(client, scraper, "roundhouse_queue_paused")["default",] == 1


def test_live_workers_are_counted_by_profile(client: Client, scraper: dict[str, str], light_worker: Worker) -> None:
    Worker.objects.create(hostname="here", pid=2, profile="light", stopped_at=timezone.now())
    assert _samples(client, scraper, "roundhouse_workers_alive")["light",] == 1


def test_failures_of_the_last_day_leave_out_older_ones(
    client: Client, scraper: dict[str, str], project: Project
) -> None:
    for hours in (1, 23, 25):
        _task(project, status="failed", completed_at=timezone.now() - timedelta(hours=hours))
    assert _samples(client, scraper, "roundhouse_tasks_failed_last_day") == {(): 2}


def test_second_scrape_costs_no_query(
    client: Client, scraper: dict[str, str], db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.get("/metrics", headers=scraper)
    with django_assert_num_queries(0):
        client.get("/metrics", headers=scraper)


def test_requests_are_counted_by_route_and_strangers_share_one(
    client: Client, scraper: dict[str, str], db: None
) -> None:
    name = "roundhouse_http_request_duration_seconds_count"
    before = _samples(client, scraper, name)
    client.get("/healthz")
    client.get("/no/such/page-1")
    client.get("/no/such/page-2")
    after = _samples(client, scraper, name)
    grown = {key: after[key] - before.get(key, 0) for key in after if after[key] > before.get(key, 0)}
    assert grown[("GET", "healthz", "200")] == 1
    assert grown[("GET", "unknown", "404")] == 2


def test_registering_the_collector_asks_nothing() -> None:
    assert QUEUES.describe() == []
    assert callable(count_request)
