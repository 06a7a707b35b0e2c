"""Replies of engines on this machine: the body of the task `chatbot.reply`."""

import contextlib
import time
from collections.abc import Generator
from uuid import UUID

from chatbot.engines.base import DOMAIN, ChatEvent, ChatRequest, Done, TextDelta, ToolCall
from chatbot.engines.tokens import estimate_input_tokens
from chatbot.models import Message
from chatbot.replying import ending as endings
from chatbot.replying.drafting import DraftWriter, Stopped
from chatbot.selectors.chatters import Chatter, choose_chatter
from chatbot.selectors.sources import find_sources
from chatbot.services.prompting import build_request
from chatbot.services.replies import source_entry
from chatbot.services.tools import start_tool
from chatbot.services.writing import Ending, Progress, checkpoint, finish_reply
from chatbot.states import MessageStatus
from chatbot.streams.writer import Draft, flush
from tasks.engines.errors import Cancelled, EngineError, EngineInputError, LeaseLost, WorkInterrupted
from tasks.registry import EngineOutcome, Outcome, TaskContext

CHECKPOINT_SECONDS = 2.0


class LocalWriter(DraftWriter):
    """Writes one reply: the stream, and every two seconds the row."""

    def __init__(self, message: Message, context: TaskContext) -> None:
        super().__init__(Draft(message.pk, text=message.content, seq=message.last_seq), context)
        self.writer_id: UUID = message.writer_id or context.task_id
        self._next_checkpoint = time.monotonic() + CHECKPOINT_SECONDS

    def add(self, text: str) -> None:
        """Also checkpoints; raises what `DraftWriter.add` raises."""
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
        """The row first, then the frame; nothing when the row has another writer. Tasks book the usage themselves."""
        flush(self.draft)
        if finish_reply(progress=self.progress(extra=1), ending=ending):
            endings.announce(self.draft, ending)
            flush(self.draft)


def write_reply(context: TaskContext) -> Outcome:
    """Answer with the engine that the message names; every way out leaves the message ended.

    A second attempt finds either nothing done yet, or a message that its first writer has left: that one is ended as
    interrupted, because another engine run could not go on with its words.
    """
    message = Message.objects.select_related("conversation__project", "conversation__user", "parent_message").get(
        pk=context.input_data["message_id"]
    )
    if not message.is_streaming:
        return Outcome({"message_id": str(message.pk), "status": message.status}, usage={"requests": 0, "tokens": 0})
    writer = LocalWriter(message, context)
    if context.attempt > 1 and message.last_seq:
        ending = endings.stopped(writer.draft, 0, MessageStatus.INTERRUPTED)
        writer.end(ending)
        return _outcome(message, ending, 0)
    started = time.perf_counter()
    ending = _write(message, writer, context)
    return _outcome(message, ending, round((time.perf_counter() - started) * 1000))


def _write(message: Message, writer: LocalWriter, context: TaskContext) -> Ending:
    prompt = 0
    try:
        chatter = choose_chatter(message.engine_name, message.conversation.project)
        request, prompt = _request(message, chatter)
        ending = _read(chatter, request, writer, context)
    except Stopped:
        ending = endings.stopped(writer.draft, prompt)
    except LeaseLost:
        raise
    except WorkInterrupted as error:
        status = MessageStatus.STOPPED if isinstance(error, Cancelled) else MessageStatus.INTERRUPTED
        writer.draft.cut()
        if not writer.draft.text and status is MessageStatus.INTERRUPTED:
            # Nothing was shown yet: the next attempt may begin as if this one had not been.
            raise
        writer.end(endings.stopped(writer.draft, prompt, status))
        raise
    except EngineError as error:
        if error.retryable and not writer.draft.text:
            # The task tries again; when it gives up, a receiver of `tasks_abandoned` ends the message.
            raise
        writer.draft.cut()
        writer.end(endings.failed(writer.draft, prompt, error))
        # What was shown stays: the person continues it, the task does not begin anew.
        raise EngineError(error.message, code=error.code, retryable=False) from error
    writer.end(ending)
    return ending


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
    usage = {"requests": 1, "tokens": ending.tokens}
    answer = EngineOutcome(
        engine_type=DOMAIN,
        engine_name=message.engine_name,
        engine_version=message.engine_version,
        output_data={"message_id": str(message.pk), "status": ending.status.value},
        processing_time_ms=took_ms,
        usage={"requests": 1, "input_tokens": ending.prompt_tokens, "output_tokens": ending.completion_tokens},
    )
    output = {
        "message_id": str(message.pk),
        "conversation_id": str(message.conversation_id),
        "status": ending.status.value,
    }
    return Outcome(output, results=(answer,), usage=usage)
