"""The intents that everybody knows, read from `chatbot/prompts/intents.toml`."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

#: The name of no intent: a prompt that resembles nothing enough.
UNKNOWN = "unknown"

_FILE = Path(__file__).resolve().parents[1] / "prompts" / "intents.toml"


@dataclass(frozen=True, slots=True)
class Intent:
    """One kind of request. One that `is_free` fits every scope: nobody is blamed for saying hello."""

    name: str
    description: str
    examples: tuple[str, ...]
    is_free: bool = False


@cache
def read_catalogue() -> dict[str, Intent]:
    """Name to intent, in the order of the file; raises ValueError when one is not described."""
    entries = tomllib.loads(_FILE.read_text("utf-8"))
    intents = {
        name: Intent(name, entry["description"], tuple(entry["examples"]), bool(entry.get("free", False)))
        for name, entry in entries.items()
    }
    if UNKNOWN in intents or any(not intent.description or not intent.examples for intent in intents.values()):
        raise ValueError(f"{_FILE.name}: each intent needs a description and examples; {UNKNOWN!r} is taken.")
    return intents
