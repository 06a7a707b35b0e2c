"""Keys bound to a project: with one, a program acts as the person who made it, inside that project only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account, ApiKey, ApiKeyStatus
from accounts.scopes import allows
from accounts.services.keys import NAME_MAX_CHARS, create_api_key, revoke_api_key
from config.common.problems import DomainError, NotFound
from projects.models import Project, ProjectKey
from projects.services.activity import ActivityType, locked_project, log_activity

#: All a bound key may ever be given; a project's own key has them all. Neither `*` nor `account:read` is among them:
#: both reach beyond the project, and scopes that are added later must not reach keys that exist.
PROJECT_KEY_SCOPES = (
    "projects:read",
    "projects:write",
    "tasks:read",
    "tasks:write",
    "results:read",
    "results:write",
    "chat:read",
    "chat:write",
    "interactions:read",
    "text2sql:read",
    "text2sql:write",
    "tts:read",
    "tts:write",
)


class ScopeNotGrantable(DomainError):
    """The key cannot be given one of these scopes."""

    title = "Some fields are not valid."


@dataclass(frozen=True)
class NewProjectKey:
    """A bound key and its plain text, which is shown this once and stored nowhere."""

    key: ApiKey
    key_text: str


def grantable_scopes(by_key: ApiKey | None) -> tuple[str, ...]:
    """What a new project key may be given by a person (None) or by a program: never more than its own key has."""
    if by_key is None:
        return PROJECT_KEY_SCOPES
    return tuple(scope for scope in PROJECT_KEY_SCOPES if allows(by_key.permissions, scope))


def _check_scopes(permissions: Iterable[str], grantable: Iterable[str]) -> None:
    if refused := sorted(set(permissions) - set(grantable)):
        message = _("This key cannot be given: %(scopes)s") % {"scopes": ", ".join(refused)}
        raise ScopeNotGrantable(message, errors={"permissions": [message]})


@transaction.atomic
def create_project_key(
    *,
    project: Project,
    actor: Account,
    name: str,
    permissions: Sequence[str] | None = None,
    expires_at: datetime | None = None,
    by_key: ApiKey | None = None,
) -> NewProjectKey:
    """Further key of the project, acting as `actor`; None gives every scope that may be given.

    Raises ScopeNotGrantable for scopes beyond a project or beyond `by_key`, the key of the program that asks.
    """
    fresh = locked_project(project=project, actor=actor, ability="manage_keys")
    grantable = grantable_scopes(by_key)
    scopes = list(grantable if permissions is None else permissions)
    _check_scopes(scopes, grantable)
    key, text = create_api_key(user=actor, name=name, permissions=scopes, expires_at=expires_at)
    ProjectKey.objects.create(project=fresh, api_key=key)
    _log(fresh, actor, ActivityType.KEY_CREATED, key)
    return NewProjectKey(key, text)


@transaction.atomic
def revoke_project_key(*, project: Project, key_id: object, actor: Account) -> ApiKey:
    """End one bound key at once; revoking twice is no error. Raises NotFound for keys of elsewhere.

    The project's own key may be revoked, too: the project then has none that works until it is replaced.
    """
    fresh = locked_project(project=project, actor=actor, ability="manage_keys")
    link = ProjectKey.objects.select_related("api_key").filter(project=fresh, api_key_id=key_id).first()
    if link is None:
        raise NotFound(_("The project has no such key."), code="key_not_found")
    if link.api_key.status != ApiKeyStatus.ACTIVE:
        return link.api_key
    _log(fresh, actor, ActivityType.KEY_REVOKED, link.api_key)
    return revoke_api_key(key=link.api_key, actor=actor, reason="project")


@transaction.atomic
def rotate_project_key(*, project: Project, actor: Account, by_key: ApiKey | None = None) -> NewProjectKey:
    """Replace the project's own key (`Project.api_key`); the old one ends at once, the new one acts as `actor`.

    There is no overlap: a key is replaced because somebody may have seen it. Make a further key for a soft change.
    """
    fresh = locked_project(project=project, actor=actor, ability="manage_keys")
    old = fresh.api_key
    # Names of projects may be longer than those of keys.
    name = fresh.project_name[:NAME_MAX_CHARS]
    key, text = create_api_key(user=actor, name=name, permissions=list(grantable_scopes(by_key)))
    ProjectKey.objects.create(project=fresh, api_key=key)
    fresh.api_key = key
    fresh.save(update_fields=["api_key"])
    if old.status == ApiKeyStatus.ACTIVE:
        revoke_api_key(key=old, actor=actor, reason="replaced")
    _log(fresh, actor, ActivityType.KEY_ROTATED, key, old_key_id=str(old.key_id))
    return NewProjectKey(key, text)


def revoke_keys_of(*, project: Project, user: Account, actor: Account) -> None:
    """End every key by which `user` acts in this project; part of the transaction that removes the member."""
    # One by one, not by a bulk update: each end is announced to the processes that remember the key.
    links = ProjectKey.objects.select_related("api_key").filter(
        project=project, api_key__user=user, api_key__status=ApiKeyStatus.ACTIVE
    )
    for link in links:
        revoke_api_key(key=link.api_key, actor=actor, reason="member removed")
        _log(project, actor, ActivityType.KEY_REVOKED, link.api_key)


def _log(project: Project, actor: Account, kind: ActivityType, key: ApiKey, **more: str) -> None:
    log_activity(project=project, actor=actor, activity_type=kind, description=key.name, key_id=str(key.key_id), **more)
