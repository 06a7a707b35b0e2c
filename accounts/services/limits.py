"""Admission of requests and metered work: one Redis call decides, PostgreSQL keeps the books (docs/limits.md)."""

import math
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import NoReturn
from uuid import UUID

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts import limiter
from accounts.limiter import Ask, Passed, QuotaFull, RateFull, Room, Stopped, Verdict, Window
from accounts.models import Account, ApiKey, QuotaScope, QuotaType
from accounts.services.errors import QuotaExceeded, RateLimited
from accounts.services.keys import check_account, check_key, forget_cached, revoked_error
from accounts.services.quotas import rebuild_counters, rebuild_scope
from accounts.services.usage import note_reserved, present
from config.common.ids import uuid7
from config.common.problems import Unavailable

HOUR_SECONDS = 3600
#: Between rebuilding and deciding, others may have made the counters untrusted again.
DECISION_ATTEMPTS = 50

#: Headers of the request's last admission; AccountStateMiddleware puts them on the answer.
answer_headers: ContextVar[dict[str, str] | None] = ContextVar("answer_headers", default=None)


@dataclass(frozen=True)
class ProjectLimits:
    """A window that all members of a project share.

    It stands beside each member's own: the tighter one refuses, and a refusal counts in neither.
    """

    project_id: UUID
    requests_per_hour: int


@dataclass(frozen=True)
class Admission:
    """What was admitted: `amounts` are reserved under `reservation_id`; `room` is what the tightest window has left."""

    account_id: UUID
    room: Room | None = None
    reservation_id: UUID | None = None
    amounts: Mapping[str, int] = field(default_factory=dict)

    @property
    def headers(self) -> dict[str, str]:
        """See `limit_headers`."""
        return limit_headers(self)


def limit_headers(admission: Admission) -> dict[str, str]:
    """RateLimit-* (draft-ietf-httpapi-ratelimit-headers-06) and OpenAI's x-ratelimit-*; empty if nothing counts.

    Draft 06 is the last with one header per figure, which is what clients read; later ones use structured fields.
    """
    return _room_headers(admission.room)


def _room_headers(room: Room | None) -> dict[str, str]:
    if room is None:
        return {}
    return {
        "RateLimit-Limit": str(room.limit),
        "RateLimit-Remaining": str(room.remaining),
        "RateLimit-Reset": str(math.ceil(room.reset_seconds)),
        "x-ratelimit-limit-requests": str(room.limit),
        "x-ratelimit-remaining-requests": str(room.remaining),
        "x-ratelimit-reset-requests": go_duration(room.reset_seconds),
    }


def go_duration(seconds: float) -> str:
    """OpenAI's spelling of a time span, rounded up: 12ms, 7s, 6m0s, 1h0m0s."""
    if seconds < 1:
        return f"{math.ceil(seconds * 1000)}ms"
    hours, rest = divmod(math.ceil(seconds), HOUR_SECONDS)
    minutes, secs = divmod(rest, 60)
    if hours:
        return f"{hours}h{minutes}m{secs}s"
    return f"{minutes}m{secs}s" if minutes else f"{secs}s"


def requests_per_hour(account: Account) -> int:
    """The account's own limit, else that of its type.

    Zero is a limit: it closes the API to an account that may go on using the pages.
    """
    if account.requests_per_hour is not None:
        return account.requests_per_hour
    limit: int = settings.REQUESTS_PER_HOUR[account.account_type]
    return limit


