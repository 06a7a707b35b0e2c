"""Chat completions by engines of this machine: a worker answers into a stream, the web process passes it on."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from chatbot.engines.tokens import estimate_tokens
from chatbot.gateway.bodies import InvalidRequest, texts_of, wants_usage
from chatbot.gateway.calls import ModelCall
from chatbot.gateway.failures import as_answer
from chatbot.replying.completing import KIND
from chatbot.selectors.chatters import Chatter
from chatbot.streams.frames import DeltaFrame, StateFrame, ToolFrame
from chatbot.streams.reader import stream_hub
from chatbot.streams.writer import ask_to_stop
from config.common.problems import DomainError, openai_body
from projects.models import Project
from tasks.engines.errors import EngineError, EngineInputError, EngineTimeout
from tasks.engines.usage import Usage
from tasks.models import Task
from tasks.services import submit_task
from tasks.states import TERMINAL

#: A stream that is silent for this long makes us look at the task.
_LOOK_SECONDS = 5.0
_ROLES = {"developer": "system", "function": "tool"}


async def complete_locally(
    call: ModelCall, body: Mapping[str, Any], messages: list[Mapping[str, Any]], chatter: Chatter
) -> HttpResponseBase:
    """As OpenAI's API would answer; parameters that local engines do not know are left out of account."""
    try:
        if body.get("n") not in (None, 1):
            raise InvalidRequest.of("n", "This engine gives one answer at a time.", "unsupported_value")
        task_id = await sync_to_async(_submit)(call, _task_input(body, messages, chatter))
    except DomainError as error:
        await call.end(chatter=chatter, usage=Usage(), error=error.code, message=str(error.detail))
        raise
    head = {"id": f"chatcmpl-{call.id.hex}", "created": int(time.time()), "model": chatter.name}
    if body.get("stream"):
        events = _chunks(call, chatter, task_id, head, with_usage=wants_usage(body))
        response = StreamingHttpResponse(events, content_type="text/event-stream")
        response["Cache-Control"] = "no-cache"
        return response
    return JsonResponse(await _whole(call, chatter, task_id, head))


def _task_input(body: Mapping[str, Any], messages: list[Mapping[str, Any]], chatter: Chatter) -> dict[str, Any]:
    stop = body.get("stop")
    turns = [
        {"role": _ROLES.get(message["role"], message["role"]), "text": "\n".join(texts_of(message))}
        for message in messages
    ]
    return {
        "engine": chatter.name,
        "turns": turns,
        "temperature": body.get("temperature"),
        "max_tokens": body.get("max_completion_tokens") or body.get("max_tokens"),
        "stop": [stop] if isinstance(stop, str) else list(stop or ()),
    }


def _submit(call: ModelCall, task_input: dict[str, Any]) -> UUID:
    task = submit_task(
        user=call.caller.account,
        project=Project.objects.get(pk=call.workplace.project_id),
        task_type=KIND,
        input_data=task_input,
        priority=settings.CHAT_PRIORITY,
        api_key=call.caller.key,
        max_retries=0,
    )
    task_id: UUID = task.pk
    return task_id


async def _frames(task_id: UUID) -> AsyncGenerator[DeltaFrame | ToolFrame | StateFrame, None]:
    """The worker's frames up to the last one; raises EngineError when the task ends without it."""
    end = time.monotonic() + settings.GATEWAY_HOLD_SECONDS
    async with stream_hub().follow(task_id, 0) as follower:
        while True:
            try:
                frame = await asyncio.wait_for(follower.queue.get(), _LOOK_SECONDS)
            except TimeoutError:
                await _check_alive(task_id, is_late=time.monotonic() > end)
                continue
            if frame is None or frame["type"] == "chat.changed":
                raise EngineError("The answer came faster than it was read.", code="too_slow")
            yield frame
            if frame["type"] == "state":
                return


