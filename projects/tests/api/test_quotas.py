"""GET /api/v1/projects/{project_id}/quotas/, and the same on the project's usage page."""

import pytest
from django.test import Client

from accounts.models import Account
from accounts.services import set_quota
from projects.models import Project
from projects.tests.conftest import As


@pytest.fixture
def limited(project: Project) -> Project:
    """At most 5,000 characters a day."""
    set_quota(project_id=project.pk, quota_type="characters", period="daily", limit=5_000, actor=None)
    return project


def test_viewer_reads_what_the_project_may_use(limited: Project, url: str, viewer: Account, as_person: As) -> None:
    answer = as_person(viewer).get(f"{url}quotas/")
    assert answer.status_code == 200
    (quota,) = answer.json()
    assert quota.pop("reset_date")
    assert quota == {
        "scope": "project", "scope_id": str(limited.pk), "quota_type": "characters", "period": "daily",
        "limit": 5_000, "current_usage": 0, "reserved": 0, "remaining": 5_000,
    }  # fmt: skip


def test_project_without_limits_has_none(url: str, owner: Account, as_person: As) -> None:
    assert as_person(owner).get(f"{url}quotas/").json() == []


def test_stranger_reads_no_quotas(limited: Project, url: str, stranger: Account, as_person: As) -> None:
    answer = as_person(stranger).get(f"{url}quotas/")
    assert (answer.status_code, answer.data["code"]) == (404, "project_not_found")


def test_member_sees_them_on_the_usage_page(limited: Project, client: Client, member: Account) -> None:
    client.force_login(member)
    page = client.get(f"/projects/{limited.pk}/usage/").content.decode()
    assert "Quotas of the project" in page
    assert 'max="5000" value="0"' in page


def test_page_of_a_project_without_limits_shows_no_quotas(project: Project, client: Client, member: Account) -> None:
    client.force_login(member)
    assert "Quotas of the project" not in client.get(f"/projects/{project.pk}/usage/").content.decode()
