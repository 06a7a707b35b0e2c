"""The Lua scripts by themselves: windows, marks and counts on a real Redis."""

import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from accounts import limiter
from accounts.limiter import Ask, Passed, RateFull, Room, Stopped, Window
from accounts.tests.conftest import in_parallel, redis_state_kept, wait_until
from config.common.redis import redis_client

KEY = "rate_limit:somebody"


def ask(*windows: Window, endpoint: str = "") -> Ask:
    """One request of `somebody`."""
    return Ask(subject="somebody", windows=windows, endpoint=endpoint)


def counted() -> Ask:
    """One request to the endpoint `tasks`."""
    return ask(Window(KEY, 100, 60), endpoint="tasks")


def passed(request: Ask) -> bool:
    """Whether it is admitted."""
    return isinstance(limiter.decide(request), Passed)


def test_sixty_parallel_requests_of_a_limit_of_twenty_admit_exactly_twenty() -> None:
    window = Window(KEY, 20, 60)

    admitted = in_parallel(60, lambda _index: passed(ask(window)))

    assert sum(admitted) == 20
    assert redis_client().zcard(KEY) == 20


@pytest.mark.fault
def test_three_processes_share_one_window() -> None:
    program = (
        "import django; django.setup()\n"
        "from accounts.limiter import Ask, Passed, Window, decide\n"
        "asks = [Ask(subject='somebody', windows=(Window('rate_limit:somebody', 20, 60),)) for _ in range(20)]\n"
        "print(sum(isinstance(decide(ask), Passed) for ask in asks))"
    )

    children = [
        subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        for _process in range(3)
    ]
    counts = [int(child.communicate(timeout=60)[0].split()[-1]) for child in children]

    assert sum(counts) == 20


def test_the_first_request_leaves_the_rest_of_the_window() -> None:
    verdict = limiter.decide(ask(Window(KEY, 20, 60)))

    assert verdict == Passed(Room(20, 19, 60.0), touch=False)


def test_a_refused_request_changes_nothing() -> None:
    window = Window(KEY, 2, 60)
    assert passed(ask(window))
    assert passed(ask(window))

    with redis_state_kept():
        verdict = limiter.decide(ask(window))

    assert isinstance(verdict, RateFull)
    assert verdict.window == window
    assert 59 < verdict.wait_seconds <= 60


def admissions(limit: int, seconds: int, span_us: int) -> Iterator[int]:
    """Redis' times (microseconds) of the requests admitted while hammering for `span_us`."""
    window = Window(KEY, limit, seconds)
    clock = redis_client().time
    end = _microseconds(clock()) + span_us
    while _microseconds(clock()) < end:
        if passed(ask(window)):
            newest: Any = redis_client().zrange(KEY, -1, -1, withscores=True)
            yield int(newest[0][1])


def _microseconds(time: tuple[int, int]) -> int:
    return int(time[0]) * 1_000_000 + int(time[1])


def test_no_window_anywhere_holds_more_than_its_limit() -> None:
    times = list(admissions(limit=5, seconds=1, span_us=2_500_000))

    assert 10 <= len(times) <= 15
    assert times == sorted(times)
    assert all(later - earlier > 1_000_000 for earlier, later in zip(times, times[5:], strict=False))


def test_a_place_is_free_as_soon_as_its_request_leaves_the_window() -> None:
    window = Window(KEY, 1, 1)
    assert passed(ask(window))
    refusal = limiter.decide(ask(window))
    assert isinstance(refusal, RateFull)

    before = _microseconds(redis_client().time())
    wait_until(lambda: passed(ask(window)))

    waited = (_microseconds(redis_client().time()) - before) / 1e6
    assert refusal.wait_seconds - 0.01 < waited < refusal.wait_seconds + 0.5


def test_the_same_request_sent_twice_counts_once() -> None:
    request = ask(Window(KEY, 1, 60), endpoint="tasks")

    assert passed(request)
    assert passed(request)

    assert redis_client().zcard(KEY) == 1
    assert list(limiter.take_counts().values()) == [1]


