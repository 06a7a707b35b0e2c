"""Chat completions by engines of this machine: a worker answers into a stream, the web process passes it on."""

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import JsonResponse
from django.http.response import HttpResponseBase

from chatbot.gateway.answers import usage_json
from chatbot.gateway.bodies import wants_usage
from chatbot.gateway.calls import ModelCall
from chatbot.gateway.events import DONE_EVENT, EventStream, Streamed, error_event, event
from chatbot.gateway.failures import as_answer
from chatbot.gateway.submitting import forget_prompt, stop_submitted, stop_task, submit
from chatbot.selectors.chatters import Chatter
from chatbot.streams.frames import DeltaFrame, StateFrame, ToolFrame
from chatbot.streams.reader import stream_hub
from config.common.concurrency import in_background
from config.common.problems import DomainError
from tasks.engines.errors import EngineError, EngineInputError, EngineTimeout
from tasks.engines.usage import Usage
from tasks.models import Task
from tasks.states import TERMINAL

#: A stream that is silent for this long makes us look at the task.
_LOOK_SECONDS = 5.0
#: Codes of engines that mean the request, not the engine.
_INPUT_CODES = frozenset(
    {"invalid_temperature", "invalid_max_tokens", "no_turns", "empty_message", "context_too_long", "invalid_input"}
)


async def complete_locally(
    call: ModelCall, body: Mapping[str, Any], messages: list[Mapping[str, Any]], chatter: Chatter, request_id: str
) -> HttpResponseBase:
    """As OpenAI's API would answer; parameters that local engines do not know are left out of account."""
    submitting = in_background(submit(call, body, messages, chatter, request_id))
    try:
        task_id = await asyncio.shield(submitting)
    except asyncio.CancelledError:
        in_background(stop_submitted(submitting))
        raise
    except DomainError as error:
        await call.end(row=chatter.row, error=error.code, message=str(error.detail))
        raise
    answer = LocalAnswer(call, chatter, task_id, with_usage=wants_usage(body))
    return EventStream(answer) if body.get("stream") else JsonResponse(await answer.whole())


