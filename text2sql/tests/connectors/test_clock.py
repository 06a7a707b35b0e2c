"""How long something may still take."""

import time

from text2sql.connectors.clock import Deadline, milliseconds_since


def test_deadline_counts_down_and_stays_at_zero() -> None:
    later, now, before = Deadline(60), Deadline(0), Deadline(-5)
    assert 59 < later.left <= 60
    assert (now.left, before.left) == (0.0, 0.0)
    assert [deadline.is_over for deadline in (later, now, before)] == [False, True, True]


def test_milliseconds_are_counted_from_a_performance_counter() -> None:
    assert 1000 <= milliseconds_since(time.perf_counter() - 1) < 60_000
