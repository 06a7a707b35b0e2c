"""From a question to rows: the knowledge base first, then a language model, then the grammar engine."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from accounts.models import Account
from projects.models import Project
from tasks.engines.errors import EngineError, WorkInterrupted
from tasks.registry import EngineOutcome, TaskContext
from text2sql.connectors.base import ConnectorError
from text2sql.engines.base import (
    Candidate,
    Clarification,
    LanguageModel,
    QueryFailed,
    SqlAnswer,
    SqlRequest,
)
from text2sql.errors import UNREACHED, ConnectionNotFound
from text2sql.knowledge.threads import stands_alone
from text2sql.models import DatabaseConnection, QueryHistory, QuerySource
from text2sql.selectors.connections import usable_connection
from text2sql.selectors.engines import EngineChoice, engines_for
from text2sql.selectors.knowledge import ExactMatch, Matches, find_matches
from text2sql.selectors.queries import exchanges_before
from text2sql.services.access import HouseDatabase
from text2sql.services.inputs import ASK_MODEL_KIND
from text2sql.services.language_models import language_model_for
from text2sql.services.results import KeptRows
from text2sql.services.running import run_checked
from text2sql.services.schemas import catalog_from, present_catalog, read_schema

#: Candidates that are tried before the question counts as failed.
MAX_TRIED = 3
#: As a result's engine where a known question was used again.
KNOWLEDGE_ENGINE = "knowledge"
#: People approved the query; what is left is that the question means something else this time.
KNOWN_CONFIDENCE = 0.97
RETRYABLE = frozenset({"connection_lost", "too_many_connections"})


@dataclass
class Answer:
    """What has become of a question so far; the row keeps it also where the work ends in an error.

    `engine_ms` is the time to write the query, without the database's; `usage` is what the engine took, by quota type.
    `confidence` is 0..1, None for queries of people.
    """

    sql: str = ""
    source: str = QuerySource.ENGINE
    engine_name: str = ""
    engine_version: str = ""
    confidence: float | None = None
    kb_match: ExactMatch | None = None
    #: A known pair whose query failed this time; an engine's query may have answered instead.
    failed_match: UUID | None = None
    clarification: Clarification | None = None
    refusal: str = ""
    steps: list[str] = field(default_factory=list)
    reasons: tuple[str, ...] = ()
    others: tuple[Candidate, ...] = ()
    usage: dict[str, float] = field(default_factory=dict)
    model: str = ""
    plan_cost: float | None = None
    kept: KeptRows | None = None
    engine_ms: int = 0

    def wrote(self, choice: EngineChoice, written: SqlAnswer) -> None:
        """An engine has answered.

        Steps are added to those of engines that failed before it; usage and model are the last one's.
        """
        self.engine_name, self.engine_version = choice.row.name, choice.adapter.card.version
        self.steps += written.steps
        self.usage, self.model = dict(written.usage.as_dict()), written.model

    def outcome(self, output: dict[str, Any]) -> EngineOutcome:
        """As a result that can be compared and rated."""
        return EngineOutcome(
            engine_type="text2sql",
            engine_name=self.engine_name,
            engine_version=f"{self.engine_version} {self.model}".strip(),
            output_data=output,
            processing_time_ms=self.engine_ms,
            usage=self.usage,
            confidence=self.confidence,
        )


class StatementFailed(Exception):
    """The question ends in an error; `answer` is what was known, `error` what the task fails with."""

    def __init__(self, answer: Answer, error: EngineError) -> None:
        super().__init__(error.message)
        self.answer = answer
        self.error = error


def open_database(
    connection: DatabaseConnection | None, context: TaskContext, *, user: Account, project: Project
) -> HouseDatabase:
    """A database with its schema as it was read last, or now if it never was; raises EngineError.

    Whether the person may ask it is looked up again: work waits in queues and is retried days later, and by then the
    connection may have been removed, or be shared no more.
    """
    try:
        if connection is None:
            raise ConnectionNotFound
        connection = usable_connection(connection.pk, user=user, project=project)
    except ConnectionNotFound as error:
        message = "The connection was removed, or is no longer shared with you."
        raise EngineError(message, code="connection_not_found") from error
    catalog = present_catalog(connection)
    if catalog is None:
        context.report_progress(5, "Reading the schema")
        try:
            catalog = catalog_from(read_schema(connection, cancel=context))
        except ConnectorError as error:
            raise engine_error(error.code, error.message) from error
    return HouseDatabase(connection, catalog, context)


def engine_error(code: str, message: str) -> EngineError:
    """What the database or the check said, as the task's error.

    Only what may be otherwise in a minute is tried again: a query that is wrong stays wrong.
    """
    return EngineError(message, code=code, retryable=code in RETRYABLE)


def answer_question(query: QueryHistory, context: TaskContext) -> Answer:
    """Find a query for the question and run it; raises StatementFailed, EngineError, or what stops the work.

    A known question is used first, since people approved its query; where that fails, the engines write one as if
    nothing were known, and the answer's steps say so.
    """
    database = open_database(query.connection, context, user=query.user, project=query.project)
    matches = Matches()
    # "And by month?" is the same words in every thread, and another question in each.
    if query.follows_id is None or stands_alone(query.question):
        matches = find_matches(
            project_id=query.project_id, connection=database.connection, catalog=database.catalog,
            question=query.question,
        )  # fmt: skip
    answer = Answer()
    if matches.exact is not None and _reuse(matches.exact, database, answer, context):
        return answer
    written = _write(query, context, database, matches, answer)
    if not written.candidates:
        answer.clarification, answer.refusal = written.clarification, written.refusal
        return answer
    _run_first_good(written.candidates, database, answer, context)
    return answer


def _reuse(match: ExactMatch, database: HouseDatabase, answer: Answer, context: TaskContext) -> bool:
    began = time.perf_counter()
    try:
        answer.kept, answer.plan_cost = run_checked(database, database.check(match.sql), context)
    except QueryFailed as error:
        answer.steps.append(f"A known question matched, but its query failed: {error.message}")
        # A database that is away says nothing about the pair.
        if error.code not in UNREACHED:
            answer.failed_match = match.knowledge_id
        return False
    answer.sql, answer.source, answer.kb_match = match.sql, QuerySource.KNOWLEDGE, match
    answer.engine_name, answer.confidence = KNOWLEDGE_ENGINE, KNOWN_CONFIDENCE
    answer.steps.append("The knowledge base knows this question.")
    answer.engine_ms = round((time.perf_counter() - began) * 1000 - answer.kept.database_ms)
    return True


def _write(
    query: QueryHistory, context: TaskContext, database: HouseDatabase, matches: Matches, answer: Answer
) -> SqlAnswer:
    """The answer of the first engine that gives one; a failing engine makes way for the next."""
    request = SqlRequest(
        question=query.question,
        catalog=database.catalog,
        language=context.input_data.get("language", "en"),
        history=exchanges_before(query),
        examples=tuple(near.example for near in matches.near),
        choices=context.input_data.get("choices", {}),
    )
    written, failure = SqlAnswer(), None
    for choice, model in _choices(query, context):
        context.report_progress(20, choice.row.title or choice.row.name)
        began = time.perf_counter()
        try:
            written = choice.adapter.write_sql(replace(request, model=model), database=database, cancel=context)
        except WorkInterrupted:
            raise
        except EngineError as error:
            failure = error
            answer.steps.append(f"{choice.row.name} could not answer: {error.message}")
            continue
        failure = None
        answer.engine_ms = round((time.perf_counter() - began) * 1000)
        answer.wrote(choice, written)
        if written.candidates or written.clarification:
            break
    if failure is not None:
        raise StatementFailed(answer, failure)
    return written


def _choices(query: QueryHistory, context: TaskContext) -> Iterator[tuple[EngineChoice, LanguageModel | None]]:
    """The engines to ask with the language model that each may ask; one without its model makes way for the next."""
    choices = engines_for(context.input_data.get("engine"), query.project)
    for choice in choices:
        model = None
        if choice.needs_model:
            model = language_model_for(
                user=query.user, project=query.project, api_key=query.task.api_key, requested=choice.chat_engine,
                request_id=query.task.request_id,
            )  # fmt: skip
            # A light worker never loads a model: a question of the chat came here before anybody chose an engine.
            if model is not None and model.chatter.is_heavy and query.task.task_type != ASK_MODEL_KIND:
                model = None
            if model is None and len(choices) > 1:
                continue
        yield choice, model


def _run_first_good(
    candidates: Sequence[Candidate], database: HouseDatabase, answer: Answer, context: TaskContext
) -> None:
    failure = QueryFailed("There was no query.")
    for number, candidate in enumerate(candidates[:MAX_TRIED]):
        answer.sql, answer.confidence, answer.reasons = candidate.sql, candidate.confidence, candidate.reasons
        context.report_progress(50, "Running the query")
        try:
            answer.kept, answer.plan_cost = run_checked(database, database.check(candidate.sql), context)
        except QueryFailed as error:
            failure = error
            answer.steps.append(f"A query failed: {error.message}")
            continue
        answer.others = tuple(candidates[number + 1 : MAX_TRIED])
        return
    raise StatementFailed(answer, engine_error(failure.code, failure.message)) from failure


def answer_by_hand(query: QueryHistory, context: TaskContext) -> Answer:
    """Check and run what a person wrote; raises as `answer_question`.

    No engine is asked and nothing is mended: who writes a query wants this one.
    """
    database = open_database(query.connection, context, user=query.user, project=query.project)
    answer = Answer(sql=query.sql_query, source=QuerySource.PERSON)
    try:
        answer.kept, answer.plan_cost = run_checked(database, database.check(query.sql_query), context)
    except QueryFailed as error:
        raise StatementFailed(answer, engine_error(error.code, error.message)) from error
    return answer
