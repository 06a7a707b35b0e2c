"""The reading child: it is confined, it can be stopped, and whatever happens to it, the caller learns what it means."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from time import monotonic

import psutil
import pytest

from chatbot.extraction import reading
from chatbot.extraction.base import Block, Extraction, FileKind, Limits, describe
from chatbot.extraction.child import order_of
from chatbot.extraction.passages import split
from chatbot.extraction.reading import read_file
from chatbot.tests.extraction.files import pdf, pdf_lines, pdf_pages, png, refusal, save, word, workbook
from tasks.engines.cancel import CancelFlag
from tasks.engines.errors import Cancelled, EngineCrashed, EngineUnavailable

DEADLINE_SECONDS = 10
ROOT = Path(reading.__file__).parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "upload"


@pytest.fixture
def endless(path: Path) -> Path:
    """A document that takes minutes: four hundred times the same page of a million characters."""
    objects = pdf_pages([pdf_lines("word " * 50) * 20_000])
    objects[2] = b"<</Type/Pages/Count 400/Kids[%s]>>" % (b"10 0 R " * 400)
    return save(path, pdf(objects))


@pytest.fixture(autouse=True)
def _no_child_is_left() -> Iterator[None]:
    yield
    assert children() == []


def children() -> list[psutil.Process]:
    def is_reader(process: psutil.Process) -> bool:
        try:
            return "chatbot.extraction.child" in process.cmdline()
        except psutil.NoSuchProcess:
            return False

    return [process for process in psutil.Process().children(recursive=True) if is_reader(process)]


def wait_for_child() -> psutil.Process:
    """The child that another thread has just started, once it has read its order."""
    deadline = monotonic() + DEADLINE_SECONDS
    while not (found := [child for child in children() if child.cpu_times().user > 0.3]):
        assert monotonic() < deadline, "no child came to work"
        threading.Event().wait(0.01)
    return found[0]


class Caller(threading.Thread):
    """Reads a file in a thread of its own and keeps what comes of it."""

    def __init__(self, path: Path, **options: object) -> None:
        super().__init__()
        self.error: BaseException | None = None
        self._read = partial(read_file, path, "a.pdf", **options)  # type: ignore[arg-type]  # passed on as they are
        self.start()

    def run(self) -> None:
        try:
            self._read()
        except (Exception, Cancelled) as error:  # noqa: BLE001  # the test looks at it
            self.error = error

    def outcome(self) -> BaseException | None:
        """What was raised, once the call has ended."""
        self.join(DEADLINE_SECONDS)
        assert not self.is_alive()
        return self.error


def test_text_comes_with_everything_known_of_the_file(path: Path) -> None:
    save(path, "Một.\r\n\r\nHa\u00adi.\n".encode("utf-16"))
    assert read_file(path, "ghi chú.txt") == Extraction(
        kind=FileKind.TEXT,
        mime_type="text/plain",
        blocks=(Block("Một."), Block("Hai.")),
        characters=8,
        truncated=False,
        encoding="utf-16",
    )


def test_headings_and_forms_survive_the_way(path: Path) -> None:
    def build(document: object) -> None:
        document.add_heading("Đầu máy", 1)  # type: ignore[attr-defined]  # a python-docx document
        document.add_table(1, 2).cell(0, 0).text = "x"  # type: ignore[attr-defined]  # the same

    extraction = read_file(word(path, build), "a.docx")
    assert extraction.blocks == (Block("Đầu máy", heading="Đầu máy"), Block("x", heading="Đầu máy", form="table"))


def test_passages_of_a_file_know_their_pages(path: Path) -> None:
    save(path, pdf(pdf_pages([pdf_lines("First page."), pdf_lines("Second page.")])))
    found = list(split(read_file(path, "a.pdf").blocks))
    assert [(passage.text, passage.page) for passage in found] == [("First page.", 1), ("Second page.", 2)]


@pytest.mark.parametrize(
    ("limit", "truncated"), [(19, True), (20, False), (21, False), (9, True), (10, True), (1, True)]
)
def test_text_beyond_the_limit_is_left_out(path: Path, limit: int, truncated: bool) -> None:
    save(path, b"first page\n\nother page\n")
    extraction = read_file(path, "a.txt", limits=Limits(max_characters=limit))
    assert "".join(block.text for block in extraction.blocks) == "first pageother page"[:limit]
    assert (extraction.characters, extraction.truncated) == (min(limit, 20), truncated)


def test_two_million_characters_are_read(path: Path) -> None:
    save(path, ("Đầu máy chạy. " * 20 + "\n\n").encode() * 10_000)
    extraction = read_file(path, "a.txt")
    assert (extraction.characters, extraction.truncated) == (2_000_000, True)


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", "file_empty"), (b"\0" * 50_000_000, "unsupported_type"), (b"%PDF-1.7", "file_damaged")],
    ids=["nothing", "zeros", "garbage"],
)
def test_refusals_come_from_the_child_in_words(path: Path, data: bytes, code: str) -> None:
    assert refusal(partial(read_file, save(path, data), "a.pdf")) == code


def test_missing_file_is_no_fault_of_the_file(path: Path) -> None:
    with pytest.raises(EngineUnavailable) as caught:
        read_file(path, "a.pdf")
    assert (caught.value.code, caught.value.retryable) == ("file_missing", True)


def test_little_memory_is_too_complex(path: Path) -> None:
    save(path, b"[" + b"[]," * 1_000_000 + b"[]]")
    assert read_file(path, "a.json").characters == 2_000_000
    assert refusal(partial(read_file, path, "a.json", limits=Limits(memory_bytes=60_000_000))) == "file_too_complex"


def test_clock_of_the_wall_ends_it(endless: Path) -> None:
    started = monotonic()
    read = partial(read_file, endless, "a.pdf", limits=Limits(wall_seconds=0.7))
    assert refusal(read) == "file_too_complex"
    assert monotonic() - started < 5


def test_clock_of_the_processor_ends_it(endless: Path) -> None:
    assert refusal(partial(read_file, endless, "a.pdf", limits=Limits(cpu_seconds=1))) == "file_too_complex"


def test_stopped_child_is_ended_by_the_clock_of_the_wall(endless: Path) -> None:
    caller = Caller(endless, limits=Limits(wall_seconds=2))
    wait_for_child().send_signal(signal.SIGSTOP)
    assert getattr(caller.outcome(), "code", None) == "file_too_complex"


def test_cancelling_ends_it_at_once(endless: Path) -> None:
    cancel = CancelFlag()
    caller = Caller(endless, cancel=cancel)
    wait_for_child()
    started = monotonic()
    cancel.cancel()
    assert isinstance(caller.outcome(), Cancelled)
    assert monotonic() - started < 2


def test_cancelled_before_it_begins_starts_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatbot.extraction.reading.subprocess.Popen", lambda *args, **options: pytest.fail("started"))
    cancel = CancelFlag()
    cancel.cancel()
    with pytest.raises(Cancelled):
        read_file(save(path, b"text"), "a.txt", cancel=cancel)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_child_ended_by_somebody_else_is_worth_another_try(endless: Path, number: signal.Signals) -> None:
    caller = Caller(endless)
    wait_for_child().send_signal(number)
    error = caller.outcome()
    assert isinstance(error, EngineCrashed)
    assert (error.code, error.retryable) == ("engine_crashed", True)


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS])
def test_child_that_crashes_over_a_file_is_a_damaged_file(endless: Path, number: signal.Signals) -> None:
    caller = Caller(endless)
    wait_for_child().send_signal(number)
    assert getattr(caller.outcome(), "code", None) == "file_damaged"


def test_child_that_cannot_be_started_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatbot.extraction.reading.sys.executable", str(path))
    with pytest.raises(EngineUnavailable, match="could not be started"):
        read_file(save(path, b"text"), "a.txt")


def test_child_is_confined(endless: Path) -> None:
    caller = Caller(endless, limits=Limits(cpu_seconds=7, memory_bytes=500_000_000))
    child = wait_for_child()
    limits = [child.rlimit(which) for which in (psutil.RLIMIT_AS, psutil.RLIMIT_CORE, psutil.RLIMIT_FSIZE)]
    assert limits == [(500_000_000, 500_000_000), (0, 0), (0, 0)]
    assert child.rlimit(psutil.RLIMIT_CPU) == (7, 9)
    assert child.nice() == 10
    assert os.getsid(child.pid) == child.pid
    child.kill()
    assert isinstance(caller.outcome(), EngineCrashed)


def test_child_sees_no_secret_and_names_no_file(endless: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_PASSWORD", "secret")
    caller = Caller(endless)
    child = wait_for_child()
    assert "DATABASE_PASSWORD" not in child.environ()
    assert str(endless) not in " ".join(child.cmdline())
    child.kill()
    assert isinstance(caller.outcome(), EngineCrashed)


def test_child_loads_neither_django_nor_numpy(path: Path) -> None:
    workbook(path, {"S": [["a", "b"]]})
    code = (
        "import os, sys\nfrom chatbot.extraction.child import main\nmain([str(os.getppid())])\n"
        "print([name for name in ('django', 'numpy', 'celery', 'config') if sys.modules.get(name)])"
    )
    order = order_of(path, "a.xlsx", Limits())
    made = subprocess.run([sys.executable, "-c", code], input=order, capture_output=True, check=True, cwd=ROOT)
    assert made.stdout.splitlines()[-1] == b"[]"


def test_child_dies_with_its_parent(endless: Path) -> None:
    code = f"from pathlib import *\nfrom chatbot.extraction.reading import *\nread_file(Path({str(endless)!r}), '')"
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    child = wait_for_child()
    parent.kill()
    parent.wait()
    child.wait(DEADLINE_SECONDS)


def test_reader_that_breaks_is_a_damaged_file_and_its_words_stay_in_the_log(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("chatbot.extraction.reading.order_of", lambda *args: b'{"path": "secret"}')
    assert refusal(partial(read_file, save(path, b"text"), "a.txt")) == "file_damaged"
    [record] = caplog.records
    assert record.message == "chatbot.extraction.failed"
    assert "KeyError: 'limits'" in record.__dict__["stderr"]


def test_child_that_says_too_much_is_stopped(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatbot.extraction.reading._MIN_OUTPUT_BYTES", -150)
    save(path, b"# Heading")
    assert refusal(partial(read_file, path, "a.md", limits=Limits(max_characters=10))) == "file_too_complex"


def test_four_threads_read_what_one_reads(path: Path) -> None:
    save(path, pdf(pdf_pages([pdf_lines("Same.")] * 5)))
    found: list[Extraction] = []
    threads = [threading.Thread(target=lambda: found.append(read_file(path, "a.pdf"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [found[0]] * 4


def test_order_holds_what_the_child_needs(path: Path) -> None:
    order = json.loads(order_of(path, "tên.pdf", Limits(max_characters=5)))
    assert (order["path"], order["filename"], order["limits"]["max_characters"]) == (str(path), "tên.pdf", 5)


def summary(kind: FileKind, **facts: object) -> str:
    values = {"blocks": (), "characters": 0, "truncated": False, **facts}
    return describe(Extraction(kind, kind.mime_type, **values))  # type: ignore[arg-type]  # facts of each case


@pytest.mark.parametrize(
    ("said", "line"),
    [
        (summary(FileKind.PDF, pages=12, characters=34_210), "PDF, 12 pages, 34,210 characters"),
        (summary(FileKind.PDF, pages=1), "PDF, 1 page, no text found"),
        (summary(FileKind.XLSX, pages=2, characters=1), "Excel workbook, 2 sheets, 1 character"),
        (summary(FileKind.TEXT, characters=2_000_000, truncated=True), "Text, the first 2,000,000 characters"),
        (summary(FileKind.DOCX, characters=5), "Word document, 5 characters"),
        (summary(FileKind.CSV, characters=5), "CSV, 5 characters"),
        (summary(FileKind.PNG, width=640, height=480), "PNG image, 640 x 480 pixels"),
    ],
)
def test_summary_is_one_line(said: str, line: str) -> None:
    assert said == line


def test_picture_and_text_are_told_apart_whatever_they_are_called(path: Path) -> None:
    assert read_file(save(path, png(2, 3)), "report.docx").kind is FileKind.PNG
    assert read_file(save(path, b"just words"), "report.docx").kind is FileKind.TEXT
