"""Replies of engines on this machine: the body of the task `chatbot.reply`."""

import contextlib
import time
from collections.abc import Generator
from uuid import UUID

from django.conf import settings
from django.utils import translation

from chatbot.engines.base import DOMAIN, ChatEvent, ChatRequest, Done, TextDelta, ToolCall
from chatbot.engines.tokens import estimate_input_tokens
from chatbot.models import Message
from chatbot.replying import ending as endings
from chatbot.replying.drafting import DraftWriter, Stopped
from chatbot.replying.keeping import CHECKPOINT_SECONDS
from chatbot.replying.recording import ReplyRecord, record_of_message
from chatbot.replying.titling import write_title
from chatbot.selectors.chatters import Chatter, chatter_for, choose_chatter
from chatbot.selectors.sources import find_sources
from chatbot.services.prompting import build_request
from chatbot.services.replies import source_entry
from chatbot.services.tools import start_tool
from chatbot.services.writing import Ending, Progress, checkpoint, finish_reply, length_at_begin, take_over
from chatbot.states import MessageStatus
from chatbot.streams.history import read_shown
from chatbot.streams.writer import Draft
from tasks.engines.errors import Cancelled, EngineError, EngineInputError, LeaseLost, WorkInterrupted
from tasks.registry import EngineOutcome, Outcome, TaskContext


class LocalWriter(DraftWriter):
    """Writes one reply: the stream, and every two seconds the row."""

    def __init__(self, draft: Draft, context: TaskContext, writer_id: UUID, record: ReplyRecord) -> None:
        super().__init__(draft, context)
        self.writer_id, self.record = writer_id, record
        self._next_checkpoint = time.monotonic() + CHECKPOINT_SECONDS

    def add(self, text: str) -> None:
        """Also checkpoints; raises what `DraftWriter.add` raises."""
        self.record.note_first_token()
        super().add(text)
        now = time.monotonic()
        if now >= self._next_checkpoint:
            self._next_checkpoint = now + CHECKPOINT_SECONDS
            self._checkpoint()

    def _checkpoint(self) -> None:
        ours, asked = checkpoint([self.progress()])
        if not ours:
            raise LeaseLost("Another writer owns this reply.")
        if asked:
            raise Stopped

    def run_tool(self, call: ToolCall) -> None:
        """Start what the engine asked for and say so in the text's place."""
        started = start_tool(call, message_id=self.draft.message_id)
        self.draft.add_tool(
            call_id=call.call_id, name=call.name, arguments=call.arguments, task_id=started.task_id,
            status=started.status,
        )  # fmt: skip
        self.flush()

    def progress(self, extra: int = 0) -> Progress:
        """What the row shall hold; `extra` counts the frame of the end."""
        return Progress(self.draft.message_id, self.writer_id, self.draft.text, self.draft.seq + extra)

    def end(self, ending: Ending) -> None:
        """The row first, then the frame, then the audit. Raises LeaseLost when the row has another writer, or went."""
        self.send()
        ending = self.record.judged(ending)
        if not finish_reply(progress=self.progress(extra=1), ending=ending):
            raise LeaseLost("Another writer owns this reply.")
        endings.announce(self.draft, ending)
        self.send()
        self.record.end(ending, self.draft.written)


def write_reply(context: TaskContext) -> Outcome:
    """Answer with the engine that the message names; every way out leaves the message ended.

    A second attempt finds either nothing done yet, or a message that its first writer has left: that one is ended as
    interrupted, because another engine run could not go on with its words. Tasks book the usage.
    """
    message = _message(context)
    if message is None:
        return Outcome({"message_id": context.input_data["message_id"], "status": "deleted"}, usage=_usage(0))
    writer_id = take_over(message.pk)
    if writer_id is None:
        message.refresh_from_db(fields=["status", "prompt_tokens", "completion_tokens"])
        return Outcome(
            _output(message, message.status), usage=_usage(message.prompt_tokens + message.completion_tokens)
        )
    if context.attempt > 1 and (ending := _end_of_first_attempt(message, context, writer_id)):
        return _outcome(message, ending, 0)
    started = time.perf_counter()
    draft = Draft(message.pk, message.content, begun_at=len(message.content))
    with translation.override(context.input_data.get("language") or settings.LANGUAGE_CODE):
        writer = LocalWriter(draft, context, writer_id, record_of_message(message))
        ending = _write(message, writer, context)
    took_ms = round((time.perf_counter() - started) * 1000)
    if ending.status is MessageStatus.COMPLETED and writer.record.row is not None:
        start = writer.record.start
        chatter = chatter_for(writer.record.row)
        write_title(chatter, message.pk, api_key_id=start.api_key_id, request_id=start.request_id, cancel=context)
    return _outcome(message, ending, took_ms)


def _message(context: TaskContext) -> Message | None:
    joined = Message.objects.select_related("conversation__project", "conversation__user", "parent_message", "task")
    return joined.filter(pk=context.input_data["message_id"]).first()


