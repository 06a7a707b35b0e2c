"""The engine itself: checks, what the model is shown, and the tries."""

from collections.abc import Mapping
from dataclasses import replace
from time import perf_counter
from types import MappingProxyType

from tasks.engines.cancel import CancelToken, NeverCancelled
from tasks.engines.card import EngineCard
from tasks.engines.errors import EngineUnavailable
from tasks.engines.usage import Usage
from text2sql.catalog import DATABASE_TYPES
from text2sql.engines.base import (
    DOMAIN,
    LanguageModel,
    ReadOnlyDatabase,
    SqlAnswer,
    SqlRequest,
    check_request,
)
from text2sql.engines.llm.asking import request_turn, size_without_schema, system_turn
from text2sql.engines.llm.choosing import choose_tables
from text2sql.engines.llm.linking import ShownSchema, link
from text2sql.engines.llm.probing import PROBE_REQUEST, ProbeDatabase
from text2sql.engines.llm.trying import MAX_TRIES, Trial

_MAX_CHARACTERS = 4_000
_SCHEMA_TOKENS, _ANSWER_TOKENS = 6_000, 2_000
#: Of the context, what the answer may take; what an exchange about a mistake takes; how far estimates are trusted.
_ANSWER_SHARE, _REPAIR_TOKENS, _TRUST = 4, 800, 0.8
_LEAST_SCHEMA_TOKENS = 300

_CARD = EngineCard(
    name="llm",
    version="1",
    domain=DOMAIN,
    title="Language model",
    local=True,
    limits=MappingProxyType(
        {
            "max_characters": _MAX_CHARACTERS,
            "schema_tokens": _SCHEMA_TOKENS,
            "answer_tokens": _ANSWER_TOKENS,
            "tries": MAX_TRIES,
        }
    ),
    options=MappingProxyType({"dialects": ",".join(DATABASE_TYPES), "deterministic": 0, "needs_language_model": 1}),
)


class LlmEngine:
    """`SqlEngine` that has a language model write the query: `SqlRequest.model`, any chat engine of the house.

    Its card is local because it reaches nothing itself: where the model is says the chat engine's card. The model sees
    names, comments and sampled values of the relevant part of the schema, never the rows of a result.
    """

    @property
    def card(self) -> EngineCard:
        """The card; `schema_tokens` is the most that a prompt shows of a schema."""
        return _CARD

    def load(self) -> None:
        """Nothing to wait for: the model is the chat engine's."""

    def close(self) -> None:
        """Nothing to give back."""

    def probe(self) -> Mapping[str, str | int | float]:
        """Raises EngineUnavailable `no_language_model`: only a model can be probed; see `probe_model`."""
        raise _no_model()

    def probe_model(self, model: LanguageModel) -> Mapping[str, str | int | float]:
        """Have a model answer a question over a schema of our own; returns `total_ms`, `model` and its `tokens`.

        Raises what the model raises, and EngineUnavailable `model_unfit` when it does not manage to write a query.
        """
        started = perf_counter()
        answer = self.write_sql(replace(PROBE_REQUEST, model=model), database=ProbeDatabase(), cancel=NeverCancelled())
        if not answer.candidates:
            raise EngineUnavailable(f"The model wrote no query: {answer.refusal}", code="model_unfit", retryable=False)
        total_ms = round((perf_counter() - started) * 1000, 1)
        return {"total_ms": total_ms, "model": answer.model, "tokens": answer.usage.tokens}

    def write_sql(self, request: SqlRequest, *, database: ReadOnlyDatabase, cancel: CancelToken) -> SqlAnswer:
        """See `SqlEngine.write_sql`. Also raises EngineUnavailable `no_language_model` without one."""
        check_request(request, _CARD)
        if request.model is None:
            raise _no_model()
        cancel.raise_if_cancelled()
        if not request.catalog.tables:
            return SqlAnswer(refusal="The database has no tables that may be read.")
        answer_tokens = min(_ANSWER_TOKENS, request.model.context_tokens // _ANSWER_SHARE)
        room = _room(request, request.model.context_tokens - answer_tokens)
        schema, steps, usage = _shown(request, request.model, room, cancel)
        trial = Trial(
            request=request,
            model=request.model,
            database=database,
            cancel=cancel,
            schema=schema,
            turns=[system_turn(request), request_turn(request, schema.text, most_characters=_MAX_CHARACTERS)],
            answer_tokens=answer_tokens,
            steps=steps,
            usage=usage,
        )
        return trial.run()


def _no_model() -> EngineUnavailable:
    message = "There is no language model that could write the query."
    return EngineUnavailable(message, code="no_language_model", retryable=False)


def _room(request: SqlRequest, tokens: int) -> int:
    """Tokens for the schema.

    What the context has left after the answer, a repair and everything else in the prompt; a small context still
    shows a few hundred, and then the model's own limit decides.
    """
    left = tokens - _REPAIR_TOKENS - size_without_schema(request, most_characters=_MAX_CHARACTERS)
    return min(_SCHEMA_TOKENS, max(_LEAST_SCHEMA_TOKENS, int(left * _TRUST)))


def _shown(
    request: SqlRequest, model: LanguageModel, room: int, cancel: CancelToken
) -> tuple[ShownSchema, list[str], Usage]:
    """What the model is shown, how that came, and what choosing it took."""
    total = len(request.catalog.tables)
    schema = link(request, most_tokens=room)
    if not schema.is_guess:
        how = "The whole schema was shown" if schema.is_whole else "By the words of the question, a part was shown"
        return schema, [f"{how} to the model: {len(schema.tables)} of {total} tables."], Usage()
    chosen, said = choose_tables(request, model, most_tokens=room, most_characters=_MAX_CHARACTERS, cancel=cancel)
    if chosen:
        schema = link(request, most_tokens=room, chosen=chosen)
    how = f"it chose {len(chosen)}" if chosen else "it chose none, and the largest were shown"
    return schema, [f"No word of the question names a table; asked which of {total} may help, {how}."], said.usage