def test_every_window_must_have_room() -> None:
    wide, narrow = Window(KEY, 100, 60), Window(f"{KEY}:speech", 1, 60)
    assert passed(ask(wide, narrow))

    verdict = limiter.decide(ask(wide, narrow))

    assert isinstance(verdict, RateFull)
    assert verdict.window == narrow
    assert redis_client().zcard(KEY) == 1


def test_the_longest_wait_is_told_when_several_windows_are_full() -> None:
    short, long = Window(KEY, 1, 5), Window(f"{KEY}:speech", 1, 60)
    assert passed(ask(short, long))

    verdict = limiter.decide(ask(short, long))

    assert isinstance(verdict, RateFull)
    assert verdict.window == long


def test_the_tightest_window_is_reported() -> None:
    verdict = limiter.decide(ask(Window(KEY, 100, 60), Window(f"{KEY}:speech", 3, 60)))

    assert isinstance(verdict, Passed)
    assert verdict.room is not None
    assert (verdict.room.limit, verdict.room.remaining) == (3, 2)


def test_a_lowered_limit_holds_at_once() -> None:
    for _request in range(5):
        assert passed(ask(Window(KEY, 5, 60)))

    assert not passed(ask(Window(KEY, 3, 60)))


def test_a_limit_of_zero_admits_nobody() -> None:
    verdict = limiter.decide(ask(Window(KEY, 0, 60)))

    assert isinstance(verdict, RateFull)
    assert verdict.wait_seconds == 60


def test_a_full_window_costs_no_more_memory_however_often_it_refuses() -> None:
    window = Window(KEY, 50, 60)
    for _request in range(500):
        limiter.decide(ask(window))

    assert redis_client().zcard(KEY) == 50


def test_an_idle_window_disappears() -> None:
    assert passed(ask(Window(KEY, 5, 1)))

    wait_until(lambda: not redis_client().exists(KEY))


def test_marked_credentials_are_refused_before_anything_is_counted() -> None:
    limiter.put_mark(limiter.stopped_mark("somebody"))

    with redis_state_kept():
        assert limiter.decide(ask(Window(KEY, 5, 60))) == Stopped("stopped")


def test_marks_outlive_every_cache_and_then_vanish() -> None:
    limiter.put_mark(limiter.revoked_mark("k"))

    assert redis_client().ttl("api_key_revoked:k") == limiter.MARK_SECONDS


def test_a_script_forgotten_by_the_server_is_sent_again() -> None:
    assert passed(ask(Window(KEY, 5, 60)))
    redis_client().script_flush()

    assert passed(ask(Window(KEY, 5, 60)))


async def test_the_async_twin_shares_the_window() -> None:
    window = Window(KEY, 1, 60)

    first, second = await limiter.adecide(ask(window)), await limiter.adecide(ask(window))

    assert isinstance(first, Passed)
    assert isinstance(second, RateFull)


def test_use_is_noted_once_a_minute() -> None:
    verdicts = [limiter.decide(counted()) for _request in range(3)]

    assert [isinstance(verdict, Passed) and verdict.touch for verdict in verdicts] == [True, False, False]


def test_counts_are_handed_over_once() -> None:
    for _request in range(3):
        assert passed(counted())

    [((subject, endpoint, hour), count)] = limiter.take_counts().items()

    assert (subject, endpoint, count) == ("somebody", "tasks", 3)
    assert hour % 3600 == 0
    assert limiter.take_counts() == {}


def test_counts_put_back_are_added_to_newer_ones() -> None:
    assert passed(counted())
    taken = limiter.take_counts()
    assert passed(counted())

    limiter.put_counts_back(taken)

    assert list(limiter.take_counts().values()) == [2]


def test_parallel_takers_share_the_counts_without_overlap() -> None:
    for _request in range(50):
        assert passed(counted())

    taken = in_parallel(8, lambda _index: sum(limiter.take_counts().values()))

    assert sorted(taken) == [0] * 7 + [50]


def test_times_of_admission_never_run_backwards() -> None:
    times = list(admissions(limit=50, seconds=1, span_us=100_000))

    assert all(earlier <= later for earlier, later in pairwise(times))
