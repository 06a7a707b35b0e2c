"""Titles and tags by the engine that answered, asked for once the first complete reply of a conversation has ended.

Nothing waits for them and nothing fails with them: without an answer the title that was cut from the question stays.
A title is a call of its own in the audit, which books its tokens as those of the gateway's calls.
"""

import asyncio
import contextlib
import logging
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from accounts.models import ApiKey
from accounts.services import admit
from accounts.services.usage import give_back, note_recorded
from chatbot.engines.base import ChatEvent, ChatRequest, Done, TextDelta, Turn
from chatbot.engines.tokens import estimate_input_tokens, estimate_tokens
from chatbot.models import Message
from chatbot.selectors.chatters import Chatter
from chatbot.selectors.prices import price_of
from chatbot.services.conversations import clean_tags, replace_automatic_title, title_from
from chatbot.services.prompting import prompt_text
from chatbot.services.replies import keeps_contents
from chatbot.states import MessageRole, MessageStatus
from chatbot.streams.changes import publish_change
from chatbot.streams.texts import storable
from config.common.concurrency import in_thread
from config.common.problems import DomainError
from monitoring.audit import AuditDown, InteractionEnd, InteractionStart, begin_interaction, end_interaction
from tasks.engines.cancel import CancelToken
from tasks.engines.errors import Cancelled, EngineError, EngineTimeout
from tasks.engines.usage import Usage

logger = logging.getLogger(__name__)

ENDPOINT = "chat.title"
MAX_WORDS = 6
#: Of more words it is an answer, not a title.
_TALK_WORDS = 20
MAX_TAGS = 3
_TAG_WORDS = 4
#: Enough for both in every language; a model that thinks aloud does not get far.
MAX_TOKENS = 70
TEMPERATURE = 0.2
#: Of question and answer each: what a conversation is about stands at the beginning.
_SHOWN_CHARACTERS = 1_500
_THOUGHTS = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
_LABEL = re.compile(r"^(?:title|tiêu đề)\s*[:\uff1a]\s*", re.IGNORECASE)
_TAGS_LINE = re.compile(r"^\W*(?:tags?|thẻ|nhãn)\W*[:\uff1a]\W*(.+)$", re.IGNORECASE)
_BETWEEN_TAGS = re.compile("[,;\u3001\uff0c]")
_WRAPPING = " \"'`*_.\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb\u3002"


@dataclass
class TitleCall:
    """One call for a title, recorded and reserved; `old_title` is what it may replace."""

    chatter: Chatter
    start: InteractionStart
    request: ChatRequest
    old_title: str
    began: float = field(default_factory=time.perf_counter)
    text: str = ""
    done: Done | None = None

    def take(self, event: ChatEvent) -> None:
        """An event of the engine; tools were not offered and are not run."""
        match event:
            case TextDelta(text):
                self.text += text
            case Done():
                self.done = event

    def end(self, failure: EngineError | None) -> None:
        """Record and book what was used, then put the title in place of the old one. Raises AuditDown."""
        used = self._used()
        cost, currency = price_of(self.chatter.row, used)
        entry = InteractionEnd(
            status="error" if failure else "success",
            response=self.text,
            error_code=failure.code if failure else "",
            error_message=failure.message if failure else "",
            model=storable(self.done.model) if self.done else "",
            prompt_tokens=used.input_tokens,
            completion_tokens=used.output_tokens,
            total_tokens=used.tokens,
            response_time_ms=round((time.perf_counter() - self.began) * 1000),
            is_partial=failure is not None,
            cost=cost,
            currency=currency,
            reservation_id=self.start.id,
            amounts={"tokens": used.tokens},
            store_content=self.start.store_content,
        )
        end_interaction(self.start.id, entry)
        if failure is None and self.done is not None:
            is_cut = self.done.finish_reason == "length"
            self._put(clean_title(self.text, is_cut=is_cut), tags_in(self.text, is_cut=is_cut))

    def _put(self, title: str, tags: list[str]) -> None:
        conversation_id, user_id = self.start.conversation_id, self.start.user_id
        if not title or conversation_id is None or user_id is None:
            return
        if replace_automatic_title(conversation_id=conversation_id, old=self.old_title, new=title, tags=tags):
            publish_change(user_id=user_id, conversation_id=conversation_id, message_id=None, reply_id=None)

    def _used(self) -> Usage:
        """As the engine counted, else what it read and wrote by our own estimate; nothing where it said nothing."""
        if self.done is not None:
            return self.done.usage
        prompt = estimate_input_tokens(self.request) if self.text else 0
        return Usage(requests=1, input_tokens=prompt, output_tokens=estimate_tokens(self.text))


@dataclass
class _Deadline:
    """The task's token, and an end of our own: a model may think for long about six words."""

    token: CancelToken
    at: float

    def is_cancelled(self) -> bool:
        return time.monotonic() > self.at or self.token.is_cancelled()

    def raise_if_cancelled(self) -> None:
        self.token.raise_if_cancelled()
        if time.monotonic() > self.at:
            raise _too_late()


def clean_title(text: str, *, is_cut: bool = False) -> str:
    """The title in an engine's answer; empty where there is none. `is_cut`: the answer reached its longest length."""
    lines = _lines_of(text)
    if not lines or (is_cut and len(lines) == 1) or len(lines[0].split()) > _TALK_WORDS:
        return ""
    words = _LABEL.sub("", title_from(lines[0]).strip(_WRAPPING)).strip(_WRAPPING).split()
    return " ".join(words) if len(words) <= MAX_WORDS else " ".join(words[:MAX_WORDS]).rstrip(",;:") + "…"


