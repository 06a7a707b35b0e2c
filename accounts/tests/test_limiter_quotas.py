"""The quota scripts by themselves: what they do when Redis and PostgreSQL disagree."""

import json
from typing import Any
from uuid import UUID

import pytest

from accounts import limiter
from accounts.limiter import Ask, Passed, QuotaFull, Stopped
from config.common.ids import uuid7
from config.common.redis import redis_client

TOMORROW = 4_000_000_000
DAILY = ("tokens", "daily", 100, 0, TOMORROW)


@pytest.fixture
def account_id() -> UUID:
    """Somebody without counters."""
    return uuid7()


def build(
    account_id: UUID, *rows: tuple[str, str, int, int, int], holds: dict[UUID, dict[str, int]] | None = None
) -> None:
    """Write counters as `rebuild_counters` would."""
    seen, _clock = limiter.version(account_id)
    stored = [(str(found), json.dumps(amounts)) for found, amounts in (holds or {}).items()]
    assert limiter.rebuild(account_id, seen, rows or (DAILY,), stored)


def reserve(account_id: UUID, tokens: int, *, hold_seconds: int = 60) -> tuple[UUID, limiter.Verdict]:
    """Ask for tokens."""
    reservation_id = uuid7()
    ask = Ask(
        subject=str(account_id), amounts={"tokens": tokens}, reservation_id=reservation_id, hold_seconds=hold_seconds
    )
    return reservation_id, limiter.decide(ask)


def field(account_id: UUID, name: str) -> str | None:
    """One field of the counters."""
    stored: Any = redis_client().hget(f"quota:{account_id}", name)
    return stored.decode() if stored is not None else None


def test_counters_that_are_not_there_must_be_built(account_id: UUID) -> None:
    assert reserve(account_id, 1)[1] == Stopped("rebuild")
    assert not redis_client().exists(f"quota:{account_id}")


def test_counters_of_another_server_process_are_not_trusted(account_id: UUID) -> None:
    build(account_id)
    redis_client().hset(f"quota:{account_id}", "epoch", "0" * 40)

    assert reserve(account_id, 1)[1] == Stopped("rebuild")


def test_the_refusal_names_the_figures(account_id: UUID) -> None:
    build(account_id, ("tokens", "daily", 100, 30, TOMORROW))
    assert isinstance(reserve(account_id, 50)[1], Passed)

    verdict = reserve(account_id, 21)[1]

    assert isinstance(verdict, QuotaFull)
    assert (verdict.kind, verdict.period, verdict.limit, verdict.taken) == ("tokens", "daily", 100, 80)
    assert 0 < verdict.reset_seconds <= TOMORROW


def test_the_quota_that_resets_last_is_named(account_id: UUID) -> None:
    build(account_id, ("tokens", "daily", 1, 0, TOMORROW), ("tokens", "monthly", 1, 0, TOMORROW + 86_400))

    verdict = reserve(account_id, 2)[1]

    assert isinstance(verdict, QuotaFull)
    assert verdict.period == "monthly"


def test_a_period_that_is_over_asks_for_a_rebuild(account_id: UUID) -> None:
    build(account_id, ("tokens", "daily", 100, 100, 1))

    assert reserve(account_id, 1)[1] == Stopped("rebuild")


def test_what_was_read_before_a_change_is_not_written(account_id: UUID) -> None:
    build(account_id)
    seen, _clock = limiter.version(account_id)
    limiter.settle([account_id], reserve(account_id, 10)[0], [(account_id, "tokens", "daily", 10, TOMORROW)])

    assert not limiter.rebuild(account_id, seen, [DAILY], [])

    assert field(account_id, "use|tokens|daily") == "10"


def test_two_who_rebuild_at_once_both_succeed(account_id: UUID) -> None:
    seen, _clock = limiter.version(account_id)

    assert limiter.rebuild(account_id, seen, [DAILY], [])
    assert limiter.rebuild(account_id, seen, [DAILY], [])


def test_rebuilding_drops_what_postgresql_does_not_know(account_id: UUID) -> None:
    gone, kept = uuid7(), uuid7()
    build(account_id, holds={gone: {"tokens": 10}, kept: {"tokens": 5}})

    build(account_id, holds={kept: {"tokens": 5}})

    assert field(account_id, "res|tokens") == "5"
    assert field(account_id, f"hold|{gone}") is None


def test_rebuilding_does_not_count_an_open_reservation_twice(account_id: UUID) -> None:
    build(account_id)
    reservation_id, _verdict = reserve(account_id, 10)

    build(account_id, holds={reservation_id: {"tokens": 10}})

    assert field(account_id, "res|tokens") == "10"
    assert redis_client().zcard(f"quota_expiry:{account_id}") == 0


def test_confirming_keeps_a_reservation_for_good(account_id: UUID) -> None:
    build(account_id)
    reservation_id, _verdict = reserve(account_id, 10)

    limiter.confirm([account_id], reservation_id)

    assert redis_client().zcard(f"quota_expiry:{account_id}") == 0
    assert field(account_id, "res|tokens") == "10"


@pytest.mark.parametrize("verb", [limiter.confirm, limiter.settle])
def test_a_reservation_that_redis_forgot_makes_the_counters_untrusted(account_id: UUID, verb: Any) -> None:
    build(account_id)

    verb([account_id], uuid7())

    assert reserve(account_id, 1)[1] == Stopped("rebuild")


def test_a_settlement_of_the_period_before_does_not_count(account_id: UUID) -> None:
    build(account_id)
    reservation_id, _verdict = reserve(account_id, 10)

    limiter.settle([account_id], reservation_id, [(account_id, "tokens", "daily", 10, TOMORROW - 86_400)])

    assert field(account_id, "use|tokens|daily") == "0"
    assert isinstance(reserve(account_id, 100)[1], Passed)


def test_a_settlement_of_the_next_period_makes_the_counters_untrusted(account_id: UUID) -> None:
    build(account_id)
    reservation_id, _verdict = reserve(account_id, 10)

    limiter.settle([account_id], reservation_id, [(account_id, "tokens", "daily", 10, TOMORROW + 86_400)])

    assert reserve(account_id, 1)[1] == Stopped("rebuild")


def test_corrections_to_counters_that_are_gone_wait_for_the_rebuild(account_id: UUID) -> None:
    limiter.settle([account_id], uuid7(), [(account_id, "tokens", "daily", 10, TOMORROW)])

    assert limiter.version(account_id)[0] == "1"
    assert field(account_id, "use|tokens|daily") is None
    assert redis_client().ttl(f"quota:{account_id}") > 0


def test_a_reservation_of_nothing_is_a_reservation(account_id: UUID) -> None:
    build(account_id, ("tokens", "daily", 0, 0, TOMORROW))
    reservation_id, verdict = reserve(account_id, 0)

    limiter.settle([account_id], reservation_id)

    assert isinstance(verdict, Passed)
    assert field(account_id, f"hold|{reservation_id}") is None


def test_idle_counters_leave_memory(account_id: UUID) -> None:
    build(account_id)
    reserve(account_id, 1)

    assert 172_000 < redis_client().ttl(f"quota:{account_id}") <= 172_800
    assert 172_000 < redis_client().ttl(f"quota_expiry:{account_id}") <= 172_800
