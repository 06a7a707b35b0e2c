"""The chain's own schema, preparation and output."""

from typing import Any

import pytest

from accounts.services import QuotaExceeded, set_quota
from config.common.ids import uuid7
from projects.models import Project
from tasks.handlers import CHAIN, check_steps, collect_steps
from tasks.models import Task
from tasks.services import InvalidInput, UnknownTaskType
from tasks.services.running import Claim
from tasks.tests.conftest import Submit, insert_tasks
from tasks.worker.context import RunningTask

pytestmark = pytest.mark.django_db

ECHO: dict[str, Any] = {"task_type": "test.echo", "input_data": {}}


@pytest.mark.parametrize(
    "steps",
    [
        [ECHO],
        [ECHO] * 100,
        [{**ECHO, "execution_order": 0}],
        [{**ECHO, "execution_order": 10_000}],
        [{**ECHO, "input_data": {"văn bản": "xin chào"}}],
    ],
    ids=["one", "hundred", "first", "last order", "vietnamese"],
)
def test_schema_accepts(steps: list[Any]) -> None:
    assert CHAIN.validator.is_valid({"steps": steps})


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"steps": []},
        {"steps": [ECHO] * 101},
        {"steps": [ECHO], "more": 1},
        {"steps": [{"task_type": "test.echo"}]},
        {"steps": [{"input_data": {}}]},
        {"steps": [{**ECHO, "input_data": []}]},
        {"steps": [{**ECHO, "input_data": None}]},
        {"steps": [{**ECHO, "execution_order": -1}]},
        {"steps": [{**ECHO, "execution_order": 10_001}]},
        {"steps": [{**ECHO, "execution_order": 1.5}]},
        {"steps": [{**ECHO, "execution_order": "1"}]},
        {"steps": [{**ECHO, "priority": 9}]},
        {"steps": [{**ECHO, "task_type": 7}]},
        {"steps": [{**ECHO, "task_type": "tasks.chain"}]},
        {"steps": {"0": ECHO}},
    ],
)
def test_schema_refuses_and_nothing_is_stored(submit: Submit, data: dict[str, Any]) -> None:
    assert not CHAIN.validator.is_valid(data)
    with pytest.raises(InvalidInput):
        submit("tasks.chain", data)
    assert not Task.objects.exists()


def test_preparation_numbers_the_steps_and_keeps_given_numbers() -> None:
    steps = [ECHO, {**ECHO, "execution_order": 7}, ECHO]
    prepared = check_steps({"steps": steps}, None)
    assert [step["execution_order"] for step in prepared["steps"]] == [0, 7, 2]
    assert "execution_order" not in steps[0]


def test_preparation_refuses_the_input_of_a_step() -> None:
    with pytest.raises(InvalidInput) as refusal:
        check_steps({"steps": [ECHO, {"task_type": "test.metered", "input_data": {}}]}, None)
    assert refusal.value.errors == {"input_data": ["'characters' is a required property"]}


def test_preparation_refuses_an_unknown_step() -> None:
    with pytest.raises(UnknownTaskType) as refusal:
        check_steps({"steps": [{"task_type": "giọng.nói", "input_data": {}}]}, None)
    assert refusal.value.errors == {"task_type": ["giọng.nói is unknown."]}


def test_quota_that_suffices_for_some_steps_only_stores_none(
    submit: Submit, project: Project, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        set_quota(account=project.user, quota_type="characters", period="daily", limit=100, actor=None)
    steps = [{"task_type": "test.metered", "input_data": {"characters": 60}}] * 2
    with pytest.raises(QuotaExceeded):
        submit("tasks.chain", {"steps": steps})
    assert not Task.objects.exists()


def test_output_lists_children_in_order_whatever_their_age(project: Project) -> None:
    [parent] = insert_tasks(1, project, task_type="tasks.chain")
    last, first = (insert_tasks(1, project, parent_task=parent, execution_order=order)[0] for order in (5, 1))
    claim = Claim(parent.pk, "tasks.chain", "default", project.pk, project.user_id, 1, 0, None, "", {}, uuid7())
    output = collect_steps(RunningTask(claim)).output_data
    assert [row["task_id"] for row in output["steps"]] == [str(first.pk), str(last.pk)]
    assert {row["status"] for row in output["steps"]} == {"pending"}


def test_output_of_a_chain_whose_children_are_gone_is_an_empty_list(project: Project) -> None:
    claim = Claim(uuid7(), "tasks.chain", "default", project.pk, project.user_id, 1, 0, None, "", {}, uuid7())
    assert collect_steps(RunningTask(claim)).output_data == {"steps": []}
