"""record_results: one statement, today's price, once per attempt, and never in the way of the task."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Account
from projects.models import Project
from results.models import Result
from results.services import record_results
from results.tests.conftest import attempt_of, outcome
from tasks.events import task_completed
from tasks.models import Engine, Task
from tasks.services import submit_task


def test_answer_becomes_a_row_with_engine_time_usage_and_cost(task: Task, engine: Engine) -> None:
    assert len(record_results(attempt=attempt_of(task, outcome()))()) == 1
    row = Result.objects.get()
    assert (row.task, row.attempt, row.engine, row.is_final, row.status) == (task, 1, engine, True, "completed")
    assert (row.engine_type, row.engine_name, row.engine_version) == ("test", "quick", "1.2")
    assert (row.output_data, row.confidence_score, row.processing_time) == ({"text": "Hello"}, 0.9, 40)
    assert (row.token_usage, row.price_snapshot) == ({"characters": 200}, {"characters": "0.000015"})
    assert (row.cost, row.currency) == (Decimal("0.003000"), "USD")


def test_later_price_does_not_change_the_past(task: Task, engine: Engine) -> None:
    record_results(attempt=attempt_of(task, outcome()))
    Engine.objects.update(prices={"characters": "9"})
    assert Result.objects.get().cost == Decimal("0.003")


def test_price_changed_a_moment_ago_counts(task: Task, engine: Engine) -> None:
    Engine.objects.update(prices={"characters": "0.5"}, currency="EUR")
    record_results(attempt=attempt_of(task, outcome()))
    assert (Result.objects.get().cost, Result.objects.get().currency) == (Decimal(100), "EUR")


@pytest.mark.parametrize(
    ("prices", "usage", "cost"),
    [
        ({}, {"characters": 200}, None),
        ({"tokens": "0.1"}, {"characters": 200}, None),
        ({"characters": "0.1"}, {}, None),
        ({"characters": 0.1}, {"characters": 3}, Decimal("0.3")),
        ({"characters": "0"}, {"characters": 3}, Decimal(0)),
        ({"characters": "0.1", "images": "2"}, {"characters": 3, "images": 1, "tokens": 9}, Decimal("2.3")),
        ({"audio_seconds": "0.01"}, {"audio_seconds": 1.5}, Decimal("0.015")),
        ({"characters": "free"}, {"characters": 3}, None),
        ({"characters": "-1"}, {"characters": 3}, None),
        ({"characters": "1e9999"}, {"characters": 3}, None),
        ({"characters": None}, {"characters": 3}, None),
        ({"characters": "999999999"}, {"characters": 10**12}, None),
        ([], {"characters": 3}, None),
    ],
)
def test_cost_is_usage_times_price_or_unknown(
    task: Task, engine: Engine, prices: Any, usage: dict[str, float], cost: Decimal | None
) -> None:
    Engine.objects.update(prices=prices)
    record_results(attempt=attempt_of(task, outcome(usage=usage)))
    assert Result.objects.get().cost == cost


def test_engine_outside_the_catalogue_is_recorded_without_cost(task: Task) -> None:
    record_results(attempt=attempt_of(task, outcome("nobody")))
    row = Result.objects.get()
    assert (row.engine, row.engine_name, row.cost, row.currency, row.price_snapshot) == (None, "nobody", None, "", {})


def test_same_name_in_another_domain_is_another_engine(task: Task, engine: Engine) -> None:
    record_results(attempt=attempt_of(task, outcome(engine_type="speech")))
    assert (Result.objects.get().engine, Result.objects.get().cost) == (None, None)


def test_several_engines_become_several_final_rows(task: Task, engine: Engine) -> None:
    assert len(record_results(attempt=attempt_of(task, outcome("quick"), outcome("slow")))()) == 2
    assert sorted(Result.objects.final().values_list("engine_name", "attempt")) == [("quick", 1), ("slow", 1)]


def test_failed_engine_is_recorded_as_failed(task: Task) -> None:
    record_results(attempt=attempt_of(task, outcome(error_message="The engine said no.", output_data={})))
    assert (Result.objects.get().status, Result.objects.get().error_message) == ("failed", "The engine said no.")


def test_recording_the_same_attempt_again_changes_nothing(task: Task) -> None:
    record_results(attempt=attempt_of(task, outcome()))
    assert len(record_results(attempt=attempt_of(task, outcome(output_data={"text": "other"})))()) == 0
    assert Result.objects.get().output_data == {"text": "Hello"}


def test_second_final_answer_of_an_engine_is_refused_loudly(task: Task) -> None:
    record_results(attempt=attempt_of(task, outcome()))
    with pytest.raises(IntegrityError, match="results_one_final_per_engine"), transaction.atomic():
        record_results(attempt=attempt_of(task, outcome(), number=2))
    assert Result.objects.get().attempt == 1


@pytest.mark.parametrize("confidence", [float("nan"), -0.1, 1.1, None])
def test_confidence_that_is_none_is_unknown(task: Task, confidence: float | None) -> None:
    record_results(attempt=attempt_of(task, outcome(confidence=confidence)))
    assert Result.objects.get().confidence_score is None


def test_figures_that_cannot_be_are_dropped_and_the_answer_is_kept(task: Task, engine: Engine) -> None:
    usage = {"characters": float("inf"), "tokens": -1, "images": 1}
    record_results(attempt=attempt_of(task, outcome(usage=usage, processing_time_ms=-5)))
    row = Result.objects.get()
    assert (row.token_usage, row.processing_time, row.output_data) == ({"images": 1}, 0, {"text": "Hello"})


def test_text_of_every_script_is_kept(task: Task) -> None:
    output = {"text": "Xin chào 🚂 مرحبا \u2028 \\u0041", "n": 12345678901234567890}
    record_results(attempt=attempt_of(task, outcome(output_data=output)))
    assert Result.objects.get().output_data == output


@pytest.mark.parametrize("engines", [1, 5])
def test_one_statement_whatever_the_number_of_engines(
    task: Task, engines: int, statements: Callable[[], list[str]]
) -> None:
    outcomes = [outcome(f"engine{number}") for number in range(engines)]
    record_results(attempt=attempt_of(task, *outcomes))
    assert len(statements()) == 1


def test_event_of_a_completed_task_records_its_answers(task: Task) -> None:
    task_completed.send(sender=None, attempt=attempt_of(task, outcome()))
    assert Result.objects.get().task == task


def test_worker_ends_a_task_together_with_its_answers(
    owner: Account, project: Project, run: Callable[[Task], str]
) -> None:
    data = {"engines": ["quick", "slow"]}
    done = submit_task(user=owner, project=project, task_type="test.echo", input_data=data)
    assert run(done) == "completed"
    assert sorted(done.results.values_list("engine_name", "attempt", "is_final")) == [
        ("quick", 1, True), ("slow", 1, True)
    ]  # fmt: skip


@pytest.mark.usefixtures("task")
def test_answers_vanish_with_a_transaction_that_is_rolled_back(task: Task) -> None:
    with transaction.atomic():
        record_results(attempt=attempt_of(task, outcome()))
        transaction.set_rollback(True)
    assert not Result.objects.exists()
