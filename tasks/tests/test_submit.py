"""Accepting tasks."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Account, UsageReservation
from config.common.problems import Forbidden
from projects.models import Project
from tasks.models import Task
from tasks.services import (
    DeadlineInPast,
    IdempotencyKeyReused,
    InvalidInput,
    UnknownTaskType,
    submit_task,
)
from tasks.tests.conftest import Submit

pytestmark = pytest.mark.django_db


def test_owner_submits_and_the_row_holds_what_was_asked(submit: Submit, owner: Account, project: Project) -> None:
    task = submit("test.echo", {"a": 1}, priority=7, metadata={"m": 2}, request_id="r-1")
    task.refresh_from_db()
    assert (task.status, task.attempt, task.priority, task.queue_name) == ("pending", 0, 7, "default")
    assert (task.input_data, task.metadata, task.request_id) == ({"a": 1}, {"m": 2}, "r-1")
    assert (task.user, task.project) == (owner, project)


def test_submission_is_recorded_under_the_person(submit: Submit, owner: Account) -> None:
    entry = submit().history.get()
    assert (entry.status_from, entry.status_to, entry.actor) == (None, "pending", "owner")
    assert (entry.changed_by, entry.reason) == (owner.pk, "submitted")


def test_priority_defaults_to_the_projects(submit: Submit, project: Project) -> None:
    Project.objects.filter(pk=project.pk).update(priority=5)
    project.refresh_from_db()
    assert submit().priority == 5


def test_committed_task_is_in_queue_at_once(transactional_db: None, submit: Submit) -> None:
    task = submit()
    task.refresh_from_db()
    assert (task.status, task.publish_count) == ("in_queue", 1)
    assert task.enqueued_at is not None


def test_stranger_may_not_submit(stranger: Account, project: Project) -> None:
    with pytest.raises(Forbidden):
        submit_task(user=stranger, project=project, task_type="test.echo", input_data={})
    assert not Task.objects.exists()


def test_unknown_kind_is_refused(submit: Submit) -> None:
    with pytest.raises(UnknownTaskType) as refusal:
        submit("test.nothing")
    assert refusal.value.errors == {"task_type": ["test.nothing is unknown."]}
    assert not Task.objects.exists()


def test_input_is_checked_against_the_schema(submit: Submit) -> None:
    with pytest.raises(InvalidInput) as refusal:
        submit("test.metered", {"characters": "many"})
    assert refusal.value.errors == {"input_data.characters": ["'many' is not of type 'integer'"]}
    assert not Task.objects.exists()


def test_deadline_in_the_past_is_refused(submit: Submit) -> None:
    with pytest.raises(DeadlineInPast):
        submit(deadline=timezone.now() - timedelta(seconds=1))
    assert not Task.objects.exists()


def test_same_idempotency_key_returns_the_first_task(submit: Submit) -> None:
    first = submit("test.echo", {"a": 1}, idempotency_key="k")
    again = submit("test.echo", {"a": 1}, idempotency_key="k")
    assert again.pk == first.pk
    assert Task.objects.count() == 1


def test_same_idempotency_key_with_another_body_is_refused(submit: Submit) -> None:
    submit("test.echo", {"a": 1}, idempotency_key="k")
    with pytest.raises(IdempotencyKeyReused):
        submit("test.echo", {"a": 2}, idempotency_key="k")
    assert Task.objects.count() == 1


@pytest.mark.parametrize(
    "change", [{"metadata": {"a": 1}}, {"max_retries": 9}, {"priority": 5}, {"execution_order": 2}]
)
def test_same_idempotency_key_with_any_other_field_is_refused(submit: Submit, change: dict[str, Any]) -> None:
    submit(idempotency_key="k")
    with pytest.raises(IdempotencyKeyReused):
        submit(idempotency_key="k", **change)
    assert Task.objects.count() == 1


def test_idempotency_keys_belong_to_a_person(submit: Submit, member: Account, project: Project) -> None:
    first = submit("test.echo", {}, idempotency_key="k")
    other = submit_task(user=member, project=project, task_type="test.echo", input_data={}, idempotency_key="k")
    assert other.pk != first.pk


def test_metered_task_holds_its_estimate(submit: Submit) -> None:
    task = submit("test.metered", {"characters": 120})
    assert UsageReservation.objects.get().amounts == {"characters": 120}
    assert UsageReservation.objects.get().reservation_id == task.pk


def test_archived_project_accepts_nothing(owner: Account, project: Project) -> None:
    Project.objects.filter(pk=project.pk).update(status="archived")
    project.refresh_from_db()
    with pytest.raises(Forbidden):
        submit_task(user=owner, project=project, task_type="test.echo", input_data={})
    assert not Task.objects.exists()
