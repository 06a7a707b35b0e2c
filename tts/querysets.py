"""Reads of audio requests and files."""

from typing import TYPE_CHECKING, Self

from django.db import models

from accounts.querysets import Viewer, is_staff
from tasks.models import Task

if TYPE_CHECKING:
    from tts.models import AudioFile, AudioRequest


class AudioRequestQuerySet(models.QuerySet["AudioRequest"]):
    """Requests."""

    def visible_to(self, user: Viewer) -> Self:
        """Requests whose task one may see.

        By a subquery and not by a join, so that no request comes twice and updates stay possible.
        """
        return self if is_staff(user) else self.filter(task__in=Task.objects.visible_to(user))


class AudioFileQuerySet(models.QuerySet["AudioFile"]):
    """Files."""

    def visible_to(self, user: Viewer) -> Self:
        """Files of requests one may see."""
        return self if is_staff(user) else self.filter(request__task__in=Task.objects.visible_to(user))
