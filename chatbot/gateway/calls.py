"""One model call: admitted and reserved in one Redis call, recorded before and after, booked exactly once.

The end goes into the audit's stream with what was used; whoever moves it to PostgreSQL books it there, in the
transaction that stores it, and gives the reservation back. A process that dies leaves a reservation that lapses.
"""

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest

from accounts.requests import client_ip
from accounts.services import aadmit
from accounts.services.usage import give_back, note_recorded
from chatbot.engines.tokens import estimate_tokens
from chatbot.gateway.access import Workplace
from chatbot.gateway.lifting import without_bytes
from chatbot.selectors.prices import measures_of
from chatbot.services.blocking import ScopeBlocked
from chatbot.watching import ScopeWatch, refuse_blocked
from config.common.concurrency import in_background
from config.common.ids import uuid7
from monitoring.audit import AuditDown, InteractionEnd, InteractionStart, abegin_interaction, aend_interaction
from monitoring.middleware import request_id_of
from tasks.api.openai import Caller
from tasks.engines.errors import EngineError
from tasks.engines.usage import Usage
from tasks.models import Engine

LEFT_CODE, LEFT = "cancelled", "The caller left before the answer."

logger = logging.getLogger(__name__)

#: While Redis is away the end is kept here and written again after so long, then after twice as long, and so on.
_FIRST_RETRY_SECONDS, _MAX_RETRY_SECONDS = 0.25, 15.0


@dataclass
class ModelCall:
    """A call from its admission to its end."""

    caller: Caller
    workplace: Workplace
    endpoint: str
    model: str
    prompt: str = ""
    system: str = ""
    #: What came with the prompt, in words; its bytes are not for the audit.
    files: str = ""
    is_streaming: bool = False
    prompt_tokens: int = 0
    id: UUID = field(default_factory=uuid7)
    began: float = field(default_factory=time.perf_counter)
    first_token_at: float | None = None
    is_begun: bool = False
    is_over: bool = False
    watch: ScopeWatch | None = None

    async def begin(self, request: HttpRequest, amounts: Mapping[str, int]) -> None:
        """Count, reserve and record; raises what `aadmit` raises, or AuditDown, and then nothing was begun.

        Of a begun call the prompt is judged beside the answer; raises ScopeBlocked where its person may not ask.
        """
        try:
            await aadmit(
                account=self.caller.account,
                endpoint=request.path,
                key=self.caller.key,
                amounts=amounts,
                project_id=self.workplace.project_id,
                reservation_id=self.id,
                hold_seconds=settings.GATEWAY_HOLD_SECONDS,
            )
            await abegin_interaction(self._start(request))
        except (asyncio.CancelledError, AuditDown):
            # What was reserved for a call that is not made must not stay reserved for a quarter of an hour.
            in_background(asyncio.to_thread(give_back, reservation_id=self.id, scope_ids=self._scope_ids))
            raise
        note_recorded(reservation_id=self.id)
        self.is_begun = True
        policy, user_id = self.workplace.policy, self.caller.account.pk
        await refuse_blocked(policy, user_id)
        if policy is not None and self.prompt:
            self.watch = ScopeWatch(policy=policy, user_id=user_id, interaction_id=self.id, prompt=self.prompt)

    @property
    def _scope_ids(self) -> list[UUID]:
        key = [self.caller.key.pk] if self.caller.key else []
        return [self.caller.account.pk, *key, self.workplace.project_id]

    def _start(self, request: HttpRequest) -> InteractionStart:
        return InteractionStart(
            id=self.id,
            endpoint=self.endpoint,
            model=self.model,
            user_id=self.caller.account.pk,
            project_id=self.workplace.project_id,
            api_key_id=self.caller.key.pk if self.caller.key else None,
            prompt=without_bytes(f"{self.prompt}\n{self.files}".strip() if self.files else self.prompt),
            system_message=without_bytes(self.system),
            is_streaming=self.is_streaming,
            ip_address=client_ip(request),
            user_agent=request.headers.get("User-Agent", ""),
            request_id=request_id_of(request),
            store_content=self.workplace.store_content,
        )

    def note_first_token(self) -> None:
        """The engine has begun to answer."""
        if self.first_token_at is None:
            self.first_token_at = time.perf_counter()

    def estimated_usage(self, answer: str) -> Usage:
        """Of an answer that was left before its engine counted; nothing when there is none."""
        answered = estimate_tokens(answer)
        return Usage(requests=1, input_tokens=self.prompt_tokens if answered else 0, output_tokens=answered)

    async def end(self, **facts: Any) -> None:
        """As `end_soon`, and wait until it is recorded, so that nobody reads an answer that is not in the books."""
        if (writing := self.end_soon(**facts)) is not None:
            await asyncio.shield(writing)

    def end_soon(
        self,
        *,
        row: Engine | None = None,
        usage: Usage | None = None,
        model: str = "",
        response: str = "",
        error: str = "",
        message: str = "",
        is_partial: bool = False,
    ) -> "asyncio.Task[None] | None":
        """Record how it ended, once and if it began; a failure that cost nothing gives the whole reservation back.

        From where nothing can be awaited, too: a caller who left has cancelled the request.
        """
        if self.is_over or not self.is_begun:
            return None
        self.is_over = True
        used = usage or Usage()
        entry = InteractionEnd(
            status="blocked" if error == ScopeBlocked.code else "error" if error else "success",
            response=without_bytes(response),
            error_code=error,
            error_message=message,
            model=model,
            engine_name=row.name if row else "",
            is_partial=is_partial,
            reservation_id=self.id,
            amounts={"requests": 1 if used.tokens or not error else 0, "tokens": used.tokens},
            store_content=self.workplace.store_content,
            **measures_of(row, used, began=self.began, first_token_at=self.first_token_at),
        )
        return in_background(_write_end(self.id, entry, self.watch))

    def end_stream(
        self,
        *,
        row: Engine,
        usage: Usage,
        response: str,
        is_partial: bool,
        failure: EngineError | None,
        model: str = "",
    ) -> "asyncio.Task[None] | None":
        """As `end_soon`, of an answer that may have been left in its middle; one of which nothing came is an error."""
        error, message = (failure.code, failure.message) if failure else ("", "")
        if failure is None and is_partial and not usage.tokens:
            error, message = LEFT_CODE, LEFT
        return self.end_soon(
            row=row, usage=usage, model=model, response=response, error=error, message=message, is_partial=is_partial
        )


async def _write_end(call_id: UUID, entry: InteractionEnd, watch: ScopeWatch | None) -> None:
    if watch is not None and (verdict := await watch.afinish()) is not None:
        entry = replace(entry, **verdict.facts())
    try:
        await aend_interaction(call_id, entry)
    except AuditDown:
        # The answer is there and may be read: it is booked when Redis is back.
        in_background(_write_end_later(call_id, entry))


async def _write_end_later(call_id: UUID, entry: InteractionEnd) -> None:
    pause_seconds = _FIRST_RETRY_SECONDS
    deadline = time.monotonic() + settings.GATEWAY_HOLD_SECONDS
    while time.monotonic() < deadline:
        await asyncio.sleep(pause_seconds)
        pause_seconds = min(2 * pause_seconds, _MAX_RETRY_SECONDS)
        try:
            await aend_interaction(call_id, entry)
        except AuditDown:
            continue
        return
    logger.error("gateway.end.lost", extra={"interaction_id": str(call_id), "amounts": dict(entry.amounts)})
