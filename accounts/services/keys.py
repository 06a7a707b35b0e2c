"""API keys: made, checked and revoked. The plain text exists once, in the answer to its creation."""

import hashlib
import hmac
import logging
import re
import secrets
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import transaction
from django.db.models import Model
from django.db.models.base import ModelState
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import limiter
from accounts.models import Account, ApiKey, ApiKeyStatus
from accounts.scopes import SCOPES
from accounts.services.errors import AccountStopped, InvalidAccount, InvalidKey
from accounts.services.quotas import set_quota

logger = logging.getLogger(__name__)

Row = TypeVar("Row", bound=Model)

#: Scanners for leaked secrets, and people, recognise a key by it.
KEY_PREFIX: Final = "rh_"
#: Tells a person's keys apart and leaves 220 bits unknown.
VISIBLE_CHARS: Final = len(KEY_PREFIX) + 6
NAME_MAX_CHARS: Final = 100
#: Bounds the account page, and what a stolen session can leave behind.
MAX_ACTIVE_KEYS: Final = 100
#: How long a process trusts what it read; a revoked key is refused earlier, by its mark in the limiter's call.
CACHE_SECONDS: Final = 5.0
_CACHE_ENTRIES: Final = 4096
_FORMAT = re.compile(r"rh_[A-Za-z0-9_-]{43}")

#: By hash, never by text: until when (monotonic seconds) the row with its account is trusted.
_cache: dict[str, tuple[float, ApiKey]] = {}
_cache_lock = threading.Lock()


@dataclass(frozen=True)
class AuthenticatedKey:
    """A usable key and the account that acts by it."""

    account: Account
    key: ApiKey


def hash_key(token: str) -> str:
    """Peppered HMAC-SHA-256 in hex: what the table stores.

    No slow hash is needed, because 256 random bits cannot be guessed; the pepper makes a stolen dump useless.
    """
    return hmac.new(settings.API_KEY_PEPPER, token.encode(), hashlib.sha256).hexdigest()


@transaction.atomic
def create_api_key(
    *,
    user: Account,
    name: str,
    permissions: Sequence[str],
    expires_at: datetime | None = None,
    limits: Mapping[tuple[str, str], int] | None = None,
) -> tuple[ApiKey, str]:
    """New key and its plain text, which is stored nowhere; raises InvalidAccount with errors by field.

    `limits` are quotas of the key alone, by quota type and period; the account's own count beside them.
    """
    check_account(user)
    name = name.strip()
    errors: dict[str, list[str]] = {}
    if not 0 < len(name) <= NAME_MAX_CHARS:
        errors["name"] = [_("A key needs a name of at most %(limit)d characters.") % {"limit": NAME_MAX_CHARS}]
    if not permissions:
        errors["permissions"] = [_("Choose at least one scope.")]
    elif unknown := sorted(set(permissions) - set(SCOPES)):
        errors["permissions"] = [_("Unknown scopes: %(names)s") % {"names": ", ".join(unknown)}]
    if expires_at is not None and expires_at <= timezone.now():
        errors["expires_at"] = [_("The expiry lies in the past.")]
    if ApiKey.objects.filter(user=user).active().count() >= MAX_ACTIVE_KEYS:
        errors["non_field_errors"] = [_("At most %(limit)d active keys; revoke one.") % {"limit": MAX_ACTIVE_KEYS}]
    if errors:
        raise InvalidAccount(errors=errors)
    token = KEY_PREFIX + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        user=user,
        name=name,
        prefix=token[:VISIBLE_CHARS],
        key_hash=hash_key(token),
        permissions=sorted(set(permissions)),
        expires_at=expires_at,
    )
    for (quota_type, period), limit in (limits or {}).items():
        set_quota(key=key, quota_type=quota_type, period=period, limit=limit, actor=user)
    logger.info("accounts.key.created", extra={"account": str(user.pk), "key": str(key.pk)})
    return key, token


@transaction.atomic
def revoke_api_key(*, key: ApiKey, actor: Account | None, reason: str = "") -> ApiKey:
    """End a key in every process at once; revoking twice changes nothing. Who may do it is the caller's to check."""
    locked = ApiKey.objects.select_for_update().get(pk=key.pk)
    if locked.status == ApiKeyStatus.ACTIVE:
        locked.status = ApiKeyStatus.REVOKED
        locked.revoked_at = timezone.now()
        locked.save(update_fields=["status", "revoked_at"])
        transaction.on_commit(lambda: announce_revoked(locked.pk))
        logger.info("accounts.key.revoked", extra={"key": str(key.pk), "actor": str(actor), "reason": reason})
    return locked


