"""Requests passed on to remote engines, untouched but for the model's name, and the answers passed back."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.http.response import HttpResponseBase

from chatbot.engines.openai_compatible import OpenAICompatibleEngine
from chatbot.engines.openai_wire.client import Forwarded
from chatbot.engines.openai_wire.errors import UpstreamRateLimited
from chatbot.engines.tokens import estimate_tokens
from chatbot.gateway.answers import WholeAnswer, read_answer
from chatbot.gateway.bodies import for_engine, wants_usage
from chatbot.gateway.calls import ModelCall
from chatbot.gateway.events import EventStream
from chatbot.gateway.failures import as_answer, is_engine_fault, is_illness, refusal_of
from chatbot.gateway.leases import Lease
from chatbot.gateway.receiving import as_sent
from chatbot.gateway.relaying import Relay
from chatbot.gateway.routes import breaker_of, in_order
from chatbot.gateway.slots import WAIT_SECONDS, EngineBusy, take_slot
from chatbot.selectors.chatters import Chatter
from tasks.engines.errors import EngineError, EngineTimeout, EngineUnavailable
from tasks.engines.usage import Usage

_JSON = {"content-type": "application/json"}
#: Between two tries at one engine; one that asks for more time than the longest pause is left for the next engine.
_FIRST_PAUSE_SECONDS, _MAX_PAUSE_SECONDS = 0.1, 2.0
_POLL_SECONDS = 0.05

Begin = Callable[[Chatter, Lease | None], Awaitable[HttpResponseBase]]
Locally = Callable[[Chatter], Awaitable[HttpResponseBase]]


async def forward(
    call: ModelCall, path: str, body: dict[str, Any], chatters: Sequence[Chatter], locally: Locally | None = None
) -> HttpResponseBase:
    """The engine's answer, whole or as it comes; ends the call whatever happens.

    Engines of an alias are asked in turn until one answers; after the first byte of a stream nobody else is asked.
    Local ones among them answer through `locally`.
    """

    async def begin(chatter: Chatter, slot: Lease | None) -> HttpResponseBase:
        if chatter.is_local and locally is not None:
            return await locally(chatter)
        if body.get("stream"):
            return await _streamed(call, path, body, chatter, slot)
        return await _whole(call, path, body, chatter, slot)

    try:
        return await _ask_in_turn(in_order(chatters), begin)
    except EngineError as error:
        row = chatters[0].row if len(chatters) == 1 else None
        await call.end(row=row, error=error.code, message=error.message)
        raise as_answer(error) from error


async def _ask_in_turn(chatters: Sequence[Chatter], begin: Begin) -> HttpResponseBase:
    """Raises what the last engine failed with; waits a moment when all that are left are full."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        full: list[Chatter] = []
        last: EngineError = EngineUnavailable("The engine has failed several times; it is left alone for some seconds.")
        for chatter in chatters:
            try:
                return await _ask(chatter, begin)
            except EngineBusy as error:
                full, last = [*full, chatter], error
            except _Rests:
                continue
            except EngineError as error:
                if not is_engine_fault(error):
                    raise
                last = error
        if not full or time.monotonic() > deadline:
            try:
                raise last
            finally:
                # The error knows this frame: with the frame knowing the error, a large body would outlive the call.
                del last
        chatters = full
        await asyncio.sleep(_POLL_SECONDS * random.uniform(0.5, 1.5))  # noqa: S311 (chance, no secret)


class _Rests(Exception):
    """The engine's breaker is open."""


async def _ask(chatter: Chatter, begin: Begin) -> HttpResponseBase:
    """Begin at one engine; the slot goes on to the answer where that is a stream."""
    breaker = breaker_of(chatter)
    if breaker.rests():
        raise _Rests
    slot = None if chatter.is_local else await take_slot(chatter.row)
    try:
        if not breaker.enter():
            raise _Rests
        return await begin(chatter, slot)
    except BaseException as error:
        if slot is not None:
            slot.end()
        if isinstance(error, EngineError) and is_illness(error):
            breaker.note(failed=True)
        raise


async def _whole(
    call: ModelCall, path: str, body: dict[str, Any], chatter: Chatter, slot: Lease | None
) -> HttpResponse:
    try:
        async with asyncio.timeout(settings.GATEWAY_HOLD_SECONDS), await _open(path, body, chatter) as answer:
            whole = read_answer(await answer.read(), chatter.target)
    except TimeoutError:
        raise EngineTimeout("The engine took too long.", code="upstream_timeout") from None
    breaker_of(chatter).note(failed=False)
    if slot is not None:
        slot.end()
    usage = whole.usage or _estimate(call, whole)
    await call.end(row=chatter.row, usage=usage, response=whole.text, model=whole.model)
    return HttpResponse(whole.content, content_type="application/json")


def _estimate(call: ModelCall, whole: WholeAnswer) -> Usage:
    return Usage(requests=1, input_tokens=call.prompt_tokens, output_tokens=estimate_tokens(whole.text))


async def _streamed(
    call: ModelCall, path: str, body: dict[str, Any], chatter: Chatter, slot: Lease | None
) -> EventStream:
    answer = await _open(path, body, chatter)
    return EventStream(Relay(call, chatter, answer, slot, with_usage=wants_usage(body)))


async def _open(path: str, body: dict[str, Any], chatter: Chatter) -> Forwarded:
    """The head of a good answer. Tried again as often as the row's option `tries` says, 2 times unless it does."""
    engine = chatter.adapter
    if not isinstance(engine, OpenAICompatibleEngine):
        raise EngineUnavailable("This engine does not take such requests.", code="not_supported", retryable=False)
    sent = await as_sent(for_engine(body, chatter.row), body)
    for tried in range(1, _tries(chatter) + 1):
        try:
            answer = await engine.forward(path, sent, chatter.target, headers=_JSON)
            if answer.status < 400:
                return answer
            async with answer:
                raise await refusal_of(answer, chatter.target)
        except EngineError as error:
            pause_seconds = _pause_after(error, tried)
            if tried == _tries(chatter) or pause_seconds is None:
                raise
            await asyncio.sleep(pause_seconds)
    raise AssertionError("the last try returns or raises")


def _pause_after(error: EngineError, tried: int) -> float | None:
    """Seconds until the next try; None where that would not help, or take too long."""
    if not error.retryable or isinstance(error, EngineTimeout):
        return None
    pause_seconds = _FIRST_PAUSE_SECONDS * 2 ** (tried - 1) * random.uniform(0.5, 1.5)  # noqa: S311 (chance, no secret)
    if isinstance(error, UpstreamRateLimited) and error.retry_after_seconds is not None:
        pause_seconds = max(pause_seconds, error.retry_after_seconds)
    return pause_seconds if pause_seconds <= _MAX_PAUSE_SECONDS else None


def _tries(chatter: Chatter) -> int:
    value = chatter.row.options.get("tries", 2)
    return value if isinstance(value, int) and 1 <= value <= 10 else 1
