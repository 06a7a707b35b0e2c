"""One reader's view of a reply: in order and without gaps, from the stream while it is there, else from the row."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from uuid import UUID

from chatbot.models import Message
from chatbot.states import MessageStatus
from chatbot.streams.frames import ErrorFrame, Frame, SnapshotFrame, StateFrame, StreamFrame
from chatbot.streams.reader import Follower, stream_hub

#: A reader that hears nothing for this long looks at the row: the stream may have expired, or Redis forgotten it.
QUIET_SECONDS = 5.0
#: How often the row is looked at while a gap waits for the writer's next checkpoint.
GAP_SECONDS = 0.5

ReadRow = Callable[[], Awaitable[Message | None]]


async def tail(message_id: UUID, after: int, read_row: ReadRow) -> AsyncGenerator[Frame, None]:
    """Frames numbered above `after`; the last one is a state, or an error when there is no such message.

    `read_row` gives the message if the reader may see it. A snapshot stands for all frames up to its number.
    """
    async with stream_hub().follow(message_id, after) as follower:
        # Read after following: what is written in between is in the row, in the stream, or in both.
        message, sent = await read_row(), after
        # Also before the first delta: a continued reply begins with the text of the one before it.
        needs_row = after == 0 and message is not None and bool(message.content)
        while message is not None:
            is_ended = message.status != MessageStatus.STREAMING
            if needs_row or (is_ended and message.content and message.last_seq > sent):
                sent = message.last_seq
                yield _snapshot(message)
            if is_ended:
                yield state_of(message)
                return
            while (frame := await _next(follower, sent)) is not None and frame["seq"] == sent + 1:
                sent = frame["seq"]
                yield frame
                if frame["type"] == "state":
                    return
            # Nothing came, or frames are missing: the row has what was shown, two seconds late at most.
            message = await _row_up_to(frame["seq"] if frame else 0, read_row)
            needs_row = message is not None and message.last_seq > sent
        yield _not_found(message_id)


async def _next(follower: Follower, sent: int) -> StreamFrame | None:
    """The next frame that was not sent yet; None when nothing comes or frames were skipped."""
    queue = follower.queue
    while True:
        try:
            # What is there already needs no clock.
            frame = queue.get_nowait() if queue.qsize() else await asyncio.wait_for(queue.get(), QUIET_SECONDS)
        except TimeoutError:
            return None
        if frame is None or frame["seq"] > sent:
            return frame


async def _row_up_to(seq: int, read_row: ReadRow) -> Message | None:
    """The row, once its writer has stored frame `seq` or has ended."""
    while True:
        message = await read_row()
        if message is None or message.last_seq >= seq or message.status != MessageStatus.STREAMING:
            return message
        await asyncio.sleep(GAP_SECONDS)


def _snapshot(message: Message) -> SnapshotFrame:
    return {
        "type": "snapshot", "message_id": str(message.pk), "seq": message.last_seq, "text": message.content,
        "status": message.status,
    }  # fmt: skip


def state_of(message: Message) -> StateFrame:
    """The end of a reply as its row tells it."""
    return {
        "type": "state", "message_id": str(message.pk), "seq": message.last_seq, "status": message.status,
        "usage": {"prompt_tokens": message.prompt_tokens, "completion_tokens": message.completion_tokens},
        "error_code": message.error_code, "error_message": message.error_message,
    }  # fmt: skip


def _not_found(message_id: UUID) -> ErrorFrame:
    return {
        "type": "error", "message_id": str(message_id), "code": "message_not_found",
        "message": "There is no such message.",
    }  # fmt: skip
