"""The shared body of `probe` of the chat engines on this machine."""

import math
from time import perf_counter

from chatbot.engines.base import ChatRequest, LocalChatEngine, Target, TextDelta, Turn
from tasks.engines.cancel import NeverCancelled


def measure_probe(
    engine: LocalChatEngine, *, text: str, target: Target | None = None, max_tokens: int | None = None
) -> dict[str, str | int | float]:
    """Ask `text` for real and report the times to the first piece and to the end in milliseconds."""
    first_token_ms = math.nan
    started = perf_counter()
    request = ChatRequest(turns=(Turn("user", text),), max_tokens=max_tokens)
    for event in engine.reply(request, target or Target(), cancel=NeverCancelled()):
        if isinstance(event, TextDelta) and math.isnan(first_token_ms):
            first_token_ms = elapsed_ms(started)
    return {"first_token_ms": first_token_ms, "total_ms": elapsed_ms(started)}


def elapsed_ms(started: float) -> float:
    """Milliseconds since a reading of `perf_counter`, to a tenth."""
    return round((perf_counter() - started) * 1000, 1)
