"""The live counters in Redis: sliding windows and quotas, decided in one Lua call on Redis' own clock (docs/limits.md).

Knows keys and scripts, no models: `services.limits` and `services.quotas` say what they mean.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

import redis

from config.common.redis import RedisDown, async_redis_client, redis_client

#: Redis does not answer, or answers that it cannot write: nobody is let through.
LimiterDown = (*RedisDown, redis.exceptions.OutOfMemoryError, redis.exceptions.ReadOnlyError)

#: Lua numbers are doubles: larger amounts would lose their last digits.
MAX_AMOUNT = 2**53 - 1

#: One hash for everybody, field `hour|account|endpoint`: the endpoint is last, because it may hold a bar.
COUNTS_KEY = "rate_limit_counts"
#: `last_used_at` and `last_activity` are exact to this, which spares most requests a write.
TOUCH_SECONDS = 60
#: Longer than any process trusts its cache of keys (`services.keys.CACHE_SECONDS`).
MARK_SECONDS = 60


class Script:
    """One Lua file, sent once and then called by its SHA-1.

    Read at import: an update on disk cannot change one half of a running protocol. `quota.lua` holds what they share.
    """

    def __init__(self, name: str) -> None:
        folder = Path(__file__).parent / "lua"
        self.text = (folder / "quota.lua").read_text("utf-8") + (folder / f"{name}.lua").read_text("utf-8")
        self.sha = hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest()

    def run(self, keys: Sequence[str], *args: str) -> Any:
        """Raises LimiterDown."""
        client = redis_client()
        try:
            return client.evalsha(self.sha, len(keys), *keys, *args)
        except redis.exceptions.NoScriptError:
            return client.eval(self.text, len(keys), *keys, *args)

    async def arun(self, keys: Sequence[str], *args: str) -> Any:
        """Raises LimiterDown."""
        client = async_redis_client()
        try:
            return await client.evalsha(self.sha, len(keys), *keys, *args)
        except redis.exceptions.NoScriptError:
            return await client.eval(self.text, len(keys), *keys, *args)


_admit = Script("admit")
_confirm = Script("confirm")
_settle = Script("settle")
_invalidate = Script("invalidate")
_rebuild = Script("rebuild")
_take_counts = Script("take_counts")


@dataclass(frozen=True)
class Window:
    """A sliding window: no `seconds` long span ever holds more than `limit` members of `key`.

    The sorted set is scored with Redis' own clock in microseconds, so clocks of web servers do not matter.
    """

    key: str
    limit: int
    seconds: int


@dataclass(frozen=True)
class Ask:
    """One request to decide over. `subject` is the account, or what else is counted.

    With a reservation, the quotas of the account, of the key and of the project are decided over, too.
    """

    subject: str
    windows: tuple[Window, ...] = ()
    endpoint: str = ""
    key_id: UUID | None = None
    project_id: UUID | None = None
    amounts: Mapping[str, int] | None = None
    reservation_id: UUID | None = None
    hold_seconds: int = 0

    @property
    def scopes(self) -> list[tuple[str, UUID | str]]:
        """Whose quotas are asked: account, key, project and their ids; nobody's without a reservation."""
        if self.reservation_id is None:
            return []
        named = [("account", self.subject), ("key", self.key_id), ("project", self.project_id)]
        return [(name, scope_id) for name, scope_id in named if scope_id is not None]

    def keys(self) -> list[str]:
        """Every key the script touches, in its order.

        They lie in different slots: one server with replicas decides, a Redis Cluster could not.
        """
        credential = self.key_id or self.subject
        marks = [revoked_mark(credential), stopped_mark(self.subject), f"last_used:{credential}"]
        quotas = all_quota_keys([scope_id for _name, scope_id in self.scopes])
        return [COUNTS_KEY, *marks, *quotas, *(window.key for window in self.windows)]

    @cached_property
    def arguments(self) -> tuple[str, str]:
        """Computed once: a repeated call must carry the same nonce, so that it is not counted twice."""
        spec: dict[str, Any] = {
            "nonce": secrets.token_urlsafe(9),
            "windows": [{"limit": window.limit, "seconds": window.seconds} for window in self.windows],
        }
        if self.endpoint:
            spec |= {"count": f"{self.subject}|{self.endpoint}", "touch_seconds": TOUCH_SECONDS}
        if self.reservation_id is not None:
            spec |= {"reservation": str(self.reservation_id), "hold_seconds": self.hold_seconds}
            spec |= {"amounts": sorted((self.amounts or {}).items()), "scopes": len(self.scopes)}
        return json.dumps(spec), json.dumps(dict(self.amounts or {}))


@dataclass(frozen=True)
class Room:
    """What the tightest window still has: its limit, the requests left, seconds until its oldest request leaves it."""

    limit: int
    remaining: int
    reset_seconds: float


@dataclass(frozen=True)
class Passed:
    """Admitted; `room` is None when no window was asked, `touch` is true once a minute."""

    room: Room | None
    touch: bool


@dataclass(frozen=True)
class RateFull:
    """A window is full; after `wait_seconds` one more fits, if nobody else takes the place."""

    window: Window
    wait_seconds: float


@dataclass(frozen=True)
class QuotaFull:
    """`taken` (settled and reserved) plus the amount would pass `limit`."""

    kind: str
    period: str
    limit: int
    taken: int
    reset_seconds: int
    room: Room | None
    scope: str = "account"


@dataclass(frozen=True)
class Stopped:
    """The key was `revoked`, its account `stopped`, or counters are not there (`rebuild`: those of `scope`)."""

    why: str
    #: Index in `Ask.scopes`.
    scope: int = 0


