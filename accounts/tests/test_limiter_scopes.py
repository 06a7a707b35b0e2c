"""The quota scripts over several scopes: one decision, one correction, each scope's own figures."""

from typing import Any
from uuid import UUID

import pytest

from accounts import limiter
from accounts.limiter import Ask, Passed, QuotaFull, RateFull, Stopped, Window
from accounts.tests.conftest import live_of, redis_state_kept
from config.common.ids import uuid7
from config.common.redis import redis_client

TOMORROW = 4_000_000_000
ACCOUNT, KEY, PROJECT = (UUID(int=number) for number in (1, 2, 3))
ALL = (ACCOUNT, KEY, PROJECT)


def build(scope_id: UUID, limit: int = 100, *, used: int = 0, reset: int = TOMORROW) -> None:
    """Counters of one scope, as `rebuild_scope` would write them."""
    seen, _clock = limiter.version(scope_id)
    assert limiter.rebuild(scope_id, seen, [("tokens", "daily", limit, used, reset)], [])


@pytest.fixture(autouse=True)
def _counters() -> None:
    for scope_id in ALL:
        build(scope_id)


def ask(tokens: int, **fields: Any) -> Ask:
    """One request of the account by its key in the project."""
    wanted: dict[str, Any] = {
        "subject": str(ACCOUNT), "key_id": KEY, "project_id": PROJECT, "amounts": {"tokens": tokens},
        "reservation_id": uuid7(), "hold_seconds": 60,
    }  # fmt: skip
    return Ask(**wanted | fields)


def test_the_scopes_are_account_key_and_project_in_this_order() -> None:
    assert ask(1).scopes == [("account", str(ACCOUNT)), ("key", KEY), ("project", PROJECT)]
    assert ask(1, key_id=None).scopes == [("account", str(ACCOUNT)), ("project", PROJECT)]
    assert ask(1, reservation_id=None).scopes == []


@pytest.mark.parametrize(("fields", "touched"), [
    ({}, {ACCOUNT, KEY, PROJECT}),
    ({"key_id": None}, {ACCOUNT, PROJECT}),
    ({"project_id": None}, {ACCOUNT, KEY}),
    ({"key_id": None, "project_id": None}, {ACCOUNT}),
])  # fmt: skip
def test_exactly_the_scopes_of_the_request_reserve(fields: dict[str, Any], touched: set[UUID]) -> None:
    assert isinstance(limiter.decide(ask(7, **fields)), Passed)

    assert {scope_id for scope_id in ALL if live_of(scope_id) == {"res|tokens": 7}} == touched


@pytest.mark.parametrize(("full", "name"), [(ACCOUNT, "account"), (KEY, "key"), (PROJECT, "project")])
def test_the_full_scope_is_named_with_its_own_figures(full: UUID, name: str) -> None:
    build(full, 50, used=45)

    with redis_state_kept():
        verdict = limiter.decide(ask(6))

    assert isinstance(verdict, QuotaFull)
    assert (verdict.scope, verdict.limit, verdict.taken, verdict.kind, verdict.period) == (
        name, 50, 45, "tokens", "daily",
    )  # fmt: skip


def test_without_a_key_the_second_scope_is_the_project() -> None:
    build(PROJECT, 0)

    verdict = limiter.decide(ask(1, key_id=None))

    assert isinstance(verdict, QuotaFull)
    assert verdict.scope == "project"


@pytest.mark.parametrize("index", [0, 1, 2])
def test_a_scope_that_is_not_there_is_named_and_the_others_reserve_nothing(index: int) -> None:
    redis_client().delete(f"quota:{ALL[index]}")

    with redis_state_kept():
        assert limiter.decide(ask(1)) == Stopped("rebuild", index)


@pytest.mark.parametrize("index", [0, 1, 2])
def test_a_period_that_is_over_is_named_and_the_others_reserve_nothing(index: int) -> None:
    build(ALL[index], reset=1)

    with redis_state_kept():
        assert limiter.decide(ask(1)) == Stopped("rebuild", index)


