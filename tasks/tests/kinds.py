"""Task kinds of the test suite, registered in the test process and in the workers it starts."""

import os
import signal
import time
from typing import Any

from django.apps import AppConfig

from tasks.engines.errors import EngineError
from tasks.registry import EngineOutcome, Outcome, TaskContext, TaskKind, register
from tasks.states import WorkerProfile

ANY_OBJECT: dict[str, Any] = {"type": "object"}


def echo(context: TaskContext) -> Outcome:
    """Answers with its input; `engines` names engines that "answered"."""
    results = tuple(
        EngineOutcome("test", name, "1", dict(context.input_data), 5, {"characters": 3}, 0.5)
        for name in context.input_data.get("engines", [])
    )
    return Outcome({"echo": context.input_data}, results)


def wait(context: TaskContext) -> Outcome:
    """Works for `seconds` in small steps; deaf to every request when `cooperative` is false."""
    end = time.monotonic() + context.input_data["seconds"]
    while time.monotonic() < end:
        if context.input_data.get("cooperative", True):
            context.raise_if_cancelled()
        time.sleep(0.01)
    return Outcome({"waited": context.input_data["seconds"], "pid": os.getpid()})


def fail(context: TaskContext) -> Outcome:
    """Fails as its input says; succeeds at attempt `until`."""
    if context.attempt >= context.input_data.get("until", 10_000):
        return Outcome({"attempt": context.attempt})
    if context.input_data.get("bug"):
        raise ValueError("a bug in the handler")
    raise EngineError("The engine said no.", code="said_no", retryable=context.input_data.get("retryable", False))


def kill_process(context: TaskContext) -> Outcome:
    """Poison: kills the process that runs it."""
    os.kill(os.getpid(), signal.SIGKILL)
    return Outcome({})


def bad_output(context: TaskContext) -> Outcome:
    """Returns what cannot be stored."""
    outputs: dict[str, Any] = {
        "nan": {"value": float("nan")},
        "object": {"value": object()},
        "nul": {"value": "a\x00b"},
        "surrogate": {"value": "\ud800"},
        "huge": {"value": "x" * 50_000_000},
    }
    return Outcome(outputs[context.input_data["what"]])


KINDS = [
    TaskKind("test.echo", "Echo", echo, ANY_OBJECT),
    TaskKind("test.wait", "Wait", wait, {"type": "object", "required": ["seconds"]}),
    TaskKind("test.fail", "Fail", fail, ANY_OBJECT),
    TaskKind("test.kill", "Kill", kill_process, ANY_OBJECT, max_retries=50),
    TaskKind("test.bad_output", "Bad output", bad_output, {"type": "object", "required": ["what"]}),
    TaskKind("test.heavy", "Heavy", wait, ANY_OBJECT, queue_name="heavy", profile=WorkerProfile.HEAVY),
    TaskKind(
        "test.metered", "Metered", echo,
        {"type": "object", "required": ["characters"], "properties": {"characters": {"type": "integer", "minimum": 0}}},
        estimate=lambda data: {"characters": data["characters"]},
    ),
]  # fmt: skip


class TestKindsConfig(AppConfig):
    """Installed by config.settings.test only."""

    name = "tasks.tests"
    label = "test_kinds"

    def ready(self) -> None:
        """Register them before post_migrate makes their queues."""
        for kind in KINDS:
            register(kind)