def _end_of_first_attempt(message: Message, context: TaskContext, writer_id: UUID) -> Ending | None:
    """Interrupts what an earlier attempt has shown to anybody; None when it had shown nothing."""
    shown = read_shown(message.pk, message.content, message.last_seq)
    if shown.next_seq == 1:
        return None
    draft = Draft(message.pk, shown.text, shown.next_seq - 1, begun_at=length_at_begin(message))
    ending = endings.stopped(draft, 0, MessageStatus.INTERRUPTED)
    LocalWriter(draft, context, writer_id, record_of_message(message, is_begun=True)).end(ending)
    return ending


def _write(message: Message, writer: LocalWriter, context: TaskContext) -> Ending:
    prompt = 0
    try:
        writer.record.begin()
        chatter = choose_chatter(message.engine_name, message.conversation.project)
        request, prompt = _request(message, chatter)
        writer.record.row = chatter.row
        ending = _read(chatter, request, writer, context)
        _keep_cited(message, chatter, request, writer.draft.text)
    except Stopped:
        ending = endings.stopped(writer.draft, prompt)
    except LeaseLost:
        raise
    except WorkInterrupted as error:
        if isinstance(error, Cancelled) and _was_stopped(message):
            # The person's stop came through the task, because the engine was silent: what was made is paid.
            ending = endings.stopped(writer.draft, prompt)
        else:
            _end_interrupted(writer, prompt, error)
            raise
    except EngineError as error:
        ending = endings.failed(writer.draft, prompt, error)
        if error.retryable and not writer.draft.written:
            # The task tries again; when it gives up, a receiver of `tasks_abandoned` ends the message.
            raise
        writer.end(ending)
        # What was shown stays: the person continues it, the task does not begin anew.
        raise EngineError(error.message, code=error.code, retryable=False) from error
    writer.end(ending)
    return ending


def _keep_cited(message: Message, chatter: Chatter, request: ChatRequest, text: str) -> None:
    """Of the passages that an engine was offered to quote itself, those that it quoted are its sources."""
    if chatter.adapter.card.options.get("reads_sources"):
        cited = [source_entry(source) for source in request.sources if f"[{source.number}]" in text]
        Message.objects.filter(pk=message.pk).update(sources=cited)


def _was_stopped(message: Message) -> bool:
    return Message.objects.filter(pk=message.pk).exclude(stop_requested_at=None).exists()


def _end_interrupted(writer: LocalWriter, prompt: int, error: WorkInterrupted) -> None:
    status = MessageStatus.STOPPED if isinstance(error, Cancelled) else MessageStatus.INTERRUPTED
    ending = endings.stopped(writer.draft, prompt, status)
    # Nothing was written yet: the next attempt may begin as if this one had not been.
    if writer.draft.written or status is MessageStatus.STOPPED:
        writer.end(ending)


def _request(message: Message, chatter: Chatter) -> tuple[ChatRequest, int]:
    """What the engine is asked, and its size in tokens; the passages are stored with the message."""
    conversation, question = message.conversation, message.parent_message
    if question is None:
        raise EngineInputError("There is nothing to answer.", code="no_turns")
    sources = find_sources(conversation=conversation, question=question, user=conversation.user, chatter=chatter)
    if sources:
        Message.objects.filter(pk=message.pk).update(sources=[source_entry(source) for source in sources])
    request = build_request(
        conversation=conversation, question=question, chatter=chatter, sources=sources, partial=message.content
    )
    return request, estimate_input_tokens(request)


def _read(chatter: Chatter, request: ChatRequest, writer: LocalWriter, context: TaskContext) -> Ending:
    last: Done | None = None
    with contextlib.closing(_events(chatter, request, context)) as events:
        for event in events:
            match event:
                case TextDelta(text):
                    writer.add(text)
                case ToolCall():
                    writer.run_tool(event)
                case Done():
                    last = event
    if last is None:
        raise EngineError("The engine stopped without an end.", code="engine_crashed")
    writer.flush()
    return endings.completed(last)


def _events(chatter: Chatter, request: ChatRequest, context: TaskContext) -> Generator[ChatEvent, None, None]:
    yield from chatter.local.reply(request, chatter.target, cancel=context)


def _outcome(message: Message, ending: Ending, took_ms: int) -> Outcome:
    answer = EngineOutcome(
        engine_type=DOMAIN,
        engine_name=message.engine_name,
        engine_version=message.engine_version,
        output_data={"message_id": str(message.pk), "status": ending.status.value},
        processing_time_ms=took_ms,
        usage={"requests": 1, "input_tokens": ending.prompt_tokens, "output_tokens": ending.completion_tokens},
    )
    usage = {"requests": 1, "tokens": ending.tokens}
    return Outcome(_output(message, ending.status), results=(answer,), usage=usage)


def _output(message: Message, status: str) -> dict[str, str]:
    return {"message_id": str(message.pk), "conversation_id": str(message.conversation_id), "status": str(status)}


def _usage(tokens: int) -> dict[str, int]:
    """What an earlier attempt has used, if it got as far as any."""
    return {"requests": 1 if tokens else 0, "tokens": tokens}
