"""Corrections of the classifier by staff: what they say of a prompt is an example for the next ones."""

import logging
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account
from chatbot.intents import UNKNOWN
from chatbot.models import DeviationEvent, DeviationRule, IntentLabel
from chatbot.selectors.embedders import as_vector
from chatbot.selectors.intents import forget_classifiers
from chatbot.selectors.scope import policy_of
from chatbot.selectors.vectors import intent_embedder
from chatbot.services.scores import take_points
from config.common.problems import DomainError, Forbidden, Unavailable
from monitoring.audit import moment_of
from monitoring.audit.redaction import redact
from monitoring.models import Interaction
from projects.models import Project
from tasks.engines.errors import EngineError

logger = logging.getLogger(__name__)

#: The embedding model reads no further, and the rest may be private.
MAX_CHARACTERS = 2_000
INTENT_MAX_CHARACTERS = 100


class InvalidLabel(DomainError):
    """No text to learn from, or no intent."""

    code = "invalid_label"
    title = "The label cannot be kept."


@transaction.atomic
def correct_label(
    *,
    intent: str,
    actor: Account,
    text: str = "",
    interaction_id: UUID | None = None,
    project: Project | None = None,
) -> IntentLabel:
    """Keep a prompt as an example of `intent`, everywhere or in `project`; of a call, its stored prompt unless `text`.

    Points that the call cost are given back when it was within the scope after all. Raises InvalidLabel, Forbidden,
    Unavailable.
    """
    if not actor.is_staff:
        raise Forbidden(_("Only administrators may do this."))
    name = intent.strip()[:INTENT_MAX_CHARACTERS]
    if not name or name == UNKNOWN:
        raise InvalidLabel(errors={"intent": [_("Name an intent.")]})
    call = _interaction(interaction_id) if interaction_id else None
    given = text.strip() or (call.prompt if call else "")
    kept = redact(given.replace("\x00", "")).strip()[:MAX_CHARACTERS]
    if not kept:
        raise InvalidLabel(errors={"text": [_("There is no text to learn from: it was not stored, or is deleted.")]})
    vector = _vector(kept)
    fields = {"text": kept, "intent": name, "embedding": vector, "project": project, "created_by": actor}
    if interaction_id is None:
        label = IntentLabel.objects.create(**fields)
    else:
        label, _made = IntentLabel.objects.update_or_create(interaction_id=interaction_id, defaults=fields)
    if call is not None:
        _give_back(call, name, actor)
    transaction.on_commit(forget_classifiers)
    logger.info("chatbot.scope.label_corrected", extra={"intent": name, "actor": str(actor)})
    return label


@transaction.atomic
def remove_label(*, label: IntentLabel) -> None:
    """Forget a label and its text."""
    label.delete()
    transaction.on_commit(forget_classifiers)


def _vector(text: str) -> list[float]:
    try:
        return as_vector(intent_embedder().embed([text])[0])
    except EngineError as error:
        raise Unavailable(error.message) from error


def _interaction(interaction_id: UUID) -> Interaction:
    try:
        # With its time, only one partition is looked into.
        call = Interaction.objects.filter(pk=interaction_id, timestamp=moment_of(interaction_id)).first()
    except (ValueError, OverflowError):
        call = None
    if call is None:
        raise InvalidLabel(errors={"interaction_id": [_("There is no such model call.")]})
    return call


def _give_back(call: Interaction, intent: str, actor: Account) -> None:
    events = DeviationEvent.objects.filter(interaction_id=call.pk)
    charged = events.filter(rule=DeviationRule.OFF_SCOPE).select_related("project").first()
    policy = policy_of(charged.project) if charged else None
    if charged is None or policy is None or intent not in policy.inside:
        return
    if events.filter(rule=DeviationRule.CORRECTED).exists():
        return
    take_points(
        user_id=charged.user_id, project_id=charged.project_id, rule=DeviationRule.CORRECTED, most=charged.delta,
        actor=actor, interaction_id=call.pk, intent=intent,
    )  # fmt: skip
