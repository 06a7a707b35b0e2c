"""Answers over a real connection: what is sent, what comes back, and connections that live on."""

import asyncio
from contextlib import aclosing

import pytest

from chatbot.engines.base import DOMAIN, Image, Target, TextDelta, ToolCall, Turn, as_chat_engine
from chatbot.engines.openai_compatible import OpenAICompatibleEngine
from chatbot.tests.engines.listening import ask, hear, until
from chatbot.tests.upstream import (
    DONE,
    USAGE,
    Upstream,
    chunk,
    encode,
    pieces,
    reply,
    stream,
    then_cut,
    then_hang,
    words,
)
from tasks.engines.errors import EngineInputError, EngineUnavailable
from tasks.engines.usage import Usage


def test_it_is_recognised_as_a_chat_engine() -> None:
    engine = OpenAICompatibleEngine()
    assert as_chat_engine(engine) is engine
    assert (engine.card.domain, engine.card.local, engine.card.limits["context_tokens"]) == (DOMAIN, False, 32_768)
    assert engine.card.missing_needs(has_setting=lambda name: False) == ()


async def test_a_question_is_answered(remote: OpenAICompatibleEngine, upstream: Upstream) -> None:
    heard = await hear(remote.stream(ask("Hi"), upstream.target()))
    assert heard.pieces == ["Hello", " world"]
    assert (heard.done.finish_reason, heard.done.model) == ("stop", "mock-1-0613")
    assert heard.done.usage == Usage(requests=1, input_tokens=20, output_tokens=7)


async def test_the_request_arrives_as_it_should(remote: OpenAICompatibleEngine, upstream: Upstream) -> None:
    await hear(remote.stream(ask("Hi"), upstream.target()))
    sent = upstream.requests[0]
    assert (sent.method, sent.path) == ("POST", "/v1/chat/completions")
    assert sent.headers["authorization"] == "Bearer secret-of-house"
    assert (sent.headers["content-type"], sent.headers["accept"]) == ("application/json", "text/event-stream")
    assert (sent.json["model"], sent.json["messages"]) == ("mock-1", [{"role": "user", "content": "Hi"}])


async def test_without_a_credential_none_is_sent(remote: OpenAICompatibleEngine, upstream: Upstream) -> None:
    await hear(remote.stream(ask("Hi"), upstream.target(credential="")))
    assert "authorization" not in upstream.requests[0].headers


async def test_a_second_question_uses_the_same_connection(remote: OpenAICompatibleEngine, upstream: Upstream) -> None:
    upstream.behave = pieces(encode(words("Hello")), DONE, b": bye\n\n")
    for _ in range(3):
        await hear(remote.stream(ask("Hi"), upstream.target()))
    assert (len(upstream.requests), len(upstream.connections)) == (3, 1)


async def test_twenty_questions_at_once_are_kept_apart(remote: OpenAICompatibleEngine, upstream: Upstream) -> None:
    heard = await asyncio.gather(*(hear(remote.stream(ask("Hi"), upstream.target())) for _ in range(20)))
    assert {answer.text for answer in heard} == {"Hello world"}


async def test_text_comes_as_soon_as_it_is_known(remote: OpenAICompatibleEngine, upstream: Upstream) -> None:
    upstream.behave = then_hang(*words("first", finish_reason=None))
    async with aclosing(remote.stream(ask("Hi"), upstream.target())) as events:
        assert await asyncio.wait_for(anext(events), 5) == TextDelta("first")


async def test_tool_calls_come_whole(remote: OpenAICompatibleEngine, upstream: Upstream) -> None:
    first = {"index": 0, "id": "call_9", "type": "function", "function": {"name": "ask", "arguments": ""}}
    parts = [{"index": 0, "function": {"arguments": part}} for part in ('{"q": ', '"how many"}')]
    deltas = [chunk({"tool_calls": [entry]}) for entry in (first, *parts)]
    upstream.behave = stream(*deltas, chunk({}, "tool_calls"))
    heard = await hear(remote.stream(ask("Hi"), upstream.target()))
    assert heard.tool_calls == [ToolCall("call_9", "ask", '{"q": "how many"}')]
    assert heard.done.finish_reason == "tool_calls"


