"""The espeak child: `python -m tts.engines.espeak_process LIBRARY DATA PARENT_PID`. It imports no site-packages.

It loads the library once, says hello, and then forks for every request, so that each one starts from the same state
(equal requests sound equal) and a crash of the C code takes nothing else along. It ends when its stdin ends.
"""

import ctypes
import json
import os
import resource
import select
import signal
import sys
from dataclasses import dataclass, field

from tts.engines.espeak_process import wire
from tts.engines.espeak_process.library import Espeak

_PR_SET_PDEATHSIG = 1
_STDIN, _STDOUT = 0, 1
_MAX_AUDIO_BYTES = 1 << 18
_EXIT_UNUSABLE, _EXIT_SPEAKER_FAILED = 69, 70  # EX_UNAVAILABLE and EX_SOFTWARE of sysexits.h


def main(arguments: list[str]) -> int:
    """Serve requests until stdin ends; 69 when the library does not load, 128 + signal when a speaker died of one."""
    library_path, data_path, parent_pid = arguments
    _die_with_parent(int(parent_pid))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Service managers signal every process at once; the worker decides when its child stops, and closes stdin.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        espeak = Espeak(library_path, data_path)
    except OSError as error:
        sys.stderr.write(f"{error}\n")
        return _EXIT_UNUSABLE
    _send(wire.HELLO, _describe(espeak))
    reader = wire.FrameReader()
    while data := os.read(_STDIN, 65536):
        for kind, payload in reader.feed(data):
            if kind != wire.SPEAK:
                return _EXIT_SPEAKER_FAILED
            if (status := _speak_in_fork(espeak, payload)) != 0:
                return _EXIT_SPEAKER_FAILED if status > 0 else 128 - status
    return 0


@dataclass
class _Utterance:
    """Speaks one segment and writes its frames; samples that are stretched have to wait for the end of the segment."""

    espeak: Espeak
    index: int
    stretch: float
    samples_before: int
    held: bytearray = field(default_factory=bytearray)
    count: int = 0

    def run(self, text: str, *, end_pause: bool) -> None:
        self.espeak.speak(text, end_pause=end_pause, on_samples=self._take, on_word=self._word)
        if self.held:
            self._emit(self.espeak.stretch(bytes(self.held), self.stretch))
        _send(wire.FINISHED, b"%d" % self.index)

    def _take(self, samples: bytes) -> None:
        if self.stretch == 1:
            self._emit(samples)
        else:
            self.held += samples

    def _emit(self, samples: bytes) -> None:
        self.count += len(samples) // 2
        _send_audio(samples)

    def _word(self, position: int, sample: int) -> None:
        start = self.samples_before + round(sample / self.stretch)
        _send(wire.SPOKEN, wire.WORD.pack(self.index, position, start))


def _speak_in_fork(espeak: Espeak, payload: bytes) -> int:
    """Let a fork do the request; its exit code, negative for a signal. When stdin ends the fork is killed."""
    ended, held_by_speaker = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(ended)
        _die_with_parent(os.getppid())
        _speak(espeak, payload)
        os._exit(0)
    os.close(held_by_speaker)
    ready, _, _ = select.select([_STDIN, ended], [], [])
    if ended not in ready:  # the worker is gone, or writes out of turn: nobody reads this speech to its end
        os.kill(pid, signal.SIGKILL)
    os.close(ended)
    _, status = os.waitpid(pid, 0)
    if status != 0:
        sys.stderr.write(f"speaker ended with wait status {status}\n")
        return os.waitstatus_to_exitcode(status)
    # Said by this process and after the fork is gone, so that the next request finds nobody at work.
    _send(wire.END)
    return 0


def _speak(espeak: Espeak, payload: bytes) -> None:
    request = json.loads(payload)
    espeak.configure(voice=request["voice"], rate=request["rate"], pitch=request["pitch"])
    samples = 0
    for index, (text, pause_seconds, end_pause) in enumerate(request["segments"]):
        silence = round(pause_seconds * espeak.sample_rate)
        if silence:
            _send_audio(bytes(2 * silence))
        samples += silence
        utterance = _Utterance(espeak, index, request["stretch"], samples_before=samples)
        if text:
            utterance.run(text, end_pause=end_pause)
        samples += utterance.count


def _describe(espeak: Espeak) -> bytes:
    facts = {
        "version": espeak.version(),
        "sample_rate": espeak.sample_rate,
        "voices": espeak.voices(),
        "variants": espeak.variants(),
    }
    return json.dumps(facts).encode()


def _send_audio(samples: bytes) -> None:
    # Stretched speech and long pauses come as one block of many megabytes.
    for start in range(0, len(samples), _MAX_AUDIO_BYTES):
        _send(wire.AUDIO, samples[start : start + _MAX_AUDIO_BYTES])


def _send(kind: bytes, payload: bytes = b"") -> None:
    data = memoryview(wire.pack(kind, payload))
    while data:
        data = data[os.write(_STDOUT, data) :]


def _die_with_parent(parent_pid: int) -> None:
    """On Linux, ask the kernel for SIGKILL at the parent's death; elsewhere the end of stdin or EPIPE does it later."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:  # it died before the kernel was asked
        os._exit(0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
