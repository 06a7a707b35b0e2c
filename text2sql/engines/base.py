"""The contract of text-to-SQL engines: a question and a schema go in, queries with their reasons come out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias, runtime_checkable

from chatbot.engines.base import FinishReason, Turn
from tasks.engines.cancel import CancelToken
from tasks.engines.card import EngineCard
from tasks.engines.errors import EngineInputError
from tasks.engines.usage import Usage
from text2sql.catalog import Catalog

DOMAIN = "text2sql"

#: A value as a driver gives it, or as it is shown: None, bool, int, float, Decimal, str, bytes, date, datetime ...
Value: TypeAlias = Any


@dataclass(frozen=True, slots=True)
class Example:
    """A question whose query is known to be right, near to the one asked. `score` is 0..1, higher is nearer."""

    question: str
    sql: str
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Exchange:
    """An earlier question of the same thread with the query that answered it, for follow-ups ("and by month?")."""

    question: str
    sql: str


@dataclass(frozen=True, slots=True)
class Completion:
    """What a language model said, and what it took. `model` is what answered."""

    text: str
    model: str
    usage: Usage
    finish_reason: FinishReason = "stop"


@runtime_checkable
class LanguageModel(Protocol):
    """A language model that an engine may ask; every call is counted, recorded and timed by the house."""

    @property
    def context_tokens(self) -> int:
        """How much fits into one call, the answer included."""

    def complete(
        self, turns: Sequence[Turn], *, max_tokens: int, temperature: float, cancel: CancelToken
    ) -> Completion:
        """The whole answer. Raises EngineError, also where a quota is used up, and what the token raises."""


@dataclass(frozen=True, slots=True)
class SqlRequest:
    """What an engine is asked. `language` is a BCP-47 tag, `history` oldest first, `examples` nearest first.

    `choices` answers earlier clarifications of this very question: the id of the question asked back -> the option's.
    `model` is a language model that the engine may ask; None where there is none.
    """

    question: str
    catalog: Catalog
    language: str = "en"
    history: tuple[Exchange, ...] = ()
    examples: tuple[Example, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)
    model: LanguageModel | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """A small result: column names and rows of the driver's values. `is_cut` says that there are more rows."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    is_cut: bool = False


class QueryFailed(Exception):
    """The database refused or failed a query; `message` is its own, fit to be shown; `code` as in the connectors."""

    def __init__(self, message: str, code: str = "query_failed") -> None:
        super().__init__(message)
        self.message = message
        self.code = code


@runtime_checkable
class ReadOnlyDatabase(Protocol):
    """The person's database as an engine may use it: every query is checked, read-only, timed and cut by the house."""

    def run(self, sql: str, *, max_rows: int = 100) -> Rows:
        """Run a query in the catalog's dialect. Raises QueryFailed, also for what the house's rules refuse."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A query that may be the answer. `confidence` is 0..1; `reasons` say, for people, what led to its parts."""

    sql: str
    confidence: float
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Option:
    """One reading of an unclear question; `label` is shown."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Clarification:
    """A question back instead of a guess; the answer comes with the same question in `SqlRequest.choices`."""

    id: str
    question: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class SqlAnswer:
    """What an engine made of a question: candidates, best first, or a question back, or neither: then it refuses.

    `refusal` says why, for people, when there is no candidate and nothing to ask. `steps` tell how the answer came
    to be: one short sentence each. `model` is what answered, where an engine has models.
    """

    candidates: tuple[Candidate, ...] = ()
    clarification: Clarification | None = None
    refusal: str = ""
    steps: tuple[str, ...] = ()
    usage: Usage = field(default_factory=Usage)
    model: str = ""


@runtime_checkable
class SqlEngine(Protocol):
    """Turns questions into queries. `tasks.engines.contract.Engine` says what holds for all engines; this one adds:

    It never runs anything but through the database it is given, and never writes. It refuses rather than guesses.
    The same request on the same data gives the same answer where the engine is deterministic (`card.options`).
    """

    @property
    def card(self) -> EngineCard:
        """The card; `limits` has `max_characters` of a question, `options` `dialects`: database types with commas."""

    def load(self) -> None:
        """Make the first question as fast as the next one."""

    def write_sql(self, request: SqlRequest, *, database: ReadOnlyDatabase, cancel: CancelToken) -> SqlAnswer:
        """Answer. Raises EngineInputError (`empty_question`, `question_too_long`, `unsupported_database`), what the
        token raises, and `EngineUnavailable` or `EngineTimeout` when something behind the engine fails.
        """

    def close(self) -> None:
        """Give everything back; a later request loads again."""

    def probe(self) -> Mapping[str, str | int | float]:
        """Answer a question over a schema of its own; returns `total_ms`."""


def check_request(request: SqlRequest, card: EngineCard) -> None:
    """Hold a request against the card; raises EngineInputError as `SqlEngine.write_sql` says."""
    if not request.question.strip():
        raise EngineInputError("The question is empty.", code="empty_question")
    most, length = int(card.limits["max_characters"]), len(request.question)
    if length > most:
        raise EngineInputError(f"The question has {length} characters; the limit is {most}.", code="question_too_long")
    known = str(card.options["dialects"]).split(",")
    if request.catalog.database_type not in known:
        message = f"This engine does not know databases of the type {request.catalog.database_type}."
        raise EngineInputError(message, code="unsupported_database")


def as_sql_engine(candidate: object) -> SqlEngine | None:
    """The object itself when it has every part of the contract, else None; for `EngineRegistry(accepts=...)`."""
    return candidate if isinstance(candidate, SqlEngine) else None
