"""Replies in the audit (D5): recorded before the engine is asked and at their end, with the verdict on the question.

The interaction bears the id of its message, so that whoever begins or ends it again says the same of the same call.
Quotas are settled with the message's row; the audit books nothing.
"""

import logging
import time
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from chatbot.models import Message
from chatbot.selectors.prices import measures_of
from chatbot.selectors.scope import ScopeLevel, ScopePolicy, policy_of
from chatbot.services.deviation import ScopeVerdict
from chatbot.services.replies import ReplyPlan, keeps_contents
from chatbot.services.writing import Ending
from chatbot.states import MessageStatus
from chatbot.watching import ScopeWatch
from monitoring.audit import (
    AuditDown,
    InteractionEnd,
    InteractionStart,
    abegin_interaction,
    aend_interaction,
    begin_interaction,
    end_interaction,
)
from tasks.engines.errors import EngineUnavailable
from tasks.engines.usage import Usage
from tasks.models import Engine

logger = logging.getLogger(__name__)

_FAILED = (MessageStatus.FAILED, MessageStatus.INTERRUPTED)


@dataclass
class ReplyRecord:
    """One reply's way through the audit; `question_id` is None where it goes on with words that were judged before."""

    start: InteractionStart
    policy: ScopePolicy | None
    question_id: UUID | None
    row: Engine | None = None
    began: float = field(default_factory=time.perf_counter)
    first_token_at: float | None = None
    watch: ScopeWatch | None = None
    is_begun: bool = False

    def begin(self) -> None:
        """Record the call, then have its question judged; raises EngineUnavailable `audit_unavailable`."""
        try:
            begin_interaction(self.start)
        except AuditDown as error:
            raise _unavailable(error) from error
        self._watch()

    async def abegin(self) -> None:
        """As `begin`, on the event loop."""
        try:
            await abegin_interaction(self.start)
        except AuditDown as error:
            raise _unavailable(error) from error
        self._watch()

    def note_first_token(self) -> None:
        """The engine has begun to answer."""
        if self.first_token_at is None:
            self.first_token_at = time.perf_counter()

    def judged(self, ending: Ending) -> Ending:
        """The ending with a note in the message's metadata, where the person is to be told something."""
        return _noted(ending, self.watch.finish() if self.watch else None)

    async def ajudged(self, ending: Ending) -> Ending:
        """As `judged`, on the event loop."""
        return _noted(ending, await self.watch.afinish() if self.watch else None)

    def end(self, ending: Ending, text: str) -> None:
        """Record the end of what was begun, with `text`, what the engine said."""
        if not self.is_begun:
            return
        try:
            end_interaction(self.start.id, self._entry(ending, text))
        except AuditDown:
            # The sweep completes it as abandoned; the message's row has everything.
            logger.warning("chat.audit.end_lost", extra={"message_id": str(self.start.id)})

    async def aend(self, ending: Ending, text: str) -> None:
        """As `end`, on the event loop."""
        if not self.is_begun:
            return
        try:
            await aend_interaction(self.start.id, self._entry(ending, text))
        except AuditDown:
            logger.warning("chat.audit.end_lost", extra={"message_id": str(self.start.id)})

    def _watch(self) -> None:
        self.is_begun = True
        user_id = self.start.user_id
        if self.policy is not None and self.question_id is not None and user_id is not None:
            self.watch = ScopeWatch(
                policy=self.policy,
                user_id=user_id,
                interaction_id=self.start.id,
                prompt=self.start.prompt,
                question_id=self.question_id,
            )

    def _entry(self, ending: Ending, text: str) -> InteractionEnd:
        usage = Usage(requests=1, input_tokens=ending.prompt_tokens, output_tokens=ending.completion_tokens)
        verdict = self.watch.ready if self.watch else None
        facts: dict[str, Any] = verdict.facts() if verdict else {}
        return InteractionEnd(
            status="error" if ending.status in _FAILED else "success",
            response=text,
            error_code=ending.error_code,
            error_message=ending.error_message,
            model=str(ending.metadata.get("model") or ""),
            is_partial=ending.status != MessageStatus.COMPLETED,
            store_content=self.start.store_content,
            **measures_of(self.row, usage, began=self.began, first_token_at=self.first_token_at),
            **facts,
        )


def record_of_plan(plan: ReplyPlan) -> ReplyRecord:
    """For a reply in the event loop: from its plan alone, without a query."""
    start = InteractionStart(
        id=plan.message_id,
        endpoint="chat",
        model=plan.chatter.row.model or plan.chatter.name,
        engine_name=plan.chatter.name,
        user_id=plan.account_id,
        project_id=plan.project_id,
        api_key_id=plan.api_key_id,
        conversation_id=plan.conversation_id,
        message_id=plan.message_id,
        prompt=plan.question,
        system_message="\n".join(turn.text for turn in plan.request.turns if turn.role == "system"),
        is_streaming=True,
        request_id=plan.request_id,
        store_content=plan.store_content,
    )
    return ReplyRecord(start, plan.policy, None if plan.begin_with else plan.question_id, plan.chatter.row)


def record_of_message(message: Message, *, is_begun: bool = False) -> ReplyRecord:
    """For a reply on a worker; `message` comes with its conversation, project, question and task.

    `is_begun` says that an earlier attempt has begun it.
    """
    conversation, question, task = message.conversation, message.parent_message, message.task
    start = InteractionStart(
        id=message.pk,
        endpoint="chat",
        model=message.engine_name,
        engine_name=message.engine_name,
        user_id=conversation.user_id,
        project_id=conversation.project_id,
        api_key_id=task.api_key_id if task else None,
        conversation_id=conversation.pk,
        message_id=message.pk,
        prompt=question.content if question else "",
        system_message=conversation.system_prompt,
        is_streaming=True,
        request_id=task.request_id if task else "",
        store_content=keeps_contents(conversation),
    )
    judged_question = None if message.content else message.parent_message_id
    return ReplyRecord(start, policy_of(conversation.project), judged_question, is_begun=is_begun)


def _noted(ending: Ending, verdict: ScopeVerdict | None) -> Ending:
    if verdict is None or verdict.level is ScopeLevel.OK:
        return ending
    note = {"level": verdict.level.value, "intent": verdict.intent, "score": float(verdict.after)}
    return replace(ending, metadata={**ending.metadata, "scope": note})


def _unavailable(error: AuditDown) -> EngineUnavailable:
    return EngineUnavailable(str(error.detail), code=error.code)
