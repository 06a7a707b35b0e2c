"""What staff see when they probe an address, and lists of models."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web

from chatbot.engines.openai_compatible import OpenAICompatibleEngine
from chatbot.tests.upstream import Behaviour, Upstream, reply, stream, upstream_in_thread, words
from tasks.engines.errors import EngineCrashed, EngineError, EngineUnavailable

MODELS = {"object": "list", "data": [{"id": "mock-1"}, {"id": "mock-2"}]}


def house(models: Behaviour, chat: Behaviour | None = None) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """A server with a list of models beside the chat."""
    answer = chat or stream(*words("Hello"))

    async def behave(request: web.Request) -> web.StreamResponse:
        return await (models if request.path.endswith("/models") else answer)(request)

    return behave


def test_a_probe_counts_the_models_and_times_a_word() -> None:
    with upstream_in_thread(house(reply(200, MODELS))) as upstream:
        facts = OpenAICompatibleEngine().probe_target(upstream.target())
    assert set(facts) == {"models", "model", "first_token_ms", "total_ms"}
    assert (facts["models"], facts["model"]) == (2, "mock-1")
    assert 0 < float(facts["first_token_ms"]) <= float(facts["total_ms"])


def test_a_probe_asks_for_few_tokens() -> None:
    with upstream_in_thread(house(reply(200, MODELS))) as upstream:
        OpenAICompatibleEngine().probe_target(upstream.target(model="mock-2"))
    listed, asked = upstream.requests
    assert (listed.method, listed.path, listed.headers["authorization"]) == (
        "GET", "/v1/models", "Bearer secret-of-house",
    )  # fmt: skip
    assert (asked.json["model"], asked.json["max_tokens"]) == ("mock-2", 16)


def test_without_a_model_the_first_of_the_list_is_asked() -> None:
    with upstream_in_thread(house(reply(200, {"data": [{"id": "only"}]}))) as upstream:
        assert OpenAICompatibleEngine().probe_target(upstream.target(model=""))["model"] == "only"
    assert upstream.requests[1].json["model"] == "only"


@pytest.mark.parametrize("status", [404, 405, 501])
def test_a_server_without_a_list_can_be_probed(status: int) -> None:
    with upstream_in_thread(house(reply(status, {}))) as upstream:
        assert OpenAICompatibleEngine().probe_target(upstream.target())["models"] == 0


def test_an_answer_without_text_is_timed_too() -> None:
    with upstream_in_thread(house(reply(200, MODELS), stream(*words(finish_reason="length")))) as upstream:
        facts = OpenAICompatibleEngine().probe_target(upstream.target())
    assert 0 < float(facts["first_token_ms"]) <= float(facts["total_ms"])


@pytest.mark.parametrize(
    ("models", "code"),
    [
        (reply(401, {}), "upstream_refused_credential"),
        (reply(500, {}), "upstream_failed"),
        (reply(200, "<html>"), "upstream_garbage"),
        (reply(200, {"data": [1]}), "upstream_garbage"),
        (reply(200, {"data": None}), "upstream_garbage"),
    ],
)
def test_a_failing_list_fails_the_probe_before_anything_is_asked(models: Behaviour, code: str) -> None:
    with upstream_in_thread(house(models)) as upstream, pytest.raises(EngineError) as caught:
        OpenAICompatibleEngine().probe_target(upstream.target())
    assert (caught.value.code, len(upstream.requests)) == (code, 1)


def test_a_failing_answer_fails_the_probe() -> None:
    with upstream_in_thread(house(reply(200, MODELS), stream())) as upstream, pytest.raises(EngineCrashed) as caught:
        OpenAICompatibleEngine().probe_target(upstream.target())
    assert caught.value.code == "upstream_garbage"


def test_without_a_target_there_is_nothing_to_probe() -> None:
    with pytest.raises(EngineUnavailable) as caught:
        OpenAICompatibleEngine().probe()
    assert (caught.value.code, caught.value.retryable) == ("no_target", False)


async def test_a_probe_leaves_the_connections_of_the_site_alone(
    remote: OpenAICompatibleEngine, upstream: Upstream
) -> None:
    upstream.behave = house(reply(200, MODELS))
    assert await remote.list_models(upstream.target()) == ("mock-1", "mock-2")
    await asyncio.to_thread(remote.probe_target, upstream.target())
    assert await remote.list_models(upstream.target()) == ("mock-1", "mock-2")
    assert len(upstream.connections) == 2
