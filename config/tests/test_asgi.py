"""What the server's process prepares for its requests, told by a fresh process: all of it is global."""

import json
import subprocess
import sys

import pytest

from config.tests.guards.sources import ROOT

_TELL = """
import asyncio, gc, json, threading
from asgiref.sync import sync_to_async
from config.asgi import _Handler
from django.core.signals import request_started

class Asked(_Handler):
    async def handle(self, scope, receive, send):
        send(await sync_to_async(threading.current_thread)())
        await receive()
        send(await sync_to_async(threading.current_thread)())
        if scope["fails"]:
            raise OSError("broken")

async def ask():
    asked, threads = Asked(), []
    both = asyncio.Barrier(2)
    async def at_once():
        pass
    async def request(until=at_once, fails=False):
        seen = []
        try:
            await asked({"fails": fails}, until, seen.append)
        except OSError:
            pass
        assert len(set(seen)) == 1
        return seen[0]
    names = {}
    for group in [
        [await request()], [await request()], await asyncio.gather(request(both.wait), request(both.wait)),
        [await request(fails=True), await request(fails=True)], [await request()],
    ]:
        threads.append(sorted(names.setdefault(thread, len(names)) for thread in group))
    return threads, len(asked._idle)

piece = b"x" * 4096 * 1024
print(json.dumps({
    "threads": asyncio.run(ask()),
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


def test_requests_borrow_threads_that_none_shares_and_a_broken_one_ends(told: dict[str, list[object] | int]) -> None:
    # One after the other, two at once (the second needs a new thread), two that break, and one that finds none left.
    assert told["threads"] == [[[0], [0], [0, 1], [0, 1], [2]], 1]


def test_pieces_of_a_file_are_sent_as_they_are(told: dict[str, list[object] | int]) -> None:
    assert (told["pieces"], told["sizes"]) == ([[True, True]], [4096 * 1024, 1])


def test_what_is_loaded_is_not_looked_at_again(told: dict[str, list[object] | int]) -> None:
    assert isinstance(told["frozen"], int)
    assert (told["frozen"] > 10_000, told["threshold"]) == (True, 20_000)
