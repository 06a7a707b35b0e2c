"""What is written again for a test is what the services wrote, with ids and moments of its own."""

from datetime import timedelta

from django.db.models import Model
from django.utils import timezone

from accounts.models import Account
from config.tests.written import Written
from projects.models import Project, ProjectActivity, ProjectKey, ProjectMember


def values(instance: Model) -> dict[str, object]:
    """Every column."""
    return {field.attname: getattr(instance, field.attname) for field in instance._meta.concrete_fields}


def test_what_a_fixture_returns_is_what_the_database_holds(
    owner: Account, member: Account, stranger: Account, staff: Account, project: Project
) -> None:
    instances = [owner, member, stranger, staff, project, project.api_key]
    assert [values(instance) for instance in instances] == [
        values(type(instance)._default_manager.get(pk=instance.pk)) for instance in instances
    ]
    assert staff.check_password("staff-password")


def test_rows_refer_to_the_people_of_the_same_test(owner: Account, member: Account, project: Project) -> None:
    assert project.user is owner
    assert project.api_key.user_id == owner.pk
    assert ProjectKey.objects.get().api_key_id == project.api_key_id
    roles = ProjectMember.objects.values_list("user_id", "role", "assigned_by_id")
    assert set(roles) == {(owner.pk, "owner", owner.pk), (member.pk, "member", owner.pk)}
    log = ProjectActivity.objects.order_by("pk").values_list("activity_type", "metadata", "user_id")
    assert list(log) == [
        ("project.created", {"key_id": str(project.api_key_id)}, owner.pk),
        ("member.added", {"new": "member", "user_id": str(member.pk)}, owner.pk),
    ]


def test_ids_and_moments_are_those_of_this_test(owner: Account, project: Project, written: dict[str, Written]) -> None:
    first = written["project"].instance
    assert isinstance(first, Project)
    assert len({owner.pk, first.user_id, project.pk, first.pk, project.api_key_id, first.api_key_id}) == 6
    assert timezone.now() - timedelta(seconds=60) < project.created_at <= timezone.now()
    assert first.metadata is not project.metadata
