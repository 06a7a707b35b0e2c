"""The reading child: `python -m chatbot.extraction.child PARENT_PID`. It reads one file and writes JSON lines.

Its order comes as JSON on stdin (path, filename, limits), so that no name shows in the list of processes. Lines: one
`file`, any number of `block`, one `end`; or an `error` in place of what is missing. Anything else that goes wrong
ends it with a traceback.
"""

import ctypes
import json
import logging
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any

from chatbot.extraction.base import Block, ExtractionError, FileKind, Limits, Reading
from chatbot.extraction.encoding import clean_text
from chatbot.extraction.sniff import sniff

_PR_SET_PDEATHSIG = 1
_NICE = 10
_CPU_GRACE_SECONDS = 2
_MAX_OPEN_FILES = 64
#: Modules are imported when their kind comes: a text file need not wait for the libraries of the others.
_READERS = {
    FileKind.PDF: ("pdf", "read"),
    FileKind.DOCX: ("word", "read"),
    FileKind.XLSX: ("excel", "read"),
    FileKind.CSV: ("delimited", "read"),
    FileKind.TEXT: ("plain", "read"),
    FileKind.CODE: ("plain", "read_code"),
    FileKind.JSON: ("plain", "read_json"),
    FileKind.MARKDOWN: ("markup", "read_markdown"),
    FileKind.HTML: ("markup", "read_html"),
    **dict.fromkeys((FileKind.PNG, FileKind.JPEG, FileKind.GIF, FileKind.WEBP), ("images", "read")),
}


def main(arguments: list[str]) -> int:
    """Read the file of the order; 0 also when it was refused in words."""
    _die_with_parent(int(arguments[0]))
    order = json.loads(sys.stdin.buffer.read())
    limits = Limits(**order["limits"])
    _confine(limits)
    try:
        _work(Path(order["path"]), order["filename"], limits)
    except ExtractionError as error:
        _send(error={"code": error.code, "message": error.message})
    except (MemoryError, RecursionError):
        _send(error={"code": "file_too_complex", "message": "The file is too complex to be read."})
    return 0


def _work(path: Path, filename: str, limits: Limits) -> None:
    kind = sniff(path, filename)
    reading = _read(kind, path, limits)
    facts = {"pages": reading.pages, "width": reading.width, "height": reading.height, "encoding": reading.encoding}
    _send(file={"kind": kind, **facts})
    left = limits.max_characters
    for block in _clean(reading.blocks):
        if left > 0:
            _send(block=[block.text[:left], block.page, block.heading, block.form])
        left -= len(block.text)
        if left < 0:
            break
    _send(end={"truncated": left < 0 or reading.truncated})


def _read(kind: FileKind, path: Path, limits: Limits) -> Reading:
    module, name = _READERS[kind]
    reader: Callable[..., Reading] = getattr(import_module(f"chatbot.extraction.{module}"), name)
    return reader(path, limits)


def _clean(blocks: Iterator[Block]) -> Iterator[Block]:
    for block in blocks:
        text = clean_text(block.text)
        if text.strip():
            yield Block(text, block.page, clean_text(block.heading), block.form)


def _confine(limits: Limits) -> None:
    """Little memory, time and priority; no files, no core, no NumPy (openpyxl would load it for nothing)."""
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_NOFILE, _MAX_OPEN_FILES)
    # The kernel sends SIGXCPU at the first of the two, SIGKILL at the second.
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + _CPU_GRACE_SECONDS))
    _limit(resource.RLIMIT_AS, limits.memory_bytes)
    os.nice(_NICE)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to everybody; the parent decides
    logging.disable()  # pypdf says a line per broken object
    sys.modules["numpy"] = None  # type: ignore[assignment]  # how Python marks a module that must not be imported


def _limit(which: int, value: int) -> None:
    _, hard = resource.getrlimit(which)
    most = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(which, (most, most))


def _send(**line: Any) -> None:
    sys.stdout.buffer.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
    sys.stdout.buffer.flush()


def _die_with_parent(parent_pid: int) -> None:
    """On Linux, ask the kernel for SIGKILL at the parent's death; elsewhere EPIPE ends this process later."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:  # it died before the kernel was asked
        os._exit(0)


def order_of(path: Path, filename: str, limits: Limits) -> bytes:
    """What the parent writes to the child's stdin."""
    return json.dumps({"path": str(path), "filename": filename, "limits": asdict(limits)}).encode()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
