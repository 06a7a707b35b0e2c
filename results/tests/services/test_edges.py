"""Figures and texts at the edge of what the columns hold, repetition, and failure in the middle."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection

from accounts.models import Account
from accounts.tests.conftest import in_parallel
from conftest import make_account
from projects.models import Project
from projects.services import create_project, remove_member
from projects.tests.conftest import break_table
from results.models import Result, ResultFeedback
from results.services import InvalidRating, rate_result, record_results, withdraw_rating
from results.tests.conftest import attempt_of, outcome, refusal
from tasks.models import Engine, Task
from tasks.services import submit_task


@pytest.mark.parametrize(("given", "kept"), [(0, 0), (2**31 - 1, 2**31 - 1), (2**31, 2**31 - 1), (-1, 0)])
def test_time_fits_its_column(task: Task, given: int, kept: int) -> None:
    record_results(attempt=attempt_of(task, outcome(processing_time_ms=given)))
    assert Result.objects.get().processing_time == kept


@pytest.mark.parametrize(("given", "kept"), [(0, 0.0), (1, 1.0), (1.0000001, None), (float("inf"), None)])
def test_confidence_keeps_its_ends(task: Task, given: float, kept: float | None) -> None:
    record_results(attempt=attempt_of(task, outcome(confidence=given)))
    assert Result.objects.get().confidence_score == kept


def test_long_version_is_cut_by_characters(task: Task) -> None:
    record_results(attempt=attempt_of(task, outcome(engine_version="ồ" * 101)))
    assert Result.objects.get().engine_version == "ồ" * 100


@pytest.mark.parametrize(
    ("given", "kept"), [("no \x00voice", "no voice"), ("half \ud800 pair", "half ? pair"), ("hỏng 🚂", "hỏng 🚂")]
)
def test_error_of_a_foreign_library_never_stops_the_recording(task: Task, given: str, kept: str) -> None:
    assert len(record_results(attempt=attempt_of(task, outcome(error_message=given)))()) == 1
    assert (Result.objects.get().error_message, Result.objects.get().status) == (kept, "failed")


def test_worker_completes_a_task_whose_engine_complained_with_nul(
    owner: Account, project: Project, run: Callable[[Task], str]
) -> None:
    done = submit_task(user=owner, project=project, task_type="test.echo", input_data={"engines": ["quick"]})
    assert (run(done), run(done)) == ("completed", "not_claimed")
    assert Result.objects.get().task_id == done.pk


@pytest.mark.parametrize(
    ("price", "used", "cost"),
    [
        ("0.0000005", 1, Decimal("0.000001")),
        ("0.0000004", 1, Decimal(0)),
        ("99999999", 1, Decimal(99_999_999)),
        ("100000000", 1, None),
        ("0.000000000000000001", 1e308, None),
        ("1", 1e-7, Decimal(0)),
        (" 1", 1, None),
        ("1.", 1, None),
        ("\u0661", 1, None),
    ],
)
def test_cost_is_rounded_or_unknown_and_never_an_error(
    task: Task, engine: Engine, price: str, used: float, cost: Decimal | None
) -> None:
    Engine.objects.update(prices={"characters": price})
    record_results(attempt=attempt_of(task, outcome(usage={"characters": used})))
    assert (Result.objects.get().cost, Result.objects.get().price_snapshot) == (cost, {"characters": price})


def test_engine_named_twice_in_one_attempt_is_recorded_once(task: Task) -> None:
    assert len(record_results(attempt=attempt_of(task, outcome(), outcome(output_data={"text": "second"})))()) == 1
    assert Result.objects.get().output_data == {"text": "Hello"}


def test_attempt_without_answers_writes_nothing(task: Task) -> None:
    assert len(record_results(attempt=attempt_of(task))()) == 0
    assert not Result.objects.exists()


def test_one_answer_that_cannot_be_stored_takes_the_others_with_it(task: Task) -> None:
    with pytest.raises(ValueError, match="Out of range float"):
        record_results(attempt=attempt_of(task, outcome(), outcome("broken", output_data={"n": float("nan")})))
    assert not Result.objects.exists()


def test_task_stays_unfinished_when_its_answers_cannot_be_written(
    owner: Account, project: Project, run: Callable[[Task], str]
) -> None:
    asked = submit_task(user=owner, project=project, task_type="test.echo", input_data={"engines": ["quick"]})
    break_table("results")
    assert run(asked) == "failed"
    asked.refresh_from_db()
    assert (asked.status, asked.output_data, Result.objects.count()) == ("failed", None, 0)


@pytest.mark.django_db(transaction=True)
def test_two_workers_recording_one_attempt_leave_one_row() -> None:
    person = make_account("racer")
    project = create_project(user=person, project_name="Race")
    task = submit_task(user=person, project=project, task_type="test.echo", input_data={})

    def record(number: int) -> int:
        return len(record_results(attempt=attempt_of(task, outcome(output_data={"n": number})))())

    assert sorted(in_parallel(4, record)) == [0, 0, 0, 1]
    assert Result.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_rating_and_withdrawing_at_once_end_in_one_of_both() -> None:
    person = make_account("wavering")
    project = create_project(user=person, project_name="Race")
    task = submit_task(user=person, project=project, task_type="test.echo", input_data={})
    record_results(attempt=attempt_of(task, outcome()))
    result = Result.objects.select_related("task__project").get()
    rate_result(result=result, user=person, rating=1)

    def act(index: int) -> Any:
        return withdraw_rating(result=result, user=person) if index else rate_result(
            result=result, user=person, rating=5
        ).rating  # fmt: skip

    assert in_parallel(2, act) == [5, True]
    assert list(ResultFeedback.objects.values_list("rating", flat=True)) in ([5], [])


def test_rating_that_cannot_be_written_leaves_the_old_one(result: Result, owner: Account, member: Account) -> None:
    rate_result(result=result, user=owner, rating=2)
    break_table("result_feedback")
    for person in (owner, member):
        with pytest.raises(IntegrityError, match="broken_by_test"):
            rate_result(result=result, user=person, rating=5)
    assert list(ResultFeedback.objects.values_list("user", "rating")) == [(owner.pk, 2)]


def test_both_fields_are_refused_at_once(result: Result, member: Account) -> None:
    error = refusal(rate_result, result=result, user=member, rating=0, feedback_text="x" * 5_001)
    assert (type(error), error.errors) == (
        InvalidRating,
        {"rating": ["Choose one to five stars."], "feedback_text": ["At most 5000 characters are accepted."]},
    )
    assert not ResultFeedback.objects.exists()


def test_blanks_do_not_count_against_the_limit(result: Result, member: Account) -> None:
    text = " " * 100 + "ồ" * 5_000 + "\n" * 100
    assert rate_result(result=result, user=member, rating=5, feedback_text=text).feedback_text == "ồ" * 5_000


@pytest.mark.parametrize("verb", [rate_result, withdraw_rating])
def test_former_member_changes_no_rating(
    result: Result, project: Project, owner: Account, member: Account, verb: Callable[..., Any]
) -> None:
    rate_result(result=result, user=member, rating=4)
    remove_member(project=project, user=member, actor=owner)
    more = {"rating": 1} if verb is rate_result else {}
    assert refusal(verb, result=result, user=member, **more).code == "result_not_found"
    assert ResultFeedback.objects.get().rating == 4


def test_recording_meets_the_statement_limit_of_the_server(task: Task) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT before_limit")
        cursor.execute("SET LOCAL statement_timeout = '1ms'")
    huge = {"text": "x" * 3_000_000}
    with pytest.raises(OperationalError, match="statement timeout"):
        record_results(attempt=attempt_of(task, outcome(output_data=huge)))
    with connection.cursor() as cursor:
        cursor.execute("ROLLBACK TO SAVEPOINT before_limit")
    assert not Result.objects.exists()
