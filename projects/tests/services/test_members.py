"""Members: roles, who appoints whom, leaving, and the one owner."""

import pytest

from accounts.models import Account, ApiKey
from conftest import make_account
from projects.models import MemberRole, Project, ProjectActivity, ProjectMember
from projects.services import (
    add_member,
    change_member_role,
    create_project,
    create_project_key,
    get_abilities,
    remove_member,
    transfer_ownership,
)
from projects.tests.conftest import refusal


def roles(project: Project) -> dict[str, str]:
    """Active members' roles by username."""
    return dict(ProjectMember.objects.active().filter(project=project).values_list("user__username", "role"))


def last_entry(project: Project) -> ProjectActivity:
    """The newest line of the log."""
    return ProjectActivity.objects.filter(project=project).latest("log_id")


def test_owner_adds_a_viewer_and_the_log_names_both(project: Project, owner: Account, stranger: Account) -> None:
    added = add_member(project=project, user=stranger, role=MemberRole.VIEWER, actor=owner)
    assert (added.role, added.status, added.assigned_by) == ("viewer", "active", owner)
    entry = last_entry(project)
    assert (entry.activity_type, entry.user) == ("member.added", owner)
    assert entry.metadata == {"user_id": str(stranger.pk), "new": "viewer"}


def test_member_cannot_be_added_twice(project: Project, owner: Account, member: Account) -> None:
    error = refusal(add_member, project=project, user=member, role=MemberRole.VIEWER, actor=owner)
    assert (error.code, roles(project)["member"]) == ("already_member", "member")


def test_removed_member_comes_back_with_the_new_role(project: Project, owner: Account, member: Account) -> None:
    remove_member(project=project, user=member, actor=owner)
    assert roles(project) == {"owner": "owner"}
    add_member(project=project, user=member, role=MemberRole.VIEWER, actor=owner)
    assert roles(project) == {"owner": "owner", "member": "viewer"}
    assert ProjectMember.objects.filter(project=project).count() == 2


def test_second_owner_is_refused(project: Project, owner: Account, stranger: Account) -> None:
    error = refusal(add_member, project=project, user=stranger, role=MemberRole.OWNER, actor=owner)
    assert (error.code, "stranger" in roles(project)) == ("owner_required", False)


def test_unknown_role_is_a_field_error(project: Project, owner: Account, stranger: Account) -> None:
    error = refusal(add_member, project=project, user=stranger, role="captain", actor=owner)
    assert (error.status_code, list(error.errors)) == (400, ["role"])


def test_blocked_account_cannot_be_added(project: Project, owner: Account) -> None:
    gone = make_account("gone", is_active=False)
    error = refusal(add_member, project=project, user=gone, role=MemberRole.MEMBER, actor=owner)
    assert (list(error.errors), "gone" in roles(project)) == (["user"], False)


@pytest.mark.parametrize(("who", "status"), [("member", 403), ("viewer", 403), ("stranger", 404)])
def test_others_may_not_add_members(project: Project, who: str, status: int, request: pytest.FixtureRequest) -> None:
    error = refusal(
        add_member, project=project, user=make_account("new"), role="member", actor=request.getfixturevalue(who)
    )
    assert (error.status_code, "new" in roles(project)) == (status, False)


def test_manager_adds_members_but_appoints_no_managers(project: Project, manager: Account, stranger: Account) -> None:
    error = refusal(add_member, project=project, user=stranger, role=MemberRole.MANAGER, actor=manager)
    assert (error.status_code, "stranger" in roles(project)) == (403, False)
    add_member(project=project, user=stranger, role=MemberRole.MEMBER, actor=manager)
    assert roles(project)["stranger"] == "member"


def test_manager_neither_promotes_nor_dismisses_managers(project: Project, owner: Account, manager: Account) -> None:
    other = make_account("other")
    add_member(project=project, user=other, role=MemberRole.MANAGER, actor=owner)
    change = refusal(change_member_role, project=project, user=other, role="viewer", actor=manager)
    removal = refusal(remove_member, project=project, user=other, actor=manager)
    assert (change.status_code, removal.status_code, roles(project)["other"]) == (403, 403, "manager")


