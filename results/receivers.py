"""Receivers of the queue's events; they run inside the transaction that ends the task."""

from typing import Any

from results.services import record_results
from tasks.events import CompletedAttempt


def store_answers(sender: object, attempt: CompletedAttempt, **_signal: Any) -> None:
    """Every engine's answer becomes a row together with the task's end, or neither does."""
    record_results(attempt=attempt)
