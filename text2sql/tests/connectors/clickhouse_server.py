"""ClickHouse's engine (chdb) behind as much of its HTTP interface as clickhouse-connect needs; run as a program.

It is not ClickHouse's server: signing in, query ids and KILL are written here; parsing, types, limits, read-only mode
and errors are the engine's. After the shop is made the engine is in `readonly = 2`, as an account's profile would be.
"""

import base64
import contextlib
import json
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

USERNAME, PASSWORD = "t2s_reader", "chỉ đọc"
_SETTINGS = ("max_execution_time", "timeout_overflow_mode", "max_result_rows", "result_overflow_mode")
_FORMAT = re.compile(r"\s+FORMAT\s+(\w+)\s*$")
_ENGINE_ERRORS = (RuntimeError, ValueError)

SHOP = """
CREATE DATABASE shop;
CREATE DATABASE odd;
CREATE DATABASE empty;
CREATE TABLE shop.orders (
    id UInt32, city LowCardinality(String) COMMENT 'Thành phố', status Enum8('new' = 1, 'paid' = 2),
    price Decimal(12, 2), is_member Bool, day Date, at DateTime64(3, 'Asia/Ho_Chi_Minh'), note Nullable(String),
    tags Array(String), code UUID, ip IPv4, extra Map(String, UInt8)
) ENGINE = MergeTree ORDER BY (id, city) COMMENT 'Đơn hàng';
INSERT INTO shop.orders SELECT number, ['Hà Nội', 'Hà Nội', 'Huế'][1 + number % 3], 1 + number % 2, number * 1.5,
    number % 2, toDate('2026-01-01') + number % 5,
    toDateTime64('2026-01-01 08:00:00', 3, 'Asia/Ho_Chi_Minh') + number, NULL, ['a', 'b'],
    toUUID('00000000-0000-0000-0000-000000000001'), toIPv4('10.0.0.1'), map('k', 1) FROM numbers(3000);
CREATE VIEW shop.by_city AS SELECT city, count() AS orders FROM shop.orders GROUP BY city;
CREATE TABLE odd.`"; drop table x; --` (`select` String, `có dấu cách` Int8, `a\\`b\\\\c` String)
    ENGINE = MergeTree ORDER BY tuple();
INSERT INTO odd.`"; drop table x; --` VALUES ('''; --', 1, 'x');
CREATE VIEW odd.fails AS SELECT throwIf(1) AS zero, 'x' AS word;
SET readonly = 2
"""


class Engine:
    """One query at a time; `killed` are the ids of queries that are to stop."""

    def __init__(self) -> None:
        from chdb.session import Session

        self._session: Any = Session()
        self.lock = threading.Lock()
        self.killed: set[str] = set()
        for statement in SHOP.strip().split(";\n"):
            self._session.query(statement)

    def stream(self, statement: str, settings: dict[str, str], database: str) -> Any:
        """Pieces of the answer; raises ChdbError."""
        self._session.query(f"USE {json.dumps(database)}")
        values = {"max_execution_time": "0", "max_result_rows": "0", "result_overflow_mode": "throw"} | settings
        self._session.query(
            "SET " + ", ".join(f"{name} = '{value}'" for name, value in values.items() if name in _SETTINGS)
        )
        found = _FORMAT.search(statement)
        text, form = (statement[: found.start()], found.group(1)) if found else (statement, "TabSeparated")
        if re.match(r"\s*(SHOW|EXPLAIN|DESC|EXISTS)", text):
            # These it does not stream.
            return iter([self._session.query(text, form)])
        return self._session.send_query(text, form)


class Handler(BaseHTTPRequestHandler):
    """GET and POST of `/`."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    engine: Engine

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        params = dict(parse_qsl(urlsplit(self.path).query))
        statement = params.pop("query", "") + body
        expected = "Basic " + base64.b64encode(f"{USERNAME}:{PASSWORD}".encode()).decode()
        if self.headers.get("Authorization") != expected:
            self._fail(403, "Code: 516. DB::Exception: Authentication failed. (AUTHENTICATION_FAILED)")
        elif statement.startswith("KILL QUERY"):
            self.engine.killed.add(statement.split("'")[1])
            self._send(part for part in (b"",))
        elif "redirect" in statement:
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.1:1/")
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            with self.engine.lock:
                self._answer(statement, params)

    do_GET = do_POST  # noqa: N815 - as above

    def _answer(self, statement: str, params: dict[str, str]) -> None:
        try:
            pieces = self.engine.stream(statement, params, params.get("database", "default"))
            first = next(pieces, None)
        except _ENGINE_ERRORS as error:
            self._fail(500, str(error))
            return
        self._send(self._pieces(first, pieces, params.get("query_id", "")))

    def _pieces(self, first: Any, pieces: Any, query_id: str) -> Any:
        try:
            if first is not None:
                yield first.bytes()
            for piece in pieces:
                if query_id in self.engine.killed:
                    break
                yield piece.bytes()
        except _ENGINE_ERRORS as error:
            yield f"\r\n__exception__\r\n{error}".encode()
        finally:
            if hasattr(pieces, "cancel"):
                pieces.cancel()

    def _send(self, pieces: Any) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        with contextlib.closing(pieces), contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for piece in pieces:
                if piece:
                    self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            self.wfile.write(b"0\r\n\r\n")

    def _fail(self, status: int, message: str) -> None:
        found = re.search(r"Code: (\d+)", message)
        self.send_response(status)
        self.send_header("X-ClickHouse-Exception-Code", found.group(1) if found else "1000")
        self.send_header("Content-Length", str(len(message.encode())))
        self.end_headers()
        self.wfile.write(message.encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Silence."""


def main() -> None:
    """Print the port and serve until the parent is gone."""
    Handler.engine = Engine()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    main()
