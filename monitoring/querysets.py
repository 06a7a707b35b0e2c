"""Reads of the audit of model calls, of its sums and of what moves it."""

from datetime import timedelta
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import DurationField, Q, Value
from django.db.models.functions import Now

from accounts.querysets import Viewer, is_staff
from projects.models import MemberRole, ProjectMember

if TYPE_CHECKING:
    from monitoring.models import Interaction, InteractionUsage, StreamOffset, StreamReject

#: Who sees what everybody did in a project.
OVERSEERS = (MemberRole.OWNER, MemberRole.MANAGER)


class InteractionQuerySet(models.QuerySet["Interaction"]):
    """Model calls."""

    def visible_to(self, user: Viewer) -> Self:
        """One's own, and everybody's in projects that one owns or manages; staff see all."""
        return self if is_staff(user) else self.filter(_seen_by(user))

    def without_content(self) -> Self:
        """What people and engines said is left out: it may be long, and lists do not show it."""
        return self.defer("prompt", "response", "system_message")

    def newest_first(self) -> Self:
        """By `timestamp`, whose indexes end with it."""
        return self.order_by("-timestamp", "-id")


class InteractionUsageQuerySet(models.QuerySet["InteractionUsage"]):
    """Sums of model calls by the hour."""

    def visible_to(self, user: Viewer) -> Self:
        """As the calls that they are made of."""
        return self if is_staff(user) else self.filter(_seen_by(user))

    def of_last_day(self) -> Self:
        """Hours that began in the last 24, the running one among them."""
        return self.filter(hour__gt=Now() - Value(timedelta(days=1), output_field=DurationField()))


def _seen_by(user: Viewer) -> Q:
    overseen = ProjectMember.objects.active().filter(user_id=user.pk, role__in=OVERSEERS).values("project_id")
    # "in", because an anonymous viewer's None would match the calls that belong to nobody.
    return Q(user_id__in=[user.pk]) | Q(project_id__in=overseen)


class StreamOffsetQuerySet(models.QuerySet["StreamOffset"]):
    """How far streams were moved."""

    def visible_to(self, user: Viewer) -> Self:
        """Operations only."""
        return self if is_staff(user) else self.none()


class StreamRejectQuerySet(models.QuerySet["StreamReject"]):
    """Entries that fit no table."""

    def visible_to(self, user: Viewer) -> Self:
        """Operations only."""
        return self if is_staff(user) else self.none()
