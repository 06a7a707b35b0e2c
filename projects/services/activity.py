"""The activity log: one row per change, written in the change's own transaction."""

from typing import Any

from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from config.common.problems import Forbidden, NotFound
from projects.models import Project, ProjectActivity, ProjectStatus
from projects.selectors import NOT_WHEN_ARCHIVED, get_abilities


class ActivityType(models.TextChoices):
    """Everything that is logged.

    These values are in the rows: one that is renamed leaves old entries without their words and icons.
    """

    PROJECT_CREATED = "project.created", _("Project created")
    PROJECT_UPDATED = "project.updated", _("Project changed")
    PROJECT_ARCHIVED = "project.archived", _("Project archived")
    PROJECT_RESTORED = "project.restored", _("Project restored")
    OWNER_CHANGED = "project.owner_changed", _("Ownership transferred")
    MEMBER_ADDED = "member.added", _("Member added")
    MEMBER_ROLE_CHANGED = "member.role_changed", _("Role changed")
    MEMBER_REMOVED = "member.removed", _("Member removed")
    KEY_CREATED = "key.created", _("Key created")
    KEY_REVOKED = "key.revoked", _("Key revoked")
    KEY_ROTATED = "key.rotated", _("Key replaced")


def log_activity(
    *, project: Project, actor: Account, activity_type: ActivityType, description: str = "", **metadata: Any
) -> ProjectActivity:
    """Add a row; call it inside the transaction of the change. `metadata` must be JSON."""
    return ProjectActivity.objects.create(
        project=project,
        user=actor,
        activity_type=activity_type,
        activity_description=description,
        metadata=metadata,
    )


def locked_project(*, project: Project, actor: Account, ability: str) -> Project:
    """Fresh copy of the row, locked until the transaction ends: changes of one project happen one after another.

    Every service takes this lock first, so that no two of them can wait for each other.
    Raises NotFound when `actor` may not even see it and Forbidden without `ability`.
    """
    # The caller's instance may be old: state and role are read behind the lock, where nobody can change them any more.
    fresh = Project.objects.select_for_update(of=("self",)).filter(pk=project.pk).first()
    abilities = get_abilities(project=fresh, user=actor) if fresh else {}
    if fresh is None or not abilities["view"]:
        raise NotFound(code="project_not_found")
    if not abilities[ability]:
        # Only where the archive is what forbids it: "restore it first" is no answer to somebody who may not restore.
        if fresh.status == ProjectStatus.ARCHIVED and ability in NOT_WHEN_ARCHIVED:
            raise Forbidden(_t("The project is archived. Restore it first."), code="project_archived")
        raise Forbidden(_t("Your role in this project does not allow this."))
    return fresh
