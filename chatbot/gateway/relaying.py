"""A stream of an upstream, passed on event by event while it is metered."""

import json
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing

from django.conf import settings

from chatbot.engines.openai_wire.client import Forwarded
from chatbot.engines.openai_wire.errors import error_in_reply
from chatbot.engines.openai_wire.meter import StreamMeter
from chatbot.engines.openai_wire.sse import DONE, SseScanner
from chatbot.gateway.answers import as_chunks, read_answer
from chatbot.gateway.calls import ModelCall
from chatbot.gateway.events import DONE_EVENT, Streamed, error_event, event
from chatbot.gateway.failures import is_illness
from chatbot.gateway.leases import Lease
from chatbot.gateway.routes import breaker_of
from chatbot.selectors.chatters import Chatter
from tasks.engines.errors import EngineCrashed, EngineError, EngineTimeout
from tasks.engines.usage import Usage


class Relay(Streamed):
    """One stream on its way; ends the call, the connection and the slot however it ends.

    A response closes what it streams, also when the caller left before the first event was asked for.
    """

    def __init__(
        self, call: ModelCall, chatter: Chatter, answer: Forwarded, slot: Lease | None, *, with_usage: bool
    ) -> None:
        super().__init__(call)
        self._chatter, self._answer, self._slot = chatter, answer, slot
        self._with_usage = with_usage
        self._meter = StreamMeter()
        self._has_said_done = False
        self._deadline = time.monotonic() + settings.GATEWAY_HOLD_SECONDS

    async def _events(self) -> AsyncGenerator[bytes, None]:
        """The events, then one [DONE]; or, when the engine fails in the middle, an error object as the last event."""
        error: EngineError | None = None
        try:
            try:
                async with aclosing(self._passed()) as passed:
                    async for event in passed:
                        yield event
                breaker_of(self._chatter).note(failed=False)
                if not self._has_said_done:
                    yield DONE_EVENT
                await self._answer.drain()
            except EngineError as failure:
                error = failure
                if is_illness(error):
                    breaker_of(self._chatter).note(failed=True)
                yield error_event(error)
        finally:
            # Also where the caller left: then this generator is closed, and nothing can be awaited any more.
            self._close(error)

    def _close(self, error: EngineError | None) -> None:
        self._answer.close()
        if self._slot is not None:
            self._slot.end()
        self._call.end_stream(
            row=self._chatter.row,
            usage=self.usage,
            response=self._meter.text,
            failure=error,
            is_partial=not self._meter.is_finished,
        )

    @property
    def usage(self) -> Usage:
        """What the engine counted; estimated for an answer that was left before its end."""
        if self._meter.usage is not None:
            return self._meter.usage
        return self._call.estimated_usage(self._meter.text)

    async def _passed(self) -> AsyncGenerator[bytes, None]:
        """What the caller gets, as it comes; raises EngineError."""
        if self._answer.content_type.startswith("application/json"):
            yield await self._converted()
            return
        scanner, is_done = SseScanner(), False
        while not is_done:
            piece = await self._answer.read_piece()
            payloads = scanner.feed(piece) if piece else scanner.flush()
            if self._meter.feed(piece):
                self._call.note_first_token()
            passed, is_done, error = self._sort(payloads)
            if is_done and error is None and self._meter.is_finished:
                # Together with the last words: each event for itself would be a system call.
                passed.append(DONE_EVENT)
                self._has_said_done = True
            if passed:
                yield b"".join(passed)
            if error is not None:
                raise error
            if not piece:
                break
            if time.monotonic() > self._deadline:
                raise EngineTimeout("The engine took too long.", code="upstream_timeout")
        if not self._meter.is_finished:
            raise EngineCrashed("The engine's answer broke off.", code="upstream_cut")

    def _sort(self, payloads: list[bytes]) -> tuple[list[bytes], bool, EngineError | None]:
        """Events for the caller up to [DONE] or to an error; whether [DONE] came, and the error."""
        passed: list[bytes] = []
        for payload in payloads:
            if payload.startswith(DONE):
                return passed, True, None
            try:
                self._check(payload)
            except EngineError as error:
                return passed, True, error
            if self._with_usage or not _is_usage_only(payload):
                passed.append(b"data: %s\n\n" % payload.replace(b"\n", b" "))
        return passed, False, None

    def _check(self, payload: bytes) -> None:
        """Raises EngineCrashed for what is no JSON object, and what an error object in the stream means.

        An upstream's own words are not passed on: they may quote the credential of the house.
        """
        if not (payload.startswith(b"{") and payload.endswith(b"}")):
            raise EngineCrashed("The engine's answer is no JSON.", code="upstream_garbage")
        # Inside of a text the quotation marks are escaped, so this finds keys only.
        if b'"error"' not in payload:
            return
        try:
            document = json.loads(payload)
        except (ValueError, RecursionError):
            return
        if isinstance(document, dict) and document.get("error"):
            raise error_in_reply(document["error"], self._chatter.target)

    async def _converted(self) -> bytes:
        """The events of an answer that came whole, because its server knows no streams."""
        whole = read_answer(await self._answer.read(), self._chatter.target)
        events = [(chunk, event(chunk)) for chunk in as_chunks(whole)]
        for _chunk, written in events:
            self._meter.feed(written)
        self._call.note_first_token()
        return b"".join(written for chunk, written in events if self._with_usage or chunk["choices"])


def _is_usage_only(payload: bytes) -> bool:
    return b'"usage"' in payload and (b'"choices":[]' in payload or b'"choices": []' in payload)
