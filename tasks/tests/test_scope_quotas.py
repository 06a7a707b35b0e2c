"""A task's key and project reach the quotas: limited, booked and given back with the account's."""

from typing import Any

import pytest

from accounts.models import Account, ApiKey, UsageQuota, UsageReservation
from accounts.services import QuotaExceeded, create_api_key, set_quota
from projects.models import Project
from tasks.models import Task
from tasks.services import cancel_task, retry_task, submit_task
from tasks.tests.conftest import Submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(owner: Account) -> ApiKey:
    """A key of `owner`."""
    return create_api_key(user=owner, name="program", permissions=["*"])[0]


@pytest.fixture(autouse=True)
def _limits(program: ApiKey, project: Project, django_capture_on_commit_callbacks: Any) -> None:
    """50 characters a day by the key, 60 in the project."""
    with django_capture_on_commit_callbacks(execute=True):
        set_quota(key=program, quota_type="characters", period="daily", limit=50, actor=None)
        set_quota(project_id=project.pk, quota_type="characters", period="daily", limit=60, actor=None)


def test_the_reservation_names_key_and_project(submit: Submit, program: ApiKey, project: Project) -> None:
    submit("test.metered", {"characters": 40}, api_key=program)

    held = UsageReservation.objects.get()
    assert (held.api_key_id, held.project_id) == (program.pk, project.pk)


def test_a_program_beyond_its_keys_quota_starts_nothing(submit: Submit, program: ApiKey) -> None:
    submit("test.metered", {"characters": 40}, api_key=program)

    with pytest.raises(QuotaExceeded, match="Of this API key's 50 Characters daily 40 are"):
        submit("test.metered", {"characters": 11}, api_key=program)

    assert Task.objects.count() == UsageReservation.objects.count() == 1
    submit("test.metered", {"characters": 11})


def test_a_member_beyond_the_projects_quota_starts_nothing(submit: Submit, member: Account, project: Project) -> None:
    submit("test.metered", {"characters": 40})

    with pytest.raises(QuotaExceeded, match="Of the project's 60 Characters daily 40 are"):
        submit_task(user=member, project=project, task_type="test.metered", input_data={"characters": 21})

    assert Task.objects.count() == 1


def test_a_finished_task_is_booked_on_key_and_project(submit: Submit, program: ApiKey, run: Any) -> None:
    assert run(submit("test.metered", {"characters": 40}, api_key=program)) == "completed"

    rows = UsageQuota.objects.filter(quota_type="characters", period="daily").values_list("scope", "current_usage")
    assert len({used for _scope, used in rows}) == 1
    assert {scope for scope, used in rows if used > 0} == {"account", "key", "project"}


def test_a_retried_task_reserves_for_its_key_and_project_again(
    submit: Submit, owner: Account, program: ApiKey, project: Project
) -> None:
    task = submit("test.metered", {"characters": 40}, api_key=program)
    cancel_task(task_id=task.pk, actor=owner)
    assert not UsageReservation.objects.exists()

    retry_task(task_id=task.pk, actor=owner)

    held = UsageReservation.objects.get()
    assert (held.api_key_id, held.project_id) == (program.pk, project.pk)