def test_a_full_window_reserves_in_no_scope() -> None:
    window = Window("rate_limit:somebody", 0, 60)

    with redis_state_kept():
        assert isinstance(limiter.decide(ask(1, windows=(window,))), RateFull)


def test_a_full_scope_counts_in_no_window() -> None:
    build(PROJECT, 0)

    limiter.decide(ask(1, windows=(Window("rate_limit:somebody", 5, 60),), endpoint="speech"))

    assert redis_client().zcard("rate_limit:somebody") == 0
    assert limiter.take_counts() == {}


def test_the_same_reservation_is_taken_up_by_a_scope_that_lost_it() -> None:
    wanted = ask(10)
    limiter.decide(wanted)
    redis_client().delete(f"quota:{PROJECT}", f"quota_expiry:{PROJECT}")
    build(PROJECT)

    assert isinstance(limiter.decide(wanted), Passed)

    assert [live_of(scope_id) for scope_id in ALL] == [{"res|tokens": 10}] * 3


def test_a_settlement_adds_to_the_scopes_that_were_booked() -> None:
    wanted = ask(10)
    limiter.decide(wanted)
    assert wanted.reservation_id is not None
    booked = [(ACCOUNT, "tokens", "daily", 4, TOMORROW), (PROJECT, "tokens", "daily", 4, TOMORROW)]

    limiter.settle(ALL, wanted.reservation_id, booked)

    assert [live_of(scope_id) for scope_id in ALL] == [{"use|tokens|daily": 4}, {}, {"use|tokens|daily": 4}]


def test_a_scope_that_does_not_know_the_reservation_is_the_only_one_to_be_rebuilt() -> None:
    wanted = ask(10, project_id=None)
    limiter.decide(wanted)
    assert wanted.reservation_id is not None

    limiter.confirm(ALL, wanted.reservation_id)

    assert limiter.decide(ask(1, project_id=None)) == Passed(None, touch=False)
    assert limiter.decide(ask(1)) == Stopped("rebuild", 2)


def test_every_correction_raises_the_version_of_every_scope() -> None:
    seen = [int(limiter.version(scope_id)[0]) for scope_id in ALL]

    limiter.settle(ALL, uuid7())
    limiter.confirm(ALL[:2], uuid7())
    limiter.invalidate(ALL[:1])

    assert [int(limiter.version(scope_id)[0]) - old for scope_id, old in zip(ALL, seen, strict=True)] == [3, 2, 1]


def test_a_lapsed_reservation_leaves_each_scope_when_it_is_asked() -> None:
    limiter.decide(ask(100))
    for scope_id in ALL:
        redis_client().zadd(f"quota_expiry:{scope_id}", dict.fromkeys(_holds(scope_id), 1))

    assert isinstance(limiter.decide(ask(100, project_id=None)), Passed)

    assert len(_holds(KEY)) == len(_holds(PROJECT)) == 1
    assert isinstance(limiter.decide(ask(100, key_id=None, subject=str(uuid7()))), Stopped)
    assert live_of(ACCOUNT) == live_of(KEY) == {"res|tokens": 100}


def _holds(scope_id: UUID) -> list[str]:
    fields: Any = redis_client().hkeys(f"quota:{scope_id}")
    return [field.decode()[5:] for field in fields if field.startswith(b"hold|")]


def test_an_answer_that_cannot_be_is_a_programming_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limiter._admit, "run", lambda _keys, *_arguments: [b"maybe", 7])

    with pytest.raises(ValueError, match="Unexpected reply of the limiter"):
        limiter.decide(ask(1))


async def test_the_async_twin_sends_a_script_that_the_server_forgot() -> None:
    redis_client().script_flush()

    assert isinstance(await limiter.adecide(ask(7)), Passed)

    assert live_of(KEY) == {"res|tokens": 7}