Verdict = Passed | RateFull | QuotaFull | Stopped


def decide(ask: Ask) -> Verdict:
    """Count and reserve, or refuse and change nothing."""
    return _verdict(ask, _admit.run(ask.keys(), *ask.arguments))


async def adecide(ask: Ask) -> Verdict:
    """Async twin of `decide`."""
    return _verdict(ask, await _admit.arun(ask.keys(), *ask.arguments))


def _verdict(ask: Ask, reply: list[Any]) -> Verdict:
    parts: list[Any] = [part.decode() if isinstance(part, bytes) else part for part in reply]
    # Redis hands Lua's numbers over as integers and cuts fractions off: that is why times travel in microseconds.
    match parts:
        case ["ok", limit, remaining, reset_us, touch]:
            return Passed(_room(limit, remaining, reset_us), bool(touch))
        case ["rate", index, _limit, wait_us]:
            return RateFull(ask.windows[index - 1], wait_us / 1e6)
        case ["quota", scope, kind, period, limit, taken, reset_seconds, *room]:
            return QuotaFull(kind, period, limit, taken, reset_seconds, _room(*room), ask.scopes[scope - 1][0])
        case ["rebuild", scope]:
            return Stopped("rebuild", scope - 1)
        case [why]:
            return Stopped(why)
    raise ValueError(f"Unexpected reply of the limiter: {reply!r}")


def _room(limit: int, remaining: int, reset_us: int) -> Room | None:
    return None if limit < 0 else Room(limit, remaining, reset_us / 1e6)


def quota_keys(scope_id: UUID | str) -> list[str]:
    """Counters and unconfirmed reservations of an account, key or project; ids are unique over all three."""
    return [f"quota:{scope_id}", f"quota_expiry:{scope_id}"]


def all_quota_keys(scope_ids: Iterable[UUID | str]) -> list[str]:
    """The same of several, one after the other."""
    return [key for scope_id in scope_ids for key in quota_keys(scope_id)]


def revoked_mark(key_id: UUID | str) -> str:
    """Key whose existence says that this API key was revoked a moment ago."""
    return f"api_key_revoked:{key_id}"


def stopped_mark(account_id: UUID | str) -> str:
    """Key whose existence says that this account was blocked or deleted a moment ago."""
    return f"account_stopped:{account_id}"


def put_mark(mark: str) -> None:
    """Tell every process at once, for longer than any of them caches."""
    redis_client().set(mark, 1, ex=MARK_SECONDS)


def clear_mark(mark: str) -> None:
    """The account may act again."""
    redis_client().delete(mark)


def first_in_a_minute(name: str) -> bool:
    """True for one caller a minute over all processes.

    SET NX EX asks and remembers in one step, and shares its key with `admit.lua`.
    """
    return bool(redis_client().set(f"last_used:{name}", 1, nx=True, ex=TOUCH_SECONDS))


def confirm(scope_ids: Sequence[UUID], reservation_id: UUID) -> None:
    """The reservation's row is committed: it no longer lapses."""
    _confirm.run(all_quota_keys(scope_ids), str(reservation_id))


def settle(
    scope_ids: Sequence[UUID], reservation_id: UUID, booked: Sequence[tuple[UUID, str, str, int, int]] = ()
) -> None:
    """End a reservation everywhere at once.

    `booked` are scope, kind, period, amount and end of period (Unix seconds) as PostgreSQL has them.
    """
    _settle.run(all_quota_keys(scope_ids), str(reservation_id), json.dumps(booked, default=str))


def invalidate(scope_ids: Sequence[UUID]) -> None:
    """Make the next requests rebuild these counters."""
    _invalidate.run(all_quota_keys(scope_ids))


def version(scope_id: UUID) -> tuple[str, int]:
    """Version of the counters and Redis' time (Unix seconds), to be read before PostgreSQL is.

    The time decides which periods are over; the scripts that compare with it later ask the same clock.
    """
    with redis_client().pipeline(transaction=True) as pipe:
        pipe.hget(quota_keys(scope_id)[0], "ver")
        pipe.time()
        stored, clock = pipe.execute()
    return (stored or b"0").decode(), int(clock[0])


def rebuild(
    scope_id: UUID,
    seen_version: str,
    rows: Iterable[tuple[str, str, int, int, int]],
    holds: Iterable[tuple[str, str]],
) -> bool:
    """Replace the counters; False when PostgreSQL moved on since `seen_version` was read.

    `rows` are kind, period, limit, usage and end of period (Unix seconds); `holds` reservation id and amounts as JSON.
    """
    arguments = (seen_version, json.dumps(list(rows)), json.dumps(list(holds)))
    return bool(_rebuild.run(quota_keys(scope_id), *arguments))


def take_counts() -> dict[tuple[str, str, int], int]:
    """Request counts since the last call, by account id, endpoint and hour (Unix seconds of its start)."""
    flat = [part.decode() for part in _take_counts.run([COUNTS_KEY])]
    counts = {}
    for field, count in zip(flat[::2], flat[1::2], strict=True):
        hour, subject, endpoint = field.split("|", 2)
        counts[subject, endpoint, int(hour)] = int(count)
    return counts


def put_counts_back(counts: Mapping[tuple[str, str, int], int]) -> None:
    """Undo `take_counts` after a failed write; adds, because others may have counted meanwhile."""
    with redis_client().pipeline(transaction=True) as pipe:
        for (subject, endpoint, hour), count in counts.items():
            pipe.hincrby(COUNTS_KEY, f"{hour}|{subject}|{endpoint}", count)
        pipe.execute()