async def _check_alive(task_id: UUID, *, is_late: bool) -> None:
    status, code, message = await Task.objects.values_list("status", "error_code", "error_message").aget(pk=task_id)
    if status in TERMINAL:
        raise EngineError(message or "The work has ended without an answer.", code=code or "worker_lost")
    if is_late:
        raise EngineTimeout("The answer was not ready in time.")


async def _whole(call: ModelCall, chatter: Chatter, task_id: UUID, head: dict[str, Any]) -> dict[str, Any]:
    texts: list[str] = []
    try:
        async with aclosing(_frames(task_id)) as frames:
            async for frame in frames:
                if frame["type"] == "delta":
                    call.note_first_token()
                    texts.append(frame["text"])
                elif frame["type"] == "state":
                    last = _checked(frame)
    except EngineError as error:
        await call.end(chatter=chatter, usage=_shown(call, texts), error=error.code, message=error.message)
        raise as_answer(error) from error
    except asyncio.CancelledError:
        await asyncio.shield(sync_to_async(ask_to_stop)(task_id))
        call.end_soon(chatter=chatter, usage=_shown(call, texts), error="cancelled", is_partial=True)
        raise
    usage = _usage_of(last)
    text = "".join(texts)
    await call.end(chatter=chatter, usage=usage, response=text, model=chatter.name)
    message = {"role": "assistant", "content": text, "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": last["status"]}
    return {**head, "object": "chat.completion", "choices": [choice], "usage": _usage_json(usage)}


async def _chunks(
    call: ModelCall, chatter: Chatter, task_id: UUID, head: dict[str, Any], *, with_usage: bool
) -> AsyncGenerator[bytes, None]:
    texts: list[str] = []
    usage: Usage | None = None
    error: EngineError | None = None
    head = {**head, "object": "chat.completion.chunk"}
    try:
        yield _event(head, {"role": "assistant", "content": ""}, None)
        try:
            async with aclosing(_frames(task_id)) as frames:
                async for frame in frames:
                    if frame["type"] == "delta":
                        call.note_first_token()
                        texts.append(frame["text"])
                        yield _event(head, {"content": frame["text"]}, None)
                    elif frame["type"] == "state":
                        usage = _usage_of(_checked(frame))
                        yield _event(head, {}, frame["status"])
        except EngineError as failure:
            error = failure
            yield b"data: %s\n\n" % json.dumps(openai_body(as_answer(failure))).encode()
        if usage is not None:
            if with_usage:
                yield _sse({**head, "choices": [], "usage": _usage_json(usage)})
            yield b"data: [DONE]\n\n"
    finally:
        if usage is None and error is None:
            ask_to_stop(task_id)
        call.end_soon(
            chatter=chatter,
            usage=usage or _shown(call, texts),
            response="".join(texts),
            error=error.code if error else "",
            message=error.message if error else "",
            is_partial=usage is None,
        )


def _checked(frame: StateFrame) -> StateFrame:
    """Raises the error that a failed engine left."""
    if frame["status"] == "failed":
        if frame["error_code"] in ("invalid_temperature", "invalid_max_tokens", "no_turns", "empty_message"):
            raise EngineInputError(frame["error_message"], code=frame["error_code"])
        raise EngineError(frame["error_message"], code=frame["error_code"] or "engine_failed")
    return frame


def _usage_of(frame: StateFrame) -> Usage:
    used = frame["usage"]
    return Usage(requests=1, input_tokens=used.get("prompt_tokens", 0), output_tokens=used.get("completion_tokens", 0))


def _shown(call: ModelCall, texts: list[str]) -> Usage:
    answered = estimate_tokens("".join(texts))
    return Usage(requests=1, input_tokens=call.prompt_tokens if answered else 0, output_tokens=answered)


def _usage_json(usage: Usage) -> dict[str, int]:
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.tokens,
    }


def _event(head: Mapping[str, Any], delta: Mapping[str, Any], finish_reason: str | None) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
    return _sse({**head, "choices": [choice]})


def _sse(document: Mapping[str, Any]) -> bytes:
    return b"data: %s\n\n" % json.dumps(document, separators=(",", ":")).encode()
