"""Who may do what in which project: the one map of abilities, and the projects a request may touch."""

from collections.abc import Mapping
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils.translation import gettext as _

from accounts.models import Account, ApiKey
from accounts.queries import AnyPerson, CompiledQuery
from accounts.querysets import Viewer, is_staff
from config.common.problems import NotFound
from projects.models import MemberRole, Project, ProjectKey, ProjectMember, ProjectStatus
from projects.querysets import ProjectQuerySet

ABILITIES = (
    "view",
    "submit_tasks",
    "rate_results",
    "manage_tasks",
    "update",
    "manage_members",
    "manage_keys",
    "archive",
)

_BY_ROLE: dict[str, frozenset[str]] = {
    MemberRole.OWNER: frozenset(ABILITIES),
    MemberRole.MANAGER: frozenset(ABILITIES) - {"archive"},
    MemberRole.MEMBER: frozenset({"view", "submit_tasks", "rate_results"}),
    MemberRole.VIEWER: frozenset({"view"}),
}
#: An archived project stays readable and can be cleaned up or restored; nothing new is accepted in it.
NOT_WHEN_ARCHIVED = frozenset({"submit_tasks", "update"})


def abilities_of(
    *, role: str | None, status: str, staff: bool = False, permissions: Mapping[str, Any] | None = None
) -> dict[str, bool]:
    """The map, from facts already read: no query. `role` is None for people outside the project.

    `permissions` (D1) grants or takes single abilities away from a member; the owner's stay whole.
    """
    granted = set(ABILITIES) if staff else set(_BY_ROLE.get(role or "", ()))
    if role and not staff and role != MemberRole.OWNER:
        # Only JSON's true grants: "yes" or 1, typed by hand, must not open a project. Who may not even look is removed.
        for name in set(permissions or {}) & (set(ABILITIES) - {"view"}):
            (granted.add if (permissions or {})[name] is True else granted.discard)(name)
    if status == ProjectStatus.ARCHIVED:
        granted -= NOT_WHEN_ARCHIVED
    return {name: name in granted for name in ABILITIES}


_MEMBERSHIP = CompiledQuery[tuple[str, dict[str, Any]]](
    lambda project, person: (
        ProjectMember.objects.active().filter(project_id=project, user_id=person).values_list("role", "permissions")[:1]
    ),
    project=UUID,
    person=UUID,
)


def get_abilities(*, project: Project, user: Viewer) -> dict[str, bool]:
    """What `user` may do in `project` (keys: ABILITIES); buttons and refusals both come from here.

    One query, or none right after `project_for` of the same person.
    """
    if is_staff(user):
        return abilities_of(role=None, status=project.status, staff=True)
    if user.pk is not None and project.__dict__.get("membership_of") == user.pk:
        return annotated_abilities(project, user)
    role, permissions = _MEMBERSHIP.first(project=project.pk, person=user.pk) or (None, None)
    return abilities_of(role=role, status=project.status, permissions=permissions)


def annotated_abilities(project: Project, user: Viewer) -> dict[str, bool]:
    """As `get_abilities` without a query, for rows read `with_membership(user)` of the same user."""
    return abilities_of(
        role=project.__dict__["my_role"],
        status=project.status,
        staff=is_staff(user),
        permissions=project.__dict__["my_permissions"],
    )


def bound_project_id(key: ApiKey | None) -> UUID | None:
    """The project a key is bound to; None for other keys and for sessions."""
    if key is None:
        return None
    bound = _BINDING.first(key=key.pk)
    return bound[0] if bound else None


_BINDING = CompiledQuery[tuple[UUID]](
    lambda key: ProjectKey.objects.filter(api_key_id=key).values_list("project_id")[:1], key=UUID
)


def key_scope(key: ApiKey | None, project_path: str = "pk") -> Q:
    """Filter that leaves a bound key the rows of its own project; `project_path` leads from a row to the project id."""
    if key is None:
        return Q()
    bound = ProjectKey.objects.filter(api_key_id=key.pk)
    # Free and bound keys by one condition of the caller's own query: asking for the binding costs no round trip.
    return ~Q(Exists(bound)) | Q(Exists(bound.filter(project_id=OuterRef(project_path))))


def visible_projects(user: Viewer, key: ApiKey | None = None) -> ProjectQuerySet:
    """Projects a request may see: the person's, and with a bound key only that one of them."""
    projects: ProjectQuerySet = Project.objects.visible_to(user)
    return projects.filter(key_scope(key))


def find_account(words: str) -> Account | None:
    """The active person with exactly this username or e-mail address (any case).

    No search by parts: whoever adds members must not be able to list the people of the house.
    """
    return Account.objects.filter(Q(username=words) | Q(email__iexact=words), is_active=True).first()


def member_account(*, project: Project, user_id: object) -> Account:
    """The account of an active member; raises NotFound."""
    member = ProjectMember.objects.active().filter(project=project, user_id=user_id).select_related("user").first()
    if member is None:
        raise NotFound(_("This person is not a member of the project."), code="member_not_found")
    return member.user


def project_for(user: Account, key: ApiKey | None, project_id: UUID | None = None) -> Project:
    """The project of a request: of the bound key > the one asked for > the person's oldest active one, own ones first.

    Raises NotFound: nothing visible, or the bound key belongs to another project than the one asked for.
    """
    project = None if project_id else _OLDEST.first(person=user.pk, key=key.pk if key else None)
    bound = project.__dict__["bound_id"] if project else bound_project_id(key)
    wanted = project_id or bound
    if bound not in (None, wanted):
        project = None
    elif wanted is not None and (project is None or project.pk != wanted):
        # Archived or not: falling through to another project would put a program's work where nobody looks for it.
        project = _visible_project(is_staff(user)).first(project=wanted, person=user.pk)
    if project is None:
        raise NotFound(_("There is no such project, or you are not a member of it."), code="project_not_found")
    project.__dict__["membership_of"] = user.pk
    return project


@cache
def _visible_project(staff: bool) -> CompiledQuery[Project]:
    def build(project: UUID, person: UUID) -> ProjectQuerySet:
        who = AnyPerson(person, is_staff=staff)
        return Project.objects.visible_to(who).with_membership(who).filter(pk=project)

    return CompiledQuery(build, project=UUID, person=UUID)


def _own_projects(person: UUID, key: UUID) -> ProjectQuerySet:
    who = AnyPerson(person, is_staff=False)
    # By membership, not by visibility: staff see every project, but do not mean somebody else's.
    mine = Project.objects.active().filter(members__user_id=person, members__status="active")
    bound = ProjectKey.objects.filter(api_key_id=key).values("project_id")[:1]
    oldest_first: ProjectQuerySet = mine.with_membership(who).annotate(bound_id=Subquery(bound)).own_first(who)[:1]
    return oldest_first


_OLDEST = CompiledQuery[Project](_own_projects, person=UUID, key=UUID)
