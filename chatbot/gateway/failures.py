"""Engine errors as a program reads them: OpenAI's error object, with the status that its SDK acts on."""

import math

from chatbot.engines.openai_wire.errors import UpstreamRateLimited
from config.common.problems import DomainError
from tasks.engines.errors import EngineError, EngineInputError, EngineTimeout, EngineUnavailable


class EngineFailed(DomainError):
    """The engine, not the request, is at fault."""

    status_code = 502
    code = "engine_failed"
    title = "The engine failed."


def as_answer(error: EngineError) -> DomainError:
    """400 for the request's own fault, 429 and 504 where a later try may help, 503 unavailable, else 502."""
    match error:
        case UpstreamRateLimited():
            seconds = math.ceil(error.retry_after_seconds or 1)
            answer = DomainError(error.message, code="rate_limit_exceeded", retry_after_seconds=seconds)
            answer.status_code = 429
        case EngineInputError():
            answer = DomainError(error.message, code=error.code)
        case EngineTimeout():
            answer = EngineFailed(error.message, code=error.code)
            answer.status_code = 504
        case EngineUnavailable() if error.retryable:
            answer = EngineFailed(error.message, code=error.code, retry_after_seconds=5)
            answer.status_code = 503
        case _:
            answer = EngineFailed(error.message, code=error.code)
    return answer


def is_engine_fault(error: EngineError) -> bool:
    """Whether the breaker counts it, and another engine of the alias may do better."""
    return not isinstance(error, EngineInputError)
