"""Reads of conversations, messages, memories, files and passages. Chats are private, to staff too."""

from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.db import models
from django.db.models import Count, F, FloatField, Max, Q, Sum, Value
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Coalesce, Extract, Greatest, Now, Power

from accounts.querysets import Viewer, is_staff

if TYPE_CHECKING:
    from chatbot.models import (
        Conversation,
        DeviationBlock,
        DeviationEvent,
        DeviationScore,
        ImportItem,
        ImportOrigin,
        ImportRun,
        IntentLabel,
        Memory,
        Message,
        MessageVote,
        Passage,
        ShareLink,
        StoredCompletion,
        UploadedFile,
    )


class ConversationQuerySet(models.QuerySet["Conversation"]):
    """Conversations."""

    def visible_to(self, user: Viewer) -> Self:
        """One's own; temporary ones until they expire."""
        return self.filter(user_id__in=[user.pk]).exclude(expires_at__lte=Now())

    def listed(self) -> Self:
        """Those that lists and searches show: not temporary."""
        return self.filter(expires_at=None)

    def newest_first(self) -> Self:
        """Pinned ones, then by the last message."""
        return self.order_by("-is_pinned", "-last_message_at", "-id")

    def expired(self) -> Self:
        """Temporary ones whose time is over."""
        return self.filter(expires_at__lte=Now())


class MessageQuerySet(models.QuerySet["Message"]):
    """Messages."""

    def visible_to(self, user: Viewer) -> Self:
        """Of one's own conversations."""
        return self.filter(conversation__user_id__in=[user.pk]).exclude(conversation__expires_at__lte=Now())

    def siblings_of(self, message: "Message") -> Self:
        """All versions of a turn, itself included, in their order."""
        same_place = self.filter(conversation_id=message.conversation_id, parent_message_id=message.parent_message_id)
        return same_place.filter(role=message.role).order_by("version")

    def streaming(self) -> Self:
        """Replies that a writer owns now."""
        return self.filter(heartbeat_at__isnull=False)


class MemoryQuerySet(models.QuerySet["Memory"]):
    """Memories."""

    def visible_to(self, user: Viewer) -> Self:
        """One's own and the public ones of others."""
        return self.filter(Q(user_id__in=[user.pk]) | Q(is_public=True))

    def owned_by(self, user: Viewer) -> Self:
        """Those one may change."""
        return self.filter(user_id__in=[user.pk])


class UploadedFileQuerySet(models.QuerySet["UploadedFile"]):
    """Files."""

    def visible_to(self, user: Viewer) -> Self:
        """One's own."""
        return self.filter(user_id__in=[user.pk])

    def stored_bytes(self) -> int:
        """What these files take of a person's storage; equal files of one person count once each time they are kept."""
        total = self.aggregate(total=models.Sum(F("file_size")))["total"]
        return int(total or 0)


class PassageQuerySet(models.QuerySet["Passage"]):
    """Passages of files and of the guide."""

    def visible_to(self, user: Viewer) -> Self:
        """Of one's own files, and of the guide, which everybody may read."""
        return self.filter(Q(file__user_id__in=[user.pk]) | Q(file=None))


class ShareLinkQuerySet(models.QuerySet["ShareLink"]):
    """Shared links."""

    def visible_to(self, user: Viewer) -> Self:
        """One's own."""
        return self.filter(user_id__in=[user.pk])

    def open(self) -> Self:
        """Neither revoked nor over, of people who may still act."""
        return self.filter(revoked_at=None, expires_at__gt=Now(), user__is_active=True, user__is_blocked=False)


class StoredCompletionQuerySet(models.QuerySet["StoredCompletion"]):
    """Completions that programs asked to keep."""

    def visible_to(self, user: Viewer) -> Self:
        """One's own."""
        return self.filter(user_id__in=[user.pk])

    def oldest_beyond(self, count: int, size_bytes: int) -> list[UUID]:
        """Those that must go for the others to fit into so many rows and bytes."""
        totals = self.aggregate(rows=Count("pk"), size=Coalesce(Sum("size_bytes"), 0))
        over_count, over_bytes = totals["rows"] - count, totals["size"] - size_bytes
        going: list[UUID] = []
        if over_count > 0 or over_bytes > 0:
            for pk, size in self.order_by("id").values_list("pk", "size_bytes").iterator(chunk_size=100):
                if len(going) >= over_count and over_bytes <= 0:
                    break
                going.append(pk)
                over_bytes -= size
        return going


class MessageVoteQuerySet(models.QuerySet["MessageVote"]):
    """Votes."""

    def visible_to(self, user: Viewer) -> Self:
        """One's own."""
        return self.filter(user_id__in=[user.pk])


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    """Imports."""

    def visible_to(self, user: Viewer) -> Self:
        """One's own."""
        return self.filter(user_id__in=[user.pk])

    def stored_bytes(self) -> int:
        """What the files of these imports take."""
        total = self.exclude(file_path="").aggregate(total=models.Sum(F("file_size")))["total"]
        return int(total or 0)


class ImportItemQuerySet(models.QuerySet["ImportItem"]):
    """Lines of reports."""

    def visible_to(self, user: Viewer) -> Self:
        """Of one's own imports."""
        return self.filter(run__user_id__in=[user.pk])


class ImportOriginQuerySet(models.QuerySet["ImportOrigin"]):
    """Origins of conversations and memories."""

    def visible_to(self, user: Viewer) -> Self:
        """One's own."""
        return self.filter(user_id__in=[user.pk])


class DeviationScoreQuerySet(models.QuerySet["DeviationScore"]):
    """Scores."""

    def visible_to(self, user: Viewer) -> Self:
        """One's own; staff see all."""
        return self if is_staff(user) else self.filter(user_id__in=[user.pk])

    def with_present_score(self) -> Self:
        """Adds `present_score`."""
        return self.annotate(present_score=_present_score())

    def highest(self) -> float:
        """The highest present score of these rows; 0 where there is none."""
        return float(self.aggregate(highest=Max(_present_score()))["highest"] or 0.0)


def _present_score() -> CombinedExpression:
    """The score, halved once for each half-life since it was counted, by the database's clock."""
    elapsed = Extract(Now() - F("scored_at"), "epoch", output_field=FloatField())
    # A clock that was set back must not raise scores.
    halvings = Greatest(elapsed / F("half_life_seconds"), Value(0.0), output_field=FloatField())
    return F("score") * Power(Value(0.5, FloatField()), halvings, output_field=FloatField())


class DeviationEventQuerySet(models.QuerySet["DeviationEvent"]):
    """Changes of scores."""

    def visible_to(self, user: Viewer) -> Self:
        """One's own; staff see all."""
        return self if is_staff(user) else self.filter(user_id__in=[user.pk])


class DeviationBlockQuerySet(models.QuerySet["DeviationBlock"]):
    """Blocks."""

    def visible_to(self, user: Viewer) -> Self:
        """One's own; staff see all."""
        return self if is_staff(user) else self.filter(user_id__in=[user.pk])

    def open(self) -> Self:
        """Not lifted."""
        return self.filter(lifted_at=None)


class IntentLabelQuerySet(models.QuerySet["IntentLabel"]):
    """Corrected labels."""

    def visible_to(self, user: Viewer) -> Self:
        """Operations only: they hold what people have asked."""
        return self if is_staff(user) else self.none()

    def teaching(self, project_id: UUID) -> Self:
        """Those that count in a project: its own and the house's."""
        return self.filter(Q(project_id=project_id) | Q(project=None))
