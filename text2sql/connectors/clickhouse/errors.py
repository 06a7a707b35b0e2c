"""What ClickHouse, its client and the HTTP layer say, as errors of the contract."""

import re
import ssl
from collections.abc import Iterator, Mapping

from clickhouse_connect.driver.exceptions import Error
from urllib3 import exceptions as http

from text2sql.connectors.base import ConnectorError, ErrorCode

#: https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp
_NUMBERS: Mapping[ErrorCode, tuple[int, ...]] = {
    "wrong_credentials": (192, 193, 194, 516),
    "unknown_database": (81,),
    "too_many_connections": (202, 210),
    "unknown_table": (60, 390),
    "unknown_column": (47, 16, 8),
    "syntax_error": (62, 26),
    "permission_denied": (497, 291),
    "query_refused": (164, 452, 392),
    "query_timeout": (159, 160, 209),
    "query_too_costly": (241, 307, 158, 396),
    "connection_lost": (101,),
}
_CODES: Mapping[int, ErrorCode] = {number: code for code, numbers in _NUMBERS.items() for number in numbers}
_CODE = re.compile(r"Code: (\d+)")
_NOISE = re.compile(r".*?DB::Exception: |\s*\(version [^)]*\)+\)?|\s*\(for url [^)]*\)", re.DOTALL)


def connector_error(error: Exception, *, otherwise: ErrorCode = "query_failed") -> ConnectorError:
    """By the server's number, else by what the HTTP layer met. No address of ours is in the message.

    The number stands in the text where the client brings none; versions and addresses in it are left out.
    """
    text = str(error)
    number = getattr(error, "code", None) or int(found.group(1) if (found := _CODE.search(text)) else 0)
    if number:
        return ConnectorError(_CODES.get(number, "query_failed"), _NOISE.sub("", text, count=0).strip())
    for cause in _causes(error):
        if isinstance(cause, (ssl.SSLError, http.SSLError)):
            return ConnectorError("tls_failed", f"TLS failed: {getattr(cause, 'reason', None) or cause}.")
        if isinstance(cause, (http.NewConnectionError, ConnectionRefusedError)):
            return ConnectorError("connection_refused", "The connection was refused.")
        if isinstance(cause, (http.ConnectTimeoutError, http.ReadTimeoutError, TimeoutError)):
            return ConnectorError("connect_timeout", "The server did not answer in time.")
        if isinstance(cause, (http.ProtocolError, ConnectionError)):
            return ConnectorError("connection_lost", "The server ended the connection.")
    if isinstance(error, Error):
        return ConnectorError(otherwise, "The server does not answer as ClickHouse's HTTP interface does.")
    return ConnectorError("connection_lost", "The answer cannot be read.")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        reason = getattr(error, "reason", None)
        error = reason if isinstance(reason, BaseException) else error.__cause__ or error.__context__
