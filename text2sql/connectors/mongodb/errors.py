"""What MongoDB and PyMongo say, as errors of the contract."""

from collections.abc import Mapping
from typing import Any

from pymongo import errors

from text2sql.connectors.base import ConnectorError, ErrorCode

#: https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml
_CODES: Mapping[int, ErrorCode] = {
    13: "permission_denied", 18: "wrong_credentials", 11: "wrong_credentials", 8000: "wrong_credentials",
    26: "unknown_table", 50: "query_timeout", 262: "query_timeout", 11601: "query_failed", 292: "query_too_costly",
    40324: "syntax_error", 40323: "syntax_error", 9: "syntax_error", 14: "syntax_error", 168: "syntax_error",
    15959: "syntax_error", 91: "connection_lost", 11600: "connection_lost",
}  # fmt: skip


def connector_error(error: Exception, *, otherwise: ErrorCode = "query_failed") -> ConnectorError:
    """By the server's number, else by the kind of exception. Addresses, which PyMongo tells, are left out.

    A time-out while connecting is told as one of a query; `connector` knows which of both it was.
    """
    if isinstance(error, errors.OperationFailure):
        details: Mapping[str, Any] = error.details or {}
        code = _CODES.get(error.code or 0, otherwise)
        return ConnectorError(code, str(details.get("errmsg") or str(error).partition(", full error")[0]))
    if isinstance(error, (errors.NetworkTimeout, errors.ExecutionTimeout)):
        return ConnectorError("query_timeout", "The query took longer than it may.")
    text = str(error)
    if isinstance(error, errors.ServerSelectionTimeoutError):
        return _unreachable(text)
    if isinstance(error, errors.ConnectionFailure):
        return ConnectorError("connection_lost", "The server ended the connection.")
    if isinstance(error, errors.ConfigurationError):
        return ConnectorError("driver_error", "The server does not support how we sign in, or is too old.")
    return ConnectorError(otherwise, text)


def _unreachable(text: str) -> ConnectorError:
    """The last thing that happened to the one server, in words.

    PyMongo tells it only in the message, after trying again until the time was over.
    """
    if "SSL" in text or "certificate" in text:
        return ConnectorError("tls_failed", "TLS failed: the certificate or the protocol is not accepted.")
    if "refused" in text or "unreachable" in text or "No route" in text:
        return ConnectorError("connection_refused", "The connection was refused.")
    if "connection closed" in text or "reset" in text:
        return ConnectorError("driver_error", "The server does not speak MongoDB's protocol.")
    return ConnectorError("connect_timeout", "The server did not answer in time.")
