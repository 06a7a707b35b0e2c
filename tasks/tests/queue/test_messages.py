"""The list entry of one id: like Celery's own, and read back."""

import json
from typing import Any

import pytest
from celery import current_app
from kombu.transport.redis import Channel

from config.common.ids import uuid7
from config.common.redis import redis_client
from tasks.queue.messages import ENTRY_POINT, decode_message, encode_message


def encoded(task_id: Any = None, queue: str = "default") -> bytes:
    """An entry as it is pushed."""
    with current_app.producer_pool.acquire(block=True) as producer:
        channel = producer.channel
        assert isinstance(channel, Channel)
        return encode_message(channel, queue, task_id or uuid7()).encode()


def sent_by_celery(*arguments: Any, name: str = ENTRY_POINT, queue: str = "default") -> bytes:
    """An entry that Celery pushed itself."""
    current_app.send_task(name, arguments, queue=queue, ignore_result=True)
    entry = redis_client().lpop(queue)
    assert isinstance(entry, bytes)
    return entry


def shape(value: Any) -> Any:
    """Names and types, without what differs between two messages."""
    return {key: shape(item) for key, item in value.items()} if isinstance(value, dict) else type(value)


def test_entry_has_the_shape_of_celerys_own() -> None:
    ours, theirs = json.loads(encoded()), json.loads(sent_by_celery(str(uuid7())))
    assert shape(ours) == shape(theirs)
    assert ours["properties"]["delivery_info"] == theirs["properties"]["delivery_info"]
    assert [ours[name] for name in ("content-type", "content-encoding")] == ["application/json", "utf-8"]


def test_id_comes_back_from_our_entry_and_from_celerys() -> None:
    task_id = uuid7()
    assert decode_message(encoded(task_id)) == task_id
    assert decode_message(sent_by_celery(str(task_id))) == task_id


def test_entry_of_another_job_is_not_ours() -> None:
    assert decode_message(sent_by_celery(name="tasks.release_orphans")) is None


def test_entry_names_its_queue() -> None:
    assert json.loads(encoded(queue="heavy"))["properties"]["delivery_info"]["routing_key"] == "heavy"


def test_same_id_twice_is_two_messages() -> None:
    task_id = uuid7()
    first, second = json.loads(encoded(task_id)), json.loads(encoded(task_id))
    assert first["body"] == second["body"]
    assert first["headers"]["id"] != second["headers"]["id"]
    assert first["properties"]["delivery_tag"] != second["properties"]["delivery_tag"]


@pytest.mark.parametrize("entry", [b"", b"no json", b"{}", b"[]"])
def test_entry_that_nobody_can_read_is_an_error(entry: bytes) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        decode_message(entry)
