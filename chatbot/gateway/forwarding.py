"""Requests passed on to a remote engine, untouched but for the model's name, and its answer passed back."""

import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from chatbot.engines.openai_compatible import OpenAICompatibleEngine
from chatbot.engines.openai_wire.client import Forwarded
from chatbot.engines.openai_wire.meter import StreamMeter
from chatbot.engines.openai_wire.sse import DONE, SseScanner
from chatbot.engines.tokens import estimate_tokens
from chatbot.gateway.bodies import for_engine, wants_usage
from chatbot.gateway.calls import ModelCall
from chatbot.gateway.failures import as_answer, is_engine_fault
from chatbot.gateway.routes import breaker_of, in_order
from chatbot.selectors.chatters import Chatter
from config.common.problems import openai_body
from tasks.engines.errors import EngineError, EngineUnavailable
from tasks.engines.usage import Usage

_JSON = {"content-type": "application/json"}
_EVENT_STREAM = "text/event-stream"


async def forward(call: ModelCall, path: str, body: dict[str, Any], chatters: Sequence[Chatter]) -> HttpResponseBase:
    """The engine's answer, whole or as it comes; ends the call whatever happens.

    Engines of an alias are asked in turn until one begins to answer; after the first byte nobody else is asked.
    """
    chatter: Chatter | None = None
    try:
        chatter, answer = await _ask(path, body, in_order(chatters))
        if body.get("stream"):
            return _streamed(call, chatter, answer, body)
        return await _whole(call, chatter, answer)
    except EngineError as error:
        await call.end(chatter=chatter, usage=Usage(), error=error.code, message=error.message)
        raise as_answer(error) from error
    except BaseException:
        # The caller hung up before the answer, or a bug: in both cases nothing was delivered.
        call.end_soon(chatter=chatter, usage=Usage(requests=1), error="cancelled", is_partial=True)
        raise


async def _ask(path: str, body: dict[str, Any], chatters: Sequence[Chatter]) -> tuple[Chatter, Forwarded]:
    last: EngineError = EngineUnavailable("No engine of this name can be asked.")
    for chatter in chatters:
        breaker = breaker_of(chatter)
        try:
            answer = await _open(path, body, chatter)
        except EngineError as error:
            breaker.note(failed=is_engine_fault(error))
            last = error
            if not is_engine_fault(error):
                raise
            continue
        breaker.note(failed=False)
        return chatter, answer
    raise last


async def _open(path: str, body: dict[str, Any], chatter: Chatter) -> Forwarded:
    """The head of the answer; raises the EngineError of a refusal. Tried again as often as the row's option says."""
    engine = chatter.adapter
    if not isinstance(engine, OpenAICompatibleEngine):
        raise EngineUnavailable("This engine does not take such requests.", code="not_supported", retryable=False)
    sent, tries = for_engine(body, chatter.row.model), _tries(chatter)
    while True:
        tries -= 1
        try:
            answer = await engine.forward(path, sent, chatter.target, headers=_JSON)
            if answer.status < 400:
                return answer
            async with answer:
                raise await answer.error()
        except EngineError as error:
            if not error.retryable or tries <= 0:
                raise


def _tries(chatter: Chatter) -> int:
    value = chatter.row.options.get("tries", 2)
    return value if isinstance(value, int) and 1 <= value <= 10 else 1


async def _whole(call: ModelCall, chatter: Chatter, answer: Forwarded) -> HttpResponse:
    async with answer:
        content = await answer.read()
    usage, text, model = _read_answer(content)
    await call.end(chatter=chatter, usage=usage, response=text, model=model)
    return HttpResponse(content, status=answer.status, content_type=answer.content_type or "application/json")


def _read_answer(content: bytes) -> tuple[Usage, str, str]:
    """Usage, text and model of a whole answer; raises EngineError for one that is no JSON object."""
    try:
        document = json.loads(content)
        given = document.get("usage") or {}
        texts = [
            choice["message"].get("content") or "" for choice in document.get("choices", ()) if "message" in choice
        ]
        text = "\n".join(texts)
        prompt, total = int(given.get("prompt_tokens", 0)), int(given.get("total_tokens", 0))
        answered = int(given.get("completion_tokens", max(0, total - prompt)))
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise EngineError("The engine's answer cannot be read.", code="upstream_garbage") from error
    if not given:
        answered = estimate_tokens(text)
    return Usage(requests=1, input_tokens=prompt, output_tokens=answered), text, str(document.get("model") or "")


def _streamed(call: ModelCall, chatter: Chatter, answer: Forwarded, body: dict[str, Any]) -> StreamingHttpResponse:
    events = _events(call, chatter, answer, with_usage=wants_usage(body))
    response = StreamingHttpResponse(events, content_type=_EVENT_STREAM)
    response["Cache-Control"] = "no-cache"
    response["X-Accel-Buffering"] = "no"
    return response


async def _events(call: ModelCall, chatter: Chatter, answer: Forwarded, *, with_usage: bool) -> AsyncIterator[bytes]:
    """The stream as it comes. It ends with one [DONE], or with an error object when the engine fails in its middle."""
    meter, scanner, is_done = StreamMeter(), SseScanner(), False
    error: EngineError | None = None
    try:
        while not is_done:
            try:
                piece = await answer.read_piece()
                payloads = scanner.feed(piece) if piece else scanner.flush()
            except EngineError as failure:
                error = failure
                break
            is_done = not piece or DONE in payloads
            if meter.feed(piece):
                call.note_first_token()
            if passed := [p for p in payloads if p != DONE and (with_usage or not _is_usage_only(p))]:
                yield b"".join(b"data: %s\n\n" % payload for payload in passed)
        if error is None and not meter.is_finished:
            error = EngineError("The engine's answer broke off.", code="upstream_cut")
        if error is not None:
            breaker_of(chatter).note(failed=is_engine_fault(error))
            yield b"data: %s\n\n" % json.dumps(openai_body(as_answer(error))).encode()
        else:
            yield b"data: [DONE]\n\n"
            await answer.drain()
    finally:
        # Also where the caller left: then this generator is closed, and nothing can be awaited any more.
        answer.close()
        call.end_soon(
            chatter=chatter,
            usage=_metered(call, meter),
            response=meter.text,
            error=error.code if error else "",
            message=error.message if error else "",
            is_partial=not meter.is_finished,
        )


def _is_usage_only(payload: bytes) -> bool:
    return b'"usage"' in payload and (b'"choices":[]' in payload or b'"choices": []' in payload)


def _metered(call: ModelCall, meter: StreamMeter) -> Usage:
    """What the engine counted; estimated for an answer that was left before its end."""
    if meter.usage is not None:
        return meter.usage
    answered = estimate_tokens(meter.text)
    return Usage(requests=1, input_tokens=call.prompt_tokens if answered else 0, output_tokens=answered)
