"""Tells people's open pages about a worker's tasks, from a thread of its own: no task waits for Redis."""

import os
import threading
import time
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from uuid import UUID

from tasks.live import Frame, publish_frames

#: Frames that come this soon after others travel with those that follow; the first of a burst goes at once.
GATHER_SECONDS = 0.002
#: Longest wait for frames that Redis does not take; they are best effort.
FLUSH_SECONDS = 2.0
MAX_BATCH = 100

Send = Callable[[Sequence[tuple[UUID | str, Frame]]], None]


class Announcer:
    """Sends what it is told, in order, in batches; telling it costs microseconds."""

    def __init__(self, send: Send = publish_frames) -> None:
        self._send = send
        self._queue: SimpleQueue[tuple[UUID | str, Frame] | threading.Event] = SimpleQueue()
        threading.Thread(target=self._loop, name="announcer", daemon=True).start()

    def announce(self, user_id: UUID | str, frame: Frame) -> None:
        """Send a frame soon."""
        self._queue.put((user_id, frame))

    def flush(self) -> None:
        """Wait until everything announced so far is sent, or given up."""
        sent = threading.Event()
        self._queue.put(sent)
        sent.wait(FLUSH_SECONDS)

    def _loop(self) -> None:
        ended_at = 0.0
        while True:
            items = [self._queue.get()]
            if time.monotonic() - ended_at < GATHER_SECONDS:
                time.sleep(GATHER_SECONDS)
            while len(items) < MAX_BATCH:
                try:
                    items.append(self._queue.get_nowait())
                except Empty:
                    break
            if frames := [item for item in items if not isinstance(item, threading.Event)]:
                self._send(frames)
            for item in items:
                if isinstance(item, threading.Event):
                    item.set()
            ended_at = time.monotonic()


_announcers: dict[int, Announcer] = {}
_lock = threading.Lock()


def announcer() -> Announcer:
    """The announcer of this process: a forked child needs its own, since threads do not survive a fork."""
    pid = os.getpid()
    if pid not in _announcers:
        with _lock:
            if pid not in _announcers:
                _announcers[pid] = Announcer()
    return _announcers[pid]
