"""Calls of language models that the house makes itself (for a title, for a query): each reserved, recorded, booked.

They are no requests of the person: only their tokens count. The audit books them as those of the gateway's calls.
"""

import asyncio
import contextlib
import time
from collections.abc import Generator
from dataclasses import dataclass, field

from accounts.models import Account, ApiKey
from accounts.services import admit
from accounts.services.usage import give_back, note_recorded, present
from chatbot.engines.base import ChatEvent, ChatRequest, Done, TextDelta
from chatbot.engines.tokens import estimate_input_tokens, estimate_tokens
from chatbot.selectors.chatters import Chatter
from chatbot.selectors.prices import measures_of
from chatbot.streams.texts import storable
from monitoring.audit import AuditDown, InteractionEnd, InteractionStart, begin_interaction, end_interaction
from tasks.engines.cancel import CancelToken
from tasks.engines.errors import Cancelled, EngineCrashed, EngineError, EngineTimeout, WorkInterrupted
from tasks.engines.usage import Usage

_POLL_SECONDS = 0.05


@dataclass
class HouseCall:
    """One call that `begin_call` has reserved and recorded. Read it once, then `end` it, however it went."""

    chatter: Chatter
    start: InteractionStart
    request: ChatRequest
    began: float = field(default_factory=time.perf_counter)
    text: str = ""
    done: Done | None = None

    def read(self, *, cancel: CancelToken, seconds: float) -> EngineError | None:
        """The whole answer, in a thread without an event loop; what went wrong, if anything did.

        `cancel` and the time are heard within a tenth of a second. No connection stays open.
        """
        if not self.chatter.is_local:
            return asyncio.run(self._read_remote(cancel, seconds))
        deadline = _Deadline(cancel, time.monotonic() + seconds)
        try:
            with contextlib.closing(self._events(deadline)) as events:
                for event in events:
                    self._take(event)
        except EngineError as error:
            return error
        return self._cut()

    async def aread(self, *, seconds: float) -> EngineError | None:
        """As `read`, of a remote engine on the event loop; ends when its job is cancelled."""
        try:
            async with (
                asyncio.timeout(seconds),
                contextlib.aclosing(self.chatter.remote.stream(self.request, self.chatter.target)) as events,
            ):
                async for event in events:
                    self._take(event)
        except EngineError as error:
            return error
        except TimeoutError:
            return _too_late()
        except asyncio.CancelledError:
            return Cancelled("The process shut down.")
        return self._cut()

    def end(self, failure: EngineError | None) -> None:
        """Record and book what was used. Raises AuditDown."""
        used = self.used
        entry = InteractionEnd(
            status="error" if failure else "success",
            response=self.text,
            error_code=failure.code if failure else "",
            error_message=failure.message if failure else "",
            model=storable(self.done.model) if self.done else "",
            is_partial=failure is not None,
            reservation_id=self.start.id,
            amounts={"tokens": used.tokens},
            store_content=self.start.store_content,
            **measures_of(self.chatter.row, used, began=self.began),
        )
        end_interaction(self.start.id, entry)

    @property
    def used(self) -> Usage:
        """As the engine counted, else what it read and wrote by our own estimate; nothing where it said nothing."""
        if self.done is not None:
            return self.done.usage
        prompt = estimate_input_tokens(self.request) if self.text else 0
        return Usage(requests=1, input_tokens=prompt, output_tokens=estimate_tokens(self.text))

    def _take(self, event: ChatEvent) -> None:
        """An event of the engine; tools were not offered and are not run."""
        match event:
            case TextDelta(text):
                self.text += text
            case Done():
                self.done = event

    def _cut(self) -> EngineError | None:
        return None if self.done is not None else EngineCrashed("The engine stopped without an end.")

    def _events(self, cancel: CancelToken) -> Generator[ChatEvent, None, None]:
        yield from self.chatter.local.reply(self.request, self.chatter.target, cancel=cancel)

    async def _read_remote(self, cancel: CancelToken, seconds: float) -> EngineError | None:
        reading = asyncio.create_task(self.aread(seconds=seconds))
        try:
            while not reading.done():
                await asyncio.wait({reading}, timeout=_POLL_SECONDS)
                cancel.raise_if_cancelled()
        except WorkInterrupted as error:
            reading.cancel()
            await reading
            return error
        else:
            return reading.result()
        finally:
            await self.chatter.remote.aclose()


def begin_call(
    chatter: Chatter, request: ChatRequest, start: InteractionStart, *, account: Account, key: ApiKey | None
) -> HouseCall:
    """Reserve and record the call; `start` says whose it is. Raises what `admit` raises, or AuditDown.

    `request.max_tokens` must be set: it is reserved together with an estimate of the prompt.
    """
    admit(
        account=account, endpoint=start.endpoint, count_request=False, key=key, project_id=start.project_id,
        amounts={"tokens": estimate_input_tokens(request) + (request.max_tokens or 0)}, reservation_id=start.id,
    )  # fmt: skip
    try:
        begin_interaction(start)
    except AuditDown:
        give_back(reservation_id=start.id, scope_ids=present(account.pk, key.pk if key else None, start.project_id))
        raise
    note_recorded(reservation_id=start.id)
    return HouseCall(chatter, start, request)


@dataclass
class _Deadline:
    """The work's token, and an end of our own: a model may think for long."""

    token: CancelToken
    at: float

    def is_cancelled(self) -> bool:
        return time.monotonic() > self.at or self.token.is_cancelled()

    def raise_if_cancelled(self) -> None:
        self.token.raise_if_cancelled()
        if time.monotonic() > self.at:
            raise _too_late()


def _too_late() -> EngineTimeout:
    return EngineTimeout("The engine took too long to answer.")
