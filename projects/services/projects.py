"""Create, change, archive and restore projects."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account, ApiKey
from accounts.services.keys import NAME_MAX_CHARS, create_api_key
from config.common.problems import Forbidden
from projects.models import MemberRole, Project, ProjectKey, ProjectMember, ProjectStatus
from projects.selectors import bound_project_id
from projects.services.activity import ActivityType, locked_project, log_activity
from projects.services.fields import as_json, clean_fields
from projects.services.keys import grantable_scopes
from projects.services.names import name_guarded_transaction


class ProjectChanges(TypedDict, total=False):
    """What `update_project` may change; absent fields stay."""

    project_name: str
    project_description: str | None
    priority: int | None
    deadline: datetime | None
    metadata: dict[str, Any] | None
    settings: dict[str, Any] | None
    allowed_intents: Sequence[str] | None
    task_scope: str | None


@dataclass(frozen=True)
class NewProject:
    """A project and its key's plain text, which is shown this once and stored nowhere."""

    project: Project
    key_text: str


def create_project_with_key(
    *, user: Account, by_key: ApiKey | None = None, **fields: Unpack[ProjectChanges]
) -> NewProject:
    """Project with its owner's membership and its own bound key; raises InvalidProject or ProjectNameTaken.

    `by_key` is the key that asks, if a program does: the new key can do no more than it, and a bound one is refused.
    """
    if bound_project_id(by_key) is not None:
        raise Forbidden(_("A key that is bound to a project cannot create projects."), code="project_bound_key")
    # Before the transaction: what cannot be stored should not open one.
    values = clean_fields(fields, creating=True)
    with name_guarded_transaction():
        return _insert(user, values, grantable_scopes(by_key))


def _insert(user: Account, values: dict[str, Any], scopes: Sequence[str]) -> NewProject:
    # The key comes first because `Project.api_key` may not be empty; its binding needs the project and comes after.
    key, text = create_api_key(user=user, name=values["project_name"][:NAME_MAX_CHARS], permissions=list(scopes))
    project = Project.objects.create(user=user, api_key=key, **values)
    ProjectKey.objects.create(project=project, api_key=key)
    ProjectMember.objects.create(project=project, user=user, role=MemberRole.OWNER, assigned_by=user)
    log_activity(
        project=project,
        actor=user,
        activity_type=ActivityType.PROJECT_CREATED,
        description=project.project_name,
        key_id=str(key.key_id),
    )
    return NewProject(project, text)


def create_project(*, user: Account, **fields: Unpack[ProjectChanges]) -> Project:
    """As `create_project_with_key`, for callers that need no key."""
    return create_project_with_key(user=user, **fields).project


def update_project(*, project: Project, actor: Account, **changes: Unpack[ProjectChanges]) -> Project:
    """Change the given fields; the log keeps old and new values. Raises InvalidProject, ProjectNameTaken, Forbidden.

    A request that changes nothing writes nothing.
    """
    with name_guarded_transaction():
        fresh = locked_project(project=project, actor=actor, ability="update")
        # A value that stays is not checked again: an old deadline may lie in the past by now.
        given = {name: value for name, value in changes.items() if value != getattr(fresh, name)}
        values = {name: new for name, new in clean_fields(given).items() if new != getattr(fresh, name)}
        if values:
            _change(fresh, actor, values)
        return fresh


def _change(project: Project, actor: Account, values: dict[str, Any]) -> None:
    diff = {name: {"old": as_json(getattr(project, name)), "new": as_json(new)} for name, new in values.items()}
    for name, new in values.items():
        setattr(project, name, new)
    project.save(update_fields=list(values))
    log_activity(
        project=project,
        actor=actor,
        activity_type=ActivityType.PROJECT_UPDATED,
        description=", ".join(values),
        changes=diff,
    )
    # updated_at belongs to the database's trigger.
    project.refresh_from_db(fields=["updated_at"])


def archive_project(*, project: Project, actor: Account) -> Project:
    """Soft delete: readable, accepts nothing new. Archiving twice is no error and logs once."""
    return _set_status(project, actor, ProjectStatus.ARCHIVED, ActivityType.PROJECT_ARCHIVED)


def restore_project(*, project: Project, actor: Account) -> Project:
    """Undo `archive_project`."""
    return _set_status(project, actor, ProjectStatus.ACTIVE, ActivityType.PROJECT_RESTORED)


@transaction.atomic
def _set_status(project: Project, actor: Account, status: ProjectStatus, activity_type: ActivityType) -> Project:
    fresh = locked_project(project=project, actor=actor, ability="archive")
    if fresh.status != status:
        fresh.status = status
        fresh.save(update_fields=["status"])
        log_activity(project=fresh, actor=actor, activity_type=activity_type)
        fresh.refresh_from_db(fields=["updated_at"])
    return fresh