def admit(
    *,
    account: Account,
    endpoint: str,
    count_request: bool = True,
    amounts: Mapping[str, int] | None = None,
    key: ApiKey | None = None,
    project_limits: ProjectLimits | None = None,
    project_id: UUID | None = None,
    reservation_id: UUID | None = None,
    is_read: bool = False,
) -> Admission:
    """Count the request and reserve the amounts of account, key and project, or raise and change nothing.

    Raises RateLimited or QuotaExceeded (429), InvalidKey (401) or AccountStopped (403) for rights lost a moment ago,
    and Unavailable (503) without Redis - except for reads without amounts, which go on by what PostgreSQL says.
    """
    ask = _ask(account, endpoint, count_request, amounts, key, project_limits, project_id, reservation_id)
    try:
        return _decide(ask, account, key)
    except limiter.LimiterDown as error:
        if not is_read or amounts:
            raise _unavailable() from error
        return _admit_by_database(account, key)


async def aadmit(
    *,
    account: Account,
    endpoint: str,
    count_request: bool = True,
    amounts: Mapping[str, int] | None = None,
    key: ApiKey | None = None,
    project_limits: ProjectLimits | None = None,
    project_id: UUID | None = None,
    reservation_id: UUID | None = None,
    is_read: bool = False,
    hold_seconds: int | None = None,
) -> Admission:
    """Async twin of `admit`; needs a thread only when counters are rebuilt, and once a minute to note the use.

    `hold_seconds`: how long the reservation stands by itself, for work that no row confirms.
    """
    ask = _ask(account, endpoint, count_request, amounts, key, project_limits, project_id, reservation_id, hold_seconds)
    try:
        verdict = await limiter.adecide(ask)
        if isinstance(verdict, Passed) and not verdict.touch:
            return _passed(ask, account, verdict)
        return await sync_to_async(_conclude)(ask, account, key, verdict)
    except limiter.LimiterDown as error:
        if not is_read or amounts:
            raise _unavailable() from error
        return await sync_to_async(_admit_by_database)(account, key)


def _ask(
    account: Account,
    endpoint: str,
    count_request: bool,
    amounts: Mapping[str, int] | None,
    key: ApiKey | None,
    project_limits: ProjectLimits | None,
    project_id: UUID | None,
    reservation_id: UUID | None,
    hold_seconds: int | None = None,
) -> Ask:
    # Amounts come from our own estimates: a wrong one is a bug, not a refusal for the person to read.
    for kind, amount in (amounts or {}).items():
        if kind not in QuotaType.values or not 0 <= amount <= limiter.MAX_AMOUNT:
            raise ValueError(f"{amount!r} of {kind!r} cannot be reserved.")
    return Ask(
        subject=str(account.pk),
        windows=_windows(account, endpoint, project_limits) if count_request else (),
        endpoint=endpoint[:200] if count_request else "",
        key_id=key.pk if key else None,
        project_id=project_id,
        amounts=amounts,
        reservation_id=(reservation_id or uuid7()) if amounts else None,
        hold_seconds=hold_seconds or settings.RESERVATION_SECONDS,
    )


def _windows(account: Account, endpoint: str, project_limits: ProjectLimits | None) -> tuple[Window, ...]:
    windows = [Window(f"rate_limit:{account.pk}", requests_per_hour(account), HOUR_SECONDS)]
    if endpoint in settings.ENDPOINT_RATE_LIMITS:
        limit, seconds = settings.ENDPOINT_RATE_LIMITS[endpoint]
        windows.append(Window(f"rate_limit:{account.pk}:{endpoint}", limit, seconds))
    if project_limits is not None:
        key = f"rate_limit:project:{project_limits.project_id}"
        windows.append(Window(key, project_limits.requests_per_hour, HOUR_SECONDS))
    return tuple(windows)


def _decide(ask: Ask, account: Account, key: ApiKey | None) -> Admission:
    return _conclude(ask, account, key, limiter.decide(ask))


