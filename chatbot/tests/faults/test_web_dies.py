"""Web processes that end in the middle of a remote reply, and readers in another process."""

import asyncio
import json
import signal
from uuid import UUID

import pytest
from channels.db import database_sync_to_async as in_thread
from django.conf import settings

from accounts.models import UsageReservation
from chatbot.models import Message
from chatbot.services import interrupt_silent_replies
from chatbot.tests.faults.conftest import WebFactory, has_text, read_socket
from chatbot.tests.streaming import frames_of, text_of
from chatbot.tests.upstream import USAGE, Upstream, paced, stream, words
from config.common.redis import redis_client
from tasks.tests.conftest import eventually

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]

#: Six seconds of an answer.
TEXTS = tuple(f" word{number}" for number in range(300))
ANSWER = "".join(TEXTS)


@pytest.fixture
def slow(upstream: Upstream) -> Upstream:
    """Takes six seconds for an answer."""
    upstream.behave = paced(*TEXTS, seconds=0.02)
    return upstream


def ended(reply_id: UUID) -> bool:
    return not Message.objects.get(pk=reply_id).is_streaming


def shown(reply_id: UUID) -> str:
    return text_of(frame for frame in frames_of(reply_id) if frame["type"] == "delta")


@pytest.mark.parametrize("least", [1, 900])
def test_killed_web_process_leaves_an_interrupted_reply_with_all_its_text(
    start_web: WebFactory, slow: Upstream, least: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = start_web()
    reply_id = web.ask("Hello", "upstream")
    eventually(lambda: len(shown(reply_id)) >= least, sweeping=False)
    assert has_text(reply_id) == (least > 1)
    web.kill()
    seen = shown(reply_id)
    assert 0 < len(seen) < len(ANSWER)
    assert interrupt_silent_replies() == 0
    monkeypatch.setattr(settings, "CHAT_SILENT_SECONDS", 0.5)
    eventually(interrupt_silent_replies, sweeping=False)
    row = Message.objects.get(pk=reply_id)
    assert (row.status, row.content, row.error_code) == ("interrupted", seen, "writer_lost")
    assert not UsageReservation.objects.exists()
    again = start_web()
    slow.behave = stream(*words(" and", " on"), USAGE)
    longer = UUID(again.act(reply_id, "continue")["reply"]["id"])
    eventually(lambda: ended(longer), sweeping=False)
    assert Message.objects.get(pk=longer).content == f"{seen} and on"


def test_terminated_web_process_ends_its_replies_itself(start_web: WebFactory, slow: Upstream) -> None:
    web = start_web()
    reply_id = web.ask("Hello", "upstream")
    eventually(lambda: len(shown(reply_id)) > 100, sweeping=False)
    web.kill(signal.SIGTERM)
    row = Message.objects.get(pk=reply_id)
    assert (row.status, row.content, row.error_code) == ("interrupted", shown(reply_id), "")
    assert 0 < len(row.content) < len(ANSWER)
    assert not UsageReservation.objects.exists()


async def test_two_sockets_of_two_processes_see_the_same_text(start_web: WebFactory, slow: Upstream) -> None:
    first, second = await in_thread(lambda: (start_web(), start_web()))()
    reply_id = await in_thread(first.ask)("Hello", "upstream")
    async with first.socket() as one, second.socket() as other:
        early = asyncio.create_task(_text(one, reply_id))
        await in_thread(eventually)(lambda: has_text(reply_id, least=400), sweeping=False)
        redis_client().flushall()
        texts = await asyncio.gather(early, _text(other, reply_id))
    assert set(texts) == {ANSWER}
    assert (await Message.objects.aget(pk=reply_id)).content == ANSWER


async def _text(connection: object, reply_id: UUID) -> str:
    return text_of([json.loads(text) async for text in read_socket(connection, reply_id)])  # type: ignore[arg-type]


async def test_reply_of_two_thousand_tokens_costs_three_times_its_bytes_at_most(
    start_web: WebFactory, upstream: Upstream
) -> None:
    texts = tuple(f" từ{number}" for number in range(2_000))
    upstream.behave = paced(*texts, seconds=0.004)
    web = await in_thread(start_web)()
    async with web.socket() as connection:
        reply_id = await in_thread(web.ask)("Hello", "upstream")
        frames = [text async for text in read_socket(connection, reply_id)]
    row = await Message.objects.aget(pk=reply_id)
    sizes = sum(len(text.encode()) for text in frames), len("".join(texts).encode())
    assert row.content == "".join(texts) == text_of(json.loads(text) for text in frames)
    assert sizes[0] <= 3 * sizes[1], sizes
