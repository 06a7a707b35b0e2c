"""Attempts of a reply's task without a worker around them."""

from chatbot.models import Message
from chatbot.tests.conftest import task_of
from config.common.ids import uuid7
from tasks.services.running import Claim
from tasks.worker.context import RunningTask


def attempt_of(reply: Message, number: int = 1) -> RunningTask:
    """The context in which a worker would run it."""
    task = task_of(reply)
    claim = Claim(
        task.pk, task.task_type, task.queue_name, task.project_id, task.user_id, number, 0, None, "", task.input_data,
        uuid7(),
    )  # fmt: skip
    return RunningTask(claim)
