"""What Oracle and python-oracledb say, as errors of the contract."""

import re
import ssl
from collections.abc import Mapping

import oracledb

from text2sql.connectors.base import ConnectorError, ErrorCode

#: https://docs.oracle.com/en/error-help/db/ and python-oracledb's own DPY numbers.
_NUMBERS: Mapping[ErrorCode, tuple[str, ...]] = {
    "wrong_credentials": ("ORA-01017", "ORA-28000", "ORA-28001", "ORA-01045", "ORA-01005"),
    "unknown_database": ("ORA-12514", "ORA-12505", "DPY-6001", "DPY-6003", "ORA-12154", "ORA-01034"),
    "too_many_connections": ("ORA-00018", "ORA-00020", "ORA-02391", "ORA-12519", "ORA-12516", "ORA-12520"),
    "connection_lost": ("ORA-03113", "ORA-03114", "ORA-03135", "ORA-01012", "ORA-00028", "DPY-4011", "DPY-1001"),
    "unknown_table": ("ORA-00942", "ORA-04043", "ORA-02289"),
    "unknown_column": ("ORA-00904", "ORA-00918"),
    "syntax_error": (
        "ORA-00900",
        "ORA-00907",
        "ORA-00911",
        "ORA-00923",
        "ORA-00933",
        "ORA-00936",
        "ORA-03049",
        "ORA-01756",
    ),
    "permission_denied": ("ORA-01031", "ORA-41900"),
    "query_refused": ("ORA-01456", "ORA-14551", "ORA-16000", "ORA-01453"),
    "query_timeout": ("DPY-4024", "ORA-01013", "ORA-00040", "ORA-03156"),
    "query_too_costly": ("ORA-01652", "ORA-04030", "ORA-02394"),
}
_CODES: Mapping[str, ErrorCode] = {number: code for code, numbers in _NUMBERS.items() for number in numbers}
_HELP = re.compile(r"\nHelp: https?://\S+")
_CANNOT_CONNECT = "DPY-6005"


def connector_error(error: Exception, *, otherwise: ErrorCode = "query_failed") -> ConnectorError:
    """By the number in the message, or by what went wrong below when no connection came about.

    python-oracledb wraps everything of the network in DPY-6005, whose words hold addresses.
    """
    first = error.args[0] if error.args else error
    number, text = str(getattr(first, "full_code", "") or ""), str(getattr(first, "message", first))
    for cause in _causes(error):
        if isinstance(cause, ConnectorError):
            return cause
        if isinstance(cause, ssl.SSLError):
            return ConnectorError("tls_failed", f"TLS failed: {getattr(cause, 'reason', None) or cause}.")
        if isinstance(cause, TimeoutError):
            return ConnectorError("connect_timeout", "The server did not answer in time.")
        if isinstance(cause, ConnectionRefusedError):
            return ConnectorError("connection_refused", "The connection was refused.")
    code = _CODES.get(number, otherwise)
    if number in (_CANNOT_CONNECT, "") or code == "connection_lost":
        lost: ErrorCode = "connection_lost" if code == "connection_lost" else "driver_error"
        return ConnectorError(lost, "The server ended the connection, or does not speak Oracle's protocol.")
    return ConnectorError(code, _HELP.sub("", text).strip())


def _causes(error: BaseException | None) -> list[BaseException]:
    found = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


FAILURES = (oracledb.Error, OSError, ValueError)
