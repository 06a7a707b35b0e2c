"""Reads of projects and what belongs to them."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Case, Count, Exists, OuterRef, Q, Subquery, When

from accounts.querysets import Viewer, is_staff

if TYPE_CHECKING:
    from projects.models import Project, ProjectActivity, ProjectKey, ProjectMember


class ProjectQuerySet(models.QuerySet["Project"]):
    """Projects."""

    def visible_to(self, user: Viewer) -> Self:
        """Those one is an active member of (owners are members); staff see all."""
        if is_staff(user):
            return self
        # By the relation, because models.py imports this module; by EXISTS, because a join would repeat projects.
        members = self.model.members.rel.related_model._default_manager
        return self.filter(Exists(members.filter(project_id=OuterRef("pk"), user_id=user.pk, status="active")))

    def with_membership(self, user: Viewer) -> Self:
        """Adds `my_role` and `my_permissions` of `user`, so that a list needs no query per row for its abilities."""
        members = self.model.members.rel.related_model._default_manager
        mine = members.filter(project_id=OuterRef("pk"), user_id=user.pk, status="active")
        return self.annotate(
            my_role=Subquery(mine.values("role")[:1]), my_permissions=Subquery(mine.values("permissions")[:1])
        )

    def with_member_count(self) -> Self:
        """Adds `member_count`: active members."""
        members = self.model.members.rel.related_model._default_manager
        # The empty order keeps a default order of the rows out of GROUP BY, which would count each row alone.
        counted = members.filter(project_id=OuterRef("pk"), status="active").order_by().values("project_id")
        return self.annotate(member_count=Subquery(counted.annotate(count=Count("pk")).values("count")))

    def active(self) -> Self:
        """Not archived."""
        return self.filter(status="active")

    def own_first(self, user: Viewer) -> Self:
        """One's own before other people's, the oldest first."""
        return self.order_by(Case(When(user_id=user.pk, then=0), default=1), "pk")

    def search(self, words: str) -> Self:
        """Name or description contains the words, in any case; `%` and `_` stand for themselves."""
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
        # A join repeats nothing here: a person has at most one row in a project.
        return self.filter(project__members__user_id=user.pk, project__members__status="active")


class ProjectKeyQuerySet(models.QuerySet["ProjectKey"]):
    """Keys bound to projects."""

    def visible_to(self, user: Viewer) -> Self:
        """Keys of one's projects."""
        if is_staff(user):
            return self
        return self.filter(project__members__user_id=user.pk, project__members__status="active")
