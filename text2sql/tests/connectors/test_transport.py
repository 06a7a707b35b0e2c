"""HTTP connections to ClickHouse: no redirects, one socket at a time, cut from another thread; and its errors."""

import socket
import ssl
from collections.abc import Iterator
from typing import Any

import pytest
from urllib3 import exceptions as http

from text2sql.connectors.base import Target
from text2sql.connectors.clickhouse.errors import connector_error
from text2sql.connectors.clickhouse.transport import Sockets, pool_manager
from text2sql.tests.connectors.asking import wait_until
from text2sql.tests.connectors.relay import relay

TARGET = Target("clickhouse", "localhost", 8123)


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    near, far = socket.socketpair()
    far.settimeout(5)
    with near, far:
        yield near, far


def test_dropped_socket_is_hung_up_although_the_driver_holds_it(pair: tuple[socket.socket, socket.socket]) -> None:
    near, far = pair
    sockets = Sockets()
    sockets.add(near)
    sockets.drop()
    assert far.recv(1) == b""
    assert not sockets.is_cut


def test_new_socket_takes_the_place_of_the_one_before(pair: tuple[socket.socket, socket.socket]) -> None:
    near, far = pair
    sockets = Sockets()
    sockets.add(near)
    other, end = socket.socketpair()
    with other, end:
        sockets.add(other)
        assert far.recv(1) == b""
        other.sendall(b"x")
        assert end.recv(1) == b"x"
        sockets.cut()


def test_connection_made_after_the_cut_is_useless(pair: tuple[socket.socket, socket.socket]) -> None:
    near, far = pair
    sockets = Sockets()
    sockets.cut()
    sockets.add(near)
    assert far.recv(1) == b""
    assert sockets.is_cut


def test_waiting_request_ends_when_it_is_cut() -> None:
    sockets = Sockets()
    with relay(None) as silent:
        manager = pool_manager(TARGET, "localhost", sockets)
        with pytest.raises(http.HTTPError):
            manager.request("GET", f"http://127.0.0.1:{silent.port}/", timeout=0.1, retries=5)
        assert wait_until(lambda: silent.accepted == 1)
    assert manager.connection_pool_kw["maxsize"] == 1


def test_certificate_is_compared_with_the_name_and_not_with_the_address() -> None:
    checked = Target("clickhouse", "db.example.org", 8443, ssl_enabled=True)
    options: dict[str, Any] = pool_manager(checked, "db.example.org", Sockets()).connection_pool_kw
    assert options["server_hostname"] == "db.example.org"
    assert options["ssl_context"].verify_mode == ssl.CERT_REQUIRED
    assert options["ssl_context"].check_hostname


def test_what_happens_below_http_has_its_own_code() -> None:
    def caused(cause: BaseException) -> Exception:
        error = ValueError("Error HTTPConnectionPool(host='10.0.0.1', port=8123)")
        error.__cause__ = cause
        return error

    pool: Any = None
    cases: list[tuple[BaseException, str]] = [
        (http.NewConnectionError(pool, "refused"), "connection_refused"),
        (http.ConnectTimeoutError(), "connect_timeout"),
        (http.ReadTimeoutError(pool, "/", "slow"), "connect_timeout"),
        (http.ProtocolError("closed"), "connection_lost"),
        (http.SSLError("bad certificate"), "tls_failed"),
        (ssl.SSLCertVerificationError("self-signed"), "tls_failed"),
        (http.MaxRetryError(pool, "/", http.NewConnectionError(pool, "refused")), "connection_refused"),
        (TimeoutError(), "connect_timeout"),
        (ConnectionResetError(), "connection_lost"),
    ]
    found = [connector_error(caused(cause)) for cause, _code in cases]
    assert [error.code for error in found] == [code for _cause, code in cases]
    assert [error.message for error in found if "10.0.0.1" in error.message] == []
