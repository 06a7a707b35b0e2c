"""Blocks of people in projects: made when a score reaches its limit, appealed by the person, lifted by staff."""

import logging
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.services.standing import check_actor
from chatbot.models import DeviationBlock, DeviationEvent, DeviationRule
from chatbot.selectors.blocks import forget_block, open_block_reason
from chatbot.selectors.scope import ScopePolicy
from chatbot.services.scores import lock_person, take_points
from config.common.problems import Conflict, DomainError, Forbidden, NotFound

logger = logging.getLogger(__name__)

MAX_TEXT_CHARACTERS = 2_000
#: The reason names what the last so many events were about.
_NAMED_EVENTS = 20


class ScopeBlocked(Forbidden):
    """The person may ask nothing in this project until staff lift the block; the detail is its reason."""

    code = "scope_blocked"
    title = "Your requests in this project are blocked."


class BlockNotFound(NotFound):
    """No such block, or somebody else's."""

    code = "block_not_found"
    title = "There is no such block."


class BlockClosed(Conflict):
    """Lifted, or appealed already."""

    title = "The block's state does not permit this."


class InvalidReason(DomainError):
    """Empty or too long."""

    code = "invalid_reason"
    title = "The text cannot be accepted."


def check_scope(*, policy: ScopePolicy | None, user_id: UUID) -> None:
    """Raises ScopeBlocked when the project blocks the person; at most one query, and only where blocks count."""
    if policy is None or not policy.blocks:
        return
    reason = open_block_reason(user_id, policy.project_id)
    if reason is not None:
        raise ScopeBlocked(reason)


def block_person(*, account: Account, policy: ScopePolicy, score: Decimal) -> DeviationBlock | None:
    """Make the block, in the transaction that charged the score; None where one is open. The caller holds the lock."""
    if DeviationBlock.objects.open().filter(user=account, project_id=policy.project_id).exists():
        return None
    # In the person's language: this runs beside the request, or on a worker.
    with translation.override(account.language or settings.LANGUAGE_CODE):
        reason = _reason(account, policy)
    block = DeviationBlock.objects.create(user=account, project_id=policy.project_id, reason=reason, score=score)
    transaction.on_commit(lambda: forget_block(account.pk, policy.project_id))
    logger.warning("chatbot.scope.blocked", extra={"account": str(account.pk), "project": str(policy.project_id)})
    return block


def _reason(account: Account, policy: ScopePolicy) -> str:
    events = DeviationEvent.objects.filter(user=account, project_id=policy.project_id, delta__gt=0).order_by("-pk")
    recent = list(events[:_NAMED_EVENTS])
    about = dict.fromkeys(event.intent for event in recent if event.rule == DeviationRule.OFF_SCOPE)
    rules = dict.fromkeys(event.get_rule_display() for event in recent if event.rule != DeviationRule.OFF_SCOPE)
    sentences = [
        _("The project %(project)s is meant for: %(intents)s.")
        % {"project": policy.project_name, "intents": ", ".join(policy.allowed_intents)}
    ]
    if about:
        sentences.append(_("Your latest requests were about: %(intents)s.") % {"intents": ", ".join(about)})
    if rules:
        sentences.append(_("Also noticed: %(rules)s.") % {"rules": ", ".join(str(rule) for rule in rules)})
    sentences.append(_("You can appeal; staff will look at it."))
    return " ".join(sentences)


@transaction.atomic
def appeal_block(*, block: DeviationBlock, user: Account, text: str) -> DeviationBlock:
    """Say once why a block of one's own should end. Raises BlockNotFound, InvalidReason, BlockClosed."""
    if block.user_id != user.pk:
        raise BlockNotFound
    appeal = _checked(text, "appeal")
    free = DeviationBlock.objects.open().filter(pk=block.pk, appealed_at=None)
    if not free.update(appeal=appeal, appealed_at=Now()):
        raise BlockClosed(_("This block is lifted, or you have appealed already."), code="block_closed")
    block.refresh_from_db()
    logger.info("chatbot.scope.appealed", extra={"account": str(user.pk), "block": str(block.pk)})
    return block


@transaction.atomic
def lift_block(*, block: DeviationBlock, actor: Account, reason: str) -> DeviationBlock:
    """End a block; the score begins anew, or the next slip would block again. Raises Forbidden, BlockClosed."""
    check_actor(block.user, actor)
    lift_reason = _checked(reason, "reason")
    lock_person(block.user_id)
    lifted = DeviationBlock.objects.open().filter(pk=block.pk)
    if not lifted.update(lifted_at=Now(), lifted_by=actor, lift_reason=lift_reason):
        raise BlockClosed(_("This block is lifted already."), code="block_closed")
    take_points(
        user_id=block.user_id, project_id=block.project_id, rule=DeviationRule.LIFTED, actor=actor, reason=lift_reason
    )
    transaction.on_commit(lambda: forget_block(block.user_id, block.project_id))
    block.refresh_from_db()
    logger.info("chatbot.scope.lifted", extra={"account": str(block.user_id), "actor": str(actor)})
    return block


def _checked(text: str, name: str) -> str:
    clean = text.replace("\x00", "").strip()
    if not clean:
        raise InvalidReason(errors={name: [_("This must not be empty.")]})
    if len(clean) > MAX_TEXT_CHARACTERS:
        limit = _("At most %(limit)d characters are accepted.") % {"limit": MAX_TEXT_CHARACTERS}
        raise InvalidReason(errors={name: [limit]})
    return clean
