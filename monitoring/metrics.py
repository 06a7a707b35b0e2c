"""Prometheus: this process's requests, and the state of the whole queue read from the database."""

from collections.abc import Iterator
from datetime import timedelta

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from prometheus_client import REGISTRY, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from monitoring.remember import Remembered
from tasks.models import Task, TaskStatus, Worker
from tasks.registry import queue_profiles
from tasks.selectors import QueueLine, queue_overview

#: Several scrapers, or a person who reloads, cost one set of queries in this time.
REMEMBER_SECONDS = 5.0

REQUESTS = Histogram(
    "roundhouse_http_request_duration_seconds",
    "Time until the response began, by route (never by path: ids would make a series each).",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def count_request(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    """Record one finished request; unknown routes and verbs share a label, so that strangers cannot make new series."""
    match = request.resolver_match
    route = (match.route or "/") if match is not None else "unknown"
    method = request.method if request.method in _METHODS else "other"
    REQUESTS.labels(method, route, str(response.status_code)).observe(seconds)


class QueueCollector(Collector):
    """Asks the database when it is scraped, so that every web process tells the same."""

    def __init__(self) -> None:
        self._state = Remembered(_read_state, REMEMBER_SECONDS)

    def describe(self) -> list[Metric]:
        """Nothing beforehand: registering must not query."""
        return []

    def forget(self) -> None:
        """Ask anew at the next scrape."""
        self._state.forget()

    def collect(self) -> Iterator[Metric]:
        """The families below, at most `REMEMBER_SECONDS` old."""
        lines, workers, failures = self._state()
        tasks = GaugeMetricFamily(
            "roundhouse_tasks", "Tasks that have not ended, by queue and state.", labels=["queue", "status"]
        )
        oldest = GaugeMetricFamily(
            "roundhouse_queue_oldest_waiting_seconds", "Age of the oldest waiting task.", labels=["queue"]
        )
        paused = GaugeMetricFamily("roundhouse_queue_paused", "1 while the queue is paused.", labels=["queue"])
        for line in lines:
            for status in TaskStatus.values:
                if status in line.counts:
                    tasks.add_metric([line.queue_name, status], line.counts[status])
            # An empty queue is 0 and not missing: an alert on a missing series never ends.
            oldest.add_metric([line.queue_name], line.oldest_waiting_seconds or 0.0)
            paused.add_metric([line.queue_name], float(line.is_paused))
        alive = GaugeMetricFamily("roundhouse_workers_alive", "Workers seen lately.", labels=["profile"])
        for profile, count in workers.items():
            alive.add_metric([profile], count)
        yield from (tasks, oldest, paused, alive)
        yield GaugeMetricFamily("roundhouse_tasks_failed_last_day", "Tasks failed in the last 24 h.", value=failures)


def _read_state() -> tuple[list[QueueLine], dict[str, int], int]:
    workers = dict.fromkeys(queue_profiles().values(), 0)
    for profile in Worker.objects.alive().values_list("profile", flat=True):
        workers[profile] = workers.get(profile, 0) + 1
    horizon = timezone.now() - timedelta(days=1)
    failures = Task.objects.filter(completed_at__gt=horizon, status=TaskStatus.FAILED).count()
    return queue_overview(), workers, failures


QUEUES = QueueCollector()
REGISTRY.register(QUEUES)
