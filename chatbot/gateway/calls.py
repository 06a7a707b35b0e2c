"""One model call: admitted and reserved in one Redis call, recorded before and after, booked exactly once.

The end goes into the audit's stream with what was used; whoever moves it to PostgreSQL books it there, in the
transaction that stores it, and gives the reservation back. A process that dies leaves a reservation that lapses.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest

from accounts.requests import client_ip
from accounts.services import aadmit
from chatbot.gateway.access import Workplace
from chatbot.selectors.chatters import Chatter
from config.common.ids import uuid7
from monitoring.audit import InteractionEnd, InteractionStart, abegin_interaction, aend_interaction
from monitoring.middleware import request_id_of
from tasks.api.openai import Caller
from tasks.engines.usage import Usage

#: Ends that are being written; the event loop itself keeps only weak references.
_ends: set["asyncio.Task[None]"] = set()


@dataclass
class ModelCall:
    """A call from its admission to its end; `headers` are those of the rate limit."""

    caller: Caller
    workplace: Workplace
    endpoint: str
    id: UUID = field(default_factory=uuid7)
    headers: Mapping[str, str] = field(default_factory=dict)
    prompt_tokens: int = 0
    began: float = field(default_factory=time.perf_counter)
    first_token_at: float | None = None
    is_over: bool = False

    async def begin(
        self, request: HttpRequest, *, model: str, prompt: str, system: str, reserve: int, stream: bool
    ) -> None:
        """Count, reserve and record; raises what `aadmit` raises, or AuditDown, and then nothing was begun."""
        admission = await aadmit(
            account=self.caller.account,
            endpoint=request.path,
            key=self.caller.key,
            amounts={"requests": 1, "tokens": reserve},
            project_id=self.workplace.project_id,
            reservation_id=self.id,
            hold_seconds=settings.GATEWAY_HOLD_SECONDS,
        )
        self.headers = admission.headers
        await abegin_interaction(
            InteractionStart(
                id=self.id,
                endpoint=self.endpoint,
                model=model,
                user_id=self.caller.account.pk,
                project_id=self.workplace.project_id,
                api_key_id=self.caller.key.pk if self.caller.key else None,
                prompt=prompt,
                system_message=system,
                is_streaming=stream,
                ip_address=client_ip(request),
                user_agent=request.headers.get("User-Agent", ""),
                request_id=request_id_of(request),
                store_content=self.workplace.store_content,
            )
        )

    def note_first_token(self) -> None:
        """The engine has begun to answer."""
        if self.first_token_at is None:
            self.first_token_at = time.perf_counter()

    async def end(
        self,
        *,
        chatter: Chatter | None,
        usage: Usage,
        model: str = "",
        engine: str = "",
        response: str = "",
        error: str = "",
        message: str = "",
        is_partial: bool = False,
    ) -> None:
        """Record how it ended, once; a failure that cost nothing gives the whole reservation back."""
        if self.is_over:
            return
        self.is_over = True
        now = time.perf_counter()
        cost, currency = price_of(chatter, usage)
        await aend_interaction(
            self.id,
            InteractionEnd(
                status="error" if error else "success",
                response=response,
                error_code=error,
                error_message=message,
                model=model,
                engine_name=chatter.name if chatter else engine,
                prompt_tokens=usage.input_tokens,
                completion_tokens=usage.output_tokens,
                total_tokens=usage.tokens,
                response_time_ms=round((now - self.began) * 1000),
                first_token_ms=_ms(self.began, self.first_token_at),
                is_partial=is_partial,
                cost=cost,
                currency=currency,
                reservation_id=self.id,
                amounts={"requests": 1 if usage.tokens or not error else 0, "tokens": usage.tokens},
                store_content=self.workplace.store_content,
            ),
        )

    def end_soon(self, **facts: Any) -> None:
        """End from where nothing can be awaited any more: a caller who left has cancelled the request."""
        task = asyncio.get_running_loop().create_task(self.end(**facts))
        _ends.add(task)
        task.add_done_callback(_ends.discard)


def _ms(began: float, moment: float | None) -> int | None:
    return None if moment is None else round((moment - began) * 1000)


def price_of(chatter: Chatter | None, usage: Usage) -> tuple[Decimal | None, str]:
    """What the call cost by the catalogue row's prices per unit; None where it names none."""
    prices = chatter.row.prices if chatter else {}
    if not chatter or not prices:
        return None, ""
    amounts = {**usage.as_dict(), "tokens": usage.tokens}
    total = sum((Decimal(str(price)) * Decimal(amounts.get(unit, 0)) for unit, price in prices.items()), Decimal(0))
    return total, chatter.row.currency
