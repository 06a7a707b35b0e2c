"""HTTP connections to one checked address: no redirects, no proxies of the environment, and they can be cut."""

import contextlib
import socket
import threading
from typing import Any

from urllib3 import PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from text2sql.connectors.base import Target
from text2sql.connectors.params import tls_context


class Sockets:
    """The sockets of one session, duplicated so that they can be shut from another thread, TLS or not."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._handles: list[socket.socket] = []
        self.is_cut = False

    def add(self, opened: socket.socket) -> None:
        """Remember one; the one before it is no longer used."""
        with self._lock:
            self._drop()
            self._handles.append(opened.dup())
            if self.is_cut:
                # The client tries again what failed; this time it was us.
                self._drop()

    def drop(self) -> None:
        """Hang up; the next request connects anew."""
        with self._lock:
            self._drop()

    def cut(self) -> None:
        """Hang up for good; whoever reads gets an error."""
        self.is_cut = True
        self.drop()

    def _drop(self) -> None:
        for handle in self._handles:
            with contextlib.suppress(OSError):
                handle.shutdown(socket.SHUT_RDWR)
            handle.close()
        self._handles = []


def pool_manager(target: Target, host: str, sockets: Sockets) -> PoolManager:
    """For clickhouse-connect. `host` is the name that the certificate must have.

    One connection at a time: a session runs one query at a time. Nothing is tried twice.
    """

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            made = super()._new_conn()
            sockets.add(made)
            return made

    class Encrypted(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            made = super()._new_conn()
            sockets.add(made)
            return made

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class EncryptedPool(HTTPSConnectionPool):
        ConnectionCls = Encrypted

    class Pool(PoolManager):
        def urlopen(self, method: str, url: str, *options: Any, **named: Any) -> Any:
            return super().urlopen(method, url, *options[1:], **{**named, "redirect": False, "retries": False})

    context = tls_context(target)
    tls: dict[str, Any] = {} if context is None else {"ssl_context": context, "server_hostname": host}
    manager = Pool(num_pools=2, maxsize=1, retries=False, **tls)
    manager.pool_classes_by_scheme = {"http": PlainPool, "https": EncryptedPool}
    return manager