@pytest.mark.parametrize("size", [1, 3, 50])
async def test_characters_may_be_cut_by_the_network(
    remote: OpenAICompatibleEngine, upstream: Upstream, size: int
) -> None:
    body = encode(words("Xin chào", " 😀")).replace(b"\\u00e0", "à".encode()) + DONE
    upstream.behave = pieces(*(body[at : at + size] for at in range(0, len(body), size)))
    assert (await hear(remote.stream(ask("Hi"), upstream.target()))).text == "Xin chào 😀"


@pytest.mark.parametrize("end", [b"", DONE, DONE * 3, b"data: [DONE]", b": bye\n\n"])
async def test_the_end_mark_may_be_missing_or_doubled(
    remote: OpenAICompatibleEngine, upstream: Upstream, end: bytes
) -> None:
    upstream.behave = stream(*words("Hello"), USAGE, end=end)
    heard = await hear(remote.stream(ask("Hi"), upstream.target()))
    assert (heard.text, heard.done.usage.output_tokens) == ("Hello", 7)


async def test_a_server_that_forgets_to_end_does_not_hold_the_answer(
    remote: OpenAICompatibleEngine, upstream: Upstream
) -> None:
    upstream.behave = then_hang(*words("Hello"), end=DONE)
    heard = await asyncio.wait_for(hear(remote.stream(ask("Hi"), upstream.target())), 1.5)
    assert heard.text == "Hello"
    await asyncio.wait_for(upstream.disconnected.wait(), 5)


async def test_a_cut_after_the_finish_reason_is_no_loss(remote: OpenAICompatibleEngine, upstream: Upstream) -> None:
    upstream.behave = then_cut(*words("Hello"), half=b'data: {"usa')
    assert (await hear(remote.stream(ask("Hi"), upstream.target()))).text == "Hello"


async def test_a_server_without_streams_is_understood(remote: OpenAICompatibleEngine, upstream: Upstream) -> None:
    message = {"role": "assistant", "content": "Hello"}
    upstream.behave = reply(200, {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})
    assert (await hear(remote.stream(ask("Hi"), upstream.target()))).pieces == ["Hello"]


async def test_a_large_picture_is_sent(remote: OpenAICompatibleEngine, upstream: Upstream) -> None:
    turn = Turn("user", "What is it?", images=(Image("image/png", bytes(3_000_000)),))
    await hear(remote.stream(ask("", turns=(turn,)), upstream.target()))
    parts = upstream.requests[0].json["messages"][0]["content"]
    assert len(parts[1]["image_url"]["url"]) == 4_000_022


async def test_an_inward_picture_address_is_refused_and_nothing_is_sent(
    remote: OpenAICompatibleEngine, upstream: Upstream
) -> None:
    turn = Turn("user", "What is it?", images=(Image(url="http://169.254.169.254/latest/meta-data"),))
    with pytest.raises(EngineInputError) as caught:
        await hear(remote.stream(ask("", turns=(turn,)), upstream.target()))
    assert (caught.value.code, upstream.requests) == ("address_refused", [])


async def test_hosts_of_pictures_may_be_allowed(remote: OpenAICompatibleEngine, upstream: Upstream) -> None:
    turn = Turn("user", "What is it?", images=(Image(url="http://pictures.internal/cat.png"),))
    target = upstream.target(options={"image_hosts": ["pictures.internal"]})
    assert (await hear(remote.stream(ask("", turns=(turn,)), target))).text == "Hello world"


async def test_a_bad_request_is_refused_in_the_call(remote: OpenAICompatibleEngine, upstream: Upstream) -> None:
    with pytest.raises(EngineInputError, match="empty"):
        remote.stream(ask(" "), upstream.target())
    assert upstream.requests == []


