"""Prompts judged beside the engine's answer, in threads of their own: no answer waits for its verdict to begin."""

import asyncio
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import close_old_connections, connections

from chatbot.selectors.blocks import known_block, open_block_reason
from chatbot.selectors.scope import ScopePolicy
from chatbot.services.blocking import ScopeBlocked
from chatbot.services.deviation import ScopeLevel, ScopeVerdict
from chatbot.services.scoping import judge_prompt

logger = logging.getLogger(__name__)

#: What an end waits at most for a verdict that is late; the score is counted all the same.
WAIT_SECONDS = 2.0
#: Each holds a connection to PostgreSQL while it judges, and they compute on one core in turns anyway.
_judges = ThreadPoolExecutor(max_workers=4, thread_name_prefix="scope")

#: The last level of a person in a project: what a stream says whose own verdict comes after its headers.
_LEVEL_SECONDS, _MAX_LEVELS = 60.0, 10_000
_levels: dict[tuple[UUID, UUID], tuple[float, ScopeLevel]] = {}


class ScopeWatch:
    """One prompt on its way to a verdict; made in an event loop, it has begun when the constructor returns."""

    def __init__(self, *, policy: ScopePolicy, user_id: UUID, interaction_id: UUID, prompt: str) -> None:
        judge = partial(_judge, policy, user_id, interaction_id, prompt)
        self._person = user_id, policy.project_id
        self._judging = asyncio.get_running_loop().run_in_executor(_judges, judge)

    @property
    def level(self) -> ScopeLevel:
        """What the person is told now: by this verdict, or by the one before while it is not there."""
        if self._judging.done() and not self._judging.cancelled() and self._judging.exception() is None:
            return self._judging.result().level
        until, level = _levels.get(self._person, (0.0, ScopeLevel.OK))
        return level if until > time.monotonic() else ScopeLevel.OK

    async def finish(self) -> ScopeVerdict | None:
        """The verdict; None when it is too late or failed, which must not cost the call its end."""
        done, _late = await asyncio.wait({self._judging}, timeout=WAIT_SECONDS)
        if not done:
            logger.warning("chatbot.scope.late")
            return None
        if (error := self._judging.exception()) is not None:
            logger.error("chatbot.scope.failed", exc_info=error)
            return None
        return self._judging.result()


def _judge(policy: ScopePolicy, user_id: UUID, interaction_id: UUID, prompt: str) -> ScopeVerdict:
    close_old_connections()
    try:
        verdict = judge_prompt(policy=policy, user_id=user_id, interaction_id=interaction_id, prompt=prompt)
    finally:
        connections.close_all()
    if len(_levels) >= _MAX_LEVELS:
        _levels.clear()
    _levels[user_id, policy.project_id] = (time.monotonic() + _LEVEL_SECONDS, verdict.level)
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
