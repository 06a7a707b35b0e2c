"""Has a file read by a confined child process and waits for it."""

import json
import logging
import os
import select
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic
from typing import IO, Any

from chatbot.extraction.base import Block, Extraction, ExtractionError, FileKind, Limits
from chatbot.extraction.child import order_of
from tasks.engines.cancel import CancelToken, NeverCancelled
from tasks.engines.errors import EngineCrashed, EngineUnavailable

logger = logging.getLogger(__name__)

_PROJECT_ROOT = Path(__file__).parents[2]
_POLL_MS = 50
_READ_BYTES = 1 << 18
_STDERR_BYTES = 4_000
#: Four bytes a character in UTF-8, as much again for escapes, and the frame around every block.
_BYTES_A_CHARACTER, _MIN_OUTPUT_BYTES = 16, 1 << 20
_FROM_OUTSIDE = frozenset({signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT})


def read_file(
    path: Path, filename: str, *, limits: Limits | None = None, cancel: CancelToken | None = None
) -> Extraction:
    """Read a file of unknown origin; `filename` is what its owner called it.

    The child is one process per call, with the memory and time of `limits`, and never outlives the call. Raises
    ExtractionError (`file_damaged`, `file_encrypted`, `unsupported_type`, `file_too_complex`, `file_empty`), what the
    token raises within a tenth of a second, and, retryable, `EngineCrashed` when somebody else ends the child
    and `EngineUnavailable` when none can be started or the file is not there (`file_missing`).
    """
    limits, cancel = limits or Limits(), cancel or NeverCancelled()
    cancel.raise_if_cancelled()
    if not os.access(path, os.R_OK):
        raise EngineUnavailable("The file is not there.", code="file_missing")
    child = _Child(order_of(path.absolute(), filename, limits), limits)
    try:
        output = child.listen(cancel)
        status = child.wait()
    finally:
        child.kill()
    if status != 0:
        raise _death(status, child.last_words())
    return _assemble(output)


class _Child:
    """One process and what it says."""

    def __init__(self, order: bytes, limits: Limits) -> None:
        program = [sys.executable, "-E", "-s", "-X", "utf8", "-m", "chatbot.extraction.child", str(os.getpid())]
        pipe = subprocess.PIPE
        try:
            # A session of its own: signals to our group stay ours.
            self._process = subprocess.Popen(
                program,
                stdin=pipe,
                stdout=pipe,
                stderr=pipe,
                cwd=_PROJECT_ROOT,
                env=_environment(),
                start_new_session=True,
            )
        except OSError as error:
            raise EngineUnavailable("The reading process could not be started.") from error
        self._deadline = monotonic() + limits.wall_seconds
        self._most_bytes = _BYTES_A_CHARACTER * limits.max_characters + _MIN_OUTPUT_BYTES
        self._order = order
        self._output, self._errors = bytearray(), bytearray()

    def listen(self, cancel: CancelToken) -> bytes:
        """Everything on stdout until both outputs end. Raises ExtractionError (`file_too_complex`) at the deadline."""
        stdin, stdout, stderr = self._pipes()
        try:
            stdin.write(self._order)
            stdin.close()
        except BrokenPipeError:  # it died at once; its status says why
            logger.debug("chatbot.extraction.died_early", extra={"pid": self._process.pid})
        poll = select.poll()
        sinks = {stdout.fileno(): self._output, stderr.fileno(): self._errors}
        for descriptor in sinks:
            poll.register(descriptor, select.POLLIN | select.POLLHUP)
        while sinks:
            cancel.raise_if_cancelled()
            for descriptor, _ in poll.poll(_POLL_MS):
                if data := os.read(descriptor, _READ_BYTES):
                    sinks[descriptor] += data
                else:
                    poll.unregister(descriptor)
                    del sinks[descriptor]
            self._check_bounds()
        return bytes(self._output)

    def wait(self) -> int:
        """The exit status, negative for a signal."""
        try:
            return self._process.wait(max(0.0, self._deadline - monotonic()))
        except subprocess.TimeoutExpired as error:
            raise _too_long() from error

    def kill(self) -> None:
        """End it, when it still runs, and reap it."""
        self._process.kill()
        self._process.wait()
        for pipe in self._pipes():
            try:
                pipe.close()
            except BrokenPipeError:  # an order that was never read
                logger.debug("chatbot.extraction.pipe_closed_late", extra={"pid": self._process.pid})

    def last_words(self) -> str:
        """The end of what it wrote to stderr: for the log only, because it may name paths and quote the file."""
        return self._errors.decode(errors="replace")

    def _check_bounds(self) -> None:
        del self._errors[:-_STDERR_BYTES]
        if len(self._output) > self._most_bytes:
            raise ExtractionError("Reading the file gave too much.", code="file_too_complex")
        if monotonic() > self._deadline:
            raise _too_long()

    def _pipes(self) -> tuple[IO[bytes], IO[bytes], IO[bytes]]:
        process = self._process
        if process.stdin is None or process.stdout is None or process.stderr is None:
            raise EngineUnavailable("The reading process was started without pipes.")
        return process.stdin, process.stdout, process.stderr


def _environment() -> dict[str, str]:
    """Our variables hold credentials: none goes to the child but what Python itself may need to start."""
    return {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH") if name in os.environ}


def _too_long() -> ExtractionError:
    return ExtractionError("Reading the file takes too long.", code="file_too_complex")


def _death(status: int, last_words: str) -> ExtractionError | EngineCrashed:
    """What an end other than the regular one says about the file."""
    logger.warning("chatbot.extraction.failed", extra={"exit_status": status, "stderr": last_words})
    if -status in _FROM_OUTSIDE:
        return EngineCrashed(f"The reading process was ended by signal {-status}.")
    if -status == signal.SIGXCPU:
        return _too_long()
    return ExtractionError("The file is damaged: reading it failed.")


def _assemble(output: bytes) -> Extraction:
    lines: list[dict[str, Any]] = [json.loads(line) for line in output.splitlines()]
    for line in lines:
        if "error" in line:
            raise ExtractionError(line["error"]["message"], code=line["error"]["code"])
    if not lines or "end" not in lines[-1]:
        raise EngineCrashed("The reading process ended too early.")
    facts = lines[0]["file"]
    kind = FileKind(facts.pop("kind"))
    blocks = tuple(Block(*line["block"]) for line in lines[1:-1])
    characters = sum(len(block.text) for block in blocks)
    return Extraction(kind, kind.mime_type, blocks, characters, lines[-1]["end"]["truncated"], **facts)
