"""A listener on loopback that passes bytes to a server, and falls silent when told to."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

_PIECE = 65536


class Relay:
    """Passes what comes to `connect()`'s socket. Once `silent_after` bytes came back, none comes any more.

    `connections` are the clients that are still there; `accepted` counts all that ever were.
    """

    def __init__(self, connect: Callable[[], socket.socket] | None) -> None:
        self._connect = connect
        self.silent_after: int | None = None if connect else 0
        self.accepted = 0
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Accept nobody any more."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _address = self._listener.accept()
            except OSError:
                return
            self.accepted += 1
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._connect is None:
                threading.Thread(target=self._pump, args=(client, None), daemon=True).start()
                continue
            server = self._connect()
            threading.Thread(target=self._pump, args=(client, server), daemon=True).start()
            threading.Thread(target=self._pump_back, args=(server, client), daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket | None) -> None:
        with contextlib.suppress(OSError), source:
            while piece := source.recv(_PIECE):
                if target is not None:
                    target.sendall(piece)
        if target is not None:
            with contextlib.suppress(OSError):
                target.shutdown(socket.SHUT_RDWR)

    def _pump_back(self, source: socket.socket, target: socket.socket) -> None:
        sent = 0
        with contextlib.suppress(OSError), source:
            while piece := source.recv(_PIECE):
                sent += len(piece)
                if self.silent_after is None or sent <= self.silent_after:
                    target.sendall(piece)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)


def to_unix_socket(path: str) -> Callable[[], socket.socket]:
    """For `Relay`: a server's Unix socket."""

    def connect() -> socket.socket:
        made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        made.connect(path)
        return made

    return connect


def to_port(port: int) -> Callable[[], socket.socket]:
    """For `Relay`: a server on loopback."""
    return lambda: socket.create_connection(("127.0.0.1", port))


@contextlib.contextmanager
def relay(connect: Callable[[], socket.socket] | None) -> Iterator[Relay]:
    """One that ends with the block; without `connect` it accepts and never answers."""
    made = Relay(connect)
    try:
        yield made
    finally:
        made.close()


def closed_port() -> int:
    """A port of loopback on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port