def test_owner_changes_a_role_and_the_log_keeps_both(project: Project, owner: Account, member: Account) -> None:
    change_member_role(project=project, user=member, role=MemberRole.VIEWER, actor=owner)
    assert roles(project)["member"] == "viewer"
    assert last_entry(project).metadata == {"user_id": str(member.pk), "old": "member", "new": "viewer"}


def test_same_role_again_is_not_logged(project: Project, owner: Account, member: Account) -> None:
    change_member_role(project=project, user=member, role=MemberRole.MEMBER, actor=owner)
    assert last_entry(project).activity_type == "member.added"


def test_owner_can_neither_be_removed_nor_leave_nor_change_role(
    project: Project, owner: Account, staff: Account
) -> None:
    codes = {
        refusal(remove_member, project=project, user=owner, actor=staff).code,
        refusal(remove_member, project=project, user=owner, actor=owner).code,
        refusal(change_member_role, project=project, user=owner, role="viewer", actor=owner).code,
    }
    assert (codes, roles(project)["owner"]) == ({"owner_required"}, "owner")


def test_member_may_leave_and_sees_nothing_afterwards(project: Project, member: Account) -> None:
    remove_member(project=project, user=member, actor=member)
    assert not any(get_abilities(project=project, user=member).values())
    assert (last_entry(project).activity_type, last_entry(project).user) == ("member.removed", member)


def test_member_may_not_remove_others(project: Project, member: Account, viewer: Account) -> None:
    assert refusal(remove_member, project=project, user=viewer, actor=member).status_code == 403
    assert roles(project)["viewer"] == "viewer"


def test_removed_manager_loses_the_keys_of_this_project_only(
    project: Project, owner: Account, manager: Account
) -> None:
    here = create_project_key(project=project, actor=manager, name="here").key
    elsewhere = create_project(user=manager, project_name="Elsewhere").api_key
    remove_member(project=project, user=manager, actor=owner)
    status = dict(ApiKey.objects.values_list("key_id", "status"))
    assert (status[here.pk], status[elsewhere.pk], status[project.api_key_id]) == ("revoked", "active", "active")


def test_removing_a_stranger_is_not_found(project: Project, owner: Account, stranger: Account) -> None:
    assert refusal(remove_member, project=project, user=stranger, actor=owner).code == "member_not_found"


def test_owner_hands_the_project_over(project: Project, owner: Account, member: Account) -> None:
    assert transfer_ownership(project=project, user=member, actor=owner).user_id == member.pk
    project.refresh_from_db()
    assert (project.user, roles(project)) == (member, {"owner": "manager", "member": "owner"})
    assert last_entry(project).metadata == {
        "user_id": str(member.pk), "old": str(owner.pk), "new": str(member.pk)
    }  # fmt: skip


def test_transfer_to_a_member_with_such_a_project_changes_nothing(
    project: Project, owner: Account, member: Account
) -> None:
    create_project(user=member, project_name="Station")
    error = refusal(transfer_ownership, project=project, user=member, actor=owner)
    project.refresh_from_db()
    assert (error.code, project.user) == ("project_name_taken", owner)
    assert roles(project) == {"owner": "owner", "member": "member"}


def test_transfer_to_a_stranger_is_refused(project: Project, owner: Account, stranger: Account) -> None:
    error = refusal(transfer_ownership, project=project, user=stranger, actor=owner)
    project.refresh_from_db()
    assert (error.code, project.user) == ("member_not_found", owner)


def test_manager_may_not_transfer(project: Project, owner: Account, manager: Account) -> None:
    assert refusal(transfer_ownership, project=project, user=manager, actor=manager).status_code == 403
    assert roles(project)["owner"] == "owner"
