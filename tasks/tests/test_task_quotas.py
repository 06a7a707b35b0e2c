"""Reserved quota along every path of a task: kept while it may still run, settled once, given back otherwise."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from redis.exceptions import ConnectionError as RedisGone

from accounts import limiter
from accounts.models import Account, UsageQuota, UsageReservation
from accounts.services import QuotaExceeded, set_quota
from config.common.problems import Unavailable
from projects.models import Project
from tasks.models import Task
from tasks.registry import Outcome
from tasks.services import cancel_task, pause_task, resume_task, retry_task, submit_task, sweep
from tasks.services.running import Claim, claim_task, fail_task, finish_task, stop_task
from tasks.states import TaskStatus
from tasks.tests.conftest import Submit, status_of
from tasks.worker.keeper import LeaseKeeper

pytestmark = pytest.mark.django_db


@pytest.fixture
def metered(submit: Submit) -> Task:
    """A task that holds 40 characters."""
    return submit("test.metered", {"characters": 40})


@pytest.fixture
def claim(metered: Task, keeper: LeaseKeeper) -> Claim:
    """It runs."""
    sweep()
    claimed = claim_task(task_id=metered.pk, worker_id=keeper.worker_id)
    assert claimed is not None
    return claimed


@pytest.fixture
def hundred(owner: Account, django_capture_on_commit_callbacks: Any) -> None:
    """Owner may use 100 characters a day."""
    with django_capture_on_commit_callbacks(execute=True):
        set_quota(account=owner, quota_type="characters", period="daily", limit=100, actor=None)


def held() -> int:
    """Characters that open work holds."""
    return sum(row.amounts["characters"] for row in UsageReservation.objects.all())


def used(account: Account) -> int:
    """Characters of the day that were used."""
    rows = UsageQuota.objects.filter(user=account, quota_type="characters", period="daily")
    return sum(rows.values_list("current_usage", flat=True))


def test_what_fits_exactly_is_accepted_and_one_more_is_not(hundred: None, submit: Submit) -> None:
    submit("test.metered", {"characters": 100})
    with pytest.raises(QuotaExceeded):
        submit("test.metered", {"characters": 1})
    assert (held(), Task.objects.count()) == (100, 1)


def test_work_that_needs_nothing_is_never_refused_by_a_quota(hundred: None, submit: Submit) -> None:
    submit("test.metered", {"characters": 100})
    assert status_of(submit("test.metered", {"characters": 0})) == "pending"
    assert status_of(submit("test.echo")) == "pending"


def test_quota_of_one_person_does_not_touch_another(
    hundred: None, submit: Submit, member: Account, project: Project
) -> None:
    submit("test.metered", {"characters": 100})
    task = submit_task(user=member, project=project, task_type="test.metered", input_data={"characters": 100})
    assert UsageReservation.objects.get(reservation_id=task.pk).user_id == member.pk


def test_redis_that_is_away_refuses_metered_work_and_stores_nothing(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(ask: object) -> object:
        raise RedisGone("frozen")

    monkeypatch.setattr(limiter, "decide", away)
    with pytest.raises(Unavailable):
        submit("test.metered", {"characters": 1})
    assert not Task.objects.exists()
    assert status_of(submit("test.echo")) == "pending"


def test_pause_and_resume_keep_the_reservation(metered: Task, owner: Account) -> None:
    pause_task(task_id=metered.pk, actor=owner)
    assert held() == 40
    resume_task(task_id=metered.pk, actor=owner)
    assert held() == 40


@pytest.mark.parametrize(
    ("status", "kept"),
    [(TaskStatus.CANCELLED, 0), (TaskStatus.FAILED, 0), (TaskStatus.PAUSED, 40), (TaskStatus.PENDING, 40)],
)
def test_interrupted_work_keeps_its_quota_only_while_it_may_go_on(claim: Claim, status: TaskStatus, kept: int) -> None:
    stop_task(claim=claim, status=status, reason="asked")
    assert held() == kept


@pytest.mark.parametrize(("retryable", "kept"), [(True, 40), (False, 0)])
def test_failure_keeps_the_quota_only_for_another_try(claim: Claim, retryable: bool, kept: int) -> None:
    fail_task(claim=claim, code="x", message="x", retryable=retryable)
    assert held() == kept


def test_rescue_keeps_the_quota_and_poison_gives_it_back(claim: Claim, keeper: LeaseKeeper) -> None:
    past = timezone.now() - timedelta(seconds=1)
    for crashes, kept in [(1, 40), (2, 40), (3, 0)]:
        Task.objects.filter(pk=claim.task_id).update(lease_expires_at=past)
        sweep()
        assert (Task.objects.get(pk=claim.task_id).crash_count, held()) == (crashes, kept)
        sweep()
        claim_task(task_id=claim.task_id, worker_id=keeper.worker_id)


@pytest.mark.parametrize(("usage", "booked"), [({}, 40), ({"characters": 12}, 12), ({"characters": 90}, 90)])
def test_completion_books_what_was_used_else_the_estimate(
    claim: Claim, owner: Account, usage: dict[str, int], booked: int
) -> None:
    finish_task(claim=claim, outcome=Outcome({}, usage=usage))
    assert (used(owner), held()) == (booked, 0)


def test_finish_that_is_repeated_books_once(claim: Claim, owner: Account) -> None:
    assert [finish_task(claim=claim, outcome=Outcome({})) for _ in range(3)] == [True] * 3
    assert used(owner) == 40


def test_zombie_books_nothing(claim: Claim, owner: Account) -> None:
    Task.objects.filter(pk=claim.task_id).update(attempt=7)
    assert finish_task(claim=claim, outcome=Outcome({})) is False
    assert (used(owner), held()) == (0, 40)


def test_cancelling_twice_gives_back_once(
    hundred: None, submit: Submit, owner: Account, django_capture_on_commit_callbacks: Any
) -> None:
    first, second = submit("test.metered", {"characters": 60}), submit("test.metered", {"characters": 40})
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):
            cancel_task(task_id=first.pk, actor=owner)
    assert held() == 40
    submit("test.metered", {"characters": 60})
    with pytest.raises(QuotaExceeded):
        submit("test.metered", {"characters": 1})
    assert status_of(second) == "pending"


def test_retry_that_does_not_fit_any_more_leaves_the_task_as_it_was(
    hundred: None, submit: Submit, owner: Account, django_capture_on_commit_callbacks: Any
) -> None:
    task = submit("test.metered", {"characters": 80})
    with django_capture_on_commit_callbacks(execute=True):
        cancel_task(task_id=task.pk, actor=owner)
    submit("test.metered", {"characters": 30})
    entries = task.history.count()
    with pytest.raises(QuotaExceeded):
        retry_task(task_id=task.pk, actor=owner)
    assert (status_of(task), task.history.count(), held()) == ("cancelled", entries, 30)


def test_retry_after_completion_of_the_first_try_books_both_never(
    submit: Submit, run: Callable[[Task], str], owner: Account
) -> None:
    task = submit("test.metered", {"characters": 40})
    cancel_task(task_id=task.pk, actor=owner)
    retry_task(task_id=task.pk, actor=owner)
    assert run(task) == "completed"
    assert (used(owner), held()) == (40, 0)


def test_retry_by_a_manager_is_charged_to_the_person_who_started_it(
    submit: Submit, member: Account, project: Project, owner: Account
) -> None:
    task = submit_task(user=member, project=project, task_type="test.metered", input_data={"characters": 8})
    cancel_task(task_id=task.pk, actor=owner)
    retry_task(task_id=task.pk, actor=owner)
    assert UsageReservation.objects.get().user_id == member.pk


def test_expired_task_gives_its_quota_back_and_the_retry_drops_the_deadline(metered: Task, owner: Account) -> None:
    Task.objects.filter(pk=metered.pk).update(deadline=timezone.now() - timedelta(seconds=1))
    sweep()
    assert held() == 0
    retried = retry_task(task_id=metered.pk, actor=owner)
    assert (retried.status, retried.deadline, held()) == ("pending", None, 40)


@pytest.mark.parametrize(("hours", "kept"), [(-1, False), (1, True)])
def test_retry_keeps_a_deadline_only_while_it_is_ahead(submit: Submit, owner: Account, hours: int, kept: bool) -> None:
    task = submit()
    deadline = timezone.now() + timedelta(hours=hours)
    cancel_task(task_id=task.pk, actor=owner)
    Task.objects.filter(pk=task.pk).update(deadline=deadline)
    assert retry_task(task_id=task.pk, actor=owner).deadline == (deadline if kept else None)
    assert sweep().expired == 0
