"""What each person may see of tasks, their history, queues, workers and engines; and the reads above them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import Account
from config.common.problems import NotFound
from projects.models import Project, ProjectMember
from projects.services import create_project
from projects.services.keys import create_project_key
from tasks.models import Engine, Queue, Task, TaskHistory, Worker
from tasks.selectors import (
    attempts_of,
    failures_of_last_day,
    get_task,
    queue_overview,
    task_abilities,
    visible_tasks,
)
from tasks.services import cancel_task, pause_queue, pause_task, submit_task, sweep
from tasks.services.workers import register_worker
from tasks.tests.conftest import Submit, insert_tasks, worker_processes
from tasks.worker.keeper import LeaseKeeper

pytestmark = pytest.mark.django_db


def test_members_and_staff_see_tasks_and_history_and_strangers_neither(
    submit: Submit, owner: Account, member: Account, stranger: Account, staff: Account
) -> None:
    submit()
    for person, rows in [(owner, 1), (member, 1), (staff, 1), (stranger, 0)]:
        assert Task.objects.visible_to(person).count() == rows
        assert TaskHistory.objects.visible_to(person).count() == rows


@pytest.mark.parametrize("manager", [Task.objects, TaskHistory.objects, Queue.objects, Worker.objects])
def test_nobody_signed_in_sees_nothing(submit: Submit, keeper: LeaseKeeper, manager: Any) -> None:
    submit()
    assert manager.visible_to(AnonymousUser()).count() == 0
    assert manager.count() > 0


def test_membership_that_ended_hides_the_history_too(submit: Submit, member: Account) -> None:
    submit()
    ProjectMember.objects.filter(user=member).update(status="removed")
    assert (Task.objects.visible_to(member).count(), TaskHistory.objects.visible_to(member).count()) == (0, 0)


def test_queues_and_workers_are_for_operations(keeper: LeaseKeeper, owner: Account, staff: Account) -> None:
    assert (Queue.objects.visible_to(owner).count(), Worker.objects.visible_to(owner).count()) == (0, 0)
    assert worker_processes().visible_to(staff).get().pk == keeper.worker_id
    assert Queue.objects.visible_to(staff).filter(queue_name="default").exists()


def test_people_see_enabled_engines_and_staff_all(owner: Account, staff: Account) -> None:
    Engine.objects.filter(domain="tts", name="fake").update(is_enabled=False)
    voices = Engine.objects.filter(domain="tts").order_by("name")
    names = [[engine.name for engine in voices.visible_to(person)] for person in (owner, staff)]
    assert names == [["espeak"], ["espeak", "fake"]]


def test_engine_is_found_by_domain_and_name_only() -> None:
    Engine.objects.create(domain="chat", name="espeak", adapter="x")
    assert Engine.objects.named("tts", "espeak").get().domain == "tts"
    assert not Engine.objects.named("chat", "nobody").exists()
    assert [engine.name for engine in Engine.objects.enabled("tts")] == ["espeak", "fake"]


def test_active_and_ended_share_the_tasks_between_them(submit: Submit, owner: Account) -> None:
    running, ended = submit(), submit()
    cancel_task(task_id=ended.pk, actor=owner)
    assert (Task.objects.active().get().pk, Task.objects.ended().get().pk) == (running.pk, ended.pk)
    assert [task.pk for task in Task.objects.all().newest_first()] == [ended.pk, running.pk]


@pytest.mark.parametrize(("seconds", "alive"), [(19, 1), (21, 0)])
def test_worker_is_alive_for_twenty_seconds_after_it_was_seen(keeper: LeaseKeeper, seconds: int, alive: int) -> None:
    Worker.objects.update(last_seen_at=timezone.now() - timedelta(seconds=seconds))
    assert Worker.objects.alive().count() == alive


def test_bound_key_narrows_what_its_person_sees(submit: Submit, owner: Account, project: Project) -> None:
    inside = submit()
    [outside] = insert_tasks(1, create_project(user=owner, project_name="Other"))
    key = create_project_key(project=project, actor=owner, name="bound").key
    assert [task.pk for task in visible_tasks(user=owner, key=key)] == [inside.pk]
    with pytest.raises(NotFound) as refusal:
        get_task(user=owner, key=key, task_id=outside.pk)
    assert refusal.value.code == "task_not_found"
    assert get_task(user=owner, task_id=outside.pk).pk == outside.pk


ALL = {"cancel": True, "pause": True, "resume": False, "retry": False, "manage": True}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, ALL),
        ({"cancel_requested_at": timezone.now()}, ALL | {"cancel": False}),
        ({"pause_requested_at": timezone.now()}, ALL | {"pause": False, "resume": True}),
        ({"status": "paused"}, ALL | {"pause": False, "resume": True}),
        ({"status": "failed"}, ALL | {"cancel": False, "pause": False, "retry": True}),
        ({"status": "cancelled"}, ALL | {"cancel": False, "pause": False, "retry": True}),
        ({"status": "completed"}, ALL | {"cancel": False, "pause": False}),
        ({"status": "retrying"}, ALL),
        ({"status": "processing"}, ALL),
    ],
)
def test_buttons_follow_the_state(
    submit: Submit, owner: Account, stranger: Account, change: dict[str, Any], expected: dict[str, bool]
) -> None:
    task = submit()
    for name, value in change.items():
        setattr(task, name, value)
    assert task_abilities(task=task, user=owner) == expected
    assert not any(task_abilities(task=task, user=stranger).values())


def test_member_manages_own_tasks_until_made_a_viewer(member: Account, project: Project, submit: Submit) -> None:
    own, others = submit_task(user=member, project=project, task_type="test.echo", input_data={}), submit()
    assert task_abilities(task=own, user=member)["manage"] is True
    assert task_abilities(task=others, user=member)["manage"] is False
    ProjectMember.objects.filter(user=member).update(role="viewer")
    assert task_abilities(task=own, user=member)["manage"] is False


def test_attempts_name_the_workers_that_made_them(
    submit: Submit, keeper: LeaseKeeper, django_assert_num_queries: Any
) -> None:
    task, moment = submit(), timezone.now()
    for number, actor in enumerate([f"worker:{keeper.worker_id}", f"worker:{task.pk}", "database:postgres"], start=1):
        TaskHistory.objects.create(
            task=task, attempt=number, status_to="processing", actor=actor, changed_at=moment + timedelta(number)
        )
    with django_assert_num_queries(2):
        attempts = attempts_of(task)
    assert [attempt.number for attempt in attempts] == [1, 2, 3]
    assert [attempt.worker.pid if attempt.worker else None for attempt in attempts] == [
        worker_processes().get().pid, None, None,
    ]  # fmt: skip


def test_overview_counts_by_state_and_knows_the_oldest(submit: Submit, owner: Account, staff: Account) -> None:
    first, second, third = submit(), submit(), submit()
    Task.objects.filter(pk=first.pk).update(created_at=timezone.now() - timedelta(minutes=10))
    pause_task(task_id=second.pk, actor=owner)
    cancel_task(task_id=third.pk, actor=owner)
    pause_queue(queue_name="default", actor=staff)
    lines = {line.queue_name: line for line in queue_overview()}
    assert lines["default"].counts == {"pending": 1, "paused": 1}
    assert (lines["default"].is_paused, lines["heavy"].counts, lines["heavy"].oldest_waiting_seconds) == (
        True,
        {},
        None,
    )
    assert 600 <= (lines["default"].oldest_waiting_seconds or 0) < 660


def test_paused_tasks_are_not_what_waits_longest(submit: Submit, owner: Account) -> None:
    task = submit()
    pause_task(task_id=task.pk, actor=owner)
    [line] = [line for line in queue_overview() if line.queue_name == "default"]
    assert (line.counts, line.oldest_waiting_seconds) == ({"paused": 1}, None)


def test_failures_of_a_day_are_counted_by_kind_and_code(submit: Submit, run: Callable[[Task], str]) -> None:
    for _ in range(2):
        run(submit("test.fail"))
    run(submit("test.fail", {"bug": True}))
    old = submit("test.fail")
    run(old)
    Task.objects.filter(pk=old.pk).update(completed_at=timezone.now() - timedelta(hours=25))
    assert failures_of_last_day() == [("test.fail", "said_no", 2), ("test.fail", "internal_error", 1)]


def test_rows_speak_for_themselves(submit: Submit, keeper: LeaseKeeper) -> None:
    task, worker = submit(), worker_processes().get()
    sweep()
    assert str(task) == f"test.echo {task.pk}"
    assert [str(entry) for entry in task.history.all()] == ["- -> pending", "pending -> in_queue"]
    assert str(worker) == f"{worker.hostname}:{worker.pid}"
    assert str(Queue.objects.get(queue_name="default")) == "default"
    assert (str(Engine(name="a", title="Giọng")), str(Engine(name="a"))) == ("Giọng", "a")


@pytest.mark.parametrize(("status", "terminal"), [("pending", False), ("processing", False), ("failed", True)])
def test_task_is_either_active_or_ended(status: str, terminal: bool) -> None:
    assert (Task(status=status).is_terminal, Task(status=status).is_active) == (terminal, not terminal)


def test_worker_that_registers_twice_is_alive_once(keeper: LeaseKeeper) -> None:
    for _ in range(2):
        register_worker(worker_id=keeper.worker_id, profile="light", queues=[], concurrency=1)
    Worker.objects.update(stopped_at=Now())
    assert Worker.objects.alive().count() == 0
    assert worker_processes().count() == 1
