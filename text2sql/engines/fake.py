"""A small deterministic engine whose answers stand in the question: for tests of everything around engines."""

import re
import time
from collections.abc import Mapping
from types import MappingProxyType

from tasks.engines.cancel import CancelToken
from tasks.engines.card import EngineCard
from tasks.engines.errors import EngineCrashed
from tasks.engines.usage import Usage
from text2sql.catalog import DATABASE_TYPES
from text2sql.engines.base import (
    DOMAIN,
    Candidate,
    Clarification,
    Option,
    ReadOnlyDatabase,
    SqlAnswer,
    SqlRequest,
    check_request,
)

#: The id of its question back.
ASKED = "which"
_POLL_SECONDS = 0.02
_FENCE = re.compile(r"```[^\S\n]*(?:sql|json)?\s*(.*?)\s*```", re.DOTALL)
_ASK = re.compile(r"\[ask ([^\[\]]+)\]")
_REFUSE = re.compile(r"\[refuse(?: ([^\[\]]*))?\]")
_CONFIDENCE = re.compile(r"\[confidence (0(?:\.\d+)?|1(?:\.0+)?)\]")
_DELAY = re.compile(r"\[delay (\d{1,5})ms\]")
_FAIL = "[fail]"

_CARD = EngineCard(
    name="fake",
    version="1",
    domain=DOMAIN,
    title="Script (for tests)",
    local=True,
    limits=MappingProxyType({"max_characters": 4_000}),
    options=MappingProxyType({"dialects": ",".join(DATABASE_TYPES), "deterministic": 1}),
)


class FakeSqlEngine:
    """`SqlEngine` that returns the queries which the question holds between fences (```), the first as the best.

    Marks in the question steer it: `[ask a|b]` asks back, and once answered returns the query in the place of the
    chosen option; `[refuse why]` refuses, `[confidence 0.4]` says how sure it is (1.0 without), `[delay 20ms]` waits,
    `[fail]` crashes. Without a query it refuses. It runs nothing.
    """

    @property
    def card(self) -> EngineCard:
        """The card of the engine."""
        return _CARD

    def load(self) -> None:
        """Nothing to wait for."""

    def close(self) -> None:
        """Nothing to give back."""

    def probe(self) -> Mapping[str, str | int | float]:
        """Read one query."""
        started = time.perf_counter()
        _queries("```SELECT 1```")
        return {"total_ms": round((time.perf_counter() - started) * 1000, 3)}

    def write_sql(self, request: SqlRequest, *, database: ReadOnlyDatabase, cancel: CancelToken) -> SqlAnswer:
        """Do what the question says; raises EngineCrashed `told_to_fail`, and as `SqlEngine.write_sql`."""
        check_request(request, _CARD)
        question = request.question
        _wait(_DELAY.search(question), cancel)
        if _FAIL in question:
            raise EngineCrashed("The engine failed, as it was told to.", code="told_to_fail")
        if refused := _REFUSE.search(question):
            return SqlAnswer(refusal=refused[1] or "Refused, as it was told to.", usage=_usage(question))
        asked, queries = _ASK.search(question), _queries(question)
        if asked:
            options = [label.strip() for label in asked[1].split("|")]
            chosen = request.choices.get(ASKED)
            if chosen not in options:
                return SqlAnswer(clarification=_clarification(options), usage=_usage(question))
            queries = queries[options.index(chosen) :][:1]
        return _answer(question, queries)


def _queries(question: str) -> list[str]:
    return [query for query in _FENCE.findall(question) if query]


def _clarification(options: list[str]) -> Clarification:
    return Clarification(ASKED, "Which one?", tuple(Option(label, label) for label in options))


def _answer(question: str, queries: list[str]) -> SqlAnswer:
    if not queries:
        return SqlAnswer(refusal="The question holds no query.", usage=_usage(question))
    given = _CONFIDENCE.search(question)
    best = float(given[1]) if given else 1.0
    candidates = tuple(
        Candidate(query, round(best / (place + 1), 3), ("It stands in the question.",))
        for place, query in enumerate(queries)
    )
    steps = (f"Read {len(queries)} of the question's queries.",)
    return SqlAnswer(candidates, steps=steps, usage=_usage(question), model=_CARD.name)


def _usage(question: str) -> Usage:
    return Usage(requests=1, characters=len(question))


def _wait(mark: "re.Match[str] | None", cancel: CancelToken) -> None:
    deadline = time.monotonic() + (int(mark[1]) / 1000 if mark else 0.0)
    cancel.raise_if_cancelled()
    while (left := deadline - time.monotonic()) > 0:
        time.sleep(min(left, _POLL_SECONDS))
        cancel.raise_if_cancelled()