class LocalAnswer(Streamed):
    """One answer on its way from the worker; ends the call, and stops the task where nobody wants it any more."""

    def __init__(self, call: ModelCall, chatter: Chatter, task_id: UUID, *, with_usage: bool) -> None:
        super().__init__(call)
        self._chatter, self._task_id, self._with_usage = chatter, task_id, with_usage
        self._head = {"id": f"chatcmpl-{call.id.hex}", "created": int(time.time()), "model": chatter.name}
        self._texts: list[str] = []
        self._tool_calls: list[dict[str, Any]] = []
        self._last: StateFrame | None = None

    async def whole(self) -> dict[str, Any]:
        """The completion; raises DomainError."""
        error: EngineError | None = None
        try:
            async with aclosing(self._read()) as frames:
                async for _frame in frames:
                    pass
        except EngineError as failure:
            error = failure
            raise as_answer(failure) from failure
        except asyncio.CancelledError:
            # Of an answer that comes as a whole nothing was shown.
            self._texts.clear()
            raise
        finally:
            writing = self._close(error)
        if writing is not None:
            await asyncio.shield(writing)
        message: dict[str, Any] = {"role": "assistant", "content": "".join(self._texts), "refusal": None}
        if self._tool_calls:
            message["tool_calls"] = self._tool_calls
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": self._finish_reason}
        return {**self._head, "object": "chat.completion", "choices": [choice], "usage": usage_json(self.usage)}

    async def _events(self) -> AsyncGenerator[bytes, None]:
        error: EngineError | None = None
        try:
            yield self._chunk({"role": "assistant", "content": ""})
            try:
                async with aclosing(self._read()) as frames:
                    async for frame in frames:
                        if frame["type"] == "delta":
                            yield self._chunk({"content": frame["text"]})
                        elif frame["type"] == "tool":
                            yield self._chunk({"tool_calls": [self._tool_calls[-1]]})
                yield self._chunk({}, self._finish_reason)
                if self._with_usage:
                    yield event({**self._chunk_head, "choices": [], "usage": usage_json(self.usage)})
                yield DONE_EVENT
            except EngineError as failure:
                error = failure
                yield error_event(failure)
        finally:
            self._close(error)

    async def _read(self) -> AsyncGenerator[DeltaFrame | ToolFrame | StateFrame, None]:
        """The worker's frames, remembered; raises EngineError when it failed."""
        async with aclosing(_frames(self._task_id)) as frames:
            async for frame in frames:
                if frame["type"] == "delta":
                    self._call.note_first_token()
                    self._texts.append(frame["text"])
                elif frame["type"] == "tool":
                    self._tool_calls.append(_tool_call(frame, len(self._tool_calls)))
                else:
                    self._last = _checked(frame)
                yield frame

    def _close(self, error: EngineError | None) -> "asyncio.Task[None] | None":
        """Ends the call; a caller who left, or a work that takes too long, stops the task."""
        if self._call.is_over:
            return None
        if self._last is None:
            in_background(stop_task(self._task_id))
        if not self._call.workplace.store_content:
            in_background(forget_prompt(self._task_id))
        return self._call.end_stream(
            row=self._chatter.row,
            usage=self.usage,
            model=self._chatter.name,
            response="".join(self._texts),
            failure=error,
            is_partial=self._last is None,
        )

    @property
    def usage(self) -> Usage:
        """What the engine counted; estimated for an answer that was left before its end."""
        if self._last is not None:
            used = self._last["usage"]
            return Usage(1, used.get("prompt_tokens", 0), used.get("completion_tokens", 0))
        return self._call.estimated_usage("".join(self._texts))

    @property
    def _finish_reason(self) -> str:
        return self._last["status"] if self._last else "stop"

    @property
    def _chunk_head(self) -> dict[str, Any]:
        return {**self._head, "object": "chat.completion.chunk"}

    def _chunk(self, delta: Mapping[str, Any], finish_reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return event({**self._chunk_head, "choices": [choice]})


async def _frames(task_id: UUID) -> AsyncGenerator[DeltaFrame | ToolFrame | StateFrame, None]:
    """The worker's frames up to the last one; raises EngineError when the task ends without it."""
    end = time.monotonic() + settings.GATEWAY_HOLD_SECONDS
    async with stream_hub().follow(task_id, 0) as follower:
        while True:
            if time.monotonic() > end:
                raise EngineTimeout("The answer was not ready in time.")
            try:
                frame = await asyncio.wait_for(follower.queue.get(), _LOOK_SECONDS)
            except TimeoutError:
                await _check_alive(task_id)
                continue
            if frame is None or frame["type"] == "chat.changed":
                raise EngineError("The answer came faster than it was read.", code="too_slow")
            yield frame
            if frame["type"] == "state":
                return


async def _check_alive(task_id: UUID) -> None:
    rows = Task.objects.values_list("status", "error_code", "error_message")
    status, code, message = await sync_to_async(rows.get)(pk=task_id)
    if status in TERMINAL:
        raise EngineError(message or "The work has ended without an answer.", code=code or "worker_lost")


def _checked(frame: StateFrame) -> StateFrame:
    """Raises the error that a failed engine left."""
    if frame["status"] == "failed":
        if frame["error_code"] in _INPUT_CODES:
            raise EngineInputError(frame["error_message"], code=frame["error_code"])
        raise EngineError(frame["error_message"], code=frame["error_code"] or "engine_failed")
    return frame


def _tool_call(frame: ToolFrame, index: int) -> dict[str, Any]:
    function = {"name": frame["name"], "arguments": frame["arguments"]}
    return {"index": index, "id": frame["call_id"], "type": "function", "function": function}
