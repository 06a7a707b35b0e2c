"""What a call costs its person (D5): points are added to a score that decays, warns and blocks; staff reset it."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.services import InvalidAccount, WrongAccountState
from accounts.services.standing import check_actor
from chatbot.intents import UNKNOWN, Classification
from chatbot.models import DeviationEvent, DeviationRule, DeviationScore, Message
from chatbot.selectors.scope import ScopeLevel, ScopePolicy
from chatbot.services.blocking import block_person
from chatbot.services.scores import CENT, MAX_SCORE, cents, lock_person, present_score, store_score, take_points

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ScopeVerdict:
    """What a call was about and what that did to the person's score; `level` is ok where the project only observes."""

    intent: str = UNKNOWN
    confidence: float = 0.0
    before: Decimal = Decimal(0)
    after: Decimal = Decimal(0)
    level: ScopeLevel = ScopeLevel.OK

    def facts(self) -> dict[str, Any]:
        """Fields of the audit's entry."""
        return {
            "intent_classification": self.intent,
            "confidence_score": Decimal(self.confidence).quantize(CENT),
            "deviation_score_delta": self.after - self.before,
            "user_score_before": self.before,
            "user_score_after": self.after,
        }


def record_charges(
    *,
    policy: ScopePolicy,
    user_id: UUID,
    interaction_id: UUID,
    classification: Classification,
    charges: Mapping[DeviationRule, float],
    question_id: UUID | None = None,
) -> ScopeVerdict:
    """Add the points of a call to the person's score, block where the policy says so; parallel calls add up exactly.

    A call that is recorded already changes nothing, nor does another answer to the same question of the chat. Without
    charges nothing is locked.
    """
    points = {rule: Decimal(value).quantize(CENT) for rule, value in charges.items()}
    points = {rule: value for rule, value in points.items() if value > 0}
    if not points:
        before = after = cents(present_score(user_id, policy.project_id))
        is_blocked = False
    else:
        before, after, is_blocked = _charge(policy, user_id, interaction_id, classification, points, question_id)
    level = ScopeLevel.BLOCKED if is_blocked else policy.level_at(float(after))
    return ScopeVerdict(classification.intent, classification.confidence, before, after, level)


@transaction.atomic
def _charge(
    policy: ScopePolicy,
    user_id: UUID,
    interaction_id: UUID,
    classification: Classification,
    points: Mapping[DeviationRule, Decimal],
    question_id: UUID | None,
) -> tuple[Decimal, Decimal, bool]:
    account = lock_person(user_id)
    known = list(DeviationEvent.objects.filter(interaction_id=interaction_id).order_by("pk"))
    if known:
        return known[0].score_before, known[-1].score_after, False
    score = present_score(user_id, policy.project_id)
    before = after = cents(score)
    if question_id is not None and _is_charged(question_id):
        return before, before, False
    for rule, value in points.items():
        delta = min(value, MAX_SCORE - after)
        DeviationEvent.objects.create(
            user_id=user_id, project_id=policy.project_id, interaction_id=interaction_id, rule=rule,
            intent=classification.intent, confidence=Decimal(classification.confidence).quantize(CENT), delta=delta,
            score_before=after, score_after=after + delta,
        )  # fmt: skip
        after += delta
    store_score(user_id, policy.project_id, score + float(after - before), policy.half_life_seconds)
    facts = {"account": str(user_id), "project": str(policy.project_id), "score": str(after)}
    logger.info("chatbot.scope.charged", extra={**facts, "rules": [rule.value for rule in points]})
    is_blocked = policy.blocks and after >= Decimal(policy.block_score)
    if is_blocked:
        block_person(account=account, policy=policy, score=after)
    return before, after, is_blocked


def _is_charged(question_id: UUID) -> bool:
    """Whether another answer to the question was: people ask once, however many engines answer."""
    replies = Message.objects.filter(parent_message_id=question_id).values_list("pk", flat=True)
    return DeviationEvent.objects.filter(interaction_id__in=list(replies)).exists()


def prune_events() -> int:
    """Delete events that are older than the audit's rows; returns how many. Scores do not rest on them."""
    months = timedelta(days=31 * settings.INTERACTION_RETENTION_MONTHS)
    deleted, _by_model = DeviationEvent.objects.filter(created_at__lt=timezone.now() - months).delete()
    return deleted


@transaction.atomic
def reset_score(*, score: DeviationScore, actor: Account, reason: str) -> None:
    """Begin a person's score in a project anew; an open block stays. Raises InvalidAccount, Forbidden, Conflict."""
    check_actor(score.user, actor)
    if not reason.strip():
        raise InvalidAccount(errors={"reason": [_("Say why.")]})
    event = take_points(
        user_id=score.user_id, project_id=score.project_id, rule=DeviationRule.RESET, actor=actor, reason=reason.strip()
    )
    if event is None or not event.delta:
        raise WrongAccountState(_("The score is zero already."), code="nothing_to_reset")
    logger.info("chatbot.scope.reset", extra={"account": str(score.user_id), "actor": str(actor)})
