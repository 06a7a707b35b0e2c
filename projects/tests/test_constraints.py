"""What the database itself refuses, whoever writes to it."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from accounts.models import Account, ApiKey
from projects.models import Project, ProjectActivity, ProjectKey, ProjectMember
from projects.services import create_project, create_project_key
from projects.tests.conftest import stored


def constraint_that_refuses(write: Any) -> str | None:
    """Name of the constraint that refused the write."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        write()
    return getattr(getattr(caught.value.__cause__, "diag", None), "constraint_name", None)


@pytest.mark.parametrize(
    ("model", "values", "name"),
    [
        (Project, {"status": "burning"}, "projects_valid_status"),
        (Project, {"status": ""}, "projects_valid_status"),
        (ProjectMember, {"role": "captain"}, "project_members_valid_role"),
        (ProjectMember, {"role": "Owner"}, "project_members_valid_role"),
        (ProjectMember, {"status": "asleep"}, "project_members_valid_status"),
        (ProjectMember, {"role": "owner"}, "project_members_one_owner"),
    ],
)
def test_bulk_updates_cannot_store_invented_states(
    project: Project, model: Any, values: dict[str, str], name: str
) -> None:
    before = stored()
    assert constraint_that_refuses(lambda: model.objects.update(**values)) == name
    assert stored() == before


def test_person_has_one_row_per_project_even_after_leaving(project: Project, former: Account) -> None:
    again = ProjectMember(project=project, user=former, role="viewer")
    assert constraint_that_refuses(again.save) == "idx_project_members_unique"
    assert ProjectMember.objects.get(user=former).status == "removed"


def test_key_is_bound_to_one_project(project: Project, owner: Account) -> None:
    other = create_project(user=owner, project_name="Other")
    second = ProjectKey(project=other, api_key=project.api_key)
    assert constraint_that_refuses(second.save) is not None
    assert ProjectKey.objects.get(api_key=project.api_key).project == project


def test_names_differ_by_case_and_by_composition(owner: Account) -> None:
    # The same letters to the eye: one code point each, and a base letter followed by its marks.
    names = ["Nhà", "nhà", "Nha\u0300"]
    for name in names:
        create_project(user=owner, project_name=name)
    assert list(Project.objects.order_by("pk").values_list("project_name", flat=True)) == names


@pytest.mark.parametrize("who", ["owner", "member"])
def test_people_with_memberships_cannot_be_deleted(project: Project, who: str, request: pytest.FixtureRequest) -> None:
    before = stored()
    with pytest.raises(ProtectedError), transaction.atomic():
        request.getfixturevalue(who).delete()
    assert stored() == before


def test_own_key_of_a_project_cannot_be_deleted(project: Project) -> None:
    with pytest.raises(ProtectedError), transaction.atomic():
        project.api_key.delete()
    assert ProjectKey.objects.get().api_key_id == project.api_key_id


def test_further_key_takes_only_its_binding_with_it(project: Project, owner: Account) -> None:
    key = create_project_key(project=project, actor=owner, name="further").key
    ApiKey.objects.filter(pk=key.pk).delete()
    assert [link.api_key_id for link in ProjectKey.objects.all()] == [project.api_key_id]
    assert ProjectActivity.objects.filter(activity_type="key.created").count() == 1


@pytest.mark.parametrize(
    ("model", "shown"),
    [
        (Project, "Station"),
        (ProjectMember, "{row.user_id} {row.role}"),
        (ProjectActivity, "{row.activity_type} {row.project_id}"),
        (ProjectKey, "{row.project_id} {row.api_key_id}"),
    ],
)
def test_rows_name_themselves_in_the_console_without_a_query(
    project: Project, model: Any, shown: str, django_assert_num_queries: Any
) -> None:
    row = model.objects.order_by("pk").first()
    with django_assert_num_queries(0):
        assert str(row) == shown.format(row=row)


def test_time_of_change_is_kept_by_the_database(project: Project) -> None:
    before = Project.objects.get().updated_at
    Project.objects.update(priority=8)
    row = Project.objects.get()
    assert row.updated_at > before
    assert row.created_at == project.created_at


def test_ids_of_the_log_sort_by_time(project: Project, owner: Account) -> None:
    names = [create_project_key(project=project, actor=owner, name=f"k{number}").key.name for number in range(4)]
    entries = ProjectActivity.objects.filter(activity_type="key.created")
    assert [entry.activity_description for entry in entries] == names[::-1]
