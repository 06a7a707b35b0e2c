"""Titles and tags by the engine that answered, asked for once the first complete reply of a conversation has ended.

Nothing waits for them and nothing fails with them: without an answer the title that was cut from the question stays.
A title is a call of its own in the audit, which books its tokens as those of the gateway's calls.
"""

import contextlib
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from accounts.models import ApiKey
from chatbot.engines.base import ChatRequest, Turn
from chatbot.models import Message
from chatbot.replying.calling import HouseCall, begin_call
from chatbot.selectors.chatters import Chatter
from chatbot.services.conversations import clean_tags, replace_automatic_title, title_from
from chatbot.services.prompting import prompt_text
from chatbot.services.replies import keeps_contents
from chatbot.states import MessageRole, MessageStatus
from chatbot.streams.changes import publish_change
from chatbot.streams.texts import storable
from config.common.concurrency import in_thread
from config.common.problems import DomainError
from monitoring.audit import InteractionStart
from tasks.engines.cancel import CancelToken
from tasks.engines.errors import EngineError

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


@dataclass(frozen=True)
class TitleCall:
    """The call for a title; `old_title` is what it may replace."""

    call: HouseCall
    old_title: str

    def end(self, failure: EngineError | None) -> None:
        """Record and book what was used, then put the title in place of the old one. Raises AuditDown."""
        self.call.end(failure)
        if failure is None and self.call.done is not None:
            is_cut = self.call.done.finish_reason == "length"
            text = self.call.text
            self._put(clean_title(text, is_cut=is_cut), tags_in(text, is_cut=is_cut))

    def _put(self, title: str, tags: list[str]) -> None:
        conversation_id, user_id = self.call.start.conversation_id, self.call.start.user_id
        if not title or conversation_id is None or user_id is None:
            return
        if replace_automatic_title(conversation_id=conversation_id, old=self.old_title, new=title, tags=tags):
            publish_change(user_id=user_id, conversation_id=conversation_id, message_id=None, reply_id=None)


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
            await in_thread(partial(call.end, await call.call.aread(seconds=settings.CHAT_TITLE_SECONDS)))


def write_title(
    chatter: Chatter, message_id: UUID, *, api_key_id: UUID | None, request_id: str, cancel: CancelToken
) -> None:
    """As `awrite_title`, of an engine on this machine, in its worker's thread."""
    if not may_title(chatter):
        return
    with _quietly():
        call = _begin(chatter, message_id, api_key_id=api_key_id, request_id=request_id)
        if call is not None:
            call.end(call.call.read(cancel=cancel, seconds=settings.CHAT_TITLE_SECONDS))


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
    """Reserve and record the call; None where no title is wanted. Raises what `begin_call` raises."""
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
    call = begin_call(chatter, request, start, account=conversation.user, key=key)
    return TitleCall(call, conversation.title)


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
