"""What PostgreSQL and libpq say, as errors of the contract."""

import re
from collections.abc import Mapping

from psycopg.pq import DiagnosticField
from psycopg.pq.abc import PGresult

from text2sql.connectors.base import ConnectorError, ErrorCode

#: By SQLSTATE, then by its class: https://www.postgresql.org/docs/current/errcodes-appendix.html
_CODES: Mapping[str, ErrorCode] = {
    "42P01": "unknown_table", "3F000": "unknown_table", "42703": "unknown_column", "42601": "syntax_error",
    "42501": "permission_denied", "57014": "query_timeout", "55P03": "query_timeout", "25006": "query_refused",
    "53300": "too_many_connections", "3D000": "unknown_database",
}  # fmt: skip
_CLASSES: Mapping[str, ErrorCode] = {
    "08": "connection_lost",
    "28": "wrong_credentials",
    "57": "connection_lost",
    "53": "query_too_costly",
}

#: libpq gives no SQLSTATE while it connects, only words.
_CONNECT: tuple[tuple[str, ErrorCode], ...] = (
    (r"password authentication failed|no password supplied|authentication failed|role \".*\" does not exist"
     r"|no pg_hba.conf entry|is not permitted to log in|permission denied for database", "wrong_credentials"),
    (r"database \".*\" does not exist", "unknown_database"),
    (r"too many (clients|connections)|remaining connection slots", "too_many_connections"),
    (r"SSL|certificate|TLS", "tls_failed"),
    (r"timeout|timed out", "connect_timeout"),
    (r"Connection refused|No route to host|unreachable|Connection reset", "connection_refused"),
    (r"server closed the connection|starting up|shutting down", "connection_lost"),
)  # fmt: skip
#: pg_hba.conf's refusal names the address that we have on the database's side.
_OUR_ADDRESS = re.compile(r' for host "[^"]*",')
_PREFIX = re.compile(r"^connection to server (at|on) .*? failed: ")


def connect_error(text: str) -> ConnectorError:
    """From libpq's message; its first part, which repeats our addresses, is left out.

    A server that speaks another language than English gets `driver_error` with its own words.
    """
    lines = [_PREFIX.sub("", line.strip()) for line in text.strip().splitlines()]
    message = " ".join(line for line in lines if line).removeprefix("FATAL:").strip()
    message = _OUR_ADDRESS.sub(" for", message)
    for pattern, code in _CONNECT:
        if re.search(pattern, message):
            return ConnectorError(code, message)
    return ConnectorError("driver_error", message or "The server ended the connection.")


def query_error(result: PGresult, *, skipped: int = 0) -> ConnectorError:
    """From a failed result. `skipped` characters stood before the person's statement, for the position."""
    state = _field(result, DiagnosticField.SQLSTATE)
    code = _CODES.get(state) or _CLASSES.get(state[:2], "query_failed")
    # A query that somebody else cancelled has the SQLSTATE of the time-out.
    if state == "57014" and "statement timeout" not in _field(result, DiagnosticField.MESSAGE_PRIMARY):
        code = "query_failed"
    parts = [_field(result, DiagnosticField.MESSAGE_PRIMARY)]
    position = _field(result, DiagnosticField.STATEMENT_POSITION)
    if position and int(position) > skipped:
        parts.append(f"At character {int(position) - skipped}.")
    for name, field in (("Detail", DiagnosticField.MESSAGE_DETAIL), ("Hint", DiagnosticField.MESSAGE_HINT)):
        if text := _field(result, field):
            parts.append(f"{name}: {text}")
    return ConnectorError(code, "\n".join(parts))


def _field(result: PGresult, field: DiagnosticField) -> str:
    return (result.error_field(field) or b"").decode("utf-8", "replace")
