"""Work in a thread: its events, its errors, and how fast a cancel is heard while it is silent."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from chatbot.engines.base import ChatEvent, Done, TextDelta
from chatbot.engines.local_model.threads import Outlet, ReaderLeft, read_in_thread, wait_in_thread
from tasks.engines.cancel import CancelFlag, NeverCancelled
from tasks.engines.errors import Cancelled, EngineCrashed
from tasks.engines.usage import Usage

END = Done("stop", Usage(1, 2, 3))
HEARD_SECONDS = 0.1


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Work that waits for it goes on after the test."""
    event = threading.Event()
    yield event
    event.set()


def _timed(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    with pytest.raises(Cancelled):
        action()
    return time.perf_counter() - started


def test_events_come_in_their_order() -> None:
    events: list[ChatEvent] = [TextDelta("a"), TextDelta("b"), END]

    def work(outlet: Outlet) -> None:
        for event in events:
            outlet.put(event)

    assert list(read_in_thread(work, NeverCancelled())) == events


@pytest.mark.parametrize("error", [ValueError("why"), MemoryError(), KeyboardInterrupt()])
def test_what_the_work_raises_reaches_the_reader(error: BaseException) -> None:
    def work(outlet: Outlet) -> None:
        outlet.put(TextDelta("a"))
        raise error

    events = read_in_thread(work, NeverCancelled())
    assert next(events) == TextDelta("a")
    with pytest.raises(type(error)) as caught:
        next(events)
    assert caught.value is error


def test_work_without_an_end_has_crashed() -> None:
    with pytest.raises(EngineCrashed):
        list(read_in_thread(lambda outlet: None, NeverCancelled()))


def test_silent_work_hears_a_cancel_within_a_tenth_of_a_second(gate: threading.Event) -> None:
    cancel = CancelFlag()

    def work(outlet: Outlet) -> None:
        outlet.put(TextDelta("a"))
        gate.wait()

    events = read_in_thread(work, cancel)
    next(events)
    threading.Timer(0.02, cancel.cancel).start()
    assert _timed(lambda: next(events)) < 0.02 + HEARD_SECONDS


def test_cancelled_before_it_begins_starts_no_work() -> None:
    cancel, begun = CancelFlag(), threading.Event()
    cancel.cancel()
    with pytest.raises(Cancelled):
        next(read_in_thread(lambda outlet: begun.set(), cancel))
    with pytest.raises(Cancelled):
        wait_in_thread(begun.set, cancel)
    assert not begun.is_set()


def test_work_learns_that_its_reader_left() -> None:
    left = threading.Event()

    def work(outlet: Outlet) -> None:
        try:
            while True:
                outlet.put(TextDelta("more"))
        except ReaderLeft:
            left.set()
            raise

    events = read_in_thread(work, NeverCancelled())
    next(events)
    events.close()
    assert left.wait(5)


def test_waiting_returns_the_value() -> None:
    assert wait_in_thread(lambda: 7, NeverCancelled()) == 7


@pytest.mark.parametrize("error", [TimeoutError("its own"), OSError("why")])
def test_waiting_raises_what_the_work_raises(error: Exception) -> None:
    def work() -> None:
        raise error

    with pytest.raises(type(error)) as caught:
        wait_in_thread(work, NeverCancelled())
    assert caught.value is error


def test_waiting_hears_a_cancel_and_lets_the_work_go_on(gate: threading.Event) -> None:
    cancel, ended = CancelFlag(), threading.Event()

    def work() -> None:
        gate.wait()
        ended.set()

    threading.Timer(0.02, cancel.cancel).start()
    assert _timed(lambda: wait_in_thread(work, cancel)) < 0.02 + HEARD_SECONDS
    gate.set()
    assert ended.wait(5)