async def test_leaving_closes_the_connection_at_once(remote: OpenAICompatibleEngine, upstream: Upstream) -> None:
    upstream.behave = then_hang(*words("Hello", finish_reason=None))
    async with aclosing(remote.stream(ask("Hi"), upstream.target())) as events:
        await anext(events)
        assert not upstream.disconnected.is_set()
    await asyncio.wait_for(upstream.disconnected.wait(), 5)


@pytest.mark.parametrize("chunks", [None, words("Hello", finish_reason=None)])
async def test_cancelling_the_reader_closes_the_connection_at_once(
    remote: OpenAICompatibleEngine, upstream: Upstream, chunks: list[dict[str, object]] | None
) -> None:
    arrived = asyncio.Event()

    async def behave(request: object) -> object:
        arrived.set()
        return await then_hang(*(chunks or []))(request)  # type: ignore[arg-type]  # passed on as it came

    upstream.behave = behave  # type: ignore[assignment]  # see above
    reading = asyncio.create_task(hear(remote.stream(ask("Hi"), upstream.target())))
    await asyncio.wait_for(arrived.wait(), 5)
    reading.cancel()
    await asyncio.wait_for(upstream.disconnected.wait(), 5)
    assert reading.cancelled()


@pytest.mark.filterwarnings("error::ResourceWarning")  # nothing is left to the garbage collector
async def test_it_works_again_after_closing(remote: OpenAICompatibleEngine, upstream: Upstream) -> None:
    await hear(remote.stream(ask("Hi"), upstream.target()))
    [connection] = upstream.connections
    await asyncio.to_thread(remote.close)
    await until(connection.is_closing)
    assert (await hear(remote.stream(ask("Hi"), upstream.target()))).text == "Hello world"
    assert len(upstream.connections) == 2


async def test_event_loops_that_ended_are_forgotten(remote: OpenAICompatibleEngine, upstream: Upstream) -> None:
    for _ in range(3):
        await asyncio.to_thread(asyncio.run, hear(remote.stream(ask("Hi"), upstream.target())))
    await hear(remote.stream(ask("Hi"), upstream.target()))
    assert list(remote._client._sessions) == [asyncio.get_running_loop()]


async def test_every_event_loop_has_connections_of_its_own(remote: OpenAICompatibleEngine, upstream: Upstream) -> None:
    async def ask_once() -> str:
        heard = await hear(remote.stream(ask("Hi"), upstream.target()))
        await remote.aclose()
        return heard.text

    answers = [await asyncio.to_thread(asyncio.run, ask_once()) for _ in range(2)]
    assert answers == ["Hello world", "Hello world"]
    assert await ask_once() == "Hello world"


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "localhost/v1",
        "ftp://localhost/v1",
        "file:///etc/passwd",
        "http://",
        "http://me:pw@localhost/v1",
        "http://[",
    ],
)
async def test_a_base_url_that_is_none_is_said_so(remote: OpenAICompatibleEngine, base_url: str) -> None:
    with pytest.raises(EngineUnavailable) as caught:
        await hear(remote.stream(ask("Hi"), Target(base_url=base_url)))
    assert (caught.value.code, caught.value.retryable) == ("invalid_target", False)


@pytest.mark.parametrize(
    "fields",
    [{"credential": "a\nb"}, {"credential": "ключ"}, {"options": {"timeout_seconds": "soon"}},
     {"options": {"connect_seconds": 0}}],
)  # fmt: skip
async def test_a_target_that_cannot_work_is_said_so(
    remote: OpenAICompatibleEngine, upstream: Upstream, fields: dict[str, object]
) -> None:
    with pytest.raises(EngineUnavailable) as caught:
        await hear(remote.stream(ask("Hi"), upstream.target(**fields)))
    assert (caught.value.code, upstream.requests) == ("invalid_target", [])
