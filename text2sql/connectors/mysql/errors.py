"""What MySQL, MariaDB and PyMySQL say, as errors of the contract."""

import re
import ssl
from collections.abc import Mapping

import pymysql

from text2sql.connectors.base import ConnectorError, ErrorCode

#: https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html and MariaDB's own from 1900 on.
_NUMBERS: Mapping[ErrorCode, tuple[int, ...]] = {
    "wrong_credentials": (1045, 1698, 1130, 1251, 1862, 4151, 2059, 2061),
    "unknown_database": (1049, 1046),
    "connection_refused": (1129,),
    "too_many_connections": (1040, 1203, 1226),
    "tls_failed": (2026, 3159),
    "connection_lost": (2006, 2013, 2014, 2055, 1053, 1927, 4031),
    "unknown_table": (1146, 1051, 1109, 1356),
    "unknown_column": (1054,),
    "syntax_error": (1064, 1149, 1065),
    "permission_denied": (1044, 1142, 1143, 1227, 1370, 1345),
    "query_refused": (1792, 1290),
    "query_timeout": (1969, 3024, 1205),
}
#: An account is named with the address that it comes from, which is ours.
_OUR_ADDRESS = re.compile(r"(?<=')@'[^']*'|(?<=^Host) '[^']*'")
_CODES: Mapping[int, ErrorCode] = {number: code for code, numbers in _NUMBERS.items() for number in numbers}


def connector_error(error: pymysql.Error, *, otherwise: ErrorCode = "query_failed") -> ConnectorError:
    """By the number; the message is the server's own.

    Numbers from 2000 on are the client's, below and above the server's; `otherwise` is for all that are not listed.
    """
    number, text = (*error.args, "", "")[:2] if error.args else (0, "")
    if isinstance(error.__cause__, ssl.SSLError) or isinstance(
        getattr(error, "original_exception", None), ssl.SSLError
    ):
        cause = error.__cause__ or getattr(error, "original_exception", None)
        return ConnectorError("tls_failed", f"TLS failed: {getattr(cause, 'reason', None) or cause}.")
    code = _CODES.get(number if isinstance(number, int) else 0, otherwise)
    message = (
        _OUR_ADDRESS.sub("", str(text or number or error))
        if code != "connection_lost"
        else "The server ended the connection."
    )
    return ConnectorError(code, message)
