"""People of a project: add, change roles, remove, hand the project over."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Account
from config.common.problems import Conflict, DomainError, Forbidden, NotFound
from projects.models import MemberRole, MemberStatus, Project, ProjectMember
from projects.selectors import get_abilities
from projects.services.activity import ActivityType, locked_project, log_activity
from projects.services.keys import revoke_keys_of
from projects.services.names import name_guarded_transaction


class InvalidMember(DomainError):
    """The person or the role cannot be used here."""

    title = "Some fields are not valid."


class OwnerRequired(Conflict):
    """A project always has exactly one owner: transfer the ownership instead."""

    code = "owner_required"
    title = "A project always has exactly one owner."


def _check_role(role: str) -> None:
    if role not in MemberRole.values:
        raise InvalidMember(errors={"role": [_("There is no such role.")]})
    if role == MemberRole.OWNER:
        raise OwnerRequired(_("A project has one owner. Transfer the ownership instead."))


def _check_rank(project: Project, actor: Account, *roles: str) -> None:
    """Managers are appointed and dismissed by the owner (or staff) only.

    `archive` is the ability that a manager's role lacks: whoever has it outranks managers.
    """
    if MemberRole.MANAGER in roles and not get_abilities(project=project, user=actor)["archive"]:
        raise Forbidden(_("Only the owner appoints and dismisses managers."))


def _membership(project: Project, user_id: object) -> ProjectMember:
    member = ProjectMember.objects.active().filter(project=project, user_id=user_id).first()
    if member is None:
        raise NotFound(_("This person is not a member of the project."), code="member_not_found")
    return member


@transaction.atomic
def add_member(*, project: Project, user: Account, role: str, actor: Account) -> ProjectMember:
    """Membership of `user`; a removed one comes back. Raises InvalidMember, Conflict `already_member`, Forbidden."""
    fresh = locked_project(project=project, actor=actor, ability="manage_members")
    _check_role(role)
    _check_rank(fresh, actor, role)
    if not user.may_act:
        raise InvalidMember(errors={"user": [_("This account is blocked or deleted.")]})
    if ProjectMember.objects.active().filter(project=fresh, user=user).exists():
        raise Conflict(_("This person is a member already."), code="already_member")
    now = timezone.now()
    # A returning member starts anew: extra permissions belonged to the membership that ended.
    member, _created = ProjectMember.objects.update_or_create(
        project=fresh,
        user=user,
        defaults={
            "role": role,
            "status": MemberStatus.ACTIVE,
            "permissions": {},
            "assigned_by": actor,
            "assigned_at": now,
            "joined_at": now,
        },
    )
    _log(fresh, actor, ActivityType.MEMBER_ADDED, user, new=role)
    return member


@transaction.atomic
def change_member_role(*, project: Project, user: Account, role: str, actor: Account) -> ProjectMember:
    """Another role for an active member; the owner's role only moves by `transfer_ownership`."""
    fresh = locked_project(project=project, actor=actor, ability="manage_members")
    member = _membership(fresh, user.pk)
    if member.role == MemberRole.OWNER:
        raise OwnerRequired(_("The owner's role moves only when the ownership is transferred."))
    _check_role(role)
    _check_rank(fresh, actor, role, member.role)
    if (old := member.role) != role:
        member.role, member.assigned_by, member.assigned_at = role, actor, timezone.now()
        member.save(update_fields=["role", "assigned_by", "assigned_at"])
        _log(fresh, actor, ActivityType.MEMBER_ROLE_CHANGED, user, old=old, new=role)
    return member


@transaction.atomic
def remove_member(*, project: Project, user: Account, actor: Account) -> None:
    """End a membership and revoke the person's keys of this project; everybody but the owner may leave."""
    # Leaving needs no rank: nobody can be held in a project.
    leaving = user.pk == actor.pk
    fresh = locked_project(project=project, actor=actor, ability="view" if leaving else "manage_members")
    member = _membership(fresh, user.pk)
    if member.role == MemberRole.OWNER:
        raise OwnerRequired(_("The owner cannot be removed. Transfer the ownership first."))
    if not leaving:
        _check_rank(fresh, actor, member.role)
    member.status = MemberStatus.REMOVED
    member.save(update_fields=["status"])
    # Left alone they would see nothing, but work again as soon as the person came back.
    revoke_keys_of(project=fresh, user=user, actor=actor)
    _log(fresh, actor, ActivityType.MEMBER_REMOVED, user, old=member.role)


def transfer_ownership(*, project: Project, user: Account, actor: Account) -> Project:
    """Make an active member the owner; the old owner becomes a manager. Owner or staff only.

    Raises ProjectNameTaken when the new owner has a project of that name. To the present owner it changes nothing.
    """
    with name_guarded_transaction():
        fresh = locked_project(project=project, actor=actor, ability="archive")
        member = _membership(fresh, user.pk)
        if member.role != MemberRole.OWNER:
            old = str(fresh.user_id)
            _move_ownership(fresh, member, actor)
            _log(fresh, actor, ActivityType.OWNER_CHANGED, user, old=old, new=str(user.pk))
        return fresh


def _move_ownership(project: Project, member: ProjectMember, actor: Account) -> None:
    """The old owner first: the database allows one owner at any moment."""
    stamp = {"assigned_by": actor, "assigned_at": timezone.now()}
    owners = ProjectMember.objects.filter(project=project, role=MemberRole.OWNER)
    owners.update(role=MemberRole.MANAGER, **stamp)
    ProjectMember.objects.filter(pk=member.pk).update(role=MemberRole.OWNER, permissions={}, **stamp)
    project.user_id = member.user_id
    project.save(update_fields=["user"])


def _log(project: Project, actor: Account, kind: ActivityType, user: Account, **change: str) -> None:
    arrow = " -> ".join(change.values())
    log_activity(
        project=project,
        actor=actor,
        activity_type=kind,
        description=f"{user.username}: {arrow}",
        user_id=str(user.pk),
        **change,
    )
