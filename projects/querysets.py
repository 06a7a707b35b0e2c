"""Reads of projects and what belongs to them."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.querysets import Viewer, is_staff

if TYPE_CHECKING:
    pass


class ProjectQuerySet(models.QuerySet["Project"]):
    """Projects."""

    def visible_to(self, user: Viewer) -> Self:
        """Those one is an active member of (owners are members); staff see all."""
        if is_staff(user):
            return self
        members = self.model.members.rel.related_model._default_manager
        return self.filter(Exists(members.filter(project_id=OuterRef("pk"), user_id=user.pk, status="active")))

    def active(self) -> Self:
        """Not archived."""
        return self.filter(status="active")

    def search(self, words: str) -> Self:
        """Name or description contains the words."""
        return self.filter(Q(project_name__icontains=words) | Q(project_description__icontains=words))


class ProjectMemberQuerySet(models.QuerySet["ProjectMember"]):
    """Memberships."""

    def visible_to(self, user: Viewer) -> Self:
        """Members of one's projects."""
        if is_staff(user):
            return self
        own = self.model._default_manager.filter(user_id=user.pk, status="active").values("project_id")
        return self.filter(project_id__in=own)

    def active(self) -> Self:
        """Not removed."""
        return self.filter(status="active")


class ProjectActivityQuerySet(models.QuerySet["ProjectActivity"]):
    """Activity log."""

    def visible_to(self, user: Viewer) -> Self:
        """Activity of one's projects."""
        if is_staff(user):
            return self
        return self.filter(project__members__user_id=user.pk, project__members__status="active")


class ProjectKeyQuerySet(models.QuerySet["ProjectKey"]):
    """Keys bound to projects."""

    def visible_to(self, user: Viewer) -> Self:
        """Keys of one's projects."""
        if is_staff(user):
            return self
        return self.filter(project__members__user_id=user.pk, project__members__status="active")
