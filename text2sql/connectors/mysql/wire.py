"""PyMySQL over a socket that we connected ourselves, to the address that was checked, and can cut at any time."""

import contextlib
import socket
from typing import Any

import pymysql
from pymysql.cursors import SSCursor

from tasks.engines.cancel import CancelToken
from text2sql.connectors.addresses import Place
from text2sql.connectors.base import ConnectorError, ResultColumn, Target
from text2sql.connectors.clock import Deadline
from text2sql.connectors.mysql.errors import connector_error
from text2sql.connectors.mysql.types import CONVERTERS, result_column
from text2sql.connectors.params import tls_context
from text2sql.connectors.watching import Watch

_KILL_SECONDS = 1.0
_BUFFER_BYTES = 262_144


class StreamCursor(SSCursor):
    """Rows as they come; the header with character sets, which the DB API does not show."""

    @property
    def result(self) -> Any:
        """PyMySQL's own, None before the first statement."""
        return getattr(self, "_result", None)

    def columns(self) -> tuple[ResultColumn, ...] | None:
        """None when the statement returned no rows at all."""
        fields = getattr(self.result, "fields", None)
        if not self.description or fields is None:
            return None
        return tuple(result_column(field.name, field.type_code, field.charsetnr) for field in fields)

    @property
    def is_unread(self) -> bool:
        """Whether rows are still to come."""
        return bool(getattr(self.result, "unbuffered_active", False))

    def abandon(self) -> None:
        """Nothing more is read, not even when the garbage collector comes: the connection is gone."""
        if self.result is not None:
            self.result.unbuffered_active, self.result.connection = False, None
        vars(self)["connection"] = None


class Wire:
    """One connection. `cut` may be called from another thread."""

    def __init__(self, connection: Any, handle: socket.socket) -> None:
        self.connection = connection
        self._handle = handle
        self.is_broken = False

    def execute(self, statement: str) -> StreamCursor:
        """Send one statement; raises ConnectorError."""
        cursor: StreamCursor = self.connection.cursor()
        try:
            cursor.execute(statement)
        except (pymysql.Error, OSError, ValueError) as error:
            raise self.failed(error) from None
        return cursor

    def failed(self, error: Exception) -> ConnectorError:
        """What to raise for what PyMySQL raised."""
        if isinstance(error, pymysql.Error):
            made = connector_error(error)
        else:
            made = ConnectorError("connection_lost", "The server ended the connection.")
        self.is_broken = self.is_broken or made.code == "connection_lost"
        return made

    def fileno(self) -> int:
        """Of the socket, for polling."""
        return self._handle.fileno()

    def cut(self) -> None:
        """End it without a word; whoever waits for the server gets an error."""
        self.is_broken = True
        with contextlib.suppress(OSError):
            self._handle.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Say goodbye if there is anybody."""
        with contextlib.suppress(pymysql.Error, OSError), Watch(_KILL_SECONDS, [self.cut]):
            self.connection.close()
        self.is_broken = True
        self._handle.close()


def connect(target: Target, place: Place, *, deadline: Deadline, cancel: CancelToken | None = None) -> Wire:
    """Sign in; the first address that accepts is taken.

    LOAD DATA LOCAL stays off: a server could ask the client for any of its files. Raises ConnectorError.
    """
    plain = _connect_socket(place, deadline)
    handle = plain.dup()
    connection: pymysql.Connection[StreamCursor] = pymysql.Connection(
        host=place.host, port=place.port, user=target.username, password=target.password.encode(),
        database=target.database_name or None, charset=target.params.get("charset", "utf8mb4"),
        cursorclass=StreamCursor, conv=CONVERTERS, ssl=tls_context(target), autocommit=True, local_infile=False,
        program_name="roundhouse", defer_connect=True,
    )  # fmt: skip
    wire = Wire(connection, handle)
    watch = Watch(deadline.left, [wire.cut], cancel=cancel)
    try:
        with watch:
            connection.connect(plain)
    except (pymysql.Error, OSError, ValueError, IndexError, AssertionError) as error:
        plain.close()
        handle.close()
        watch.check("connect_timeout")
        if isinstance(error, pymysql.Error):
            raise connector_error(error, otherwise="driver_error") from None
        raise ConnectorError("driver_error", "The server does not speak MySQL's protocol.") from None
    return wire


def kill_query(target: Target, place: Place, thread_id: int) -> None:
    """Ends what the other connection runs; nothing happens if the server lets no more connections in.

    KILL QUERY leaves the connection itself alive; an account may kill its own without any right.
    https://dev.mysql.com/doc/refman/8.4/en/kill.html
    """
    with contextlib.suppress(ConnectorError):
        wire = connect(target, place, deadline=Deadline(_KILL_SECONDS))
        try:
            wire.execute(f"KILL QUERY {thread_id:d}")
        finally:
            wire.close()


def _connect_socket(place: Place, deadline: Deadline) -> socket.socket:
    *others, last = place.addresses
    for address in others:
        with contextlib.suppress(OSError):
            return _socket_to(address, place.port, deadline.left / 2)
    try:
        return _socket_to(last, place.port, deadline.left)
    except TimeoutError:
        raise ConnectorError("connect_timeout", "The server did not answer in time.") from None
    except OSError as error:
        raise ConnectorError("connection_refused", error.strerror or "The connection was refused.") from None


def _socket_to(address: str, port: int, seconds: float) -> socket.socket:
    made = socket.create_connection((address, port), max(seconds, 0.001))
    made.settimeout(None)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    # What lies there when a query is stopped must be read.
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    return made
