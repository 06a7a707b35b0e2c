"""Repeating a submission safely, also when the repetitions arrive at the same moment."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Account, UsageReservation
from accounts.services import set_quota
from config.common.problems import DomainError
from projects.models import Project
from projects.services import create_project
from tasks.models import Task
from tasks.services import IdempotencyKeyReused, cancel_task, submit_task
from tasks.tests.conftest import Submit, status_of

pytestmark = pytest.mark.django_db


def eight(action: Callable[[int], Task]) -> tuple[list[Task], list[DomainError]]:
    """Answers and refusals of eight threads that act at the same moment; any other error fails the test."""
    barrier = threading.Barrier(8)

    def run(number: int) -> Task | DomainError:
        barrier.wait(5)
        try:
            return action(number)
        except DomainError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        ends = list(pool.map(run, range(8)))
    return [end for end in ends if isinstance(end, Task)], [end for end in ends if isinstance(end, DomainError)]


@pytest.mark.django_db(transaction=True)
def test_eight_identical_requests_at_once_are_one_task(submit: Submit) -> None:
    answers, refusals = eight(lambda number: submit("test.echo", {"a": 1}, idempotency_key="once"))
    assert ({task.pk for task in answers}, refusals) == ({Task.objects.get().pk}, [])
    assert len(answers) == 8


@pytest.mark.django_db(transaction=True)
def test_eight_identical_metered_requests_reserve_once(submit: Submit, owner: Account) -> None:
    answers, _refusals = eight(
        lambda number: submit("test.metered", {"characters": 70}, idempotency_key="once"),
    )
    reservation = UsageReservation.objects.get()
    assert (reservation.reservation_id, reservation.amounts) == (answers[0].pk, {"characters": 70})
    set_quota(account=owner, quota_type="characters", period="daily", limit=140, actor=None)
    # What the seven losers had reserved is free again: the same amount still fits.
    assert submit("test.metered", {"characters": 70}).pk != answers[0].pk


@pytest.mark.django_db(transaction=True)
def test_eight_different_requests_with_one_key_have_one_winner(submit: Submit) -> None:
    answers, refusals = eight(lambda number: submit("test.echo", {"n": number}, idempotency_key="once"))
    assert (len(answers), len(refusals)) == (1, 7)
    assert {refusal.code for refusal in refusals} == {"idempotency_key_reused"}
    assert Task.objects.get().pk == answers[0].pk


@pytest.mark.django_db(transaction=True)
def test_eight_keys_are_eight_tasks(submit: Submit) -> None:
    answers, refusals = eight(lambda number: submit("test.echo", {}, idempotency_key=f"k{number}"))
    assert (len({task.pk for task in answers}), refusals) == (8, [])


@pytest.mark.parametrize(
    "change",
    [
        {"input_data": {"a": 2}},
        {"task_type": "test.fail"},
        {"priority": 3},
        {"deadline": timezone.now() + timedelta(hours=1)},
    ],
)
def test_any_difference_in_what_is_asked_is_another_request(submit: Submit, change: dict[str, Any]) -> None:
    asked: dict[str, Any] = {"task_type": "test.echo", "input_data": {"a": 1}, "idempotency_key": "k"}
    first = submit(**asked)
    with pytest.raises(IdempotencyKeyReused):
        submit(**asked | change)
    assert Task.objects.get().pk == first.pk


def test_order_of_the_fields_is_no_difference(submit: Submit) -> None:
    first = submit("test.echo", {"a": 1, "b": {"c": 2, "d": 3}}, idempotency_key="k")
    assert submit("test.echo", {"b": {"d": 3, "c": 2}, "a": 1}, idempotency_key="k").pk == first.pk


def test_same_key_in_another_project_is_another_request(submit: Submit, owner: Account) -> None:
    submit("test.echo", {}, idempotency_key="k")
    other = create_project(user=owner, project_name="Other")
    with pytest.raises(IdempotencyKeyReused):
        submit_task(user=owner, project=other, task_type="test.echo", input_data={}, idempotency_key="k")
    assert not Task.objects.filter(project=other).exists()


@pytest.mark.parametrize("key", ["", None])
def test_empty_key_is_no_key(submit: Submit, key: str | None) -> None:
    first, second = submit(idempotency_key=key), submit(idempotency_key=key)
    assert first.pk != second.pk
    assert set(Task.objects.values_list("idempotency_key", "idempotency_hash")) == {(None, "")}


def test_vietnamese_key_of_full_length_is_kept_whole(submit: Submit) -> None:
    key = "ề" * 255
    first = submit(idempotency_key=key)
    assert submit(idempotency_key=key).pk == first.pk
    assert Task.objects.get().idempotency_key == key


def test_cancelled_task_is_still_the_answer(submit: Submit, owner: Account) -> None:
    first = submit(idempotency_key="k")
    cancel_task(task_id=first.pk, actor=owner)
    again = submit(idempotency_key="k")
    assert (again.pk, status_of(again)) == (first.pk, "cancelled")
    assert first.history.count() == 2


def test_refused_request_leaves_its_key_free(submit: Submit) -> None:
    with pytest.raises(DomainError):
        submit("test.metered", {"characters": -1}, idempotency_key="k")
    assert submit("test.echo", {}, idempotency_key="k").idempotency_key == "k"


def test_repetition_of_a_chain_starts_no_second_set_of_steps(submit: Submit) -> None:
    steps = {"steps": [{"task_type": "test.echo", "input_data": {}}] * 2}
    first, again = (submit("tasks.chain", steps, idempotency_key="k") for _ in range(2))
    assert first.pk == again.pk
    assert Task.objects.count() == 3


def test_repetition_needs_the_right_to_submit_all_the_same(submit: Submit, owner: Account, project: Project) -> None:
    submit(idempotency_key="k")
    Project.objects.filter(pk=project.pk).update(status="archived")
    project.refresh_from_db()
    with pytest.raises(DomainError) as refusal:
        submit(idempotency_key="k")
    assert refusal.value.code == "forbidden"
