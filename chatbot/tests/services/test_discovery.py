"""A local Ollama is found by itself."""

from collections.abc import Iterator

import pytest
from aiohttp import web
from pytest_django import Settings

from chatbot.services import discover_engines
from chatbot.tests.upstream import Upstream, reply, upstream_in_thread
from tasks.models import Engine

pytestmark = pytest.mark.django_db
TAGS = {"models": [{"name": "llama3.2:3b"}, {"name": "qwen3:8b"}]}


@pytest.fixture
def ollama(settings: Settings) -> Iterator[Upstream]:
    """A server that lists two models, at the address that is looked at."""
    with upstream_in_thread(reply(200, TAGS)) as server:
        settings.OLLAMA_URL = server.target().base_url.removesuffix("/v1")
        yield server


def test_each_model_becomes_an_engine(ollama: Upstream) -> None:
    assert [row.name for row in discover_engines()] == ["llama3.2:3b", "qwen3:8b"]
    row = Engine.objects.get(domain="chat", name="qwen3:8b")
    assert (row.adapter, row.model, row.is_enabled, row.is_default) == ("openai_compatible", "qwen3:8b", True, False)
    assert row.base_url == ollama.target().base_url


def test_known_models_are_left_alone(ollama: Upstream) -> None:
    discover_engines()
    Engine.objects.filter(name="qwen3:8b").update(name="mine", is_enabled=False)
    assert discover_engines() == []
    assert Engine.objects.filter(model="qwen3:8b").values_list("name", "is_enabled").get() == ("mine", False)


def test_a_taken_name_gets_a_prefix(ollama: Upstream) -> None:
    Engine.objects.create(domain="chat", name="qwen3:8b", adapter="openai_compatible", model="elsewhere")
    assert {row.name for row in discover_engines()} == {"llama3.2:3b", "ollama/qwen3:8b"}


def test_nobody_listening_is_no_error(settings: Settings) -> None:
    settings.OLLAMA_URL = "http://127.0.0.1:9"
    assert discover_engines() == []


def test_an_empty_address_asks_nobody(ollama: Upstream, settings: Settings) -> None:
    settings.OLLAMA_URL = ""
    assert discover_engines() == []
    assert ollama.requests == []


def test_something_else_on_the_port_makes_no_engine(ollama: Upstream) -> None:
    async def page(request: web.Request) -> web.Response:
        return web.Response(text="<html>hello</html>")

    ollama.behave = page
    before = Engine.objects.count()
    assert discover_engines() == []
    assert Engine.objects.count() == before
