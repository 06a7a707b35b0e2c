"""Helpers of the librarian's tests: sources from a few words, and what an answer quotes."""

import re
from dataclasses import replace

from chatbot.engines.base import ChatRequest, Source, Tool, Turn
from chatbot.engines.librarian import LibrarianEngine
from chatbot.tests.engines.listening import ask, listen

ENGINE = LibrarianEngine()
TOOLS = tuple(Tool(name, "", {}) for name in ("say", "sql", "image", "transcribe"))


def source(text: str, **fields: object) -> Source:
    """A passage of a file; any field by name."""
    return replace(Source(1, "file", "plan.pdf", text), **fields)  # type: ignore[arg-type]  # fields differ in type


def sources(*texts: str, **fields: object) -> tuple[Source, ...]:
    """Passages of one file, numbered and in their order."""
    return tuple(source(text, number=number, reference=f"f:{number}", **fields) for number, text in enumerate(texts, 1))


def dialogue(*texts: str, **fields: object) -> ChatRequest:
    """A request whose turns are the person's and the engine's in turn."""
    turns = tuple(Turn("assistant" if place % 2 else "user", text) for place, text in enumerate(texts))
    return ask("", turns=turns, **fields)


def answer(*texts: str, **fields: object) -> str:
    """What the librarian says at the end of a dialogue."""
    return listen(ENGINE, dialogue(*texts, **fields)).text


def quotes(text: str) -> list[str]:
    """The quoted lines, without their places and numbers."""
    return [re.sub(r" (\([^()]*\) )?\[\d+\]$", "", line[2:]) for line in text.splitlines() if line.startswith("> ")]
