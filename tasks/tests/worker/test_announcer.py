"""Frames leave a worker in order, in batches, and without holding up its tasks."""

import json
import os
import threading
import time
from collections.abc import Sequence
from uuid import UUID

import pytest

from config.common.ids import uuid7
from config.common.redis import redis_client
from tasks import live
from tasks.live import Frame, channel, state_frame
from tasks.worker import announcer as module
from tasks.worker.announcer import Announcer, announcer

PERSON = uuid7()


class Sent:
    """What was sent, batch by batch; the gate holds up the sender."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, frames: Sequence[tuple[UUID | str, Frame]]) -> None:
        self.gate.wait(5)
        self.batches.append([frame["progress"] for _user, frame in frames if frame["type"] == "task.progress"])

    @property
    def all(self) -> list[int]:
        """In the order of sending."""
        return [number for batch in self.batches for number in batch]


@pytest.fixture
def sent() -> Sent:
    """Nothing yet."""
    return Sent()


def progress(number: int) -> Frame:
    """A frame with a number."""
    return {"type": "task.progress", "task_id": "", "progress": number, "message": ""}


def test_frames_are_sent_in_the_order_of_telling(sent: Sent) -> None:
    made = Announcer(sent)
    for number in range(500):
        made.announce(PERSON, progress(number))
    made.flush()
    assert sent.all == list(range(500))


def test_frames_of_a_burst_travel_together_in_bounded_batches(sent: Sent) -> None:
    sent.gate.clear()
    made = Announcer(sent)
    for number in range(250):
        made.announce(PERSON, progress(number))
    sent.gate.set()
    made.flush()
    assert sent.all == list(range(250))
    assert len(sent.batches) <= 4
    assert max(len(batch) for batch in sent.batches) <= module.MAX_BATCH


def test_telling_does_not_wait_for_a_sender_that_hangs(sent: Sent) -> None:
    sent.gate.clear()
    made = Announcer(sent)
    began = time.monotonic()
    for number in range(100):
        made.announce(PERSON, progress(number))
    assert time.monotonic() - began < 0.5
    sent.gate.set()
    made.flush()
    assert len(sent.all) == 100


def test_flush_gives_up_after_its_time(sent: Sent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FLUSH_SECONDS", 0.05)
    sent.gate.clear()
    made = Announcer(sent)
    made.announce(PERSON, progress(1))
    made.flush()
    assert sent.all == []
    sent.gate.set()


def test_flush_of_an_idle_announcer_returns_at_once(sent: Sent) -> None:
    Announcer(sent).flush()
    assert sent.batches == []


def test_process_has_one_announcer_and_a_fork_another(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = announcer()
    assert announcer() is mine
    monkeypatch.setattr(os, "getpid", lambda: -1)
    child = announcer()
    assert child is not mine
    module._announcers.pop(-1)


def test_frames_reach_the_channel_of_their_person(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_muted_until", 0.0)
    other = uuid7()
    with redis_client().pubsub(ignore_subscribe_messages=True) as pubsub:
        pubsub.subscribe(channel(PERSON), channel(other))
        made = Announcer()
        tasks = [uuid7() for _ in range(3)]
        for task_id, person in zip(tasks, (PERSON, other, PERSON), strict=True):
            made.announce(person, state_frame(task_id=task_id, status="completed"))
        made.flush()
        # Answers to the subscription come back as None too.
        got = [message for _ in range(5) if (message := pubsub.get_message(timeout=1)) is not None]
    assert [message["channel"].decode() for message in got] == [channel(PERSON), channel(other), channel(PERSON)]
    assert [json.loads(message["data"])["task_id"] for message in got] == [str(task_id) for task_id in tasks]
