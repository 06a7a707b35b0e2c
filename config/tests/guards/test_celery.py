"""Every Celery task runs on a queue that some worker serves."""

from pathlib import Path
from typing import Any

import pytest
from celery import Task, current_app
from django.conf import settings

from tasks.registry import kinds, queue_profiles
from tasks.states import WorkerProfile


def own_tasks() -> "list[Task[Any, Any]]":
    current_app.loader.import_default_modules()
    return [task for name, task in sorted(current_app.tasks.items()) if not name.startswith("celery.")]


def test_there_are_tasks_to_guard() -> None:
    assert own_tasks() != []


@pytest.mark.parametrize("task", own_tasks(), ids=lambda task: task.name)
def test_task_names_a_queue_that_is_served(task: "Task[Any, Any]") -> None:
    assert settings.CELERY_TASK_ROUTES[task.name]["queue"] in queue_profiles()


@pytest.mark.parametrize("task", own_tasks(), ids=lambda task: task.name)
def test_entry_point_has_at_most_ten_lines(task: "Task[Any, Any]") -> None:
    code = task.run.__code__
    last = max(line for _start, _end, line in code.co_lines() if line is not None)
    assert last - code.co_firstlineno <= 10


def test_periodic_jobs_name_tasks_that_exist() -> None:
    schedule = getattr(settings, "CELERY_BEAT_SCHEDULE", {})
    assert {entry["task"] for entry in schedule.values()} <= {task.name for task in own_tasks()}


def test_every_kind_of_task_has_a_worker_profile() -> None:
    assert {kind.profile for kind in kinds()} <= set(WorkerProfile)


def test_celery_keeps_no_results_and_never_retries() -> None:
    assert current_app.conf.task_ignore_result is True
    assert current_app.conf.result_backend is None
    assert all(task.max_retries == Task.max_retries for task in own_tasks())


def test_tasks_live_in_the_apps_tasks_module() -> None:
    assert {Path(task.run.__code__.co_filename).name for task in own_tasks()} == {"tasks.py"}
