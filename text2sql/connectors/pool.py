"""Open sessions that are used again: signing in to a database costs more than most queries."""

import hashlib
import json
import os
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from text2sql.connectors.base import ConnectorError, Session, Target

MAX_OPEN = 4
IDLE_SECONDS = 60.0
WAIT_SECONDS = 5.0
_LOOK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class PoolKey:
    """Whose sessions: a stored connection, and what it was like when they were opened."""

    connection_id: Hashable
    fingerprint: str


def fingerprint(target: Target) -> str:
    """A digest of everything that matters for signing in, the password too.

    Two targets with one fingerprint may share sessions; it is not stored and not shown.
    """
    parts = [
        target.database_type, target.host, target.port, target.database_name, target.username, target.password,
        target.ssl_enabled, sorted(target.params.items()), target.allows_private, sorted(target.forbidden),
        target.socket_dir,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()


@dataclass(slots=True)
class _Shelf:
    """Sessions of one connection. `generation` grows when it is forgotten: older ones are not put back."""

    open: int = 0
    generation: int = 0
    idle: list[tuple[str, float, Session]] = field(default_factory=list)


class SessionPool:
    """At most `max_open` sessions for each connection in this process; idle ones are closed after a while.

    A fork's child starts empty. Safe to use from threads; a session is leased to one at a time.
    """

    def __init__(
        self, *, max_open: int = MAX_OPEN, idle_seconds: float = IDLE_SECONDS, wait_seconds: float = WAIT_SECONDS
    ) -> None:
        self._max_open, self._idle_seconds, self._wait_seconds = max_open, idle_seconds, wait_seconds
        self._inherited: list[object] = []
        self._changed = threading.Condition()
        self._shelves: dict[Hashable, _Shelf] = defaultdict(_Shelf)
        self._watcher: threading.Thread | None = None
        os.register_at_fork(after_in_child=self._leave_to_parent)

    @contextmanager
    def lease(self, key: PoolKey, open_session: Callable[[], Session]) -> Iterator[Session]:
        """A session for the block; raises ConnectorError `too_many_connections`, or what opening raises.

        A session that is not usable any more afterwards is closed, whatever the block raised; opening happens outside
        of the lock, so that a slow server holds up nobody else.
        """
        session, generation = self._take(key)
        if session is None:
            try:
                session = open_session()
            except BaseException:
                self._give_back(key, None, generation)
                raise
        try:
            yield session
        finally:
            self._give_back(key, session, generation)

    def forget(self, connection_id: Hashable) -> None:
        """Close its idle sessions now, and leased ones when they come back.

        For a connection that was changed, deleted or taken away from a person.
        """
        with self._changed:
            shelf = self._shelves[connection_id]
            shelf.generation += 1
            dropped, shelf.idle = [session for _print, _since, session in shelf.idle], []
            shelf.open -= len(dropped)
            self._changed.notify_all()
        _close(dropped)

    def close_idle(self, *, older_than_seconds: float = 0.0) -> int:
        """Close what has been idle for so long; returns how many sessions stay open."""
        limit = time.monotonic() - older_than_seconds
        dropped: list[Session] = []
        with self._changed:
            for shelf in self._shelves.values():
                old = [session for _print, since, session in shelf.idle if since <= limit]
                shelf.idle = [entry for entry in shelf.idle if entry[1] > limit]
                shelf.open -= len(old)
                dropped += old
            left = sum(shelf.open for shelf in self._shelves.values())
            self._changed.notify_all()
        _close(dropped)
        return left

    # Sessions are closed outside of the lock: saying goodbye may take a while.
    def _take(self, key: PoolKey) -> tuple[Session | None, int]:
        dropped: list[Session] = []
        try:
            with self._changed:
                shelf = self._shelves[key.connection_id]
                if not self._changed.wait_for(lambda: shelf.idle or shelf.open < self._max_open, self._wait_seconds):
                    raise ConnectorError(
                        "too_many_connections", f"All {self._max_open} connections to this database are busy."
                    )
                while shelf.idle:
                    print_, _since, session = shelf.idle.pop()
                    if print_ == key.fingerprint and session.is_usable():
                        return session, shelf.generation
                    dropped.append(session)
                    shelf.open -= 1
                shelf.open += 1
                return None, shelf.generation
        finally:
            _close(dropped)

    def _give_back(self, key: PoolKey, session: Session | None, generation: int) -> None:
        usable = session is not None and session.is_usable()
        with self._changed:
            shelf = self._shelves[key.connection_id]
            kept = usable and generation == shelf.generation
            if kept and session is not None:
                shelf.idle.append((key.fingerprint, time.monotonic(), session))
                self._watch()
            else:
                shelf.open -= 1
            self._changed.notify_all()
        if session is not None and not kept:
            session.close()

    def _watch(self) -> None:
        """One thread closes idle sessions; it ends when there are none."""
        if self._watcher is None:
            self._watcher = threading.Thread(target=self._close_old, name="idle-databases", daemon=True)
            self._watcher.start()

    def _close_old(self) -> None:
        while True:
            time.sleep(min(_LOOK_SECONDS, self._idle_seconds / 2))
            self.close_idle(older_than_seconds=self._idle_seconds)
            with self._changed:
                if not any(shelf.idle for shelf in self._shelves.values()):
                    self._watcher = None
                    return

    def _leave_to_parent(self) -> None:
        """Its sockets are the parent's: even closing them here would end the parent's sessions."""
        self._inherited.append(self._shelves)
        self._changed, self._shelves, self._watcher = threading.Condition(), defaultdict(_Shelf), None


def _close(sessions: list[Session]) -> None:
    for session in sessions:
        session.close()
