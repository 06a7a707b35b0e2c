"""Who asks for what does not belong to a project's scope (D5): scores, what changed them, blocks, corrected labels."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from pgvector.django import VectorField

from accounts.models import Account
from chatbot.models.file import DIMENSIONS
from chatbot.querysets import (
    DeviationBlockQuerySet,
    DeviationEventQuerySet,
    DeviationScoreQuerySet,
    IntentLabelQuerySet,
)
from config.common.models import CreatedModel, TimestampedModel, one_of, uuid7_key
from projects.models import Project


class DeviationRule(models.TextChoices):
    """What changed a score."""

    OFF_SCOPE = "off_scope", _("Outside the scope")
    HOPPING = "hopping", _("From subject to subject")
    BURST = "burst", _("Too many at once")
    OVERSIZE = "oversize", _("Too long")
    CORRECTED = "corrected", _("Label corrected")
    LIFTED = "lifted", _("Block lifted")
    RESET = "reset", _("Reset by staff")


class DeviationScore(models.Model):
    """How far a person has strayed in one project, as it was at `scored_at`; since then it has decayed.

    One score for each project, because a project's owner chooses its scope: what counts there must not count elsewhere.
    """

    id = uuid7_key()
    user = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", verbose_name=_("person"))
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", verbose_name=_("project"))
    # Exact to more than the two digits that people read: decay between frequent events would be rounded away.
    score = models.FloatField(_("score"), default=0)
    half_life_seconds = models.FloatField(_("half-life (seconds)"))
    scored_at = models.DateTimeField(_("scored at"), db_default=Now())

    objects = DeviationScoreQuerySet.as_manager()

    class Meta:
        db_table = "deviation_scores"
        verbose_name = _("deviation score")
        verbose_name_plural = _("deviation scores")
        constraints = [
            models.UniqueConstraint(fields=["user", "project"], name="deviation_scores_once"),
            models.CheckConstraint(
                condition=Q(score__gte=0, half_life_seconds__gt=0), name="deviation_scores_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.project_id} {self.score:.2f}"


class DeviationEvent(CreatedModel):
    """One change of a score. A call and a rule make one event at most, however often the call's work is tried."""

    id = uuid7_key()
    user = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", verbose_name=_("person"))
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", verbose_name=_("project"))
    # Interactions are partitioned and dropped by the month: they are named, not referenced.
    interaction_id = models.UUIDField(_("model call"), null=True)
    rule = models.CharField(_("rule"), max_length=20, choices=DeviationRule.choices)
    intent = models.CharField(_("intent"), max_length=100, blank=True, default="")
    confidence = models.DecimalField(_("confidence"), max_digits=3, decimal_places=2, null=True)
    delta = models.DecimalField(_("change"), max_digits=5, decimal_places=2)
    score_before = models.DecimalField(_("score before"), max_digits=5, decimal_places=2)
    score_after = models.DecimalField(_("score after"), max_digits=5, decimal_places=2)
    actor = models.ForeignKey(
        Account, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("staff member")
    )
    reason = models.TextField(_("reason"), blank=True, default="")

    objects = DeviationEventQuerySet.as_manager()

    class Meta:
        db_table = "deviation_events"
        verbose_name = _("deviation event")
        verbose_name_plural = _("deviation events")
        indexes = [
            models.Index(fields=["user", "project", "id"], name="deviation_events_person"),
            models.Index(fields=["project", "id"], name="deviation_events_project"),
            models.Index(fields=["intent", "id"], name="deviation_events_intent"),
            models.Index(fields=["created_at"], name="deviation_events_time"),
        ]
        constraints = [
            one_of("rule", DeviationRule.values, name="deviation_events_valid_rule"),
            models.UniqueConstraint(fields=["interaction_id", "rule"], name="deviation_events_once"),
            models.CheckConstraint(
                condition=Q(score_after=F("score_before") + F("delta")), name="deviation_events_add_up"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.delta:+}"


class DeviationBlock(CreatedModel):
    """Keeps a person from asking engines in one project, until staff lift it; the person reads `reason`."""

    id = uuid7_key()
    user = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", verbose_name=_("person"))
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", verbose_name=_("project"))
    reason = models.TextField(_("reason"))
    score = models.DecimalField(_("score"), max_digits=5, decimal_places=2)
    lifted_at = models.DateTimeField(_("lifted at"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        Account, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("lifted by")
    )
    lift_reason = models.TextField(_("why it was lifted"), blank=True, default="")
    appeal = models.TextField(_("appeal"), blank=True, default="")
    appealed_at = models.DateTimeField(_("appealed at"), null=True, blank=True)

    objects = DeviationBlockQuerySet.as_manager()

    class Meta:
        db_table = "deviation_blocks"
        verbose_name = _("scope block")
        verbose_name_plural = _("scope blocks")
        indexes = [models.Index(fields=["user", "id"], name="deviation_blocks_person")]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "project"], condition=Q(lifted_at=None), name="deviation_blocks_one_open"
            ),
            models.CheckConstraint(
                condition=Q(appealed_at=None, appeal="") | (Q(appealed_at__isnull=False) & ~Q(appeal="")),
                name="deviation_blocks_appeal_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.project_id}"

    @property
    def is_open(self) -> bool:
        """Not lifted."""
        return self.lifted_at is None


class IntentLabel(TimestampedModel):
    """A prompt whose intent staff have said: an example for the classifier, everywhere or in one project."""

    id = uuid7_key()
    text = models.TextField(_("prompt"))
    intent = models.CharField(_("intent"), max_length=100)
    embedding = VectorField(_("meaning"), dimensions=DIMENSIONS)
    project = models.ForeignKey(
        Project,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("project"),
        help_text=_("Empty: it teaches in every project."),
    )
    created_by = models.ForeignKey(
        Account, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("staff member")
    )
    interaction_id = models.UUIDField(_("model call"), null=True, blank=True)

    objects = IntentLabelQuerySet.as_manager()

    class Meta(TimestampedModel.Meta):
        db_table = "intent_labels"
        verbose_name = _("corrected label")
        verbose_name_plural = _("corrected labels")
        constraints = [
            # Who corrects the same call again changes its label.
            models.UniqueConstraint(fields=["interaction_id"], name="intent_labels_once"),
        ]

    def __str__(self) -> str:
        return f"{self.intent}: {self.text[:50]}"
