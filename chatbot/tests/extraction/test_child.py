"""What the reading child says, line by line."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from chatbot.extraction import child
from chatbot.extraction.base import FileKind, Limits
from chatbot.extraction.child import order_of
from chatbot.tests.extraction.files import pdf, pdf_lines, pdf_pages, png, save

ROOT = Path(child.__file__).parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "upload"


def run(order: bytes, *, parent: int | None = None) -> "subprocess.CompletedProcess[bytes]":
    program = [sys.executable, "-m", "chatbot.extraction.child", str(os.getpid() if parent is None else parent)]
    return subprocess.run(program, input=order, capture_output=True, cwd=ROOT)


def lines(path: Path, filename: str = "a.txt", **limits: Any) -> list[dict[str, Any]]:
    made = run(order_of(path, filename, Limits(**limits)))
    assert (made.returncode, made.stderr) == (0, b"")
    return [json.loads(line) for line in made.stdout.splitlines()]


def facts(kind: str, **known: object) -> dict[str, Any]:
    return {"file": {"kind": kind, "pages": None, "width": None, "height": None, "encoding": "", **known}}


def test_file_comes_first_then_its_blocks_then_the_end(path: Path) -> None:
    assert lines(save(path, "# Một\n\nhai".encode()), "a.md") == [
        facts("markdown", encoding="utf-8"),
        {"block": ["# Một", None, "Một", "prose"]},
        {"block": ["hai", None, "Một", "prose"]},
        {"end": {"truncated": False}},
    ]


def test_pages_and_sizes_are_known_before_any_text(path: Path) -> None:
    assert lines(save(path, pdf(pdf_pages([pdf_lines("One."), b""])))) == [
        facts("pdf", pages=2),
        {"block": ["One.", 1, "", "prose"]},
        {"end": {"truncated": False}},
    ]
    assert lines(save(path, png(7, 9))) == [facts("png", width=7, height=9), {"end": {"truncated": False}}]


def test_refusal_is_the_only_line(path: Path) -> None:
    refusal = {"error": {"code": "unsupported_type", "message": "Files of this type cannot be read."}}
    assert lines(save(path, b"\0\1\2")) == [refusal]


def test_refusal_may_come_after_some_text(path: Path) -> None:
    objects = pdf_pages([b""])
    objects[10] = b"<</Type/Page/Parent 2 0 R/Contents 11 0 R/Resources 7>>"
    objects[11] = b"7"
    said = lines(save(path, pdf(objects)))
    assert [next(iter(line)) for line in said] in (["file", "error"], ["file", "end"])


@pytest.mark.parametrize(
    ("limit", "texts", "truncated"),
    [
        (9, ["one", "two", "six"], False),
        (8, ["one", "two", "si"], True),
        (6, ["one", "two"], True),
        (1, ["o"], True),
    ],
)
def test_last_block_is_cut_to_the_limit(path: Path, limit: int, texts: list[str], truncated: bool) -> None:
    said = lines(save(path, b"one\n\ntwo\n\nsix\n"), max_characters=limit)
    assert [line["block"][0] for line in said[1:-1]] == texts
    assert said[-1] == {"end": {"truncated": truncated}}


def test_text_is_cleaned_on_its_way_out(path: Path) -> None:
    words = "plain words " * 200
    said = lines(save(path, f"# He\x00ad\n\nVie\u0302\u0323t\x07 {words}".encode()), "a.md")
    assert said[1]["block"] == ["# Head", None, "Head", "prose"]
    assert said[2]["block"][0].startswith("Việt plain")


def test_deep_recursion_is_too_complex(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = (
        "import os, sys\nfrom chatbot.extraction import child\n"
        "def deep(*a): return deep(*a)\nchild._read = deep\nchild.main([str(os.getppid())])"
    )
    order = order_of(save(path, b"text"), "a.txt", Limits())
    made = subprocess.run([sys.executable, "-c", program], input=order, capture_output=True, cwd=ROOT)
    assert json.loads(made.stdout)["error"]["code"] == "file_too_complex"


@pytest.mark.parametrize("order", [b"", b"{}", b"[]", b'{"path": "x", "filename": "x", "limits": {"unknown": 1}}'])
def test_order_that_makes_no_sense_ends_it(order: bytes) -> None:
    made = run(order)
    assert (made.returncode, made.stdout) == (1, b"")
    assert b"Traceback" in made.stderr


def test_child_of_a_dead_parent_does_nothing(path: Path) -> None:
    made = run(order_of(save(path, b"text"), "a.txt", Limits()), parent=os.getppid())
    assert (made.returncode, made.stdout, made.stderr) == (0, b"", b"")


def test_every_kind_has_a_reader_and_a_type() -> None:
    assert set(child._READERS) == set(FileKind)
    assert all("/" in kind.mime_type for kind in FileKind)
