"""Fixtures of the engine tests: a remote engine, and a server for it in the same event loop."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chatbot.engines.openai_compatible import OpenAICompatibleEngine
from chatbot.tests.engines.tiny_models import need_packages, save_model
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


@pytest.fixture(scope="session")
def speaking(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a model that says `tiny_models.SPEECH`, whatever it is asked."""
    need_packages()
    return save_model(tmp_path_factory.mktemp("models") / "speaking")


@pytest.fixture(scope="session")
def rambling(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a model of random weights, which answers everything at length."""
    need_packages()
    return save_model(tmp_path_factory.mktemp("models") / "rambling", speech=None)
