"""Every chat engine of the house keeps the contract."""

from collections.abc import Iterator

import pytest

from chatbot.engines.base import DOMAIN, ChatEngine, LocalChatEngine, as_chat_engine
from chatbot.tests.engines.contract import LocalChatEngineContract
from tasks.engines.loader import EngineRegistry

#: Dotted path of each engine on this machine, and a question that it answers at length.
LOCAL_ENGINES = {
    "chatbot.engines.fake.FakeChatEngine": "Say it [words 200]",
    "chatbot.engines.librarian.LibrarianEngine": "/help",
}


@pytest.fixture(scope="module", params=LOCAL_ENGINES)
def registered(request: pytest.FixtureRequest) -> Iterator[tuple[LocalChatEngine, str]]:
    registry: EngineRegistry[ChatEngine] = EngineRegistry(DOMAIN, [request.param], accepts=as_chat_engine)
    assert registry.broken() == ()
    engine = registry.engines()[0]
    assert isinstance(engine, LocalChatEngine)
    yield engine, LOCAL_ENGINES[request.param]
    registry.close()


class TestLocalEngines(LocalChatEngineContract):
    """As the site finds them: by dotted path."""

    @pytest.fixture
    def engine(self, registered: tuple[LocalChatEngine, str]) -> LocalChatEngine:
        return registered[0]

    @pytest.fixture
    def long_question(self, registered: tuple[LocalChatEngine, str]) -> str:
        return registered[1]
