"""A blocked driver is asked to stop, and cut off if it does not."""

import threading

import pytest

from tasks.engines.cancel import CancelFlag
from tasks.engines.errors import Cancelled
from text2sql.connectors.base import ConnectorError
from text2sql.connectors.watching import Watch


def test_block_that_ends_in_time_is_left_alone() -> None:
    steps: list[str] = []
    with Watch(60, [lambda: steps.append("stop")]) as watch:
        pass
    watch.check()
    assert (steps, watch.reason) == ([], "")


def test_block_that_takes_too_long_is_stopped() -> None:
    stopped = threading.Event()
    with Watch(0.0, [stopped.set, lambda: pytest.fail("cut off although it stopped")]) as watch:
        assert stopped.wait(5)
    assert watch.reason == "timeout"
    with pytest.raises(ConnectorError, match="longer than it may"):
        watch.check()
    with pytest.raises(ConnectorError, match="did not answer in time"):
        watch.check("connect_timeout")


def test_block_that_does_not_stop_is_cut_off() -> None:
    steps: list[str] = []
    cut = threading.Event()
    with Watch(0.0, [lambda: steps.append("asked"), cut.set]):
        assert cut.wait(5)
    assert steps == ["asked"]


def test_cancelled_work_is_stopped_and_says_so() -> None:
    flag, stopped = CancelFlag(), threading.Event()
    with Watch(60, [stopped.set], cancel=flag) as watch:
        flag.cancel()
        assert stopped.wait(5)
    with pytest.raises(Cancelled):
        watch.check()
    with pytest.raises(Cancelled), Watch(60, [], cancel=flag):
        pytest.fail("work began although it was cancelled")
