"""Commands behind a slash: they ask for a tool, which the house runs as a task."""

import hashlib
import json
import re
from dataclasses import dataclass

from chatbot.engines.base import ChatRequest, ToolCall
from chatbot.engines.librarian.markdown import escape, shorten
from chatbot.engines.librarian.phrases import Phrases

HELP = "help"
#: By the word after the slash: the one argument of the tool.
ARGUMENTS = {"say": "text", "sql": "question", "image": "prompt", "transcribe": "file_id"}
#: What a usage line calls it.
_WORDS = {
    "en": {"say": "text", "sql": "question", "image": "description", "transcribe": "file id"},
    "vi": {"say": "văn bản", "sql": "câu hỏi", "image": "mô tả", "transcribe": "mã tệp"},
}
_COMMAND = re.compile(r"\s*/([A-Za-z]{1,30})(?:\s+(.*?))?\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Command:
    """A word behind a slash and what follows it."""

    name: str
    argument: str


def read_command(text: str) -> Command | None:
    """The command that a message is, or None: `/etc/hosts` is none."""
    match = _COMMAND.fullmatch(text)
    return Command(match[1].lower(), (match[2] or "").strip()) if match else None


def run_command(
    command: Command, request: ChatRequest, phrases: Phrases, language: str
) -> tuple[str, tuple[ToolCall, ...]]:
    """What is said, and the call if the tool is there; `/help` is not for here."""
    name = command.name
    if name not in ARGUMENTS:
        return f"{phrases.unknown_command.format(command=escape(name))} {command_list(request, phrases)}".strip(), ()
    if name not in available(request):
        return phrases.not_installed.format(command=name), ()
    if not command.argument:
        argument = _WORDS[language][name]
        return phrases.usage.format(command=name, argument=argument, describes=phrases.describes[name]) + ".", ()
    arguments = json.dumps({ARGUMENTS[name]: command.argument}, ensure_ascii=False)
    # The same command in the same message is the same call, however often the reply is tried.
    digest = hashlib.sha256(f"{name} {arguments}".encode("utf-8", "surrogatepass")).hexdigest()
    call = ToolCall(call_id=f"call_{digest[:16]}", name=name, arguments=arguments)
    return f"{phrases.started[name]} {escape(shorten(command.argument, 120))}", (call,)


def available(request: ChatRequest) -> tuple[str, ...]:
    """Commands whose tool this request offers."""
    offered = {tool.name for tool in request.tools}
    return tuple(name for name in ARGUMENTS if name in offered)


def command_list(request: ChatRequest, phrases: Phrases) -> str:
    """The commands that work here, one a line."""
    lines = [f"- `/{name}`: {phrases.describes[name]}" for name in (*available(request), HELP)]
    return "\n".join([phrases.commands, "", *lines])
