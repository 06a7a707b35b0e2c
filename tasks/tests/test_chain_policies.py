"""Chains in the middle of things: policies, parallel siblings, cancel, pause, retry, deadlines, quotas, races."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Account, UsageReservation
from accounts.services import QuotaExceeded, set_quota
from projects.models import Project
from projects.services import create_project
from tasks.models import Task
from tasks.queue.connection import fetch
from tasks.registry import Outcome
from tasks.services import InvalidInput, cancel_task, pause_task, resume_task, retry_task, submit_task, sweep
from tasks.services.running import Claim, claim_task, fail_task, finish_task
from tasks.tests.conftest import Submit, insert_tasks, status_of
from tasks.worker.keeper import LeaseKeeper

pytestmark = pytest.mark.django_db

Run = Callable[[Task], str]
Step = dict[str, Any]


def step(kind: str = "test.echo", order: int | None = None, **data: Any) -> Step:
    """One line of a chain."""
    made: Step = {"task_type": kind, "input_data": data}
    return made if order is None else {**made, "execution_order": order}


def chain(submit: Submit, *steps: Step, **fields: Any) -> tuple[Task, list[Task]]:
    """A chain and its children in order."""
    parent = submit("tasks.chain", {"steps": list(steps)}, **fields)
    return parent, list(parent.children.order_by("execution_order", "task_id"))


def states(*tasks: Task) -> list[str]:
    """Present states."""
    return [status_of(task) for task in tasks]


def claim(task: Task, keeper: LeaseKeeper) -> Claim:
    """Dispatch and claim."""
    sweep()
    claimed = claim_task(task_id=task.pk, worker_id=keeper.worker_id)
    assert claimed is not None
    return claimed


def test_children_inherit_priority_deadline_and_request_of_their_parent(submit: Submit, owner: Account) -> None:
    soon = timezone.now() + timedelta(hours=1)
    _parent, children = chain(submit, step(), step(), priority=7, deadline=soon, request_id="r-7")
    found = {(c.priority, c.deadline, c.request_id, c.user_id, c.queue_name) for c in children}
    assert found == {(7, soon, "r-7", owner.pk, "default")}


def test_children_are_recorded_under_the_person_who_submitted_the_chain(submit: Submit) -> None:
    _parent, [child] = chain(submit, step())
    entry = child.history.get()
    assert (entry.status_to, entry.actor, entry.reason) == ("pending", "owner", "submitted")


def test_steps_without_an_order_follow_their_position_beside_given_ones(submit: Submit) -> None:
    _parent, children = chain(submit, step(order=5), step(), step(order=0))
    assert [child.execution_order for child in children] == [0, 1, 5]
    assert [child.pending_deps for child in children] == [0, 1, 1]


def test_numbers_of_steps_may_have_gaps(submit: Submit, run: Run) -> None:
    parent, children = chain(submit, step(order=10), step(order=20), step(order=10_000))
    assert [run(child) for child in children] == ["completed"] * 3
    assert run(parent) == "completed"


def test_chain_of_one_step_runs_its_parent_after_it(submit: Submit, run: Run) -> None:
    parent, [only] = chain(submit, step())
    assert run(parent) == "not_claimed"
    assert (run(only), run(parent)) == ("completed", "completed")


def test_failed_sibling_asks_the_running_one_to_stop(submit: Submit, run: Run, keeper: LeaseKeeper) -> None:
    parent, [first, second] = chain(submit, step("test.fail", order=0), step(order=0))
    running = claim(second, keeper)
    assert run(first) == "failed"
    second.refresh_from_db()
    assert (second.status, second.cancel_requested_at is not None) == ("processing", True)
    assert fail_task(claim=running, code="x", message="x", retryable=True) == "cancelled"
    assert states(parent) == ["failed"]


def test_running_sibling_may_complete_after_its_chain_failed(submit: Submit, run: Run, keeper: LeaseKeeper) -> None:
    parent, [first, second] = chain(submit, step("test.fail", order=0), step(order=0))
    running = claim(second, keeper)
    run(first)
    assert finish_task(claim=running, outcome=Outcome({})) is True
    assert states(parent, first, second) == ["failed", "failed", "completed"]


def test_skip_leaves_siblings_of_the_broken_step_alone(submit: Submit, run: Run) -> None:
    steps = [step("test.fail", order=1), step(order=1), step(order=2)]
    parent, [broken, sibling, later] = chain(submit, *steps, child_policy="skip")
    assert run(broken) == "failed"
    assert states(sibling, later)[1] == "cancelled"
    assert run(sibling) == "completed"
    assert run(parent) == "completed"


def test_skipped_step_says_why(submit: Submit, run: Run) -> None:
    _parent, [first, second] = chain(submit, step("test.fail"), step(), child_policy="skip")
    run(first)
    second.refresh_from_db()
    assert (second.error_code, second.error_message) == (
        "chain_stopped", "An earlier step of the chain did not complete.",
    )  # fmt: skip


@pytest.mark.parametrize(("policy", "end"), [("fail", "failed"), ("skip", "completed"), ("continue", "completed")])
def test_failure_of_the_last_step_follows_the_policy(submit: Submit, run: Run, policy: str, end: str) -> None:
    parent, [first, last] = chain(submit, step(), step("test.fail"), child_policy=policy)
    assert [run(first), run(last)] == ["completed", "failed"]
    run(parent)
    assert states(parent) == [end]


@pytest.mark.parametrize("policy", ["fail", "skip", "continue"])
def test_step_that_will_be_tried_again_stops_nobody(submit: Submit, run: Run, policy: str) -> None:
    parent, [first, second] = chain(submit, step("test.fail", retryable=True), step(), child_policy=policy)
    assert run(first) == "retrying"
    assert states(parent, second) == ["pending", "pending"]
    assert run(second) == "not_claimed"


def test_output_of_a_continued_chain_tells_what_failed(submit: Submit, run: Run) -> None:
    parent, children = chain(submit, step("test.fail"), step(), child_policy="continue")
    assert [run(child) for child in children] == ["failed", "completed"]
    run(parent)
    parent.refresh_from_db()
    assert parent.output_data == {
        "steps": [
            {"task_id": str(children[0].pk), "task_type": "test.fail", "status": "failed"},
            {"task_id": str(children[1].pk), "task_type": "test.echo", "status": "completed"},
        ]
    }


def test_cancelled_step_fails_the_chain_and_the_later_steps_never_run(submit: Submit, run: Run, owner: Account) -> None:
    parent, [first, second] = chain(submit, step(), step())
    cancel_task(task_id=first.pk, actor=owner)
    assert states(parent, first, second) == ["failed", "cancelled", "cancelled"]
    assert run(second) == "not_claimed"


def test_cancelled_step_of_a_chain_that_continues_is_stepped_over(submit: Submit, run: Run, owner: Account) -> None:
    parent, [first, second] = chain(submit, step(), step(), child_policy="continue")
    cancel_task(task_id=first.pk, actor=owner)
    assert [run(second), run(parent)] == ["completed", "completed"]


def test_cancel_of_the_parent_asks_the_running_step_to_stop(
    submit: Submit, owner: Account, keeper: LeaseKeeper
) -> None:
    parent, [first, second] = chain(submit, step(), step())
    claim(first, keeper)
    cancel_task(task_id=parent.pk, actor=owner, reason="enough")
    first.refresh_from_db()
    assert (first.status, first.cancel_requested_at is not None) == ("processing", True)
    assert states(parent, second) == ["cancelled", "cancelled"]
    assert second.history.filter(reason="enough", actor="owner").count() == 1


def test_steps_that_completed_stay_completed_when_the_parent_is_cancelled(
    submit: Submit, run: Run, owner: Account
) -> None:
    parent, [first, second] = chain(submit, step(), step())
    run(first)
    cancel_task(task_id=parent.pk, actor=owner)
    assert states(parent, first, second) == ["cancelled", "completed", "cancelled"]


def test_paused_step_holds_the_chain_until_it_is_resumed(submit: Submit, run: Run, owner: Account) -> None:
    parent, [first, second] = chain(submit, step(), step())
    pause_task(task_id=first.pk, actor=owner)
    assert [run(first), run(second), run(parent)] == ["not_claimed"] * 3
    resume_task(task_id=first.pk, actor=owner)
    assert [run(first), run(second), run(parent)] == ["completed"] * 3


def test_paused_parent_runs_only_after_it_is_resumed(submit: Submit, run: Run, owner: Account) -> None:
    parent, [only] = chain(submit, step())
    pause_task(task_id=parent.pk, actor=owner)
    assert [run(only), run(parent)] == ["completed", "not_claimed"]
    resume_task(task_id=parent.pk, actor=owner)
    assert run(parent) == "completed"


def test_failed_chain_fails_its_paused_parent(submit: Submit, run: Run, owner: Account) -> None:
    parent, [only] = chain(submit, step("test.fail"))
    pause_task(task_id=parent.pk, actor=owner)
    run(only)
    assert states(parent) == ["failed"]


def test_deadline_of_a_step_fails_the_chain(submit: Submit, run: Run) -> None:
    parent, [first, second] = chain(submit, step(), step())
    Task.objects.filter(pk=first.pk).update(deadline=timezone.now() - timedelta(seconds=1))
    assert sweep().expired == 1
    parent.refresh_from_db()
    assert (parent.status, parent.error_code) == ("failed", "child_failed")
    assert states(first, second) == ["failed", "cancelled"]


def test_deadline_of_a_whole_chain_leaves_nothing_behind(submit: Submit) -> None:
    parent, children = chain(submit, step("test.metered", characters=5), step("test.metered", characters=6))
    past = timezone.now() - timedelta(seconds=1)
    Task.objects.filter(project=parent.project).update(deadline=past)
    sweep()
    assert states(parent, *children) == ["failed"] * 3
    assert not UsageReservation.objects.exists()


def test_lost_worker_of_a_step_is_rescued_without_breaking_the_chain(
    submit: Submit, run: Run, keeper: LeaseKeeper
) -> None:
    parent, [first, second] = chain(submit, step(), step())
    claim(first, keeper)
    Task.objects.filter(pk=first.pk).update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    assert sweep().rescued == 1
    assert [run(first), run(second), run(parent)] == ["completed"] * 3


def test_poisoned_step_fails_the_chain(submit: Submit, keeper: LeaseKeeper) -> None:
    parent, [first, second] = chain(submit, step(), step())
    claim(first, keeper)
    past = timezone.now() - timedelta(seconds=1)
    Task.objects.filter(pk=first.pk).update(crash_count=2, lease_expires_at=past)
    sweep()
    first.refresh_from_db()
    assert first.error_code == "poison"
    assert states(parent, second) == ["failed", "cancelled"]


def nested(submit: Submit, policy: str) -> tuple[Task, Task, Task]:
    """grandparent > middle (waits too) > leaf that fails."""
    grandparent = submit(child_policy=policy)
    Task.objects.filter(pk=grandparent.pk).update(pending_deps=1)
    middle = submit(parent_task=grandparent, execution_order=0, child_policy=policy)
    Task.objects.filter(pk=middle.pk).update(pending_deps=1)
    leaf = submit("test.fail", parent_task=middle, execution_order=0)
    return grandparent, middle, leaf


def test_failure_climbs_through_nested_chains(submit: Submit, run: Run) -> None:
    grandparent, middle, leaf = nested(submit, "fail")
    assert run(leaf) == "failed"
    assert states(grandparent, middle) == ["failed", "failed"]


def test_nested_chain_that_continues_runs_inside_out(submit: Submit, run: Run) -> None:
    grandparent, middle, leaf = nested(submit, "continue")
    assert run(leaf) == "failed"
    assert run(grandparent) == "not_claimed"
    assert [run(middle), run(grandparent)] == ["completed", "completed"]


def test_cancel_reaches_the_grandchildren(submit: Submit, owner: Account) -> None:
    grandparent, middle, leaf = nested(submit, "fail")
    cancel_task(task_id=grandparent.pk, actor=owner)
    assert states(grandparent, middle, leaf) == ["cancelled"] * 3


def test_retry_starts_only_what_did_not_complete(submit: Submit, run: Run, owner: Account) -> None:
    steps = [step(), step("test.fail", until=2), step()]
    parent, [done, broken, later] = chain(submit, *steps)
    assert [run(done), run(broken)] == ["completed", "failed"]
    retry_task(task_id=parent.pk, actor=owner)
    assert states(done, broken, later) == ["completed", "pending", "pending"]
    assert [run(broken), run(later), run(parent)] == ["completed"] * 3
    done.refresh_from_db()
    assert done.attempt == 1


def test_retry_of_parallel_steps_starts_them_together(submit: Submit, run: Run, owner: Account) -> None:
    steps = [step("test.fail", order=0, until=2), step(order=0), step(order=1)]
    parent, [broken, sibling, later] = chain(submit, *steps)
    run(broken)
    retry_task(task_id=parent.pk, actor=owner)
    assert run(later) == "not_claimed"
    assert [run(broken), run(sibling), run(later), run(parent)] == ["completed"] * 4


def test_retried_chain_whose_quota_does_not_suffice_changes_nothing(
    submit: Submit, owner: Account, django_capture_on_commit_callbacks: Any
) -> None:
    parent, children = chain(submit, step("test.metered", characters=60), step("test.metered", characters=60))
    with django_capture_on_commit_callbacks(execute=True):
        cancel_task(task_id=parent.pk, actor=owner)
        set_quota(account=owner, quota_type="characters", period="daily", limit=100, actor=None)
    with pytest.raises(QuotaExceeded):
        retry_task(task_id=parent.pk, actor=owner)
    assert states(parent, *children) == ["cancelled"] * 3
    assert not UsageReservation.objects.exists()


def test_single_step_of_a_failed_chain_may_be_retried_alone(submit: Submit, run: Run, owner: Account) -> None:
    parent, [only] = chain(submit, step("test.fail", until=2))
    run(only)
    retry_task(task_id=only.pk, actor=owner)
    assert run(only) == "completed"
    assert states(parent) == ["failed"]


def test_parent_of_another_project_is_refused(submit: Submit, owner: Account) -> None:
    other = create_project(user=owner, project_name="Other")
    [foreign] = insert_tasks(1, other)
    with pytest.raises(InvalidInput) as refusal:
        submit(parent_task=foreign)
    assert list(refusal.value.errors) == ["parent_task_id"]
    assert Task.objects.count() == 1


def test_late_child_of_an_earlier_step_does_not_wait(submit: Submit) -> None:
    parent, [first, _second] = chain(submit, step(order=3), step(order=4))
    late = submit(parent_task=parent, execution_order=2)
    later = submit(parent_task=parent, execution_order=9)
    assert (late.pending_deps, later.pending_deps, first.pending_deps) == (0, 1, 0)


def test_open_page_is_told_that_its_chain_failed(
    submit: Submit, run: Run, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    parent, [first, second] = chain(submit, step("test.fail"), step())
    told: dict[str, str] = {}
    monkeypatch.setattr(
        "tasks.services.notify.publish_frame", lambda user, frame: told.update({frame["task_id"]: frame["status"]})
    )
    with django_capture_on_commit_callbacks(execute=True):
        run(first)
    assert told == {str(parent.pk): "failed", str(second.pk): "cancelled"}


def until_somebody_waits_for_a_lock() -> None:
    """Until PostgreSQL says that another session is blocked."""
    end = time.monotonic() + 5
    while not fetch("SELECT 1 FROM pg_locks WHERE NOT granted"):
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.django_db(transaction=True)
def test_sibling_that_fails_while_the_other_completes_waits_instead_of_deadlocking(
    submit: Submit, keeper: LeaseKeeper
) -> None:
    parent, [first, second] = chain(submit, step(order=0), step(order=0))
    failing, finishing = claim(first, keeper), claim(second, keeper)
    ends: list[str | None] = []

    def fail_first() -> None:
        ends.append(fail_task(claim=failing, code="x", message="x", retryable=False))
        connection.close()

    thread = threading.Thread(target=fail_first)

    def meanwhile() -> None:
        thread.start()
        until_somebody_waits_for_a_lock()

    assert finish_task(claim=finishing, outcome=Outcome({}, in_transaction=meanwhile)) is True
    thread.join(5)
    assert ends == ["failed"]
    assert states(parent, first, second) == ["failed", "failed", "completed"]


@pytest.mark.parametrize("count", [1, 20])
def test_each_step_of_a_chain_costs_the_same_queries(
    owner: Account, project: Project, django_assert_max_num_queries: Any, count: int
) -> None:
    steps = [step() for _ in range(count)]
    with django_assert_max_num_queries(6 + 7 * count):
        submit_task(user=owner, project=project, task_type="tasks.chain", input_data={"steps": steps})
    assert Task.objects.count() == 1 + count
