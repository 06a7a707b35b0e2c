"""Waiting in async code for a task that somebody else ends."""

import asyncio
import time
from typing import Any

import pytest
from channels.db import database_sync_to_async
from django.core.exceptions import ObjectDoesNotExist

from accounts.models import Account
from config.common.ids import uuid7
from config.common.redis import redis_client
from projects.models import Project
from tasks import live
from tasks.live import Frame, publish_frame, state_frame
from tasks.models import Task
from tasks.services import cancel_task, submit_task, wait_until_ended
from tasks.services.waiting import _next_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def task(owner: Account, project: Project) -> Task:
    """A waiting task of `owner`."""
    return submit_task(user=owner, project=project, task_type="test.echo", input_data={})


def cancel(task: Task) -> None:
    """As its owner."""
    cancel_task(task_id=task.pk, actor=task.user)


async def test_ended_task_is_answered_without_waiting(task: Task) -> None:
    await database_sync_to_async(cancel)(task)
    began = time.monotonic()
    assert await wait_until_ended(task.pk, task.user_id, 30) == "cancelled"
    assert time.monotonic() - began < 1


async def test_end_wakes_the_waiter_by_its_frame(task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.services.waiting.POLL_SECONDS", 60.0)
    waiter = asyncio.create_task(wait_until_ended(task.pk, task.user_id, 30))
    await asyncio.sleep(0.1)
    await database_sync_to_async(cancel)(task)
    assert await asyncio.wait_for(waiter, 5) == "cancelled"


async def test_end_whose_frame_was_lost_is_found_by_looking(task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.services.waiting.POLL_SECONDS", 0.1)
    monkeypatch.setattr(live, "_muted_until", time.monotonic() + 60)
    waiter = asyncio.create_task(wait_until_ended(task.pk, task.user_id, 30))
    await database_sync_to_async(cancel)(task)
    assert await asyncio.wait_for(waiter, 5) == "cancelled"


async def test_end_during_a_cut_of_redis_is_found_at_the_resync(task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.services.waiting.POLL_SECONDS", 60.0)
    waiter = asyncio.create_task(wait_until_ended(task.pk, task.user_id, 30))
    await asyncio.sleep(0.1)
    monkeypatch.setattr(live, "_muted_until", time.monotonic() + 60)
    await database_sync_to_async(cancel)(task)
    redis_client().client_kill_filter(_type="pubsub")
    assert await asyncio.wait_for(waiter, 10) == "cancelled"


async def test_time_is_up_and_the_present_state_is_told(task: Task) -> None:
    assert await wait_until_ended(task.pk, task.user_id, 0.1) == "in_queue"


async def test_no_time_at_all_is_one_look(task: Task) -> None:
    assert await wait_until_ended(task.pk, task.user_id, 0) == "in_queue"


async def test_unknown_task_is_an_error_not_a_long_wait() -> None:
    with pytest.raises(ObjectDoesNotExist):
        await wait_until_ended(uuid7(), uuid7(), 30)


async def test_ten_waiters_of_one_task_are_all_answered(task: Task) -> None:
    waiters = [asyncio.create_task(wait_until_ended(task.pk, task.user_id, 30)) for _ in range(10)]
    await asyncio.sleep(0.1)
    await database_sync_to_async(cancel)(task)
    assert await asyncio.gather(*waiters) == ["cancelled"] * 10


@pytest.mark.parametrize(
    ("frame", "wakes"),
    [
        ({"type": "task.resync"}, True),
        (state_frame(task_id=uuid7(), status="completed"), False),
        ({"type": "task.progress", "task_id": "x", "progress": 100, "message": ""}, False),
    ],
)
async def test_only_what_may_concern_the_task_wakes(frame: Frame, wakes: bool) -> None:
    queue: asyncio.Queue[Frame] = asyncio.Queue()
    queue.put_nowait(frame)
    began = time.monotonic()
    await _next_of(queue, uuid7(), 0.2)
    assert (time.monotonic() - began < 0.15) is wakes


@pytest.mark.parametrize(("status", "wakes"), [("processing", False), ("retrying", False), ("failed", True)])
async def test_state_frame_of_the_task_wakes_when_it_is_an_end(status: str, wakes: bool) -> None:
    task_id, queue = uuid7(), asyncio.Queue[Any]()
    queue.put_nowait(state_frame(task_id=task_id, status=status))
    began = time.monotonic()
    await _next_of(queue, task_id, 0.2)
    assert (time.monotonic() - began < 0.15) is wakes


async def test_frame_published_by_a_stranger_about_the_task_is_only_a_hint(task: Task) -> None:
    waiter = asyncio.create_task(wait_until_ended(task.pk, task.user_id, 0.3))
    await asyncio.sleep(0.1)
    publish_frame(task.user_id, state_frame(task_id=task.pk, status="completed"))
    assert await waiter == "in_queue"
