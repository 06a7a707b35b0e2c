"""Rough token counts for engines that report none: four characters a token, the usual figure for English text."""

from math import ceil

from chatbot.engines.base import ChatRequest

CHARACTERS_PER_TOKEN = 4
TOKENS_PER_IMAGE = 765  # OpenAI's price of a picture of 1024 x 1024 in high detail


def estimate_tokens(text: str) -> int:
    """Tokens of a text, 0 for the empty one."""
    return ceil(len(text) / CHARACTERS_PER_TOKEN)


def estimate_input_tokens(request: ChatRequest) -> int:
    """Tokens of all turns with their pictures and tool calls; what wraps the turns is not counted."""
    tokens = 0
    for turn in request.turns:
        tokens += estimate_tokens(turn.text) + TOKENS_PER_IMAGE * len(turn.images)
        tokens += sum(estimate_tokens(call.name + call.arguments) for call in turn.tool_calls)
    return tokens
