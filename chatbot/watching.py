"""Prompts judged beside the engine's answer, in threads of their own: no answer waits for its verdict to begin."""

import asyncio
import logging
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from uuid import UUID

from asgiref.sync import sync_to_async

from chatbot.selectors.blocks import known_block, open_block_reason
from chatbot.selectors.scope import ScopeLevel, ScopePolicy
from chatbot.services.blocking import ScopeBlocked
from chatbot.services.deviation import ScopeVerdict
from chatbot.services.scoping import judge_prompt
from config.common.concurrency import own_connections

logger = logging.getLogger(__name__)

#: What an end waits at most for a verdict that is late; the score is counted all the same.
WAIT_SECONDS = 2.0
#: Each holds a connection to PostgreSQL while it judges, and they compute on one core in turns anyway.
_judges = ThreadPoolExecutor(max_workers=4, thread_name_prefix="scope")

#: The last level of a person in a project: what a stream says whose own verdict comes after its headers.
_LEVEL_SECONDS, _MAX_LEVELS = 60.0, 10_000
_levels: dict[tuple[UUID, UUID], tuple[float, ScopeLevel]] = {}


class ScopeWatch:
    """One prompt on its way to a verdict, which has begun when the constructor returns.

    `question_id` is the chat's message that is answered: several answers to it count once.
    """

    def __init__(
        self, *, policy: ScopePolicy, user_id: UUID, interaction_id: UUID, prompt: str, question_id: UUID | None = None
    ) -> None:
        self._person = user_id, policy.project_id
        judge = partial(
            judge_prompt,
            policy=policy,
            user_id=user_id,
            interaction_id=interaction_id,
            prompt=prompt,
            question_id=question_id,
        )
        self._judging: Future[ScopeVerdict] = _judges.submit(self._run, judge)

    @property
    def ready(self) -> ScopeVerdict | None:
        """The verdict if it is there."""
        is_there = self._judging.done() and self._judging.exception() is None
        return self._judging.result() if is_there else None

    @property
    def level(self) -> ScopeLevel:
        """What the person is told now: by this verdict, or by the one before while it is not there."""
        if (verdict := self.ready) is not None:
            return verdict.level
        until, level = _levels.get(self._person, (0.0, ScopeLevel.OK))
        return level if until > time.monotonic() else ScopeLevel.OK

    async def afinish(self) -> ScopeVerdict | None:
        """As `finish`, on the event loop."""
        await asyncio.wait({asyncio.wrap_future(self._judging)}, timeout=WAIT_SECONDS)
        return self._verdict()

    def finish(self) -> ScopeVerdict | None:
        """The verdict; None when it is too late or failed, which must not cost the call its end."""
        wait({self._judging}, timeout=WAIT_SECONDS)
        return self._verdict()

    def _verdict(self) -> ScopeVerdict | None:
        if not self._judging.done():
            logger.warning("chatbot.scope.late")
            return None
        if (error := self._judging.exception()) is not None:
            logger.error("chatbot.scope.failed", exc_info=error)
            return None
        return self.ready

    def _run(self, judge: "partial[ScopeVerdict]") -> ScopeVerdict:
        with own_connections():
            verdict = judge()
        if len(_levels) >= _MAX_LEVELS:
            _levels.clear()
        _levels[self._person] = (time.monotonic() + _LEVEL_SECONDS, verdict.level)
        return verdict


async def refuse_blocked(policy: ScopePolicy | None, user_id: UUID) -> None:
    """As `check_scope`, on the event loop: without a query while the process knows. Raises ScopeBlocked."""
    if policy is None or not policy.blocks:
        return
    is_known, reason = known_block(user_id, policy.project_id)
    if not is_known:
        reason = await sync_to_async(open_block_reason)(user_id, policy.project_id)
    if reason is not None:
        raise ScopeBlocked(reason)


def forget_levels() -> None:
    """Nobody was warned yet (tests)."""
    _levels.clear()
