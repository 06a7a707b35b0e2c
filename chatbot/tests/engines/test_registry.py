"""The chat engines as the site finds them: by dotted path, without loading what only requests need."""

import subprocess
import sys

from chatbot.engines.base import DOMAIN, ChatEngine, as_chat_engine
from tasks.engines.loader import EngineRegistry

PATHS = ["chatbot.engines.openai_compatible.OpenAICompatibleEngine", "chatbot.engines.fake.FakeChatEngine"]

LIGHT = """
import sys
import chatbot.engines.base, chatbot.engines.fake, chatbot.engines.openai_compatible, chatbot.engines.ollama
print(sorted({"django", "numpy", "torch", "openai", "transformers"} & set(sys.modules)))
"""


def test_local_and_remote_engines_are_found_by_their_paths() -> None:
    registry: EngineRegistry[ChatEngine] = EngineRegistry(DOMAIN, PATHS, accepts=as_chat_engine)
    assert registry.names() == ("openai_compatible", "fake")
    assert registry.broken() == ()
    registry.close()


def test_importing_engines_loads_nothing_heavy() -> None:
    done = subprocess.run([sys.executable, "-c", LIGHT], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
