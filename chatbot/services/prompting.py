"""From the rows of a branch to what an engine is asked; prompts are versioned files in `chatbot/prompts/`."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from chatbot.engines.base import ChatRequest, LocalChatEngine, Source, Turn
from chatbot.engines.librarian.languages import detect_language
from chatbot.engines.tokens import estimate_tokens
from chatbot.models import Conversation, Message
from chatbot.selectors.branches import branch
from chatbot.selectors.chatters import Chatter
from chatbot.services.tools import offered_tools
from chatbot.states import MessageRole

#: Of the context, what the reply may need when the conversation sets no limit.
REPLY_SHARE = 4
#: Turns read at most: beyond it no context reaches.
MAX_TURNS = 400


@cache
def prompt_text(name: str) -> str:
    """A prompt file."""
    return (Path(__file__).resolve().parents[1] / "prompts" / f"{name}.txt").read_text("utf-8").strip()


def build_request(
    *,
    conversation: Conversation,
    question: Message,
    chatter: Chatter,
    sources: Sequence[Source] = (),
    partial: str = "",
) -> ChatRequest:
    """The branch that ends with `question`, cut to the engine's context: the oldest turns go first.

    `partial` is the text of a reply that is to be continued.
    """
    turns = [
        Turn(role="user" if row.role == MessageRole.USER else "assistant", text=row.content)
        for row in branch(question.pk, most=MAX_TURNS)
        if row.content and row.role != MessageRole.SYSTEM
    ]
    if partial:
        turns += [Turn("assistant", partial), Turn("user", prompt_text("continue"))]
    system = conversation.system_prompt.strip()
    if sources and not _reads_sources(chatter):
        passages = "\n\n".join(_passage(source) for source in sources)
        system = f"{system}\n\n{prompt_text('sources').format(passages=passages)}".strip()
    reply_tokens = conversation.max_tokens or chatter.context_tokens // REPLY_SHARE
    room = chatter.context_tokens - reply_tokens - estimate_tokens(system)
    kept = _newest_that_fit(turns, room)
    head = (Turn("system", system),) if system else ()
    return ChatRequest(
        turns=(*head, *kept),
        temperature=conversation.temperature,
        max_tokens=conversation.max_tokens,
        tools=offered_tools() if _takes_tools(chatter) else (),
        sources=tuple(sources),
        language=detect_language(question.content, "en"),
    )


def _takes_tools(chatter: Chatter) -> bool:
    """Remote models that know no tools refuse requests with some: staff say which do (option `tools`)."""
    return chatter.is_local or bool(chatter.row.options.get("tools"))


def _reads_sources(chatter: Chatter) -> bool:
    """`librarian` quotes the passages itself; models get them as text."""
    return isinstance(chatter.adapter, LocalChatEngine) and bool(chatter.adapter.card.options.get("reads_sources"))


def _passage(source: Source) -> str:
    place = f", page {source.page}" if source.page else ""
    return f"[{source.number}] {source.title}{place}\n{source.text}"


def _newest_that_fit(turns: Sequence[Turn], room_tokens: int) -> list[Turn]:
    """The question always goes, whatever its length: the engine says so when it is too long."""
    kept: list[Turn] = []
    for turn in reversed(turns):
        room_tokens -= estimate_tokens(turn.text)
        if room_tokens < 0 and kept:
            break
        kept.append(turn)
    # A conversation does not begin with an answer.
    while len(kept) > 1 and kept[-1].role == "assistant":
        kept.pop()
    return kept[::-1]
