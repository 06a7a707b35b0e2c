"""The rows of deviation scores: read as they have decayed, written under the person's lock."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models.functions import Now

from accounts.models import Account
from accounts.services.standing import note_deviation_score
from chatbot.models import DeviationEvent, DeviationRule, DeviationScore

#: What the audit's columns hold (D5 DECIMAL(5,2)).
MAX_SCORE = Decimal("999.99")
CENT = Decimal("0.01")


def lock_person(user_id: UUID) -> Account:
    """The account, so that changes of its scores come one after the other; rows that point to it are not held up."""
    return Account.objects.select_for_update(no_key=True).get(pk=user_id)


def present_score(user_id: UUID, project_id: UUID) -> float:
    """The score as it has decayed until now; 0 for who never strayed."""
    return DeviationScore.objects.filter(user_id=user_id, project_id=project_id).highest()


def store_score(user_id: UUID, project_id: UUID, score: float, half_life_seconds: float) -> None:
    """Write a score as of now, and the account's highest one beside it; the caller has locked the person."""
    DeviationScore.objects.bulk_create(
        [
            DeviationScore(
                user_id=user_id,
                project_id=project_id,
                score=max(score, 0.0),
                half_life_seconds=half_life_seconds,
                scored_at=Now(),
            )
        ],
        update_conflicts=True,
        unique_fields=["user", "project"],
        update_fields=["score", "half_life_seconds", "scored_at"],
    )
    highest = DeviationScore.objects.filter(user_id=user_id).highest()
    note_deviation_score(account_id=user_id, score=cents(highest))


def take_points(
    *,
    user_id: UUID,
    project_id: UUID,
    rule: DeviationRule,
    most: Decimal = MAX_SCORE,
    actor: Account | None = None,
    reason: str = "",
    **facts: Any,
) -> DeviationEvent | None:
    """Take points off a score, at most all of it; None where there is none. Runs in the caller's transaction."""
    lock_person(user_id)
    row = DeviationScore.objects.filter(user_id=user_id, project_id=project_id).first()
    if row is None:
        return None
    score = present_score(user_id, project_id)
    before = cents(score)
    delta = min(before, most)
    left = score - float(delta) if delta < before else 0.0
    store_score(user_id, project_id, left, row.half_life_seconds)
    return DeviationEvent.objects.create(
        user_id=user_id, project_id=project_id, rule=rule, delta=-delta, score_before=before,
        score_after=before - delta, actor=actor, reason=reason, **facts,
    )  # fmt: skip


def cents(score: float) -> Decimal:
    """As people and the audit read it."""
    return min(Decimal(score).quantize(CENT), MAX_SCORE)
