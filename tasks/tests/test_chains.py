"""Chains by parent and execution order."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Account
from tasks.models import Task
from tasks.services import IllegalTransition, InvalidInput, UnknownTaskType, retry_task, sweep
from tasks.tests.conftest import Submit

pytestmark = pytest.mark.django_db

Run = Callable[[Task], str]
ECHO: dict[str, Any] = {"task_type": "test.echo", "input_data": {}}
FAIL: dict[str, Any] = {"task_type": "test.fail", "input_data": {}}


def steps(parent: Task) -> list[Task]:
    """Children in order."""
    return list(parent.children.order_by("execution_order", "task_id"))


def states(parent: Task) -> list[str]:
    """Their states."""
    return [child.status for child in steps(parent)]


def test_steps_run_one_after_the_other_and_the_parent_last(submit: Submit, run: Run) -> None:
    parent = submit("tasks.chain", {"steps": [ECHO, ECHO]})
    first, second = steps(parent)
    assert (run(second), run(parent)) == ("not_claimed", "not_claimed")
    assert [run(first), run(second), run(parent)] == ["completed"] * 3
    parent.refresh_from_db()
    assert parent.output_data is not None
    assert [step["status"] for step in parent.output_data["steps"]] == ["completed", "completed"]


def test_steps_of_the_same_order_run_together(submit: Submit, run: Run) -> None:
    parallel = [{**ECHO, "execution_order": order} for order in (1, 1, 2)]
    parent = submit("tasks.chain", {"steps": parallel})
    one, other, last = steps(parent)
    assert run(one) == "completed"
    assert run(last) == "not_claimed"
    assert [run(other), run(last)] == ["completed", "completed"]


def test_failed_step_fails_the_chain(submit: Submit, run: Run) -> None:
    parent = submit("tasks.chain", {"steps": [FAIL, ECHO]})
    assert run(steps(parent)[0]) == "failed"
    parent.refresh_from_db()
    assert (parent.status, parent.error_code, states(parent)) == ("failed", "child_failed", ["failed", "cancelled"])


def test_failed_step_skips_the_later_ones(submit: Submit, run: Run) -> None:
    parent = submit("tasks.chain", {"steps": [FAIL, ECHO]}, child_policy="skip")
    run(steps(parent)[0])
    assert run(parent) == "completed"
    assert states(parent) == ["failed", "cancelled"]


def test_failed_step_does_not_stop_a_chain_that_continues(submit: Submit, run: Run) -> None:
    parent = submit("tasks.chain", {"steps": [FAIL, ECHO]}, child_policy="continue")
    first, second = steps(parent)
    assert [run(first), run(second), run(parent)] == ["failed", "completed", "completed"]


def test_retried_chain_runs_what_did_not_complete(submit: Submit, run: Run, owner: Account) -> None:
    parent = submit("tasks.chain", {"steps": [{"task_type": "test.fail", "input_data": {"until": 2}}, ECHO]})
    run(steps(parent)[0])
    retry_task(task_id=parent.pk, actor=owner)
    first, second = steps(parent)
    assert run(second) == "not_claimed"
    assert [run(first), run(second), run(parent)] == ["completed"] * 3


def test_chain_with_an_unknown_step_is_refused_whole(submit: Submit) -> None:
    with pytest.raises(UnknownTaskType):
        submit("tasks.chain", {"steps": [ECHO, {"task_type": "test.nothing", "input_data": {}}]})
    assert not Task.objects.exists()


@pytest.mark.parametrize("bad", [[], [ECHO] * 101, [{"task_type": "tasks.chain", "input_data": {}}], "steps", None])
def test_malformed_steps_are_refused(submit: Submit, bad: object) -> None:
    with pytest.raises(InvalidInput):
        submit("tasks.chain", {"steps": bad})
    assert not Task.objects.exists()


def test_child_of_an_ended_parent_is_refused(submit: Submit, run: Run) -> None:
    parent = submit()
    run(parent)
    with pytest.raises(IllegalTransition):
        submit(parent_task=parent)
    assert Task.objects.count() == 1


def test_step_ended_from_psql_does_not_hold_the_chain(submit: Submit, run: Run) -> None:
    parent = submit("tasks.chain", {"steps": [ECHO, ECHO]}, child_policy="continue")
    first, second = steps(parent)
    Task.objects.filter(pk=first.pk).update(status="cancelled", completed_at=first.created_at, enqueued_at=None)
    sweep()
    assert run(second) == "completed"


def test_parent_can_never_be_changed_so_no_cycle_can_arise(submit: Submit) -> None:
    parent = submit("tasks.chain", {"steps": [ECHO]})
    child = steps(parent)[0]
    with pytest.raises(IntegrityError, match="parent"), transaction.atomic():
        Task.objects.filter(pk=parent.pk).update(parent_task=child)
    parent.refresh_from_db()
    assert parent.parent_task_id is None
