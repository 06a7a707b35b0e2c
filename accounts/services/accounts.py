"""Accounts: made, changed, signed out, found."""

import logging
import re
import secrets
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts import limiter
from accounts.models import Account, AccountType, Role
from accounts.services.errors import InvalidAccount
from accounts.services.keys import forget_cached
from accounts.services.quotas import adopt_default_quotas, ensure_quotas
from accounts.services.standing import check_actor, locked_account
from config.common.concurrency import lock_until_commit

logger = logging.getLogger(__name__)

#: What the operations console may change.
EDITABLE = frozenset(
    {
        "username", "email", "full_name", "avatar_url", "role", "account_type", "verification_status",
        "requests_per_hour", "language",
    }
)  # fmt: skip
#: Of generated passwords; 128 bits.
PASSWORD_BYTES = 16
#: No "@": a username must never look like somebody else's e-mail address at sign-in.
_USERNAME = re.compile(r"[\w.+-]{1,50}")


@transaction.atomic
def create_account(
    *,
    username: str,
    email: str,
    password: str | None,
    full_name: str = "",
    role: str = Role.USER,
    account_type: str = AccountType.STANDARD,
    language: str = "",
) -> Account:
    """New account with its quotas; without a password nobody signs in. Raises InvalidAccount with errors by field."""
    username, email = _sign_in_names(username, email)
    account = Account(
        username=username, email=email, full_name=full_name, role=role, account_type=account_type, language=language
    )
    errors = _name_errors(account)
    if password is not None:
        _collect(errors, "password", lambda: validate_password(password, account))
    if errors:
        raise InvalidAccount(errors=errors)
    account.set_password(password)
    with _names_taken_meanwhile():
        account.save(force_insert=True)
    ensure_quotas(account=account)
    logger.info("accounts.account.created", extra={"account": str(account.pk), "role": role})
    return account


def _sign_in_names(username: str, email: str) -> tuple[str, str]:
    """As people will type them: the sign-in form composes what they type (NFKC), and addresses know no case."""
    return unicodedata.normalize("NFKC", username), email.strip().lower()


def _name_errors(account: Account) -> dict[str, list[str]]:
    """What keeps the account from having its username and address, by field."""
    errors: dict[str, list[str]] = {}
    others = Account.objects.exclude(pk=account.pk)
    if not _USERNAME.fullmatch(account.username):
        errors["username"] = [_("1 to 50 letters, digits or . _ + - are accepted.")]
    elif others.filter(username__iexact=account.username).exists():
        errors["username"] = [_("This name is taken.")]
    _collect(errors, "email", lambda: validate_email(account.email))
    if "email" not in errors and others.filter(email__iexact=account.email).exists():
        errors["email"] = [_("An account with this address exists.")]
    return errors


@contextmanager
def _names_taken_meanwhile() -> Iterator[None]:
    """Whoever writes the same name at the same moment is told so by the unique index, behind both checks."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise InvalidAccount(errors={"username": [_("The name or the address is taken.")]}) from error


def _collect(errors: dict[str, list[str]], name: str, check: Any) -> None:
    try:
        check()
    except ValidationError as error:
        errors.setdefault(name, []).extend(error.messages)


@transaction.atomic
def update_profile(*, account: Account, full_name: str | None = None, language: str | None = None) -> Account:
    """Change what people may change about themselves; None keeps."""
    changes = {"full_name": full_name, "language": language}
    named = {name: value for name, value in changes.items() if value is not None}
    for name, value in named.items():
        setattr(account, name, value)
    if named:
        account.save(update_fields=list(named))
        forget_cached(account_id=account.pk)
    return account


@transaction.atomic
def change_password(*, account: Account, password: str) -> Account:
    """New password; every session but the one the caller renews ends. Raises InvalidAccount for a weak one."""
    errors: dict[str, list[str]] = {}
    _collect(errors, "password", lambda: validate_password(password, account))
    if errors:
        raise InvalidAccount(errors=errors)
    account.set_password(password)
    account.save(update_fields=["password"])
    return account


@transaction.atomic
def sign_out_everywhere(*, account: Account, actor: Account | None) -> Account:
    """End every session of the account at once: sessions carry a hash of `session_epoch`.

    The caller's own ends, too, unless the view renews it with `update_session_auth_hash`.
    """
    Account.objects.filter(pk=account.pk).update(session_epoch=F("session_epoch") + 1)
    account.refresh_from_db(fields=["session_epoch"])
    logger.info("accounts.sessions.ended", extra={"account": str(account.pk), "actor": str(actor)})
    return account


@transaction.atomic
def update_account(*, account: Account, actor: Account | None, changes: Mapping[str, Any]) -> Account:
    """What administrators may change (`EDITABLE`). Default limits follow the account type, limits set by hand stay.

    Raises ValueError for other fields, Forbidden for one's own role, InvalidAccount for names that cannot be.
    """
    if unknown := set(changes) - EDITABLE:
        raise ValueError(f"Not editable: {sorted(unknown)}")
    check_actor(account, actor, oneself="role" not in changes)
    locked = locked_account(account)
    old_type = locked.account_type
    for name, value in changes.items():
        setattr(locked, name, value)
    if not {"username", "email"}.isdisjoint(changes):
        locked.username, locked.email = _sign_in_names(locked.username, locked.email)
        if errors := _name_errors(locked):
            raise InvalidAccount(errors=errors)
    with _names_taken_meanwhile():
        locked.save(update_fields=list(changes))
    if locked.account_type != old_type:
        adopt_default_quotas(account=locked, old_type=old_type)
    transaction.on_commit(lambda: forget_cached(account_id=locked.pk))
    logger.info(
        "accounts.account.updated", extra={"account": str(locked.pk), "actor": str(actor), "fields": sorted(changes)}
    )
    return locked


@transaction.atomic
def create_first_admin(*, username: str, email: str) -> tuple[Account, str] | None:
    """An administrator with a generated password; None when there is one already (or another process makes it now)."""
    # Several processes start at once; without the lock each of them would see that there is no administrator.
    lock_until_commit("accounts.create_first_admin")
    if Account.objects.filter(role=Role.ADMIN, is_active=True, is_blocked=False).exists():
        return None
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    return create_account(username=username, email=email, password=password, role=Role.ADMIN), password


def note_activity(*, account: Account, ip: str | None) -> None:
    """Write when and from where somebody was last here, at most once a minute over all processes; not without Redis."""
    try:
        if not limiter.first_in_a_minute(str(account.pk)):
            return
    except limiter.LimiterDown:
        return
    Account.objects.filter(pk=account.pk).update(last_activity=Now(), last_ip=ip)


def find_by_sign_in_name(name: str) -> Account | None:
    """The account with this username, else with this e-mail address (any case).

    The username wins: `createsuperuser` knows no rule against "@", so a name may look like somebody's address.
    """
    found = Account.objects.filter(Q(username=name) | Q(email=name.strip().lower()) | Q(email=name))
    return min(found, key=lambda account: account.username != name, default=None)
