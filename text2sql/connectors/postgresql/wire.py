"""libpq without blocking: every wait ends at a deadline or when the token says so.

Statements go by the extended protocol, which takes exactly one each, and a whole transaction in one round trip.
"""

import contextlib
import select
from collections import deque
from collections.abc import Iterator, Sequence

from psycopg import Error, pq
from psycopg.conninfo import make_conninfo
from psycopg.pq.abc import PGcancelConn, PGconn, PGresult

from tasks.engines.cancel import CancelToken, NeverCancelled
from text2sql.connectors.base import ConnectorError
from text2sql.connectors.clock import Deadline
from text2sql.connectors.postgresql.errors import connect_error

#: How long a token may go unasked.
_TICK_SECONDS = 0.05
_CANCEL_SECONDS = 1.0
#: Rows are read in pieces: small ones, since a row may be large.
_ROWS_PER_PIECE = 32
Statement = tuple[str, Sequence[str | None]]

_POLLED = pq.PollingStatus
_COPIES = (pq.ExecStatus.COPY_IN, pq.ExecStatus.COPY_OUT, pq.ExecStatus.COPY_BOTH)


def start(conninfo: dict[str, str], *, deadline: Deadline) -> PGconn:
    """A connection, or ConnectorError: `connect_timeout` when the deadline passes."""
    unsendable = ConnectorError("driver_error", "A name or the password holds characters that cannot be sent.")
    if any("\0" in value for value in conninfo.values()):
        raise unsendable
    try:
        text = make_conninfo("", **conninfo).encode()
    except (Error, ValueError):
        raise unsendable from None
    connection = pq.PGconn.connect_start(text)
    while True:
        status = _POLLED.FAILED if connection.status == pq.ConnStatus.BAD else connection.connect_poll()
        if status == _POLLED.OK:
            connection.nonblocking = 1
            connection.notice_handler = None
            return connection
        if status == _POLLED.FAILED:
            message = connection.error_message.decode("utf-8", "replace")
            connection.finish()
            raise connect_error(message)
        if not _wait(connection.socket, status == _POLLED.READING, status == _POLLED.WRITING, deadline.left):
            connection.finish()
            raise ConnectorError("connect_timeout", "The server did not answer in time.")


class Wire:
    """A connection in pipeline mode. A wire that failed to come to rest is `is_broken` and must be closed."""

    def __init__(self, connection: PGconn) -> None:
        self._connection = connection
        self._waiting = 0
        self._streamed: int | None = None
        self.is_broken = False
        connection.enter_pipeline_mode()

    def send(self, statements: Sequence[Statement], *, streamed: int | None = None) -> None:
        """Queue statements and a synchronisation point; the results of the one at index `streamed` come in pieces."""
        self._streamed = streamed
        self._waiting = len(statements) + 1
        try:
            for text, values in statements:
                self._connection.send_query_params(
                    text.encode(), [None if value is None else value.encode() for value in values]
                )
            self._connection.pipeline_sync()
        except (ValueError, Error) as error:
            raise self._lost(str(error)) from None

    def results(self, *, deadline: Deadline, cancel: CancelToken) -> Iterator[tuple[int, PGresult]]:
        """Results with the index of their statement, up to the synchronisation point.

        Raises what the token raises, `query_timeout` at the deadline, `connection_lost`.
        """
        index = 0
        while self._waiting:
            if index == self._streamed:
                self._connection.set_chunked_rows_mode(_ROWS_PER_PIECE)
                self._streamed = None
            result = self._next(deadline, cancel)
            if result is None:
                index += 1
                self._waiting -= 1
            elif result.status == pq.ExecStatus.PIPELINE_SYNC:
                self._waiting = 0
            elif result.status in _COPIES:
                self.is_broken = True
                raise ConnectorError("query_refused", "COPY is no query.")
            else:
                yield index, result

    @property
    def is_busy(self) -> bool:
        """Whether results are still to come."""
        return self._waiting > 0

    def settle(self, *, asks: bool = True) -> None:
        """Stop what runs on the server and read to the synchronisation point; breaks the wire if that takes long.

        Nothing needs to be stopped when the server has already answered with an error: then `asks` is False.
        """
        if not self._waiting or self.is_broken:
            return
        deadline = Deadline(_CANCEL_SECONDS)
        try:
            if asks:
                _stop_on_server(self._connection.cancel_conn(), deadline)
            self._streamed = None
            deque(self.results(deadline=deadline, cancel=NeverCancelled()), maxlen=0)
        except ConnectorError:
            self.is_broken = True

    def is_usable(self) -> bool:
        """Whether it rests and the server has not hung up; asks the socket only."""
        if self.is_broken or self._waiting or self._connection.status != pq.ConnStatus.OK:
            return False
        # A server has nothing to say to a session at rest but that it ends.
        return not _wait(self._connection.socket, True, False, 0.0)

    def close(self) -> None:
        """Hang up."""
        self.is_broken = True
        self._connection.finish()

    def _next(self, deadline: Deadline, cancel: CancelToken) -> PGresult | None:
        try:
            while (unsent := self._connection.flush()) or self._connection.is_busy():
                if _wait(self._connection.socket, True, bool(unsent), min(_TICK_SECONDS, deadline.left)):
                    self._connection.consume_input()
                cancel.raise_if_cancelled()
                if deadline.is_over:
                    raise ConnectorError("query_timeout", "The query took longer than it may.")
            return self._connection.get_result()
        except Error as error:
            raise self._lost(str(error)) from None

    def _lost(self, text: str) -> ConnectorError:
        self.is_broken = True
        return ConnectorError("connection_lost", connect_error(text).message)


def _wait(socket: int, reads: bool, writes: bool, seconds: float) -> bool:
    poll = select.poll()
    poll.register(socket, (select.POLLIN if reads else 0) | (select.POLLOUT if writes else 0))
    return bool(poll.poll(seconds * 1000))


def _stop_on_server(request: PGcancelConn, deadline: Deadline) -> None:
    """libpq's cancel request, over a connection of its own with the same TLS."""
    with contextlib.suppress(Error):
        request.start()
        while (status := request.poll()) not in (_POLLED.OK, _POLLED.FAILED):
            if not _wait(request.socket, status == _POLLED.READING, status == _POLLED.WRITING, deadline.left):
                break
        request.finish()
