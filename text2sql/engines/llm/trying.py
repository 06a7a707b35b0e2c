"""One question's way: ask the model, run what it wrote, tell it what went wrong, at most three times."""

from dataclasses import dataclass, field

from chatbot.engines.base import Turn
from tasks.engines.cancel import CancelToken
from tasks.engines.errors import EngineError, WorkInterrupted
from tasks.engines.usage import Usage
from text2sql.engines.base import (
    Candidate,
    Clarification,
    Completion,
    LanguageModel,
    QueryFailed,
    ReadOnlyDatabase,
    Rows,
    SqlAnswer,
    SqlRequest,
)
from text2sql.engines.llm.confidence import Evidence, confidence
from text2sql.engines.llm.failing import database_error, is_final, is_mistake
from text2sql.engines.llm.fencing import fenced, one_line
from text2sql.engines.llm.linking import ShownSchema
from text2sql.engines.llm.parsing import NoQuery, Query, Reading, read_answer
from text2sql.engines.llm.values import is_empty, mistyped_values
from text2sql.prompting import prompt_text

MAX_TRIES = 3
_TRIAL_ROWS = 20
_MOST_MESSAGE = 1_000
_MOST_IN_STEP = 200
_FIRST_TEMPERATURE, _NEXT_TEMPERATURE = 0.0, 0.3
_GAVE_NO_QUERY = "The model gave no query that can be run."
_REFUSALS = {
    "changes": "The question asks to change data; only questions that read are answered.",
    "other_subject": "The data shown to the model cannot answer this.",
    "no_question": "This is no question about the data.",
}


@dataclass(frozen=True, slots=True)
class _Found:
    sql: str
    number: int
    rows: Rows


