"""What a handler sees: progress that is throttled, and reasons to stop."""

import json
import time
from typing import Any

import pytest

from config.common.ids import uuid7
from config.common.redis import redis_client
from tasks.engines.errors import Cancelled, LeaseLost, Paused, WorkInterrupted
from tasks.live import channel
from tasks.services.running import Claim
from tasks.worker.context import Drained, RunningTask, StopReason


@pytest.fixture
def running() -> RunningTask:
    """An attempt that no database knows."""
    ids = [uuid7() for _ in range(4)]
    claim = Claim(ids[0], "test.echo", "default", ids[1], ids[2], 3, 1, None, "r-1", {"text": "xin chào"}, ids[3])
    return RunningTask(claim)


class Listener:
    """Frames of one person, as they arrive."""

    def __init__(self, running: RunningTask) -> None:
        self.pubsub = redis_client().pubsub(ignore_subscribe_messages=True)
        self.pubsub.subscribe(channel(running.user_id))
        self.pubsub.get_message(timeout=1)

    def frames(self) -> list[dict[str, Any]]:
        """All that have arrived; a last one is waited for at most 0.1 s."""
        found = []
        while (message := self.pubsub.get_message(timeout=0.1)) is not None:
            found.append(json.loads(message["data"]))
        self.pubsub.close()
        return found


def test_handler_sees_its_task(running: RunningTask) -> None:
    assert (running.task_id, running.attempt) == (running.claim.task_id, 3)
    assert running.input_data == {"text": "xin chào"}
    assert (running.project_id, running.user_id) == (running.claim.project_id, running.claim.user_id)


def test_progress_reaches_the_person_as_a_frame(running: RunningTask) -> None:
    listener = Listener(running)
    running.report_progress(12.9, "câu 1")
    assert listener.frames() == [
        {"type": "task.progress", "task_id": str(running.task_id), "progress": 12, "message": "câu 1"}
    ]


def test_thousand_reports_at_once_are_one_frame_and_the_last_one_is_kept(running: RunningTask) -> None:
    listener = Listener(running)
    for number in range(1000):
        running.report_progress(number / 10, f"step {number}")
    assert len(listener.frames()) == 1
    assert (running.percent, running.message) == (99, "step 999")


def test_after_the_pause_the_next_report_is_sent(running: RunningTask) -> None:
    listener = Listener(running)
    running.report_progress(1)
    running._next_frame_at = time.monotonic()
    running.report_progress(2)
    assert [frame["progress"] for frame in listener.frames()] == [1, 2]


@pytest.mark.parametrize(
    ("given", "kept"), [(-0.1, 0), (0, 0), (0.99, 0), (99.99, 99), (100, 100), (100.5, 100), (1e9, 100)]
)
def test_percent_is_whole_and_between_0_and_100(running: RunningTask, given: float, kept: int) -> None:
    running.report_progress(given)
    assert running.percent == kept


def test_long_message_is_cut_to_its_column_by_characters_not_bytes(running: RunningTask) -> None:
    running.report_progress(1, "ễ" * 500)
    assert running.message == "ễ" * 200
    assert running.beat().message == "ễ" * 200


@pytest.mark.parametrize(
    ("reason", "error"),
    [
        (StopReason.CANCEL, Cancelled),
        (StopReason.PAUSE, Paused),
        (StopReason.DEADLINE, Cancelled),
        (StopReason.DRAIN, Drained),
        (StopReason.LOST, LeaseLost),
    ],
)
def test_each_reason_raises_its_error(running: RunningTask, reason: StopReason, error: type[WorkInterrupted]) -> None:
    assert running.is_cancelled() is False
    running.raise_if_cancelled()
    running.stop(reason)
    assert running.is_cancelled() is True
    with pytest.raises(error, match=f"The work was interrupted: {reason.value}"):
        running.raise_if_cancelled()


@pytest.mark.parametrize("second", list(StopReason))
def test_only_a_lost_lease_replaces_the_first_reason(running: RunningTask, second: StopReason) -> None:
    running.stop(StopReason.PAUSE)
    running.stop(second)
    assert running.stop_reason is (StopReason.LOST if second is StopReason.LOST else StopReason.PAUSE)


def test_grace_counts_from_the_first_request(running: RunningTask) -> None:
    running.stop(StopReason.CANCEL)
    asked_at = running.stop_asked_at
    running.stop(StopReason.DEADLINE)
    running.stop(StopReason.LOST)
    assert running.stop_asked_at == asked_at > 0


def test_beat_carries_the_fence_and_the_present_progress(running: RunningTask) -> None:
    running.report_progress(50, "half")
    beat = running.beat()
    assert (beat.claim, beat.progress, beat.message) == (running.claim, 50, "half")
    assert beat.claim.fence == {"task": running.task_id, "attempt": 3, "worker": running.claim.worker_id}
