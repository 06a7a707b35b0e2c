"""May an account act? Block, unblock, soft delete, restore; each reaches sessions and keys in every process at once."""

import logging
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import limiter
from accounts.models import Account
from accounts.services.errors import InvalidAccount, WrongAccountState
from accounts.services.keys import forget_cached, revoke_api_key
from config.common.problems import Forbidden

logger = logging.getLogger(__name__)


@transaction.atomic
def block_account(*, account: Account, actor: Account | None, reason: str) -> Account:
    """Stop sessions and keys of an account at once, in every process; `actor` None is the house itself."""
    check_actor(account, actor)
    if not reason.strip():
        raise InvalidAccount(errors={"reason": [_("Say why: the person will read it.")]})
    locked = locked_account(account)
    if locked.is_blocked:
        raise WrongAccountState(_("The account is blocked already."), code="already_blocked")
    locked.is_blocked, locked.blocked_reason, locked.blocked_at = True, reason.strip(), timezone.now()
    locked.save(update_fields=["is_blocked", "blocked_reason", "blocked_at"])
    transaction.on_commit(lambda: _announce_stopped(locked))
    logger.warning("accounts.account.blocked", extra={"account": str(locked.pk), "actor": str(actor), "reason": reason})
    return locked


@transaction.atomic
def unblock_account(*, account: Account, actor: Account | None) -> Account:
    """Give a blocked account its rights back."""
    check_actor(account, actor)
    locked = locked_account(account)
    if not locked.is_blocked:
        raise WrongAccountState(_("The account is not blocked."), code="not_blocked")
    locked.is_blocked, locked.blocked_reason, locked.blocked_at = False, "", None
    locked.save(update_fields=["is_blocked", "blocked_reason", "blocked_at"])
    transaction.on_commit(lambda: _announce_restored(locked))
    logger.info("accounts.account.unblocked", extra={"account": str(locked.pk), "actor": str(actor)})
    return locked


@transaction.atomic
def delete_account(*, account: Account, actor: Account | None) -> Account:
    """Soft delete: nobody signs in, every key is revoked, history keeps its names."""
    check_actor(account, actor)
    locked = locked_account(account)
    if not locked.is_active:
        raise WrongAccountState(_("The account is deleted already."), code="already_deleted")
    locked.is_active = False
    locked.save(update_fields=["is_active"])
    for key in locked.api_keys.active():
        revoke_api_key(key=key, actor=actor, reason="account deleted")
    transaction.on_commit(lambda: _announce_stopped(locked))
    logger.warning("accounts.account.deleted", extra={"account": str(locked.pk), "actor": str(actor)})
    return locked


@transaction.atomic
def restore_account(*, account: Account, actor: Account | None) -> Account:
    """Undo a soft delete; revoked keys stay revoked and a block stays."""
    check_actor(account, actor)
    locked = locked_account(account)
    if locked.is_active:
        raise WrongAccountState(_("The account is not deleted."), code="not_deleted")
    locked.is_active = True
    locked.save(update_fields=["is_active"])
    transaction.on_commit(lambda: _announce_restored(locked))
    logger.info("accounts.account.restored", extra={"account": str(locked.pk), "actor": str(actor)})
    return locked


def note_deviation_score(*, account_id: UUID, score: Decimal) -> None:
    """Keep a person's highest present deviation score (D5), which a floor above has counted."""
    Account.objects.filter(pk=account_id).update(deviation_score=score)


def locked_account(account: Account) -> Account:
    """Fresh row, locked until the transaction ends."""
    return Account.objects.select_for_update().get(pk=account.pk)


def check_actor(account: Account, actor: Account | None, *, oneself: bool = False) -> None:
    """Administrators only, and never upon themselves: the last one must not lock the door from outside."""
    if actor is None:
        return
    if not actor.is_staff:
        raise Forbidden(_("Only administrators may do this."))
    if actor.pk == account.pk and not oneself:
        raise Forbidden(_("You cannot do this to your own account."), code="own_account")


def _announce_stopped(account: Account) -> None:
    # Sessions are read from PostgreSQL anyway; the mark reaches keys that other processes have cached.
    forget_cached(account_id=account.pk)
    try:
        limiter.put_mark(limiter.stopped_mark(account.pk))
    except limiter.LimiterDown:
        logger.warning("accounts.account.mark_failed", extra={"account": str(account.pk)})


def _announce_restored(account: Account) -> None:
    forget_cached(account_id=account.pk)
    try:
        limiter.clear_mark(limiter.stopped_mark(account.pk))
    except limiter.LimiterDown:
        logger.warning("accounts.account.mark_failed", extra={"account": str(account.pk)})
