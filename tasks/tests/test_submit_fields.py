"""Every optional field of a submission, its default and its limits; and what is refused before a row exists."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Account, UsageReservation
from accounts.services import block_account, create_api_key
from config.common.problems import Forbidden
from projects.models import MemberRole, Project, ProjectMember
from projects.services import add_member
from tasks.models import Task
from tasks.registry import Outcome, TaskKind, register, unregister
from tasks.services import DeadlineInPast, InvalidInput, submit_task, sweep
from tasks.services.submit import MAX_REPORTED_ERRORS, database_now, request_fingerprint, validated_input
from tasks.tests.conftest import Submit

pytestmark = pytest.mark.django_db


def test_defaults_are_the_kinds_and_the_projects(submit: Submit) -> None:
    task = submit()
    task.refresh_from_db()
    assert (task.priority, task.max_retries, task.child_policy, task.metadata) == (1, 3, "fail", {})
    assert (task.deadline, task.parent_task_id, task.execution_order, task.api_key_id) == (None, None, None, None)
    assert (task.request_id, task.idempotency_key, task.output_data, task.progress) == ("", None, None, 0)


def test_every_optional_field_is_stored(submit: Submit, owner: Account) -> None:
    key, _token = create_api_key(user=owner, name="program", permissions=["tasks:write"])
    parent, deadline = submit(), datetime(2099, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
    task = submit(
        "test.echo", {"câu": "Trời đẹp quá 🎈"}, priority=-100, deadline=deadline, max_retries=0, parent_task=parent,
        execution_order=4, child_policy="continue", idempotency_key="k", api_key=key,
        metadata={"nguồn": "báo"}, request_id="r" * 64,
    )  # fmt: skip
    task.refresh_from_db()
    assert (task.priority, task.deadline, task.max_retries, task.execution_order) == (-100, deadline, 0, 4)
    assert (task.parent_task_id, task.child_policy, task.api_key_id) == (parent.pk, "continue", key.pk)
    assert (task.input_data, task.metadata) == ({"câu": "Trời đẹp quá 🎈"}, {"nguồn": "báo"})
    assert (task.request_id, task.idempotency_key) == ("r" * 64, "k")


@pytest.mark.parametrize(("given", "stored"), [(0, 0), (None, 3), (20, 20)])
def test_zero_retries_is_an_answer_and_not_the_default(submit: Submit, given: int | None, stored: int) -> None:
    assert submit(max_retries=given).max_retries == stored


@pytest.mark.parametrize(("given", "stored"), [(0, 0), (None, 9), (-1, -1)])
def test_zero_priority_is_an_answer_and_not_the_projects(
    submit: Submit, project: Project, given: int | None, stored: int
) -> None:
    project.priority = 9
    assert submit(priority=given).priority == stored


def test_task_that_may_not_be_retried_fails_at_its_first_error(submit: Submit, run: Any) -> None:
    assert run(submit("test.fail", {"retryable": True}, max_retries=0)) == "failed"


def test_deadline_is_compared_with_the_databases_clock(submit: Submit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: datetime(1999, 1, 1, tzinfo=UTC))
    with pytest.raises(DeadlineInPast):
        submit(deadline=datetime(2000, 1, 1, tzinfo=UTC))
    assert not Task.objects.exists()


def test_deadline_a_moment_ahead_is_accepted_and_then_expires(submit: Submit) -> None:
    task = submit(deadline=database_now() + timedelta(milliseconds=200))
    Task.objects.filter(pk=task.pk).update(deadline=database_now())
    assert sweep().expired == 1
    task.refresh_from_db()
    assert (task.status, task.error_code) == ("failed", "deadline_exceeded")


def test_deadline_in_another_time_zone_is_the_same_moment(submit: Submit) -> None:
    hanoi = timezone.get_fixed_timezone(7 * 60)
    task = submit(deadline=datetime(2099, 1, 1, 7, tzinfo=hanoi))
    task.refresh_from_db()
    assert task.deadline == datetime(2099, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("role", "may"), [(MemberRole.MANAGER, True), (MemberRole.MEMBER, True), (MemberRole.VIEWER, False)]
)
def test_role_decides_who_submits(owner: Account, stranger: Account, project: Project, role: str, may: bool) -> None:
    add_member(project=project, user=stranger, role=role, actor=owner)
    fields: dict[str, Any] = {"user": stranger, "project": project, "task_type": "test.echo", "input_data": {}}
    if may:
        assert submit_task(**fields).user == stranger
        return
    with pytest.raises(Forbidden):
        submit_task(**fields)
    assert not Task.objects.exists()


@pytest.mark.parametrize(("granted", "role", "may"), [(True, "viewer", True), (False, "member", False)])
def test_single_permission_overrides_the_role(
    member: Account, project: Project, granted: bool, role: str, may: bool
) -> None:
    ProjectMember.objects.filter(user=member).update(role=role, permissions={"submit_tasks": granted})
    try:
        submit_task(user=member, project=project, task_type="test.echo", input_data={})
    except Forbidden:
        assert not may
    assert Task.objects.filter(user=member).count() == int(may)


def test_staff_submit_in_any_project(staff: Account, project: Project) -> None:
    task = submit_task(user=staff, project=project, task_type="test.echo", input_data={})
    assert (task.user, task.project) == (staff, project)


def test_blocked_owner_gets_no_metered_work(
    owner: Account, staff: Account, submit: Submit, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        block_account(account=owner, actor=staff, reason="abuse")
    with pytest.raises(Forbidden) as refusal:
        submit("test.metered", {"characters": 1})
    assert refusal.value.code == "account_blocked"
    assert not Task.objects.exists()
    assert not UsageReservation.objects.exists()


def test_errors_are_reported_by_field_and_no_more_than_ten(submit: Submit) -> None:
    steps = [{"task_type": 1, "input_data": 2, "extra": 3} for _ in range(30)]
    with pytest.raises(InvalidInput) as refusal:
        submit("tasks.chain", {"steps": steps})
    messages = [text for texts in refusal.value.errors.values() for text in texts]
    assert len(messages) == MAX_REPORTED_ERRORS == 10
    assert all(name.startswith("input_data.steps.") for name in refusal.value.errors)


def test_huge_value_is_not_repeated_in_the_refusal(submit: Submit) -> None:
    with pytest.raises(InvalidInput) as refusal:
        submit("test.metered", {"characters": "x" * 100_000})
    assert len(refusal.value.errors["input_data.characters"][0]) == 300


def test_missing_field_is_an_error_of_the_whole_input(submit: Submit) -> None:
    with pytest.raises(InvalidInput) as refusal:
        submit("test.metered", {})
    assert refusal.value.errors == {"input_data": ["'characters' is a required property"]}


def test_true_is_no_integer(submit: Submit) -> None:
    with pytest.raises(InvalidInput):
        submit("test.metered", {"characters": True})
    assert not Task.objects.exists()


def test_preparation_completes_the_input_and_sees_the_project(project: Project) -> None:
    def prepare(data: dict[str, Any], project: Project | None) -> dict[str, Any]:
        return {**data, "project": project.project_name if project else None}

    kind = TaskKind("test.prepared", "Prepared", lambda context: Outcome({}), {}, prepare=prepare)
    assert validated_input(kind, {"a": 1}, project) == {"a": 1, "project": "Station"}
    assert validated_input(kind, {"a": 1}, None) == {"a": 1, "project": None}


def test_preparation_is_not_asked_about_input_that_does_not_fit() -> None:
    def prepare(data: dict[str, Any], project: Project | None) -> dict[str, Any]:
        raise AssertionError("asked")

    schema = {"type": "object", "required": ["a"]}
    kind = TaskKind("test.prepared", "Prepared", lambda context: Outcome({}), schema, prepare=prepare)
    with pytest.raises(InvalidInput):
        validated_input(kind, {}, None)


def test_failure_of_the_kinds_own_rows_undoes_the_submission_and_its_reservation(submit: Submit) -> None:
    def broken(task: Task) -> None:
        raise RuntimeError(f"no room for {task.task_type}")

    kind = TaskKind(
        "test.broken", "Broken", lambda context: Outcome({}), {}, estimate=lambda data: {"characters": 3},
        on_submit=broken,
    )  # fmt: skip
    register(kind)
    try:
        with pytest.raises(RuntimeError, match=r"no room for test\.broken"):
            submit("test.broken")
    finally:
        unregister("test.broken")
    assert not Task.objects.exists()
    assert not UsageReservation.objects.exists()


def test_kind_that_answers_at_once_is_never_dispatched(submit: Submit, django_capture_on_commit_callbacks: Any) -> None:
    def answer(task: Task) -> None:
        task.status = "cancelled"
        Task.objects.filter(pk=task.pk).update(status="cancelled", completed_at=timezone.now())

    register(TaskKind("test.cached", "Cached", lambda context: Outcome({}), {}, on_submit=answer))
    try:
        with django_capture_on_commit_callbacks() as hooks:
            task = submit("test.cached")
    finally:
        unregister("test.cached")
    assert [hook.__qualname__ for hook in hooks if "dispatch" in hook.__qualname__] == []
    assert list(task.history.values_list("status_to", flat=True)) == ["pending", "cancelled"]


def test_fingerprint_tells_types_apart() -> None:
    prints = {request_fingerprint({"a": value}) for value in (1, "1", 1.5, None, True, [1])}
    assert len(prints) == 6
    assert request_fingerprint("ạ") != request_fingerprint("a\u0323")


@pytest.mark.parametrize("bad", [{"child_policy": "explode"}, {"status": "sleeping"}, {"progress": 101}])
def test_database_refuses_what_no_service_writes(submit: Submit, bad: dict[str, Any]) -> None:
    task = submit()
    with pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.filter(pk=task.pk).update(**bad)
    task.refresh_from_db()
    assert (task.child_policy, task.status, task.progress) == ("fail", "pending", 0)
