"""What a worker runs for questions, queries and other work on databases."""

from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

from tasks.engines.errors import EngineError
from tasks.registry import Outcome, TaskContext
from text2sql.models import DatabaseConnection
from text2sql.selectors.queries import query_of_task

if TYPE_CHECKING:
    from text2sql.models import QueryHistory
    from text2sql.services.answering import Answer


def ask(context: TaskContext) -> Outcome:
    """Answer a question: find a query, run it, keep its rows."""
    from text2sql.services.answering import answer_question

    return _answer(context, answer_question)


def run(context: TaskContext) -> Outcome:
    """Run a query that a person wrote.

    Checked here and not when it was submitted: the parser is too large for web processes.
    """
    from text2sql.services.answering import answer_by_hand

    return _answer(context, answer_by_hand)


def _answer(context: TaskContext, find: "Callable[[QueryHistory, TaskContext], Answer]") -> Outcome:
    """The row says what is known also where the work fails; a failure that is tried again leaves it waiting."""
    from text2sql.services import answering, ending

    query = query_of_task(context.task_id)
    ending.begin_query(query, context.attempt)
    try:
        return ending.outcome_of(query, find(query, context))
    except answering.StatementFailed as failed:
        ending.note_failure(query, failed.answer, context.attempt)
        raise failed.error from failed


def test(context: TaskContext) -> Outcome:
    """Sign in to a database and store what was found, good or bad.

    A database that refuses is a good test with a bad result: the task completes.
    """
    from text2sql.services.testing import test_now

    return Outcome(output_data=test_now(_connection(context)))


def introspect(context: TaskContext) -> Outcome:
    """Read a schema anew; the output says what changed.

    The old one is used by questions until this has come to its end.
    """
    from text2sql.services.testing import introspect_now

    return Outcome(output_data=introspect_now(_connection(context), context))


def export(context: TaskContext) -> Outcome:
    """Write all rows of a query into a file.

    Only the last attempt's file is named; what others wrote is cleaned.
    """
    from text2sql.services.exporting import export_query

    return export_query(context)


def evaluate(context: TaskContext) -> Outcome:
    """Run the known questions of a project against a database.

    The second attempt goes on behind the pairs that the first one judged.
    """
    from text2sql.services.evaluating import evaluate_now

    return Outcome(output_data=evaluate_now(context))


def _connection(context: TaskContext) -> DatabaseConnection:
    """As it is now: between the request and the work it may have been removed, and its password with it."""
    pk = UUID(context.input_data["connection_id"])
    found = DatabaseConnection.objects.active().filter(pk=pk).first()
    if found is None:
        raise EngineError("The connection was removed.", code="connection_not_found")
    return found
