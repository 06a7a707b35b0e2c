"""Places, reuse and replacement in the pool of espeak processes, with real children."""

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from tasks.engines.cancel import CancelFlag, NeverCancelled
from tasks.engines.errors import Cancelled, EngineCrashed, EngineUnavailable
from tts.engines.espeak_process import wire
from tts.engines.espeak_process.client import EspeakChild, EspeakPool

ORDER: dict[str, object] = {
    "voice": "gmw/en-US",
    "rate": 175,
    "stretch": 1.0,
    "pitch": 50,
    "segments": [["Hello", 0.0, False]],
}


@pytest.fixture
def pool() -> Iterator[EspeakPool]:
    made = EspeakPool(size=2, silence_seconds=5)
    yield made
    made.close()
    assert made.pids() == ()


def take(pool: EspeakPool) -> EspeakChild:
    return pool.take(NeverCancelled())


def speak(child: EspeakChild, order: dict[str, object] | None = None) -> list[bytes]:
    """The kinds of the frames of one request."""
    return [kind for kind, _payload in child.speak(order or ORDER, cancel=NeverCancelled())]


def test_returned_child_is_taken_again(pool: EspeakPool) -> None:
    child = take(pool)
    pool.give_back(child)
    assert take(pool) is child
    pool.discard(child)


def test_discarded_child_is_dead_and_its_place_is_free(pool: EspeakPool) -> None:
    first, second = take(pool), take(pool)
    pool.discard(first)
    assert (first.is_alive(), pool.pids()) == (False, (second.pid,))
    third = take(pool)
    assert third.pid not in (first.pid, second.pid)
    pool.discard(second)
    pool.discard(third)


def test_place_is_waited_for_until_somebody_leaves(pool: EspeakPool) -> None:
    first, second = take(pool), take(pool)
    threading.Timer(0.1, pool.give_back, [first]).start()
    assert take(pool) is first
    pool.give_back(first)
    pool.give_back(second)


def test_cancelled_wait_takes_no_place(pool: EspeakPool) -> None:
    first, second = take(pool), take(pool)
    flag = CancelFlag()
    flag.cancel()
    with pytest.raises(Cancelled):
        pool.take(flag)
    for child in (first, second):
        pool.give_back(child)
    again = [take(pool), take(pool)]
    assert {child.pid for child in again} == {first.pid, second.pid}
    for child in again:
        pool.discard(child)


def test_start_that_fails_gives_its_place_back(pool: EspeakPool, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("tts.engines.espeak_process.client.find_spec", lambda name: None)
        for _ in range(3):
            with pytest.raises(EngineUnavailable):
                take(pool)
    pool.discard(take(pool))
    assert pool.pids() == ()


def test_program_that_cannot_be_started_is_told_without_its_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tts.engines.espeak_process.client.sys.executable", "/nowhere/python")
    with pytest.raises(EngineUnavailable) as caught:
        EspeakChild(silence_seconds=1)
    assert (str(caught.value), caught.value.retryable) == ("The espeak process could not be started.", True)


def test_facts_are_asked_once_and_kept(pool: EspeakPool) -> None:
    facts = pool.facts()
    assert pool.facts() is facts
    assert (facts.sample_rate, "f3" in facts.variants, pool.pids()) == (22_050, True, ())
    assert ("gmw/en-US", "English (America)", "en-us") in facts.voices


def test_warming_twice_starts_one_child(pool: EspeakPool) -> None:
    pool.warm()
    first = pool.pids()
    pool.warm()
    assert (pool.pids(), len(first)) == (first, 1)


def test_closed_pool_starts_again(pool: EspeakPool) -> None:
    pool.warm()
    (before,) = pool.pids()
    pool.close()
    assert pool.pids() == ()
    pool.warm()
    assert pool.pids() != (before,)


def test_request_ends_without_showing_the_end_frame(pool: EspeakPool) -> None:
    child = take(pool)
    kinds = speak(child)
    assert (set(kinds), kinds[-1]) == ({wire.AUDIO, wire.SPOKEN, wire.FINISHED}, wire.FINISHED)
    assert wire.END not in kinds
    assert speak(child) == kinds
    pool.give_back(child)


@pytest.mark.parametrize("change", [{"voice": "nobody"}, {"segments": [["a"]]}, {"segments": 5}])
def test_order_that_the_child_cannot_carry_out_is_a_crash(change: dict[str, object], pool: EspeakPool) -> None:
    child = take(pool)
    with pytest.raises(EngineCrashed, match=r"exit status 70") as caught:
        speak(child, ORDER | change)
    # What Python wrote about it names paths of this machine and belongs into the log only.
    assert "Traceback" not in str(caught.value)
    pool.discard(child)


def test_dead_child_refuses_the_next_request(pool: EspeakPool) -> None:
    child = take(pool)
    os.kill(child.pid, signal.SIGKILL)
    with pytest.raises(EngineCrashed, match=r"signal 9"):
        speak(child)
    pool.discard(child)
    assert not child.is_alive()
