"""Taking the next id past Celery."""

import pytest
from celery import current_app
from kombu.exceptions import OperationalError

from config.common.ids import uuid7
from config.common.redis import redis_client
from tasks.queue import taker
from tasks.queue.publisher import publish
from tasks.queue.taker import NOTHING, Taken, take


def test_ids_come_in_the_order_in_which_celery_would_get_them() -> None:
    low, high, younger = uuid7(), uuid7(), uuid7()
    publish([(low, "default", 1), (high, "default", 9), (younger, "default", 1)])
    assert [take("default") for _ in range(4)] == [Taken(high, 2), Taken(low, 1), Taken(younger, 0), NOTHING]


def test_other_queues_are_left_alone() -> None:
    publish([(uuid7(), "heavy", 1)])
    assert take("default") == NOTHING
    assert redis_client().llen("heavy") == 1


def test_another_job_stays_the_next_for_celery() -> None:
    current_app.send_task("tasks.release_orphans", queue="default")
    publish([(uuid7(), "default", 1)])
    before = redis_client().lrange("default", 0, -1)
    assert take("default") == NOTHING
    assert redis_client().lrange("default", 0, -1) == before


def test_redis_that_forgot_the_script_is_told_again() -> None:
    task_id = uuid7()
    publish([(task_id, "default", 1)])
    redis_client().script_flush()
    assert take("default") == Taken(task_id, 0)


@pytest.mark.parametrize("error", [OperationalError("cut"), ConnectionResetError("reset"), TimeoutError("slow")])
def test_broker_that_fails_has_nothing_to_take(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(*_arguments: object) -> Taken:
        raise error

    monkeypatch.setattr(taker, "_take", fail)
    assert take("default") == NOTHING
