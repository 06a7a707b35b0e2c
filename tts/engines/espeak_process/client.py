"""The worker's side of the espeak children: starting, talking to, ending and reusing them."""

import json
import logging
import os
import select
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from time import monotonic
from typing import IO

from tasks.engines.cancel import CancelToken, NeverCancelled
from tasks.engines.errors import EngineCrashed, EngineTimeout, EngineUnavailable
from tts.engines.espeak_process import wire

logger = logging.getLogger(__name__)

_PROJECT_ROOT = Path(__file__).parents[3]
_POLL_MS = 50


@dataclass(frozen=True, slots=True)
class EspeakFacts:
    """What a child says about its library when it starts."""

    version: str
    sample_rate: int
    voices: tuple[tuple[str, str, str], ...]
    variants: tuple[str, ...]


class EspeakChild:
    """One child process that speaks one request at a time. Any error leaves it dead; nothing revives it."""

    def __init__(self, *, silence_seconds: float) -> None:
        """Starts the program; `silence_seconds` without a frame counts as hung. Raises EngineUnavailable."""
        self._silence_seconds = silence_seconds
        self._reader = wire.FrameReader()
        self._process = _start_process()
        self._stdin, self._stdout, stderr = _pipes(self._process)
        self._poll = select.poll()
        self._poll.register(self._stdout, select.POLLIN | select.POLLHUP)
        self._logger_thread = threading.Thread(target=self._log_stderr, args=(stderr,), daemon=True)
        self._logger_thread.start()

    @property
    def pid(self) -> int:
        """The process id, for tests and diagnostics."""
        return self._process.pid

    def is_alive(self) -> bool:
        """Whether the process runs; a stopped one counts as running."""
        return self._process.poll() is None

    def read_facts(self) -> EspeakFacts:
        """Wait for the hello of a new child. Raises EngineUnavailable when the library does not load."""
        try:
            _, payload = next(self._frames(NeverCancelled()))
        except EngineCrashed as error:
            raise EngineUnavailable(f"The espeak library could not be loaded: {error.message}") from error
        facts = json.loads(payload)
        voices = tuple((identifier, name, language) for identifier, name, language in facts["voices"])
        return EspeakFacts(facts["version"], facts["sample_rate"], voices, tuple(facts["variants"]))

    def speak(self, request: dict[str, object], *, cancel: CancelToken) -> Iterator[tuple[bytes, bytes]]:
        """Send a request and yield its frames up to, not including, END. Leaving early must be followed by `kill`."""
        try:
            self._stdin.write(wire.pack(wire.SPEAK, json.dumps(request).encode()))
            self._stdin.flush()
        except OSError as error:
            raise EngineCrashed(self._death_notice()) from error
        for kind, payload in self._frames(cancel):
            if kind == wire.END:
                return
            yield kind, payload

    def kill(self) -> None:
        """End the process at once, together with the fork that speaks, and reap it."""
        self._process.kill()
        self._process.wait()
        self._logger_thread.join(timeout=1)
        for pipe in (self._stdin, self._stdout):
            try:
                pipe.close()
            except OSError:  # what was still buffered for a dead child
                logger.debug("tts.espeak.pipe_closed_late", extra={"pid": self.pid})

    def _frames(self, cancel: CancelToken) -> Iterator[tuple[bytes, bytes]]:
        while True:
            data = self._read(cancel)
            if not data:
                raise EngineCrashed(self._death_notice())
            try:
                for frame in self._reader.feed(data):
                    cancel.raise_if_cancelled()  # one read may hold seconds of sound
                    yield frame
            except wire.BrokenStream as error:
                raise EngineCrashed(f"The espeak process sent garbage: {error}.") from error

    def _read(self, cancel: CancelToken) -> bytes:
        deadline = monotonic() + self._silence_seconds
        while True:
            cancel.raise_if_cancelled()
            if self._poll.poll(_POLL_MS):
                return os.read(self._stdout.fileno(), 1 << 18)
            if monotonic() > deadline:
                raise EngineTimeout(f"The espeak process was silent for {self._silence_seconds:g} s.")

    def _death_notice(self) -> str:
        status = self._process.wait(timeout=self._silence_seconds)
        # A child whose speaker died of signal n says 128 + n. What it wrote is only in the log, because it names paths.
        number = -status if status < 0 else max(status - 128, 0)
        cause = f"signal {number}" if number else f"exit status {status}"
        return f"The espeak process ended ({cause})."

    def _log_stderr(self, stderr: IO[bytes]) -> None:
        with stderr:
            for line in stderr:
                text = line.decode(errors="replace").rstrip()
                logger.warning("tts.espeak.stderr", extra={"pid": self.pid, "line": text})