@dataclass
class Trial:
    """The conversation with the model about one question; `steps` may begin with what was done before."""

    request: SqlRequest
    model: LanguageModel
    database: ReadOnlyDatabase
    cancel: CancelToken
    schema: ShownSchema
    turns: list[Turn]
    answer_tokens: int
    steps: list[str] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)
    answered_by: str = ""
    #: A query that ran and found nothing, kept while a better one is looked for.
    kept: _Found | None = None
    told: set[str] = field(default_factory=set)
    failed: dict[str, QueryFailed] = field(default_factory=dict)

    def run(self) -> SqlAnswer:
        """Answer; raises what the model and the token raise, and EngineError when the database is out of reach."""
        for number in range(1, MAX_TRIES + 1):
            self.cancel.raise_if_cancelled()
            try:
                completion = self._ask(number)
            except WorkInterrupted:
                raise
            except EngineError:
                # The question has an answer already; only a better one was sought.
                if self.kept is None:
                    raise
                break
            if (answer := self._take(number, completion)) is not None:
                return answer
        return self._give_up(self._why_nothing())

    def _ask(self, number: int) -> Completion:
        completion = self.model.complete(
            self.turns,
            max_tokens=self.answer_tokens,
            temperature=_FIRST_TEMPERATURE if number == 1 else _NEXT_TEMPERATURE,
            cancel=self.cancel,
        )
        self.usage += completion.usage
        self.answered_by = completion.model
        return completion

    def _take(self, number: int, completion: Completion) -> SqlAnswer | None:
        """What one answer of the model leads to; None when it is to be asked again.

        Once a query ran and found nothing, words instead of a better query end the tries: that query is the answer.
        """
        reading = read_answer(completion.text, self.request.catalog.database_type)
        if isinstance(reading, Query):
            return self._try(number, reading.sql)
        if self.kept is not None:
            return self._answer_with(self.kept)
        return self._take_words(number, reading, completion)

    def _take_words(self, number: int, reading: Reading | None, completion: Completion) -> SqlAnswer | None:
        if isinstance(reading, Clarification) and reading.id not in self.request.choices:
            self.steps.append("The model asked back.")
            return self._end(clarification=reading)
        if isinstance(reading, NoQuery):
            self.steps.append("The model refused to write a query.")
            return self._refuse(reading.message or _REFUSALS.get(reading.reason, _GAVE_NO_QUERY))
        if isinstance(reading, Clarification):
            problem = "You have asked this before and were answered."
        elif completion.finish_reason == "length":
            problem = "Your answer was cut because it was too long."
        else:
            problem = "Your answer holds no query."
        self.steps.append(f"Try {number}: the model's answer could not be used.")
        self._tell(completion.text, prompt_text("unreadable").format(problem=problem))
        return None

    def _try(self, number: int, sql: str) -> SqlAnswer | None:
        if sql in self.failed:
            self.steps.append(f"Try {number}: the model gave the same query again.")
            return self._give_up(self._why_nothing())
        if self.kept is not None and sql == self.kept.sql:
            return self._answer_with(self.kept)
        try:
            rows = self.database.run(sql, max_rows=_TRIAL_ROWS)
        except QueryFailed as failure:
            return self._take_failure(number, sql, failure)
        return self._take_rows(_Found(sql, number, rows))

    def _take_failure(self, number: int, sql: str, failure: QueryFailed) -> SqlAnswer | None:
        if (error := database_error(failure)) is not None:
            raise error
        self.failed[sql] = failure
        message = one_line(failure.message, most=_MOST_IN_STEP)
        if is_mistake(failure):
            self.steps.append(f"Try {number}: the database could not run the query ({failure.code}): {message}")
            prompt = "failed"
        else:
            self.steps.append(f"Try {number}: the query was refused ({failure.code}): {message}")
            if failure.code in self.told and is_final(failure):
                return self._give_up(self._why_nothing())
            self.told.add(failure.code)
            prompt = "refused"
        told = prompt_text(prompt).format(code=failure.code, message=fenced(failure.message, most=_MOST_MESSAGE))
        self._tell(f"```\n{sql}\n```", told)
        return None

    def _take_rows(self, found: _Found) -> SqlAnswer | None:
        self.steps.append(f"Try {found.number}: the query ran{' but found nothing' if is_empty(found.rows) else ''}.")
        if self.kept is None and is_empty(found.rows) and found.number < MAX_TRIES:
            values = mistyped_values(found.sql, self.request.catalog, self.schema.tables)
            if values:
                self.kept = found
                self.steps.append("Values in it do not occur in the data; the model was told the nearest ones.")
                self._tell(f"```\n{found.sql}\n```", prompt_text("empty").format(values="\n".join(values)))
                return None
        if self.kept is not None and is_empty(found.rows):
            return self._answer_with(self.kept)
        return self._answer_with(found)

    def _tell(self, said: str, answer: str) -> None:
        """Only the last exchange is kept: a small model's context holds the schema and little more."""
        self.turns[2:] = [Turn("assistant", said[: 4 * self.answer_tokens] or "(nothing)"), Turn("user", answer)]

    def _answer_with(self, found: _Found) -> SqlAnswer:
        candidates = [self._candidate(found)]
        if self.kept is not None and found is not self.kept:
            candidates.append(self._candidate(self.kept))
        return self._end(candidates=tuple(candidates))

    def _candidate(self, found: _Found) -> Candidate:
        evidence = Evidence(found.sql, found.number, is_empty(found.rows))
        return Candidate(found.sql, confidence(evidence, self.request, self.schema), self._reasons(found))

    def _reasons(self, found: _Found) -> tuple[str, ...]:
        total, shown = len(self.request.catalog.tables), [table.name for table in self.schema.tables]
        names = ", ".join(one_line(name, most=60) for name in shown[:12]) + (", …" if len(shown) > 12 else "")
        reasons = [f"The model was shown {len(shown)} of {total} tables: {names}."]
        if self.request.examples:
            reasons.append(f"It was given {len(self.request.examples)} known questions with their queries.")
        if self.request.history:
            reasons.append("It was given the questions asked before.")
        tries = "at the first try" if found.number == 1 else f"at try {found.number}"
        reasons.append(f"The query ran without an error {tries}.")
        if is_empty(found.rows):
            reasons.append("It found nothing.")
        return tuple(reasons)

    def _why_nothing(self) -> str:
        if not self.failed:
            return _GAVE_NO_QUERY
        failure = list(self.failed.values())[-1]
        message = one_line(failure.message, most=_MOST_IN_STEP)
        if is_mistake(failure):
            return f"None of the model's queries could be run. The last one failed with: {message}"
        return f"The model wrote only queries that may not run: {message}"

    def _give_up(self, why: str) -> SqlAnswer:
        """Nothing better will come: the query that found nothing, where there is one."""
        return self._answer_with(self.kept) if self.kept else self._refuse(why)

    def _refuse(self, why: str) -> SqlAnswer:
        return self._end(refusal=why)

    def _end(
        self, candidates: tuple[Candidate, ...] = (), clarification: Clarification | None = None, refusal: str = ""
    ) -> SqlAnswer:
        return SqlAnswer(candidates, clarification, refusal, tuple(self.steps), self.usage, self.answered_by)
