"""Replies of remote engines: one asyncio job each, in the web process that accepted the question."""

import asyncio
import contextlib
import logging
import threading
from functools import partial

from accounts.services import settle_usage
from chatbot.engines.base import Done, TextDelta, ToolCall
from chatbot.engines.tokens import estimate_input_tokens
from chatbot.replying import ending as endings
from chatbot.replying.keeping import keeper, progress_of
from chatbot.replying.recording import ReplyRecord, record_of_plan
from chatbot.replying.titling import awrite_title
from chatbot.services.replies import ReplyPlan
from chatbot.services.tools import start_tool
from chatbot.services.writing import Ending, Progress, finish_reply
from chatbot.states import MessageStatus
from chatbot.streams.flusher import OpenDraft, flusher
from chatbot.streams.writer import Draft
from config.common.concurrency import in_background, in_thread
from tasks.engines.errors import EngineError

logger = logging.getLogger(__name__)

#: Supervisors wait for longer than this before they kill.
SHUTDOWN_SECONDS = 5.0

_loop: asyncio.AbstractEventLoop | None = None
#: What is to be ended with the process.
_jobs: set["asyncio.Task[None]"] = set()


def remember_loop() -> None:
    """Called by the ASGI application: jobs run in the loop that serves requests."""
    global _loop
    if _loop is None or _loop.is_closed():
        _loop = asyncio.get_running_loop()


def launch(plan: ReplyPlan) -> None:
    """Start the job from any thread. Without a loop of this process one is made for this reply alone."""
    if _loop is None or _loop.is_closed():
        threading.Thread(target=lambda: asyncio.run(write_reply(plan)), name="chat-reply", daemon=True).start()
        return
    _loop.call_soon_threadsafe(_start, plan)


def _start(plan: ReplyPlan) -> None:
    job = in_background(write_reply(plan))
    _jobs.add(job)
    job.add_done_callback(_jobs.discard)


async def end_all() -> None:
    """The process shuts down: every reply of this loop gets its end now; what takes longer, the sweep ends."""
    jobs = {job for job in _jobs if job.get_loop() is asyncio.get_running_loop()}
    for job in jobs:
        job.cancel()
    if jobs:
        await asyncio.wait(jobs, timeout=SHUTDOWN_SECONDS)


async def write_reply(plan: ReplyPlan) -> None:
    """Read the engine to its end, a stop, or an error; the row is ended whatever happens."""
    draft = Draft(plan.message_id, plan.begin_with, begun_at=len(plan.begin_with))
    opened, record = OpenDraft(draft), record_of_plan(plan)
    with flusher().serving(opened), keeper().keeping(plan, opened):
        try:
            ending = await _read(plan, opened, record)
        except asyncio.CancelledError:
            # The process shuts down: the text is there, and "continue" goes on with it.
            ending = endings.stopped(draft, estimate_input_tokens(plan.request), MessageStatus.INTERRUPTED)
    await _end(plan, opened, await record.ajudged(ending))
    await record.aend(ending, draft.written)
    if ending.status is MessageStatus.COMPLETED:
        await awrite_title(plan.chatter, plan.message_id, api_key_id=plan.api_key_id, request_id=plan.request_id)


async def _read(plan: ReplyPlan, opened: OpenDraft, record: ReplyRecord) -> Ending:
    reading = asyncio.create_task(_read_events(plan, opened.draft, record))
    stopping = asyncio.create_task(opened.stop.wait())
    try:
        await asyncio.wait({reading, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not reading.done():
            return endings.stopped(opened.draft, estimate_input_tokens(plan.request))
        return reading.result()
    except EngineError as error:
        logger.info("chat.reply.failed", extra={"engine": plan.chatter.name, "error_code": error.code})
        return endings.failed(opened.draft, estimate_input_tokens(plan.request), error)
    except Exception:
        logger.exception("chat.reply.crashed", extra={"engine": plan.chatter.name})
        bug = EngineError("The engine failed unexpectedly.", code="internal_error")
        return endings.failed(opened.draft, estimate_input_tokens(plan.request), bug)
    finally:
        for job in (reading, stopping):
            job.cancel()
        # Awaited, so that the upstream call is closed before the end is announced.
        await asyncio.gather(reading, stopping, return_exceptions=True)


async def _read_events(plan: ReplyPlan, draft: Draft, record: ReplyRecord) -> Ending:
    last: Done | None = None
    await record.abegin()
    async with contextlib.aclosing(plan.chatter.remote.stream(plan.request, plan.chatter.target)) as events:
        async for event in events:
            match event:
                case TextDelta(text):
                    record.note_first_token()
                    draft.add(text)
                case ToolCall(call_id, name, arguments):
                    started = await in_thread(partial(start_tool, event, message_id=plan.message_id))
                    draft.add_tool(
                        call_id=call_id, name=name, arguments=arguments, task_id=started.task_id, status=started.status
                    )
                case Done():
                    last = event
    if last is None:
        raise EngineError("The engine stopped without an end.", code="upstream_cut")
    draft.cut()
    return endings.completed(last)


async def _end(plan: ReplyPlan, opened: OpenDraft, ending: Ending) -> None:
    """The row first, then the frame: who reads the end finds the row complete."""
    draft = opened.draft
    await flusher().flush(opened)
    # One more than the text's last delta: the number of the frame that says so.
    progress = progress_of(plan, opened, extra=1)
    if not opened.is_zombie and await in_thread(partial(_finish, plan, progress, ending)):
        endings.announce(draft, ending)
        await flusher().flush(opened)
        return
    logger.warning("chat.reply.lost", extra={"message_id": str(plan.message_id)})
    # Whoever took the row over has booked it; a deleted one has not.
    usage = {"requests": 1, "tokens": ending.tokens}
    await in_thread(partial(settle_usage, reservation_id=plan.reservation_id, actual=usage))


def _finish(plan: ReplyPlan, progress: Progress, ending: Ending) -> bool:
    return finish_reply(progress=progress, ending=ending, reservation_id=plan.reservation_id)
