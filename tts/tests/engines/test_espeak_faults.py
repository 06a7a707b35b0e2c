"""What happens when the espeak process is killed, hangs, cannot start, or loses its parent."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic

import numpy as np
import psutil
import pytest

from tasks.engines.cancel import CancelFlag, NeverCancelled
from tasks.engines.errors import Cancelled, EngineCrashed, EngineInputError, EngineTimeout, EngineUnavailable
from tts.engines.base import AudioChunk, Done, SpeechEvent, SpeechRequest
from tts.engines.espeak import EspeakEngine
from tts.tests.engines.contract import SENTENCE, leave, listen

pytestmark = pytest.mark.fault

DEADLINE_SECONDS = 10
SHORT = SpeechRequest("Hello there", "en-us")
LONG = SpeechRequest(f"{SENTENCE} " * 200, "en-us")


@pytest.fixture
def engine() -> Iterator[EspeakEngine]:
    engine = EspeakEngine(children=2, silence_seconds=0.5)
    yield engine
    engine.close()
    assert engine.pids() == ()


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = monotonic() + DEADLINE_SECONDS
    while not condition():
        assert monotonic() < deadline, "the condition never came true"
        threading.Event().wait(0.01)


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def start_speaking(engine: EspeakEngine) -> tuple[Iterator[SpeechEvent], int, int]:
    """Begin a speech of twenty minutes; its events, the child's pid and the pid of the child's speaking fork."""
    events = engine.synthesize(LONG, cancel=NeverCancelled())
    while not isinstance(next(events), AudioChunk):
        pass
    (child,) = engine.pids()
    (speaker,) = psutil.Process(child).children()
    return events, child, speaker.pid


def exhaust(events: Iterator[SpeechEvent]) -> None:
    for _ in events:
        pass


@pytest.mark.parametrize("victim", ["child", "speaker"])
@pytest.mark.parametrize("death", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT])
def test_a_death_in_mid_speech_is_a_crash_and_the_next_request_works(
    engine: EspeakEngine, victim: str, death: signal.Signals
) -> None:
    before = listen(engine, SHORT)
    events, child, speaker = start_speaking(engine)
    os.kill(child if victim == "child" else speaker, death)
    with pytest.raises(EngineCrashed, match=rf"The espeak process ended \(signal {death.value}\)\.") as caught:
        exhaust(events)
    assert (caught.value.code, caught.value.retryable) == ("engine_crashed", True)
    assert engine.pids() == ()
    wait_until(lambda: is_gone(child) and is_gone(speaker))
    assert np.array_equal(listen(engine, SHORT).samples, before.samples)


@pytest.mark.parametrize("victim", ["child", "speaker"])
def test_a_hanging_process_times_out_and_is_ended(engine: EspeakEngine, victim: str) -> None:
    events, child, speaker = start_speaking(engine)
    os.kill(child if victim == "child" else speaker, signal.SIGSTOP)
    with pytest.raises(EngineTimeout, match=r"silent for 0\.5 s") as caught:
        exhaust(events)
    assert (caught.value.code, caught.value.retryable) == ("engine_timeout", True)
    wait_until(lambda: is_gone(child) and is_gone(speaker))
    assert listen(engine, SHORT).words != []


def test_cancelling_a_hanging_process_does_not_wait_for_the_timeout() -> None:
    engine, cancel = EspeakEngine(silence_seconds=60), CancelFlag()
    engine.load()
    (child,) = engine.pids()
    os.kill(child, signal.SIGSTOP)
    timer = threading.Timer(0.1, cancel.cancel)
    timer.start()
    started = monotonic()
    with pytest.raises(Cancelled):
        exhaust(engine.synthesize(SHORT, cancel=cancel))
    assert monotonic() - started < 1
    wait_until(lambda: is_gone(child))


def test_cancelling_ends_the_child_and_its_speaker(engine: EspeakEngine) -> None:
    events, child, speaker = start_speaking(engine)
    leave(events)
    wait_until(lambda: is_gone(child) and is_gone(speaker))


def test_an_idle_child_that_died_is_replaced_without_an_error(engine: EspeakEngine) -> None:
    before = listen(engine, SHORT)
    (child,) = engine.pids()
    os.kill(child, signal.SIGKILL)
    wait_until(lambda: is_gone(child))
    assert np.array_equal(listen(engine, SHORT).samples, before.samples)
    assert child not in engine.pids()


def test_good_requests_share_one_child(engine: EspeakEngine) -> None:
    listen(engine, SHORT)
    first = engine.pids()
    for _ in range(5):
        listen(engine, SHORT)
    assert engine.pids() == first
    assert len(first) == 1


def test_no_more_children_run_than_there_are_places(engine: EspeakEngine) -> None:
    with ThreadPoolExecutor(8) as pool:
        speeches = list(pool.map(lambda _: listen(engine, SHORT).samples, range(40)))
    assert len(engine.pids()) <= 2
    assert all(np.array_equal(samples, speeches[0]) for samples in speeches)


def test_waiting_for_a_place_can_be_cancelled() -> None:
    engine, cancel = EspeakEngine(children=1), CancelFlag()
    holder, *_ = start_speaking(engine)
    threading.Timer(0.1, cancel.cancel).start()
    with pytest.raises(Cancelled):
        exhaust(engine.synthesize(SHORT, cancel=cancel))
    leave(holder)
    assert listen(engine, SHORT).words != []
    engine.close()


def test_a_child_outlives_the_thread_that_asked_first(engine: EspeakEngine) -> None:
    thread = threading.Thread(target=engine.load)
    thread.start()
    thread.join(DEADLINE_SECONDS)
    pids = engine.pids()
    listen(engine, SHORT)
    assert engine.pids() == pids


def test_signals_meant_for_the_worker_do_not_cut_off_speech(engine: EspeakEngine) -> None:
    events, child, speaker = start_speaking(engine)
    assert os.getpgid(child) != os.getpgid(0)
    for pid in (child, speaker):
        os.kill(pid, signal.SIGTERM)
        os.kill(pid, signal.SIGINT)
    assert isinstance(list(events)[-1], Done)


def test_asking_for_the_card_leaves_no_process_behind() -> None:
    engine = EspeakEngine()
    assert (engine.card.name, len(engine.voices()) > 150) == ("espeak", True)
    assert engine.pids() == ()
    engine.load()
    assert len(engine.pids()) == 1
    engine.close()


def test_long_stretched_speech_passes_the_pipe(engine: EspeakEngine) -> None:
    request = SpeechRequest("7" * 400, "en-us", speed=0.25)
    fast = SpeechRequest("7" * 400, "en-us", speed=1)
    assert listen(engine, request).seconds == pytest.approx(4 * listen(engine, fast).seconds, rel=0.1)


def test_speech_without_end_is_refused() -> None:
    engine = EspeakEngine(max_audio_seconds=60)
    events = engine.synthesize(LONG, cancel=NeverCancelled())
    with pytest.raises(EngineInputError, match=r"longer than 60 s\.") as caught:
        exhaust(events)
    assert (caught.value.code, engine.pids()) == ("audio_too_long", ())


PARENT = """
import sys
from tasks.engines.cancel import NeverCancelled
from tts.engines.base import SpeechRequest
from tts.engines.espeak import EspeakEngine
engine = EspeakEngine()
events = engine.synthesize(SpeechRequest("All aboard. " * 1500, "en-us"), cancel=NeverCancelled())
next(events)
print(engine.pids()[0], flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("is_stopped", [False, True])
def test_the_death_of_the_worker_leaves_no_process_behind(is_stopped: bool) -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", PARENT], stdin=pipe, stdout=pipe, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        family = [child, *(process.pid for process in psutil.Process(child).children())]
        assert len(family) == 2
        if is_stopped:
            os.kill(child, signal.SIGSTOP)
        parent.kill()
    wait_until(lambda: all(is_gone(pid) for pid in family))


FORKER = """
import os, sys
from tts.engines.espeak import EspeakEngine
from tts.tests.engines.contract import SENTENCE, SpeechRequest, listen
engine = EspeakEngine()
request = SpeechRequest(SENTENCE, "en-us")
before, pids = listen(engine, request), engine.pids()
if (pid := os.fork()) == 0:
    assert engine.pids() == ()
    assert (listen(engine, request).samples == before.samples).all()
    assert not set(engine.pids()) & set(pids)
    os._exit(7)
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
assert (listen(engine, request).samples == before.samples).all()
assert engine.pids() == pids
"""


def test_a_forked_worker_starts_children_of_its_own() -> None:
    subprocess.run([sys.executable, "-c", FORKER], check=True, timeout=60)


def test_the_library_is_never_mapped_into_our_process(engine: EspeakEngine) -> None:
    listen(engine, SHORT)
    assert "espeak" not in Path("/proc/self/maps").read_text()
    assert "espeak" in Path(f"/proc/{engine.pids()[0]}/maps").read_text()


def test_the_child_holds_neither_django_nor_numpy(engine: EspeakEngine) -> None:
    engine.load()
    maps = Path(f"/proc/{engine.pids()[0]}/maps").read_text()
    assert "numpy" not in maps
    assert psutil.Process(engine.pids()[0]).memory_info().rss < 40_000_000


def test_a_damaged_library_makes_the_engine_unavailable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    package = tmp_path / "espeakng_loader"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "libespeak-ng.so").write_bytes(b"\x7fELF not really")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(EngineUnavailable, match="could not be loaded") as caught:
        EspeakEngine().load()
    assert str(tmp_path) not in str(caught.value)
    assert caplog.messages == ["tts.espeak.stderr"]


def test_a_missing_wheel_makes_the_engine_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tts.engines.espeak_process.client.find_spec", lambda name: None)
    with pytest.raises(EngineUnavailable, match="espeakng-loader is not installed") as caught:
        _ = EspeakEngine().card
    assert caught.value.retryable is False


def test_an_engine_that_could_not_start_starts_later(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = EspeakEngine(children=1)
    with monkeypatch.context() as patch:
        patch.setattr("tts.engines.espeak_process.client.find_spec", lambda name: None)
        for _ in range(3):
            with pytest.raises(EngineUnavailable):
                engine.load()
    assert listen(engine, SHORT).words != []
    engine.close()
