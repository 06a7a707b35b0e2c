"""How a reply ends, said once for both writers."""

from chatbot.engines.base import Done
from chatbot.engines.tokens import estimate_tokens
from chatbot.services.writing import Ending
from chatbot.states import MessageStatus
from chatbot.streams.writer import Draft
from tasks.engines.errors import EngineError


def completed(done: Done) -> Ending:
    """The engine said its last word."""
    return Ending(
        status=MessageStatus.COMPLETED,
        prompt_tokens=done.usage.input_tokens,
        completion_tokens=done.usage.output_tokens,
        metadata={"finish_reason": done.finish_reason, "model": done.model},
    )


def stopped(draft: Draft, prompt_tokens: int, status: MessageStatus = MessageStatus.STOPPED) -> Ending:
    """Ended from outside: what was written is counted, because it was made."""
    draft.cut()
    written = estimate_tokens(draft.written)
    return Ending(status=status, prompt_tokens=prompt_tokens if written else 0, completion_tokens=written)


def failed(draft: Draft, prompt_tokens: int, error: EngineError) -> Ending:
    """The engine gave up: a text that was begun can be continued."""
    draft.cut()
    written = estimate_tokens(draft.written)
    return Ending(
        status=MessageStatus.INTERRUPTED if draft.text else MessageStatus.FAILED,
        prompt_tokens=prompt_tokens if written else 0,
        completion_tokens=written,
        error_code=error.code,
        error_message=error.message,
    )


def announce(draft: Draft, ending: Ending) -> None:
    """Number the last frame; it is sent with the next flush."""
    usage = {"prompt_tokens": ending.prompt_tokens, "completion_tokens": ending.completion_tokens}
    draft.end(status=ending.status.value, usage=usage, error_code=ending.error_code, error_message=ending.error_message)
