"""Pushing ids to the broker, and leaving a broken one alone."""

import base64
import json
import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
from kombu import Producer
from kombu.exceptions import OperationalError

from config.common.ids import uuid7
from config.common.redis import redis_client
from tasks.queue import publisher
from tasks.queue.publisher import publish

Row = tuple[UUID, str, int]


@pytest.fixture(autouse=True)
def _closed_breaker(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test inherits another one's pause."""
    monkeypatch.setattr(publisher, "_closed_until", 0.0)


def rows(*priorities: int, queue: str = "default") -> list[Row]:
    """New ids in the order of their making."""
    return [(uuid7(), queue, priority) for priority in priorities]


def messages(queue: str = "default") -> list[dict[str, Any]]:
    """Raw messages of a Redis list, the one that a worker gets first at the front."""
    return [json.loads(raw) for raw in reversed(redis_client().lrange(queue, 0, -1))]


def ids_in(queue: str = "default") -> list[str]:
    """Task ids in the order in which workers get them."""
    return [str(json.loads(base64.b64decode(message["body"]))[0][0]) for message in messages(queue)]


def break_pushing(monkeypatch: pytest.MonkeyPatch, *, after: int = 0, error: Exception | None = None) -> None:
    """The broker fails after so many queues."""
    real, pushed = publisher._push, [0]

    def push(producer: Producer, queue_name: str, task_ids: Sequence[UUID]) -> None:
        if pushed[0] >= after:
            raise error or OperationalError("the connection was cut")
        pushed[0] += 1
        real(producer, queue_name, task_ids)

    monkeypatch.setattr(publisher, "_push", push)


def test_nothing_to_push_pushes_nothing() -> None:
    assert publish([]) == 0
    assert messages() == []


def test_message_carries_the_id_and_nothing_of_the_task() -> None:
    [row] = rows(1)
    assert publish([row]) == 1
    [message] = messages()
    assert json.loads(base64.b64decode(message["body"]))[:2] == [[str(row[0])], {}]
    assert message["headers"]["task"] == "tasks.run"


def test_high_priority_is_pushed_first_whatever_the_order_of_the_rows() -> None:
    low, high, middle = rows(1, 9, 5)
    assert publish([low, high, middle]) == 3
    assert ids_in() == [str(row[0]) for row in (high, middle, low)]


def test_negative_priority_comes_last() -> None:
    behind, normal = rows(-5, 0)
    publish([behind, normal])
    assert ids_in() == [str(normal[0]), str(behind[0])]


def test_equal_priority_goes_by_age() -> None:
    oldest, middle, youngest = rows(1, 1, 1)
    publish([youngest, oldest, middle])
    assert ids_in() == [str(row[0]) for row in (oldest, middle, youngest)]


def test_each_row_goes_to_its_queue() -> None:
    [light], [heavy] = rows(1), rows(1, queue="heavy")
    assert publish([light, heavy]) == 2
    assert (ids_in("default"), ids_in("heavy")) == ([str(light[0])], [str(heavy[0])])


def test_generator_is_pushed_like_a_list() -> None:
    made = rows(1, 2)
    assert publish(row for row in made) == 2
    assert len(messages()) == 2


def test_failure_in_the_middle_tells_how_many_went_out(monkeypatch: pytest.MonkeyPatch) -> None:
    break_pushing(monkeypatch, after=1)
    first, second = rows(1, 1, queue="first"), rows(1, 1, 1, queue="second")
    assert publish([*second, *first]) == 2
    assert ids_in("first") == [str(row[0]) for row in first]
    assert messages("second") == []


def test_queue_goes_out_in_one_command() -> None:
    publish(rows(1))  # opens the connection
    before = redis_client().info("stats")["total_commands_processed"]
    publish(rows(*[1] * 50))
    # LPUSH and this question itself.
    assert redis_client().info("stats")["total_commands_processed"] - before == 2
    assert len(messages()) == 51


def test_after_a_failure_the_broker_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    break_pushing(monkeypatch)
    assert publish(rows(1)) == 0
    monkeypatch.undo()
    monkeypatch.setattr(publisher, "_closed_until", time.monotonic() + 60)
    assert publish(rows(1)) == 0
    assert messages() == []


def test_pause_ends_after_a_second_and_pushing_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    break_pushing(monkeypatch)
    publish(rows(1))
    assert 0 < publisher._closed_until - time.monotonic() <= publisher.BREAKER_SECONDS == 1.0
    monkeypatch.undo()
    monkeypatch.setattr(publisher, "_closed_until", time.monotonic() - 0.001)
    assert publish(rows(1)) == 1


@pytest.mark.parametrize("error", [ConnectionResetError("reset"), TimeoutError("slow"), BrokenPipeError("gone")])
def test_error_of_the_socket_is_no_error_of_the_caller(monkeypatch: pytest.MonkeyPatch, error: OSError) -> None:
    break_pushing(monkeypatch, error=error)
    assert publish(rows(1)) == 0


def test_bug_in_our_own_code_is_not_hidden_as_a_broken_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    break_pushing(monkeypatch, error=ValueError("a bug"))
    with pytest.raises(ValueError, match="a bug"):
        publish(rows(1))
    assert publisher._closed_until == 0.0
