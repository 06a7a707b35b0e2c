"""What a failure of a query means: told to the model, told to it once, or the end."""

from collections.abc import Mapping

from tasks.engines.errors import EngineError, EngineTimeout, EngineUnavailable
from text2sql.engines.base import QueryFailed

#: A mistake in the query, which its author may mend. Everything else is a rule of the house.
_MISTAKES = frozenset({
    "query_failed", "query_timeout", "query_too_costly", "unknown_table", "unknown_column", "syntax_error",
    "permission_denied", "unreadable",
})  # fmt: skip
#: Whoever writes this again after being told does not want to read; another table or function may be tried.
_FINAL = frozenset({"not_a_query", "several_statements", "query_refused"})
#: The database itself cannot be used; whether trying again later may help.
_UNREACHABLE: Mapping[str, bool] = {
    "address_refused": False, "host_not_found": False, "connection_refused": True, "connect_timeout": True,
    "tls_failed": False, "wrong_credentials": False, "unknown_database": False, "driver_error": False,
    "connection_lost": True, "too_many_connections": True,
}  # fmt: skip


def is_mistake(failure: QueryFailed) -> bool:
    """Whether the query is wrong rather than forbidden."""
    return failure.code in _MISTAKES


def is_final(failure: QueryFailed) -> bool:
    """Whether a second failure of this kind ends the tries."""
    return failure.code in _FINAL


def database_error(failure: QueryFailed) -> EngineError | None:
    """The error of a database that no query reaches; None when the query was to blame.

    `retryable` as the connectors mean the code: a busy server may answer later, a wrong password will not.
    """
    if failure.code not in _UNREACHABLE:
        return None
    kind = EngineTimeout if failure.code == "connect_timeout" else EngineUnavailable
    return kind(failure.message, code=failure.code, retryable=_UNREACHABLE[failure.code])
