"""Remembered: one call for many callers."""

import threading
from itertools import count

import pytest

from monitoring.remember import Remembered


def test_second_caller_gets_the_first_ones_answer() -> None:
    numbers = count(1)
    remembered = Remembered(lambda: next(numbers), seconds=60)
    assert (remembered(), remembered()) == (1, 1)


def test_answer_is_made_anew_after_its_time() -> None:
    numbers = count(1)
    remembered = Remembered(lambda: next(numbers), seconds=-1)
    assert (remembered(), remembered()) == (1, 2)


def test_forgetting_asks_anew() -> None:
    numbers = count(1)
    remembered = Remembered(lambda: next(numbers), seconds=60)
    remembered()
    remembered.forget()
    assert remembered() == 2


def test_failure_is_passed_on_and_not_remembered() -> None:
    tries = count()

    def make() -> int:
        if next(tries) == 0:
            raise RuntimeError("down")
        return 7

    remembered = Remembered(make, seconds=60)
    with pytest.raises(RuntimeError, match="down"):
        remembered()
    assert remembered() == 7


def test_ten_threads_cause_one_call() -> None:
    calls, start = count(), threading.Barrier(10)
    remembered = Remembered(lambda: next(calls), seconds=60)
    got: list[int] = []

    def ask() -> None:
        start.wait()
        got.append(remembered())

    threads = [threading.Thread(target=ask) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [0] * 10
