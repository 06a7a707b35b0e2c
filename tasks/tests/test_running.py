"""What a worker writes, in this process: every end a handler can have."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Account, UsageQuota, UsageReservation
from tasks.models import Task
from tasks.registry import Outcome
from tasks.services import cancel_task, pause_queue, sweep
from tasks.services.running import Claim, backoff_seconds, claim_new_task, claim_task, fail_task, finish_task, stop_task
from tasks.states import TaskStatus
from tasks.tests.conftest import Submit
from tasks.worker.keeper import LeaseKeeper

pytestmark = pytest.mark.django_db

Run = Callable[[Task], str]


@pytest.fixture
def claim(submit: Submit, keeper: LeaseKeeper) -> Claim:
    """A claimed test.echo."""
    task = submit()
    sweep()
    claimed = claim_task(task_id=task.pk, worker_id=keeper.worker_id)
    assert claimed is not None
    return claimed


def test_completed_task_holds_its_output(submit: Submit, run: Run, keeper: LeaseKeeper) -> None:
    task = submit("test.echo", {"text": "xin chào"})
    assert run(task) == "completed"
    task.refresh_from_db()
    assert task.output_data == {"echo": {"text": "xin chào"}}
    assert (task.progress, task.attempt, task.assigned_worker_id) == (100, 1, keeper.worker_id)
    assert [entry.status_to for entry in task.history.all()] == ["pending", "in_queue", "processing", "completed"]


def test_duplicate_message_claims_nothing(submit: Submit, run: Run) -> None:
    task = submit()
    assert (run(task), run(task)) == ("completed", "not_claimed")
    assert task.history.filter(status_to="processing").count() == 1


def test_retryable_error_waits_and_tries_again(submit: Submit, run: Run) -> None:
    task = submit("test.fail", {"retryable": True})
    assert run(task) == "retrying"
    task.refresh_from_db()
    assert (task.retry_count, task.error_code, task.error_message) == (1, "said_no", "The engine said no.")
    assert task.next_retry_at is not None


def test_retries_end(submit: Submit, run: Run) -> None:
    task = submit("test.fail", {"retryable": True}, max_retries=1)
    run(task)
    Task.objects.filter(pk=task.pk).update(next_retry_at=timezone.now())
    sweep()
    assert run(task) == "failed"
    task.refresh_from_db()
    assert (task.retry_count, task.attempt, task.completed_at is not None) == (1, 2, True)


def test_error_that_is_not_retryable_ends_the_task(submit: Submit, run: Run) -> None:
    task = submit("test.fail")
    assert run(task) == "failed"
    task.refresh_from_db()
    assert (task.retry_count, task.error_code) == (0, "said_no")


def test_bug_in_a_handler_ends_the_task_with_its_name(submit: Submit, run: Run) -> None:
    task = submit("test.fail", {"bug": True})
    assert run(task) == "failed"
    task.refresh_from_db()
    assert (task.error_code, task.error_message) == ("internal_error", "ValueError: a bug in the handler")


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("nan", "Out of range float values are not JSON compliant"),
        ("object", "Object of type object is not JSON serializable"),
        ("nul", "U+0000"),
        ("surrogate", "surrogates not allowed"),
        ("huge", "The handler returned 50000012 bytes; at most 1000000 are stored."),
    ],
)
def test_output_that_cannot_be_stored_fails_the_task(submit: Submit, run: Run, what: str, message: str) -> None:
    task = submit("test.bad_output", {"what": what})
    assert run(task) == "failed"
    task.refresh_from_db()
    assert (task.error_code, task.output_data) == ("invalid_output", None)
    assert message in task.error_message


def test_settled_usage_is_what_was_estimated(submit: Submit, run: Run, owner: Account) -> None:
    assert run(submit("test.metered", {"characters": 42})) == "completed"
    used = set(UsageQuota.objects.filter(user=owner, quota_type="characters").values_list("current_usage", flat=True))
    assert used == {42}
    assert not UsageReservation.objects.exists()


def test_failed_metered_task_uses_nothing(submit: Submit, run: Run, owner: Account, keeper: LeaseKeeper) -> None:
    task = submit("test.metered", {"characters": 42})
    sweep()
    claimed = claim_task(task_id=task.pk, worker_id=keeper.worker_id)
    assert claimed is not None
    assert fail_task(claim=claimed, code="x", message="x", retryable=False) == "failed"
    assert not UsageReservation.objects.exists()
    assert not UsageQuota.objects.filter(user=owner, current_usage__gt=0).exists()


def test_zombie_of_an_older_attempt_writes_nothing(claim: Claim) -> None:
    Task.objects.filter(pk=claim.task_id).update(attempt=2)
    assert finish_task(claim=claim, outcome=Outcome({"late": True})) is False
    assert fail_task(claim=claim, code="x", message="x", retryable=True) is None
    assert stop_task(claim=claim, status=TaskStatus.CANCELLED, reason="x") is False
    task = Task.objects.get(pk=claim.task_id)
    assert (task.status, task.output_data, task.error_code) == ("processing", None, "")


def test_finish_repeated_after_a_cut_answer_is_still_ours(claim: Claim) -> None:
    assert finish_task(claim=claim, outcome=Outcome({"a": 1})) is True
    assert finish_task(claim=claim, outcome=Outcome({"a": 1})) is True
    assert Task.objects.get(pk=claim.task_id).history.filter(status_to="completed").count() == 1


def test_rows_of_the_domain_are_written_with_the_completion_or_not_at_all(claim: Claim) -> None:
    def broken() -> None:
        raise RuntimeError("the domain's row does not fit")

    with pytest.raises(RuntimeError):
        finish_task(claim=claim, outcome=Outcome({}, in_transaction=broken))
    assert Task.objects.get(pk=claim.task_id).status == "processing"


@pytest.mark.parametrize("end", ["cancelled", "paused", "pending", "failed"])
def test_interrupted_attempt_ends_as_asked(claim: Claim, end: str) -> None:
    assert stop_task(claim=claim, status=TaskStatus(end), reason="asked") is True
    task = Task.objects.get(pk=claim.task_id)
    assert (task.status, task.retry_count, task.crash_count) == (end, 0, 0)


def test_failure_after_a_cancel_request_is_a_cancellation(claim: Claim, owner: Account) -> None:
    cancel_task(task_id=claim.task_id, actor=owner)
    assert fail_task(claim=claim, code="x", message="x", retryable=True) == "cancelled"


@pytest.mark.parametrize(
    "change", [{"cancel_requested_at": timezone.now()}, {"deadline": timezone.now() - timedelta(seconds=1)}]
)
def test_cancelled_or_expired_row_is_not_claimed(submit: Submit, run: Run, change: dict[str, Any]) -> None:
    task = submit()
    sweep()
    Task.objects.filter(pk=task.pk).update(**change)
    assert run(task) == "not_claimed"
    assert not task.history.filter(status_to="processing").exists()


def test_paused_queue_is_not_claimed(submit: Submit, run: Run, staff: Account) -> None:
    task = submit()
    sweep()
    pause_queue(queue_name="default", actor=staff)
    assert run(task) == "not_claimed"


def test_kind_of_another_version_is_left_for_a_worker_that_knows_it(submit: Submit, run: Run) -> None:
    task = submit()
    Task.objects.filter(pk=task.pk).update(task_type="test.tomorrow")
    assert run(task) == "not_claimed"
    task.refresh_from_db()
    assert task.status == "in_queue"


def test_backoff_doubles_with_jitter_up_to_its_ceiling(settings: Any) -> None:
    settings.TASK_BACKOFF_SECONDS, settings.TASK_BACKOFF_MAX_SECONDS = 2.0, 60.0
    for retries, ceiling in [(0, 2.0), (1, 4.0), (2, 8.0), (10, 60.0), (500, 60.0)]:
        assert ceiling / 2 <= backoff_seconds(retries) <= ceiling


@pytest.fixture
def new_claim(submit: Submit, keeper: LeaseKeeper) -> Claim:
    """A test.echo led to this process by the transaction that inserted it."""
    return claim_new_task(task=submit(), worker_id=keeper.worker_id)


def test_new_task_goes_the_way_of_any_other(new_claim: Claim, keeper: LeaseKeeper) -> None:
    assert finish_task(claim=new_claim, outcome=Outcome({"ok": True}))
    task = Task.objects.get(pk=new_claim.task_id)
    assert list(task.history.values_list("status_to", "attempt")) == [
        ("pending", 0), ("in_queue", 0), ("processing", 1), ("completed", 1),
    ]  # fmt: skip
    assert (task.attempt, task.assigned_worker_id, task.output_data) == (1, keeper.worker_id, {"ok": True})


def test_claim_of_a_new_task_is_what_the_row_says(new_claim: Claim) -> None:
    row = Task.objects.values(*(name for name in vars(new_claim) if name != "worker_id")).get(pk=new_claim.task_id)
    assert row == {name: value for name, value in vars(new_claim).items() if name != "worker_id"}


def test_new_task_of_a_paused_queue_is_not_finished(submit: Submit, keeper: LeaseKeeper, staff: Account) -> None:
    task = submit()
    pause_queue(queue_name=task.queue_name, actor=staff)
    claim = claim_new_task(task=task, worker_id=keeper.worker_id)
    assert not finish_task(claim=claim, outcome=Outcome({}))
    assert task.history.filter(status_to__in=["processing", "completed"]).count() == 0
