"""Keeps the driver from connecting to anything but the checked addresses: a listener may redirect its clients."""

import contextlib
import socket
import sys
import threading
from collections.abc import Iterator
from functools import cache
from typing import Any

from text2sql.connectors.addresses import Place
from text2sql.connectors.base import ConnectorError

_here = threading.local()


class Handle:
    """The driver's socket, duplicated so that it can be shut from another thread."""

    def __init__(self, place: Place) -> None:
        self._allowed = {(address, place.port) for address in place.addresses}
        self._sockets: list[socket.socket] = []

    def take(self, connecting: socket.socket, address: tuple[Any, ...]) -> None:
        """Called before the driver connects; raises ConnectorError `address_refused` for another address."""
        if address[:2] not in self._allowed:
            raise ConnectorError("address_refused", "The server sends its clients to another address: not followed.")
        self._sockets.append(connecting.dup())

    def cut(self) -> None:
        """End the connection; whoever waits for the server gets an error."""
        for handle in self._sockets:
            with contextlib.suppress(OSError):
                handle.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End it and give the socket back."""
        self.cut()
        for handle in self._sockets:
            handle.close()
        self._sockets = []


@contextlib.contextmanager
def only(handle: Handle) -> Iterator[None]:
    """While the block runs, this thread connects only to where the handle allows.

    Other threads are not touched: what is kept here is the thread's own.
    """
    _install()
    _here.handle = handle
    try:
        yield
    finally:
        _here.handle = None


@cache
def _install() -> None:
    """Python tells its audit hooks of every connection; they stay until the process ends."""
    sys.addaudithook(_look)


def _look(event: str, values: tuple[Any, ...]) -> None:
    if event == "socket.connect" and (handle := getattr(_here, "handle", None)) is not None:
        handle.take(values[0], tuple(values[1]))
