"""The end of one task and the claim of the next in one statement: each row keeps its own fence."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import Account
from config.common.ids import uuid7
from results.models import Result
from tasks.models import Task
from tasks.queue.connection import fetch
from tasks.registry import EngineOutcome, Outcome
from tasks.services import pause_queue, sweep
from tasks.services.running import Claim, OutputRefused, claim_task, finish_and_claim
from tasks.services.workers import register_worker
from tasks.tests.conftest import Submit, status_of
from tasks.worker.keeper import LeaseKeeper

pytestmark = pytest.mark.django_db

Claimed = Callable[[Task], Claim]


@pytest.fixture
def claimed(keeper: LeaseKeeper) -> Claimed:
    """Dispatches everything, and claims one task for `keeper`."""

    def claim(task: Task) -> Claim:
        sweep()
        made = claim_task(task_id=task.pk, worker_id=keeper.worker_id)
        assert made is not None
        return made

    return claim


@pytest.fixture
def following(submit: Submit) -> Task:
    """The next task of the queue."""
    return submit("test.echo", {"text": "kế tiếp"})


@pytest.fixture
def claim(submit: Submit, following: Task, claimed: Claimed) -> Claim:
    """A task in progress, with `following` in the queue behind it."""
    return claimed(submit("test.echo", {"text": "đầu"}))


def end(claim: Claim, following: Task, outcome: Outcome | None = None) -> tuple[bool, Claim | None]:
    """As the worker does."""
    return finish_and_claim(claim=claim, outcome=outcome or Outcome({"a": 1}), next_task_id=following.pk)


def states(task: Task) -> list[str]:
    """What its history says."""
    return [entry.status_to for entry in task.history.all()]


def assert_untouched(task: Task) -> None:
    """It still waits in its queue, never claimed."""
    task.refresh_from_db()
    assert (task.status, task.attempt, task.assigned_worker_id, task.started_at) == ("in_queue", 0, None, None)
    assert states(task) == ["pending", "in_queue"]


def test_end_of_one_task_claims_the_next(claim: Claim, following: Task, keeper: LeaseKeeper) -> None:
    finished, taken = end(claim, following)
    following.refresh_from_db()
    assert finished is True
    assert taken == Claim(
        task_id=following.pk, task_type="test.echo", queue_name="default", project_id=following.project_id,
        user_id=following.user_id, attempt=1, retry_count=0, parent_task_id=None, request_id=following.request_id,
        input_data={"text": "kế tiếp"}, worker_id=keeper.worker_id,
    )  # fmt: skip


def test_finished_row_is_as_if_it_had_ended_alone(claim: Claim, following: Task, keeper: LeaseKeeper) -> None:
    before = Task.objects.get(pk=claim.task_id)
    end(claim, following)
    task = Task.objects.get(pk=claim.task_id)
    assert (task.status, task.output_data, task.progress, task.attempt) == ("completed", {"a": 1}, 100, 1)
    assert (task.lease_expires_at, task.enqueued_at, task.next_retry_at) == (None, None, None)
    assert (task.started_at, task.assigned_worker_id) == (before.started_at, keeper.worker_id)
    assert task.completed_at is not None
    assert task.input_data == before.input_data


def test_claimed_row_is_as_if_it_had_been_claimed_alone(
    claim: Claim, following: Task, keeper: LeaseKeeper, settings: Any
) -> None:
    Task.objects.filter(pk=following.pk).update(progress=40, progress_message="x", error_code="old", error_message="o")
    end(claim, following)
    following.refresh_from_db()
    assert (following.status, following.attempt, following.assigned_worker_id) == ("processing", 1, keeper.worker_id)
    assert (following.output_data, following.completed_at, following.enqueued_at) == (None, None, None)
    assert (following.progress, following.progress_message) == (0, "")
    assert (following.error_code, following.error_message) == ("", "")
    assert following.started_at is not None
    assert following.lease_expires_at is not None
    assert following.lease_expires_at - following.started_at >= timedelta(seconds=settings.TASK_LEASE_SECONDS)


def test_claim_that_rode_along_can_be_finished(claim: Claim, following: Task) -> None:
    _finished, taken = end(claim, following)
    assert taken is not None
    assert finish_and_claim(claim=taken, outcome=Outcome({"b": 2}), next_task_id=None) == (True, None)
    assert states(following) == ["pending", "in_queue", "processing", "completed"]


def test_history_of_both_rows_names_the_worker(claim: Claim, following: Task, keeper: LeaseKeeper) -> None:
    actor = f"worker:{keeper.worker_id}"
    fetch(
        "SELECT set_config('roundhouse.actor', %(actor)s, true), set_config('roundhouse.reason', '', true)",
        {"actor": actor},
    )
    end(claim, following)
    fields = ("status_from", "status_to", "attempt", "actor", "reason")
    ended = Task.objects.get(pk=claim.task_id)
    assert ended.history.values_list(*fields).last() == ("processing", "completed", 1, actor, "")
    assert following.history.values_list(*fields).last() == ("in_queue", "processing", 1, actor, "")


def _pause(task: Task, staff: Account) -> None:
    Task.objects.filter(pk=task.pk).update(status="paused", enqueued_at=None)


def _pause_its_queue(task: Task, staff: Account) -> None:
    pause_queue(queue_name="default", actor=staff)


def _cancel(task: Task, staff: Account) -> None:
    Task.objects.filter(pk=task.pk).update(status="cancelled", enqueued_at=None, completed_at=timezone.now())


def _ask_to_cancel(task: Task, staff: Account) -> None:
    Task.objects.filter(pk=task.pk).update(cancel_requested_at=timezone.now())


def _rename_its_kind(task: Task, staff: Account) -> None:
    Task.objects.filter(pk=task.pk).update(task_type="test.tomorrow")


def _expire(task: Task, staff: Account) -> None:
    Task.objects.filter(pk=task.pk).update(deadline=timezone.now() - timedelta(seconds=1))


def _take_back(task: Task, staff: Account) -> None:
    Task.objects.filter(pk=task.pk).update(status="pending", enqueued_at=None)


def _give_to_another(task: Task, staff: Account) -> None:
    other = register_worker(worker_id=uuid7(), profile="light", queues=[], concurrency=1)
    assert claim_task(task_id=task.pk, worker_id=other.pk) is not None


OBSTACLES = [
    _pause, _pause_its_queue, _cancel, _ask_to_cancel, _rename_its_kind, _expire, _take_back, _give_to_another,
]  # fmt: skip


@pytest.mark.parametrize("obstacle", OBSTACLES, ids=lambda obstacle: obstacle.__name__.strip("_"))
def test_next_task_that_cannot_be_had_stays_as_it_is_and_the_first_one_ends(
    claim: Claim, following: Task, staff: Account, obstacle: Callable[[Task, Account], None]
) -> None:
    obstacle(following, staff)
    columns = [field.name for field in Task._meta.concrete_fields]
    before = Task.objects.values(*columns).get(pk=following.pk)
    lines = states(following)
    assert end(claim, following) == (True, None)
    assert Task.objects.get(pk=claim.task_id).status == "completed"
    assert Task.objects.values(*columns).get(pk=following.pk) == before
    assert states(following) == lines


@pytest.mark.parametrize("which", ["missing", "none", "itself"])
def test_id_that_leads_nowhere_ends_the_first_task_all_the_same(claim: Claim, which: str) -> None:
    next_id = {"missing": uuid7(), "none": None, "itself": claim.task_id}[which]
    assert finish_and_claim(claim=claim, outcome=Outcome({"a": 1}), next_task_id=next_id) == (True, None)
    task = Task.objects.get(pk=claim.task_id)
    assert (task.status, task.output_data) == ("completed", {"a": 1})
    assert states(task) == ["pending", "in_queue", "processing", "completed"]


def test_zombie_writes_nothing_and_still_takes_the_next_task(claim: Claim, following: Task) -> None:
    Task.objects.filter(pk=claim.task_id).update(attempt=2)
    finished, taken = end(claim, following)
    assert finished is False
    assert taken is not None
    assert (taken.task_id, taken.attempt) == (following.pk, 1)
    task = Task.objects.get(pk=claim.task_id)
    assert (task.status, task.output_data, task.attempt) == ("processing", None, 2)
    assert states(task) == ["pending", "in_queue", "processing"]
    assert status_of(following) == "processing"


def test_worker_that_lost_the_task_to_another_cannot_end_it(claim: Claim, following: Task) -> None:
    other = register_worker(worker_id=uuid7(), profile="light", queues=[], concurrency=1)
    Task.objects.filter(pk=claim.task_id).update(assigned_worker=other)
    finished, taken = end(claim, following)
    assert (finished, taken is not None) == (False, True)
    task = Task.objects.get(pk=claim.task_id)
    assert (task.status, task.output_data, task.assigned_worker_id) == ("processing", None, other.pk)


def test_repetition_after_a_cut_answer_is_still_ours_and_claims_nothing_twice(claim: Claim, following: Task) -> None:
    first, second = end(claim, following), end(claim, following)
    assert (first[0], second) == (True, (True, None))
    assert states(Task.objects.get(pk=claim.task_id)).count("completed") == 1
    assert states(following).count("processing") == 1


def test_outcome_with_results_leaves_the_next_task_in_its_queue(claim: Claim, following: Task) -> None:
    answered = EngineOutcome("test", "espeak", "1", {"x": 1}, 5, {"characters": 3}, 0.5)
    assert end(claim, following, Outcome({}, (answered,))) == (True, None)
    assert_untouched(following)
    assert Result.objects.get().task_id == claim.task_id


def test_outcome_with_rows_of_its_domain_leaves_the_next_task_in_its_queue(claim: Claim, following: Task) -> None:
    written: list[str] = []
    assert end(claim, following, Outcome({}, in_transaction=lambda: written.append("row"))) == (True, None)
    assert written == ["row"]
    assert_untouched(following)


def test_metered_task_ends_alone(submit: Submit, following: Task, claimed: Claimed) -> None:
    metered = claimed(submit("test.metered", {"characters": 4}))
    assert end(metered, following) == (True, None)
    assert Task.objects.get(pk=metered.task_id).status == "completed"
    assert_untouched(following)


def test_step_of_a_chain_ends_alone(submit: Submit, following: Task, claimed: Claimed) -> None:
    parent = submit("tasks.chain", {"steps": [{"task_type": "test.echo", "input_data": {}}]})
    step = claimed(parent.children.get())
    assert end(step, following) == (True, None)
    parent.refresh_from_db()
    assert (parent.pending_deps, Task.objects.get(pk=step.task_id).status) == (0, "completed")
    assert_untouched(following)


def test_output_that_cannot_be_stored_ends_nothing_and_claims_nothing(claim: Claim, following: Task) -> None:
    with pytest.raises(OutputRefused):
        end(claim, following, Outcome({"value": float("nan")}))
    assert status_of(Task(pk=claim.task_id)) == "processing"
    assert_untouched(following)


def test_both_writes_are_undone_together(claim: Claim, following: Task) -> None:
    with transaction.atomic():
        end(claim, following)
        transaction.set_rollback(True)
    assert status_of(Task(pk=claim.task_id)) == "processing"
    assert_untouched(following)