def announce_revoked(key_id: UUID) -> None:
    """Mark the key in Redis and drop it from this process; without Redis the others follow within CACHE_SECONDS."""
    forget_cached(key_id=key_id)
    try:
        limiter.put_mark(limiter.revoked_mark(key_id))
    except limiter.LimiterDown:
        logger.warning("accounts.key.mark_failed", extra={"key": str(key_id)})


def forget_cached(*, key_id: UUID | None = None, account_id: UUID | None = None) -> None:
    """Drop cached keys of this process, by key or by account; all of them without arguments."""
    everything = key_id is None and account_id is None
    with _cache_lock:
        for digest, (_until, key) in list(_cache.items()):
            if everything or key.pk == key_id or key.user_id == account_id:
                del _cache[digest]


def token_of(authorization: str) -> str | None:
    """The token of an Authorization header; None when it is empty or of another scheme."""
    scheme, _space, token = authorization.strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def authenticate_key(token: str) -> AuthenticatedKey:
    """Who this key is. Raises InvalidKey (401: malformed, unknown, revoked, expired) or AccountStopped (403).

    Unknown keys are not remembered: a new key works at once, and strangers cannot fill the cache.
    """
    digest = _digest(token)
    return _usable(_cached(digest) or _remember(digest, _find(digest)))


async def aauthenticate_key(token: str) -> AuthenticatedKey:
    """Async twin: touches neither thread nor database when the key is cached."""
    digest = _digest(token)
    key = _cached(digest)
    if key is None:
        key = _remember(digest, await sync_to_async(_find)(digest))
    return _usable(key)


def check_key(key: ApiKey) -> None:
    """Ask PostgreSQL whether the key may still be used; for when Redis cannot tell."""
    forget_cached(key_id=key.pk)
    fresh = ApiKey.objects.select_related("user").filter(pk=key.pk).first()
    if fresh is None:
        raise revoked_error()
    _usable(fresh)


def check_account(account: Account) -> None:
    """Raises AccountStopped for a blocked or deleted account."""
    if not account.is_active:
        raise AccountStopped(_("This account was deleted."), code="account_deleted")
    if account.is_blocked:
        raise AccountStopped(_("This account is blocked: %(reason)s") % {"reason": account.blocked_reason})


def revoked_error() -> InvalidKey:
    """The refusal of a revoked key."""
    return InvalidKey(_("This API key was revoked."), code="key_revoked")


def _digest(token: str) -> str:
    if not _FORMAT.fullmatch(token):
        raise InvalidKey(_("An API key is rh_ and 43 letters, digits, - or _."), code="key_malformed")
    return hash_key(token)


def _find(digest: str) -> ApiKey:
    key = ApiKey.objects.select_related("user").filter(key_hash=digest).first()
    # The index has compared already, but in a time that depends on where the first difference stands.
    if key is None or not hmac.compare_digest(key.key_hash, digest):
        raise InvalidKey(_("This API key is not known here."), code="key_unknown")
    return key


def _cached(digest: str) -> ApiKey | None:
    found = _cache.get(digest)
    if found is None or found[0] < time.monotonic():
        return None
    return _own_copy(found[1])


def _remember(digest: str, key: ApiKey) -> ApiKey:
    with _cache_lock:
        # Entries live seconds: starting over costs less than keeping an order on every request.
        if len(_cache) >= _CACHE_ENTRIES:
            _cache.clear()
        _cache[digest] = (time.monotonic() + CACHE_SECONDS, key)
    return _own_copy(key)


def _own_copy(key: ApiKey) -> ApiKey:
    """Requests must not see what another one changes on its instances."""
    mine = _copied(key)
    mine.user = _copied(key.user)
    return mine


def _copied(row: Row) -> Row:
    """As `copy.copy` for a model, which pickles and checks the version of Django: a tenth of the time."""
    mine = object.__new__(type(row))
    mine.__dict__.update(row.__dict__)
    mine._state = ModelState()
    mine._state.db, mine._state.adding = row._state.db, row._state.adding
    mine._state.fields_cache = row._state.fields_cache.copy()
    return mine


def _usable(key: ApiKey) -> AuthenticatedKey:
    if key.status != ApiKeyStatus.ACTIVE:
        raise revoked_error()
    if key.is_expired:
        raise InvalidKey(_("This API key has expired."), code="key_expired")
    check_account(key.user)
    return AuthenticatedKey(key.user, key)
