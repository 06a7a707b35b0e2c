"""Replies on their way to many browsers at once, the opening of a long conversation, and the search."""

import asyncio
import gc
import json
import time
from dataclasses import dataclass, field

import aiohttp
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import Account
from accounts.services import create_api_key
from bench.chats import Words, fill_conversations, fill_long_conversation
from bench.house import House, cpu_ms
from bench.options import Options
from bench.people import make_account, make_project
from bench.table import Row, percentile
from bench.web import Web, free_port, start_web
from chatbot.models import Conversation
from projects.models import Project
from tasks.models import Engine

CHATS = 200
WINDOW_SECONDS = 20.0
SETTLE_SECONDS = 3.0
ASKING_AT_ONCE = 4
LONG_MESSAGES = 5_000
MANY_MESSAGES = 200_000
WARM_UP = 10


def measure(house: House, options: Options) -> list[Row]:
    """The reads first, in this process and while nothing else runs; then one web process with all the browsers."""
    words = Words()
    project = make_project(make_account("reader"))
    # In this order: the long conversation opens beside a full list of others.
    rows = _searching(project, words, options)
    rows += _opening(project, words)
    return rows + _streaming(house)


def _opening(project: Project, words: Words) -> list[Row]:
    """Queries and bytes of the second opening: the first one loads templates."""
    conversation = fill_long_conversation(project, words, LONG_MESSAGES)
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(project.user)
    rows = []
    for name, path in (
        ("page", f"/chat/{conversation.pk}/"),
        ("JSON", f"/api/v1/conversations/{conversation.pk}/messages/"),
    ):
        browser.get(path)
        with CaptureQueriesContext(connection) as captured:
            answer = browser.get(path)
        assert answer.status_code == 200
        what = f"{name} of {LONG_MESSAGES:,} messages"
        rows.append(Row("chat", f"{what}: queries", float(len(captured)), "", at_most=12.0))
        rows.append(Row("chat", f"{what}: size", len(answer.content) / 1000, "KB", at_most=60.0))
    return rows


def _searching(project: Project, words: Words, options: Options) -> list[Row]:
    count = min(MANY_MESSAGES, options.rows)
    fill_conversations(project, words, count)
    program = APIClient(SERVER_NAME="localhost")
    program.force_authenticate(project.user)
    searches = [_search_ms(program, words.asked()) for _ in range(WARM_UP + options.samples)][WARM_UP:]
    frequent = [_search_ms(program, words.known[rank]) for rank in range(WARM_UP)]
    what = f"search over {count:,} messages"
    return [
        Row("chat", f"{what}, median", percentile(searches, 0.5), "ms"),
        Row("chat", f"{what}, 95th percentile", percentile(searches, 0.95), "ms", at_most=50.0),
        Row("chat", f"{what}, the {WARM_UP} most frequent words, median", percentile(frequent, 0.5), "ms"),
    ]


def _search_ms(program: APIClient, words: str) -> float:
    began = time.perf_counter()
    answer = program.get("/api/v1/conversations/", {"q": words})
    took_ms = (time.perf_counter() - began) * 1000
    assert answer.status_code == 200
    return took_ms


@dataclass
class Browser:
    """A person's open chat; `arrivals` are (sent, arrived) of each delta, in seconds of the monotonic clock."""

    conversation: Conversation
    cookie: str = field(repr=False)
    token: str = field(repr=False)
    reply_id: str = ""
    arrivals: list[tuple[float, float]] = field(default_factory=list)
    receives: asyncio.Event = field(default_factory=asyncio.Event)

    async def ask(self, session: aiohttp.ClientSession, url: str) -> None:
        """Begin the reply."""
        path = f"{url}/api/v1/conversations/{self.conversation.pk}/messages/"
        headers = {"Authorization": f"Bearer {self.token}"}
        async with session.post(path, json={"content": "What time is it?"}, headers=headers) as answer:
            body = await answer.json()
            assert answer.status == 201, body
            self.reply_id = str(body["reply"]["id"])

    async def watch(self, session: aiohttp.ClientSession, url: str) -> None:
        """Follow the reply and write down what arrives until somebody cancels it."""
        headers = {"Cookie": self.cookie, "Origin": url}
        async with session.ws_connect(f"{url}/ws/chat/", headers=headers) as socket:
            await socket.send_json({"type": "follow", "message_id": self.reply_id})
            async for message in socket:
                arrived = time.monotonic()
                frame = json.loads(message.data)
                if frame["type"] == "delta":
                    self.arrivals += [(float(sent), arrived) for sent in frame["text"].split()]
                    self.receives.set()
        raise ConnectionError("the socket was closed")


def _streaming(house: House) -> list[Row]:
    upstream = f"http://127.0.0.1:{(port := free_port())}"
    house.start_rival("bench/rivals/timed_upstream.py", str(port))
    Engine.objects.create(
        domain="chat", name="clock", adapter="openai_compatible", model="mock-1", credential="secret",
        base_url=f"{upstream}/v1",
    )  # fmt: skip
    web = start_web(house, "chat")
    browsers = [_open_browser(number) for number in range(CHATS)]
    # A collection of this process' garbage takes 200 ms, which real browsers would not share.
    gc.disable()
    since, busy = asyncio.run(_watch(web, upstream, browsers))
    gc.enable()
    house.stop_all()
    arrivals = [pair for browser in browsers for pair in browser.arrivals]
    seen = [(arrived - sent) * 1000 for sent, arrived in arrivals if since <= sent <= since + WINDOW_SECONDS]
    what = f"{CHATS} chats of 20 deltas a second"
    return [
        Row("chat", f"{what}: deltas a second", len(seen) / WINDOW_SECONDS, ""),
        Row("chat", f"{what}: web process", busy * 100, "% of a core"),
        Row("chat", f"{what}: engine to socket, median", percentile(seen, 0.5), "ms"),
        Row("chat", f"{what}: engine to socket, 99th percentile", percentile(seen, 0.99), "ms", at_most=100.0),
    ]


def _open_browser(number: int) -> Browser:
    # Without a password, whose hash would take longer than all the rest.
    account = Account.objects.create_user(f"browser-{number}", f"browser-{number}@example.org")
    conversation = Conversation.objects.create(user=account, project=make_project(account), model="clock")
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(account)
    _key, token = create_api_key(user=account, name="bench", permissions=["*"])
    return Browser(conversation, "; ".join(f"{name}={cookie.value}" for name, cookie in client.cookies.items()), token)


async def _watch(web: Web, upstream: str, browsers: list[Browser]) -> tuple[float, float]:
    """Everybody asks, everybody watches, then the engine begins; returns since when was measured, and cores used."""
    url, slots = f"http://127.0.0.1:{web.port}", asyncio.Semaphore(ASKING_AT_ONCE)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def ask(browser: Browser) -> None:
            async with slots:
                await browser.ask(session, url)

        await asyncio.gather(*(ask(browser) for browser in browsers))
        async with asyncio.TaskGroup() as group:
            chats = [group.create_task(browser.watch(session, url)) for browser in browsers]
            async with session.post(f"{upstream}/begin"):
                pass
            await asyncio.gather(*(browser.receives.wait() for browser in browsers))
            await asyncio.sleep(SETTLE_SECONDS)
            since, before = time.monotonic(), cpu_ms(web.process.pid)
            await asyncio.sleep(WINDOW_SECONDS)
            busy = (cpu_ms(web.process.pid) - before) / 1000 / (time.monotonic() - since)
            # What was sent in the window's last moments arrives in these.
            await asyncio.sleep(SETTLE_SECONDS)
            for chat in chats:
                chat.cancel()
    return since, busy