def tags_in(text: str, *, is_cut: bool = False) -> list[str]:
    """The tags in an engine's answer, at most three; none in the line with which a cut answer ends."""
    lines = _lines_of(text)
    for line in lines[1:-1] if is_cut else lines[1:]:
        if found := _TAGS_LINE.match(line):
            tags = [tag.strip(_WRAPPING + "#") for tag in _BETWEEN_TAGS.split(found[1])]
            return clean_tags([tag for tag in tags if len(tag.split()) <= _TAG_WORDS])[:MAX_TAGS]
    return []


def _lines_of(text: str) -> list[str]:
    return [line.strip() for line in _THOUGHTS.sub("", storable(text)).splitlines() if line.strip()]


def may_title(chatter: Chatter) -> bool:
    """Whether the house wants it and the engine is a language model; no query."""
    return settings.CHAT_TITLES and bool(chatter.adapter.card.options.get("writes_titles"))


async def awrite_title(chatter: Chatter, message_id: UUID, *, api_key_id: UUID | None, request_id: str) -> None:
    """The title of a remote engine's conversation; tells nobody of failures, and ends when its job is cancelled."""
    if not may_title(chatter):
        return
    with _quietly():
        begin = partial(_begin, chatter, message_id, api_key_id=api_key_id, request_id=request_id)
        call = await in_thread(begin)
        if call is not None:
            await in_thread(partial(call.end, await _read(call)))


async def _read(call: TitleCall) -> EngineError | None:
    try:
        async with (
            asyncio.timeout(settings.CHAT_TITLE_SECONDS),
            contextlib.aclosing(call.chatter.remote.stream(call.request, call.chatter.target)) as events,
        ):
            async for event in events:
                call.take(event)
    except EngineError as error:
        return error
    except TimeoutError:
        return _too_late()
    except asyncio.CancelledError:
        return Cancelled("The process shut down.")
    return None


def write_title(
    chatter: Chatter, message_id: UUID, *, api_key_id: UUID | None, request_id: str, cancel: CancelToken
) -> None:
    """As `awrite_title`, of an engine on this machine, in its worker's thread."""
    if not may_title(chatter):
        return
    with _quietly():
        call = _begin(chatter, message_id, api_key_id=api_key_id, request_id=request_id)
        if call is None:
            return
        deadline = _Deadline(cancel, time.monotonic() + settings.CHAT_TITLE_SECONDS)
        failure: EngineError | None = None
        try:
            for event in call.chatter.local.reply(call.request, call.chatter.target, cancel=deadline):
                call.take(event)
        except EngineError as error:
            failure = error
        call.end(failure)


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Whatever goes wrong stays here: the reply has ended, and the title that was cut from the question is one."""
    try:
        yield
    except (DomainError, EngineError) as error:
        logger.info("chat.title.skipped", extra={"error_code": error.code})
    except Exception:
        logger.exception("chat.title.crashed")


def _begin(chatter: Chatter, message_id: UUID, *, api_key_id: UUID | None, request_id: str) -> TitleCall | None:
    """Reserve and record the call; None where no title is wanted. Raises what `admit` raises, or AuditDown."""
    message = _first_reply(message_id)
    if message is None or message.parent_message is None:
        return None
    conversation = message.conversation
    material = {"question": message.parent_message.content, "answer": message.content}
    prompt = prompt_text("title").format(**{name: text[:_SHOWN_CHARACTERS] for name, text in material.items()})
    request = ChatRequest(turns=(Turn("user", prompt),), temperature=TEMPERATURE, max_tokens=MAX_TOKENS)
    start = InteractionStart(
        endpoint=ENDPOINT,
        model=chatter.row.model or chatter.name,
        engine_name=chatter.name,
        user_id=conversation.user_id,
        project_id=conversation.project_id,
        api_key_id=api_key_id,
        conversation_id=conversation.pk,
        message_id=message.pk,
        prompt=prompt,
        is_streaming=True,
        request_id=request_id,
        store_content=keeps_contents(conversation),
    )
    key = ApiKey.objects.filter(pk=api_key_id).first() if api_key_id else None
    admit(
        account=conversation.user, endpoint=ENDPOINT, count_request=False, key=key, project_id=conversation.project_id,
        amounts={"tokens": estimate_input_tokens(request) + MAX_TOKENS}, reservation_id=start.id,
    )  # fmt: skip
    try:
        begin_interaction(start)
    except AuditDown:
        scopes = [scope for scope in (conversation.user_id, api_key_id, conversation.project_id) if scope]
        give_back(reservation_id=start.id, scope_ids=scopes)
        raise
    note_recorded(reservation_id=start.id)
    return TitleCall(chatter, start, request, conversation.title)


def _first_reply(message_id: UUID) -> Message | None:
    """The message, where it is the first complete reply of a conversation that keeps its automatic title."""
    joined = Message.objects.select_related("conversation__project", "conversation__user", "parent_message")
    kept = joined.filter(conversation__title_is_manual=False, conversation__expires_at=None)
    message = kept.filter(pk=message_id, status=MessageStatus.COMPLETED).exclude(content="").first()
    if message is None:
        return None
    replies = Message.objects.filter(
        conversation_id=message.conversation_id, role=MessageRole.ASSISTANT, status=MessageStatus.COMPLETED
    )
    # Engines that answer side by side: the one that ended first. Copies and imports carry no time and came before.
    before = Q(finished_at=None) | Q(finished_at__lt=message.finished_at)
    return None if replies.exclude(pk=message.pk).filter(before).exists() else message


def _too_late() -> EngineTimeout:
    return EngineTimeout("The engine took too long for a title.")
