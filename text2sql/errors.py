"""Refusals of text-to-SQL."""

from config.common.problems import Conflict, DomainError, NotFound

#: Codes of errors that speak of the way to a database: of the query nothing is known then.
UNREACHED = frozenset({
    "address_refused", "host_not_found", "connection_refused", "connect_timeout", "tls_failed", "wrong_credentials",
    "unknown_database", "driver_error", "connection_lost", "too_many_connections", "connection_not_found",
})  # fmt: skip


class InvalidConnection(DomainError):
    """Some field of a connection is not valid: `errors` says which."""

    code = "invalid_connection"
    title = "Some fields are not valid."


class ConnectionNotFound(NotFound):
    """No such connection, or not for this person."""

    code = "connection_not_found"
    title = "There is no such connection, or you may not use it."


class QueryNotFound(NotFound):
    """No such question, or somebody else's."""

    code = "query_not_found"


class ExportNotFound(NotFound):
    """No such export, or somebody else's."""

    code = "export_not_found"


class InvalidQuestion(DomainError):
    """The question, or the query written by hand, cannot be taken: `errors` says why.

    Told before a task is written; what a worker finds out later is the task's error.
    """

    code = "invalid_question"
    title = "This cannot be asked."


class ResultGone(NotFound):
    """The rows were cleaned after their time, or there never were any; running the query again brings them back."""

    code = "result_gone"
    title = "The rows are no longer kept. Run the query again."


class NotAnswered(Conflict):
    """The query has no result to work with yet.

    Also after an error: what failed can be asked again, but not exported.
    """

    code = "not_answered"
    title = "The query has no result yet."


class InvalidNote(DomainError):
    """The schema has no such table or column, or the words are too long.

    `errors` names every field that is wrong, not only the first.
    """

    code = "invalid_note"
    title = "Some fields are not valid."
