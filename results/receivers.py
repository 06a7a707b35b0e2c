"""Receivers of the queue's events; they run inside the transaction that ends the task."""

from typing import Any

from results.services import record_results
from tasks.events import CompletedAttempt


def store_answers(sender: object, attempt: CompletedAttempt, **_signal: Any) -> None:
    """Every engine's answer becomes a row together with the task's end, or neither does.

    What is raised here rolls the task's end back: a task must not be completed without its answers.
    """
    record_results(attempt=attempt)
