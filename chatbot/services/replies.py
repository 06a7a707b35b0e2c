"""Replies: begun, stopped, continued, and marked when their writer has died."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import Account, ApiKey
from accounts.services import admit, hold_usage, release_usage
from chatbot.engines.base import ChatRequest
from chatbot.engines.tokens import estimate_input_tokens
from chatbot.models import Conversation, Message
from chatbot.selectors.chatters import Chatter, choose_chatter
from chatbot.selectors.scope import ScopePolicy, keeps_people_words, policy_of
from chatbot.selectors.sources import find_sources
from chatbot.services.blocking import check_scope
from chatbot.services.errors import InvalidMessage, ReplyNotRunning
from chatbot.services.messages import lock_conversation, next_version
from chatbot.services.prompting import build_request
from chatbot.states import CONTINUABLE, MessageRole, MessageStatus
from chatbot.streams.writer import ask_to_stop
from config.common.ids import uuid7
from config.common.problems import Forbidden, Unavailable
from projects.models import Project
from projects.services import get_abilities
from tasks.engines.errors import EngineError
from tasks.services import IllegalTransition, cancel_task, submit_task

logger = logging.getLogger(__name__)

KIND = "chatbot.reply"
#: The same work where a model has to be in memory.
MODEL_KIND = "chatbot.reply_model"
REPLY_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["message_id", "engine", "reserved_tokens"],
    "additionalProperties": False,
    "properties": {
        "message_id": {"type": "string", "format": "uuid"},
        "engine": {"type": "string"},
        "reserved_tokens": {"type": "integer", "minimum": 1},
        "language": {"type": "string"},
    },
}


@dataclass(frozen=True)
class ReplyPlan:
    """All that a writer in the event loop needs: it reads no row before it writes the first one."""

    message_id: UUID
    writer_id: UUID
    reservation_id: UUID
    account_id: UUID
    project_id: UUID
    api_key_id: UUID | None
    conversation_id: UUID
    chatter: Chatter
    request: ChatRequest
    question_id: UUID
    question: str = ""
    policy: ScopePolicy | None = None
    begin_with: str = ""
    store_content: bool = True
    request_id: str = ""


#: Put in by `chatbot.replying.remote`, so that services know no event loop.
_launchers: list[Callable[[ReplyPlan], None]] = []


def estimate_reply(input_data: dict[str, Any]) -> dict[str, int]:
    """What is reserved before the work."""
    return {"requests": 1, "tokens": int(input_data["reserved_tokens"])}


def prepare_reply(input_data: dict[str, Any], project: Project | None) -> dict[str, Any]:
    """The message must wait for a writer: this kind is submitted with its message, not by itself."""
    waiting = Message.objects.filter(pk=input_data["message_id"], status=MessageStatus.STREAMING, task=None)
    if not waiting.filter(conversation__project=project).exists():
        raise InvalidMessage(_("No reply waits for this task."), code="message_not_found")
    return input_data


def keeps_contents(conversation: Conversation) -> bool:
    """Whether the audit keeps what is said in a chat: as its project does, but not of chats that delete themselves."""
    return conversation.expires_at is None and keeps_people_words(conversation.project)


def set_launcher(launch: Callable[[ReplyPlan], None]) -> None:
    """Name who runs replies of remote engines."""
    _launchers[:] = [launch]


def begin_reply(
    *,
    question: Message,
    user: Account,
    engine: str | None = None,
    api_key: ApiKey | None = None,
    continues: Message | None = None,
    request_id: str = "",
) -> Message:
    """Start the answer to `question`: a new version beside earlier ones; its row is there when this returns.

    Raises ScopeBlocked, and what `choose_engine`, `admit` and `submit_task` raise, having written nothing.
    """
    conversation = question.conversation
    if not get_abilities(project=conversation.project, user=user)["submit_tasks"]:
        raise Forbidden(_("You may not start tasks in this project."))
    check_scope(policy=policy_of(conversation.project), user_id=user.pk)
    if question.role != MessageRole.USER:
        raise InvalidMessage(_("Only a person's message can be answered."), code="not_a_question")
    try:
        chatter = choose_chatter(engine or conversation.model, conversation.project)
    except EngineError as error:
        raise Unavailable(error.message) from error
    partial = continues.content if continues is not None else ""
    reply = Message(
        conversation=conversation,
        parent_message=question,
        role=MessageRole.ASSISTANT,
        status=MessageStatus.STREAMING,
        content=partial,
        engine_name=chatter.name,
        engine_version=chatter.version[:200],
        writer_id=uuid7(),
        metadata={"continues": str(continues.pk)} if continues is not None else {},
    )
    if chatter.is_local:
        return _begin_on_worker(reply, user, chatter, api_key, request_id)
    return _begin_in_loop(reply, user, chatter, api_key, request_id)


def _begin_on_worker(
    reply: Message, user: Account, chatter: Chatter, api_key: ApiKey | None, request_id: str
) -> Message:
    conversation = reply.conversation
    expected = conversation.max_tokens or settings.CHAT_RESERVED_TOKENS
    with transaction.atomic():
        _insert(reply)
        task = submit_task(
            user=user,
            project=conversation.project,
            task_type=MODEL_KIND if chatter.is_heavy else KIND,
            input_data={
                "message_id": str(reply.pk),
                "engine": chatter.name,
                "reserved_tokens": expected,
                "language": get_language() or settings.LANGUAGE_CODE,
            },
            priority=settings.CHAT_PRIORITY,
            api_key=api_key,
            request_id=request_id,
        )
        Message.objects.filter(pk=reply.pk).update(task=task)
        reply.task = task
    return reply


def _begin_in_loop(reply: Message, user: Account, chatter: Chatter, api_key: ApiKey | None, request_id: str) -> Message:
    conversation, question = reply.conversation, _question_of(reply)
    sources = find_sources(conversation=conversation, question=question, user=user)
    reply.sources = [source_entry(source) for source in sources]
    request = build_request(
        conversation=conversation, question=question, chatter=chatter, sources=sources, partial=reply.content
    )
    expected = estimate_input_tokens(request) + (conversation.max_tokens or settings.CHAT_RESERVED_TOKENS)
    amounts = {"requests": 1, "tokens": expected}
    plan = ReplyPlan(
        message_id=reply.pk,
        writer_id=_writer_of(reply),
        reservation_id=uuid7(),
        account_id=user.pk,
        project_id=conversation.project_id,
        api_key_id=api_key.pk if api_key else None,
        conversation_id=conversation.pk,
        chatter=chatter,
        request=request,
        question_id=question.pk,
        question=question.content,
        policy=policy_of(conversation.project),
        begin_with=reply.content,
        store_content=keeps_contents(conversation),
        request_id=request_id,
    )
    reply.metadata = {**reply.metadata, "reservation_id": str(plan.reservation_id)}
    admit(
        account=user, endpoint=KIND, count_request=False, amounts=amounts, key=api_key,
        project_id=conversation.project_id, reservation_id=plan.reservation_id,
    )  # fmt: skip
    try:
        with transaction.atomic():
            _insert(reply)
            hold_usage(
                reservation_id=plan.reservation_id, account_id=user.pk, amounts=amounts, key_id=plan.api_key_id,
                project_id=conversation.project_id,
            )  # fmt: skip
            transaction.on_commit(lambda: _launchers[0](plan))
    except BaseException:
        release_usage(reservation_ids=[plan.reservation_id])
        raise
    return reply


def _insert(reply: Message) -> None:
    lock_conversation(reply.conversation)
    reply.version = next_version(
        conversation=reply.conversation, parent_id=reply.parent_message_id, role=MessageRole.ASSISTANT
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        reply.heartbeat_at = cursor.fetchone()[0]
    reply.save(force_insert=True)


def _question_of(reply: Message) -> Message:
    if reply.parent_message is None:
        raise InvalidMessage(_("Only a person's message can be answered."), code="not_a_question")
    return reply.parent_message


def _writer_of(reply: Message) -> UUID:
    if reply.writer_id is None:
        raise ReplyNotRunning
    return reply.writer_id


def source_entry(source: Any) -> dict[str, Any]:
    """What a message remembers of a passage: what was put into the prompt is shown under the answer."""
    return {
        "number": source.number, "kind": source.kind, "title": source.title, "page": source.page,
        "heading": source.heading, "reference": source.reference, "text": source.text,
        "score": round(source.score, 3),
    }  # fmt: skip


def regenerate_reply(
    *, reply: Message, user: Account, engine: str | None = None, api_key: ApiKey | None = None, request_id: str = ""
) -> Message:
    """Another version of the answer, by the same engine unless another one is named; the old one stays."""
    return begin_reply(
        question=_question_of(reply), user=user, engine=engine or reply.engine_name, api_key=api_key,
        request_id=request_id,
    )  # fmt: skip


def continue_reply(*, reply: Message, user: Account, api_key: ApiKey | None = None, request_id: str = "") -> Message:
    """A version that begins with the text of one that was stopped, interrupted or cut off by its limit.

    Raises InvalidMessage for complete answers.
    """
    was_cut = reply.metadata.get("finish_reason") == "length"
    if reply.status not in CONTINUABLE and not was_cut:
        raise InvalidMessage(_("This answer is complete."), code="nothing_to_continue")
    return begin_reply(
        question=_question_of(reply), user=user, engine=reply.engine_name, api_key=api_key, continues=reply,
        request_id=request_id,
    )  # fmt: skip


def stop_reply(*, reply: Message, user: Account) -> Message:
    """Ask the writer to stop: what was shown is kept. Asking twice is harmless; raises ReplyNotRunning afterwards."""
    asked = Message.objects.filter(pk=reply.pk, status=MessageStatus.STREAMING).update(stop_requested_at=Now())
    if not asked:
        raise ReplyNotRunning
    ask_to_stop(reply.pk)
    if reply.task_id is not None:
        _cancel(reply.task_id, user)
    reply.refresh_from_db()
    return reply


def _cancel(task_id: UUID, user: Account) -> None:
    """A task that waits ends at once, and with it the reply; an engine that is silent hears it from its token."""
    try:
        cancel_task(task_id=task_id, actor=user, reason="stopped")
    except IllegalTransition:
        # It has ended in this moment.
        return