def _conclude(ask: Ask, account: Account, key: ApiKey | None, verdict: Verdict) -> Admission:
    """Rebuild and ask again while the counters are not there; then the admission, or the refusal."""
    for _attempt in range(DECISION_ATTEMPTS):
        match verdict:
            case Passed():
                if verdict.touch:
                    # Inside the caller's transaction it would lock the account's row until that ends.
                    transaction.on_commit(lambda: _note_use(account, key))
                return _passed(ask, account, verdict)
            case Stopped("rebuild", scope):
                _rebuild(ask.scopes[scope], account)
            case Stopped("stopped"):
                _refuse_stopped(account)
            case _:
                _refuse(verdict)
        verdict = limiter.decide(ask)
    raise _unavailable()


def _rebuild(scope: tuple[str, UUID | str], account: Account) -> None:
    name, scope_id = scope
    if name == QuotaScope.ACCOUNT:
        rebuild_counters(account=account)
    else:
        rebuild_scope(scope_id=UUID(str(scope_id)))


def _passed(ask: Ask, account: Account, verdict: Passed) -> Admission:
    if ask.reservation_id is not None:
        note_reserved(ask.reservation_id, present(account.pk, ask.key_id, ask.project_id))
    admission = Admission(account.pk, verdict.room, ask.reservation_id, dict(ask.amounts or {}))
    if verdict.room is not None:
        answer_headers.set(admission.headers)
    return admission


def _note_use(account: Account, key: ApiKey | None) -> None:
    """At most once a minute over all processes.

    By UPDATE rather than save(): the instances come from a cache and may be seconds old.
    """
    Account.objects.filter(pk=account.pk).update(last_activity=Now())
    if key is not None:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=Now())


def _refuse_stopped(account: Account) -> None:
    """Raises AccountStopped - unless the account was given its rights back and only the mark remained."""
    forget_cached(account_id=account.pk)
    check_account(Account.objects.get(pk=account.pk))
    limiter.clear_mark(limiter.stopped_mark(account.pk))


def _refuse(verdict: Verdict) -> NoReturn:
    match verdict:
        case RateFull(window, wait):
            headers = _room_headers(Room(window.limit, 0, wait))
            answer_headers.set(headers)
            text = _("At most %(limit)d requests in %(seconds)d seconds; try again in %(wait)d s.")
            detail = text % {"limit": window.limit, "seconds": window.seconds, "wait": math.ceil(wait)}
            raise RateLimited(detail, headers=headers, retry_after_seconds=math.ceil(wait))
        case QuotaFull():
            answer_headers.set(_room_headers(verdict.room))
            raise _quota_exceeded(verdict)
    raise revoked_error()


def _quota_exceeded(full: QuotaFull) -> QuotaExceeded:
    """Says whose quota it is; `errors` does so for programs, by the name the key or project has in requests."""
    sentences = {
        "account": _(
            "Of %(limit)d %(kind)s %(period)s %(taken)d are used or reserved; the quota resets in %(wait)d s."
        ),
        "key": _(
            "Of this API key's %(limit)d %(kind)s %(period)s %(taken)d are used or reserved;"
            " the quota resets in %(wait)d s."
        ),
        "project": _(
            "Of the project's %(limit)d %(kind)s %(period)s %(taken)d are used or reserved;"
            " the quota resets in %(wait)d s."
        ),
    }
    words = {"kind": QuotaType(full.kind).label, "period": full.period, "limit": full.limit, "taken": full.taken}
    detail = sentences[full.scope] % {**words, "wait": full.reset_seconds}
    field = {"key": "api_key", "project": "project_id"}.get(full.scope)
    return QuotaExceeded(
        detail,
        errors={field: [detail]} if field else None,
        headers=_room_headers(full.room),
        retry_after_seconds=full.reset_seconds,
    )


def _unavailable() -> Unavailable:
    return Unavailable(_("The limits cannot be checked just now. Nothing was done; try again."))


def _admit_by_database(account: Account, key: ApiKey | None) -> Admission:
    """Reads go on without Redis, but not for revoked keys and blocked accounts, which Redis would have told us."""
    if key is not None:
        check_key(key)
    else:
        check_account(Account.objects.get(pk=account.pk))
    return Admission(account.pk)
