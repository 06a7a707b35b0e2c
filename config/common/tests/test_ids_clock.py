"""UUIDv7 against clocks that stand still, jump and go back, and in many threads at once."""

import threading
import time
from itertools import pairwise

import pytest

from config.common import ids
from config.common.ids import uuid7

NANOSECONDS = 1_000_000_000


@pytest.fixture(autouse=True)
def _own_past(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clocks of these tests run ahead; the ids of later tests must not follow them."""
    monkeypatch.setattr(ids, "_last_tick", 0)


def _set_clock(monkeypatch: pytest.MonkeyPatch, *seconds: float) -> None:
    """One reading for each call; the last one stays."""
    readings = [int(second * NANOSECONDS) for second in seconds]
    monkeypatch.setattr(time, "time_ns", lambda: readings.pop(0) if len(readings) > 1 else readings[0])


def _milliseconds(made: object) -> int:
    return int(str(made).replace("-", "")[:12], 16)


@pytest.mark.parametrize(("seconds", "milliseconds"), [(0, 0), (0.001, 1), (1_700_000_000.123, 1_700_000_000_123)])
def test_first_twelve_digits_are_the_milliseconds(
    monkeypatch: pytest.MonkeyPatch, seconds: float, milliseconds: int
) -> None:
    monkeypatch.setattr(ids, "_last_tick", -1)
    _set_clock(monkeypatch, seconds + 0.0001)
    assert _milliseconds(uuid7()) == milliseconds


def test_next_twelve_bits_are_the_fraction_of_the_millisecond(monkeypatch: pytest.MonkeyPatch) -> None:
    _set_clock(monkeypatch, 1.0005)
    made = uuid7()
    assert (_milliseconds(made), made.int >> 64 & 0xFFF) == (1000, 2048)


def test_frozen_clock_gives_4096_ids_a_millisecond_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    _set_clock(monkeypatch, 5)
    made = [uuid7() for _ in range(4097)]
    assert [_milliseconds(made[place]) for place in (0, 4095, 4096)] == [5000, 5000, 5001]
    assert all(one < other for one, other in pairwise(made))


def test_clock_set_back_by_a_day_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    _set_clock(monkeypatch, 200_000, 113_600, 113_601, 200_000.5)
    made = [uuid7() for _ in range(4)]
    assert made == sorted(made)
    assert [_milliseconds(one) for one in made] == [200_000_000, 200_000_000, 200_000_000, 200_000_500]


def test_clock_that_jumps_ahead_is_followed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    _set_clock(monkeypatch, 10, 3_600)
    assert [_milliseconds(uuid7()) for _ in range(2)] == [10_000, 3_600_000]


def test_version_and_variant_stand_whatever_the_clock_says(monkeypatch: pytest.MonkeyPatch) -> None:
    _set_clock(monkeypatch, (2**48 - 1) / 1000)
    made = uuid7()
    assert (made.version, made.int >> 62 & 0b11) == (7, 0b10)
    assert _milliseconds(made) == 2**48 - 1


def test_last_62_bits_are_random(monkeypatch: pytest.MonkeyPatch) -> None:
    _set_clock(monkeypatch, 1)
    tails = [uuid7().int & ((1 << 62) - 1) for _ in range(1_000)]
    assert len(set(tails)) == 1_000
    assert 450 * 62 < sum(tail.bit_count() for tail in tails) < 550 * 62


def test_every_thread_sees_its_own_ids_increase_while_the_clock_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    real, backwards = time.time_ns, iter(range(10**9))
    monkeypatch.setattr(time, "time_ns", lambda: real() - next(backwards) * 1_000_000)
    start = threading.Barrier(8)
    made: list[list[object]] = [[] for _ in range(8)]

    def collect(own: list[object]) -> None:
        start.wait()
        own.extend(uuid7() for _ in range(1_000))

    threads = [threading.Thread(target=collect, args=[own]) for own in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(str(one) < str(other) for own in made for one, other in pairwise(own))
    assert len({one for own in made for one in own}) == 8_000
