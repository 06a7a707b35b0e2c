"""Fixtures of the engine tests: a remote engine, and a server for it in the same event loop."""

from collections.abc import AsyncIterator

import pytest

from chatbot.engines.openai_compatible import OpenAICompatibleEngine
from chatbot.tests.upstream import Upstream, running_upstream


@pytest.fixture
async def remote() -> AsyncIterator[OpenAICompatibleEngine]:
    """The engine, whose connections end with the test."""
    engine = OpenAICompatibleEngine()
    yield engine
    await engine.aclose()


@pytest.fixture
async def upstream() -> AsyncIterator[Upstream]:
    """A server that says "Hello world" until the test tells it something else."""
    async with running_upstream() as running:
        yield running
