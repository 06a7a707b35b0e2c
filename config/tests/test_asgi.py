"""What the server's process prepares for its requests, told by a fresh process: all of it is global."""

import json
import subprocess
import sys

import pytest

from config.tests.guards.sources import ROOT

_TELL = """
import gc, json
from config.asgi import _Handler
from django.core.signals import request_started
piece = b"x" * 1024 * 1024
print(json.dumps({
    "receivers": [receiver().__name__ for _key, receiver, *_ in request_started.receivers],
    "pieces": [(sent is piece, last) for sent, last in _Handler.chunk_bytes(piece)],
    "sizes": [len(sent) for sent, _last in _Handler.chunk_bytes(piece + b"y")],
    "frozen": gc.get_freeze_count(), "threshold": gc.get_threshold()[0],
}))
"""


@pytest.fixture(scope="module")
def told() -> dict[str, list[object] | int]:
    """Of a process that has loaded the application."""
    made = subprocess.run([sys.executable, "-c", _TELL], cwd=ROOT, capture_output=True, text=True, check=True)
    found: dict[str, list[object] | int] = json.loads(made.stdout.splitlines()[-1])
    return found


def test_a_request_does_not_visit_its_thread_to_find_nothing_there(told: dict[str, list[object] | int]) -> None:
    assert told["receivers"] == []


def test_pieces_of_a_file_are_sent_as_they_are(told: dict[str, list[object] | int]) -> None:
    assert (told["pieces"], told["sizes"]) == ([[True, True]], [1024 * 1024, 1])


def test_what_is_loaded_is_not_looked_at_again(told: dict[str, list[object] | int]) -> None:
    assert isinstance(told["frozen"], int)
    assert (told["frozen"] > 10_000, told["threshold"]) == (True, 20_000)