class EspeakPool:
    """At most `size` children, started when needed, reused after a good request, thrown away after a bad one."""

    def __init__(self, *, size: int, silence_seconds: float) -> None:
        self._silence_seconds = silence_seconds
        self._free_places = threading.BoundedSemaphore(size)
        self._lock = threading.Lock()
        self._idle: list[EspeakChild] = []
        self._children: set[EspeakChild] = set()
        self._facts: EspeakFacts | None = None
        # PR_SET_PDEATHSIG kills a child when the *thread* that started it ends, so one lasting thread starts them all.
        self._spawner = ThreadPoolExecutor(max_workers=1, thread_name_prefix="espeak-spawner")

    def pids(self) -> tuple[int, ...]:
        """The process ids of all living children."""
        with self._lock:
            return tuple(sorted(child.pid for child in self._children if child.is_alive()))

    def facts(self) -> EspeakFacts:
        """What the library says about itself; asks a child that ends at once when none has run yet."""
        if self._facts is None:
            self.discard(self.take(NeverCancelled()))
        if self._facts is None:
            raise EngineUnavailable("The espeak process said nothing about its library.")
        return self._facts

    def warm(self) -> None:
        """Have at least one child running; free when there is one."""
        if not self.pids():
            self.give_back(self.take(NeverCancelled()))

    def take(self, cancel: CancelToken) -> EspeakChild:
        """A living child for one request; waits while all are busy. Must be followed by `give_back` or `discard`."""
        while not self._free_places.acquire(timeout=_POLL_MS / 1000):
            cancel.raise_if_cancelled()
        try:
            return self._pop_idle() or self._spawner.submit(self._start).result()
        except BaseException:
            self._free_places.release()
            raise

    def give_back(self, child: EspeakChild) -> None:
        """The request ended well: keep the child for the next one."""
        with self._lock:
            self._idle.append(child)
        self._free_places.release()

    def discard(self, child: EspeakChild) -> None:
        """The request failed or was left early: end the child."""
        with self._lock:
            self._children.discard(child)
        child.kill()
        self._free_places.release()

    def close(self) -> None:
        """End the idle children; busy ones are ended by whoever holds them."""
        while child := self._pop_idle():
            with self._lock:
                self._children.discard(child)
            child.kill()

    def _pop_idle(self) -> EspeakChild | None:
        while True:
            with self._lock:
                if not self._idle:
                    return None
                child = self._idle.pop()
                if child.is_alive():
                    return child
                self._children.discard(child)
            child.kill()

    def _start(self) -> EspeakChild:
        child = EspeakChild(silence_seconds=self._silence_seconds)
        try:
            self._facts = child.read_facts()
        except BaseException:
            child.kill()
            raise
        with self._lock:
            self._children.add(child)
        return child


def _start_process() -> subprocess.Popen[bytes]:
    spec = find_spec("espeakng_loader")
    if spec is None or spec.origin is None:
        raise EngineUnavailable("The package espeakng-loader is not installed.", retryable=False)
    package = Path(spec.origin).parent
    suffix = "dylib" if sys.platform == "darwin" else "so"
    program = [sys.executable, "-E", "-s", "-S", "-m", "tts.engines.espeak_process"]
    arguments = [str(package / f"libespeak-ng.{suffix}"), str(package / "espeak-ng-data"), str(os.getpid())]
    pipe = subprocess.PIPE
    try:
        # A session of its own: a signal to the worker's group must not cut off speech that the worker still finishes.
        return subprocess.Popen(
            program + arguments, stdin=pipe, stdout=pipe, stderr=pipe, cwd=_PROJECT_ROOT, start_new_session=True
        )
    except OSError as error:
        raise EngineUnavailable("The espeak process could not be started.") from error


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes], IO[bytes]]:
    if process.stdin is None or process.stdout is None or process.stderr is None:
        raise EngineUnavailable("The espeak process was started without pipes.")
    return process.stdin, process.stdout, process.stderr
