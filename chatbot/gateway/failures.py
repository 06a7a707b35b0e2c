"""Engine errors as a program reads them: OpenAI's error object, with the status that its SDK acts on."""

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from chatbot.engines.base import Target
from chatbot.engines.openai_wire.client import MAX_ERROR_BYTES, Forwarded
from chatbot.engines.openai_wire.errors import UpstreamRateLimited, error_for_status
from chatbot.gateway.slots import RETRY_AFTER_SECONDS, EngineBusy
from config.common.problems import DomainError
from tasks.engines.errors import EngineError, EngineInputError, EngineTimeout, EngineUnavailable

_WORD = re.compile(r"[A-Za-z0-9_.\[\]-]{1,64}")


class EngineFailed(DomainError):
    """The engine, not the request, is at fault."""

    status_code = 502
    code = "engine_failed"
    title = "The engine failed."


class RequestRefused(EngineInputError):
    """The upstream refused what was asked, with this status; `said_code` and `param` are its own words, or empty."""

    default_code = "upstream_refused_request"

    def __init__(self, message: str, *, status: int, said_code: str = "", param: str = "") -> None:
        super().__init__(message)
        self.status, self.said_code, self.param = status, said_code, param


async def refusal_of(answer: Forwarded, target: Target) -> EngineError:
    """What a status of 400 and above means; reads the body."""
    try:
        body = await answer.read(max_bytes=MAX_ERROR_BYTES)
    except EngineError:  # the status says more than the broken explanation of it
        body = b""
    error = error_for_status(answer.status, answer.headers, body, target)
    if not isinstance(error, EngineInputError):
        return error
    said = _error_object(body)
    return RequestRefused(
        error.message, status=answer.status, said_code=_word(said.get("code")), param=_word(said.get("param"))
    )


def _error_object(body: bytes) -> Mapping[str, Any]:
    try:
        error = json.loads(body)["error"]
    except (ValueError, TypeError, LookupError, RecursionError):
        return {}
    return error if isinstance(error, dict) else {}


def _word(value: object) -> str:
    """Names only: free text of the other side may quote what is not for the caller."""
    return value if isinstance(value, str) and _WORD.fullmatch(value) else ""


def as_answer(error: EngineError) -> DomainError:
    """400 for the request's own fault, 429 and 504 where a later try may help, 503 unavailable, else 502."""
    match error:
        case UpstreamRateLimited():
            seconds = math.ceil(error.retry_after_seconds or 1)
            return _answer(429, error, code="rate_limit_exceeded", retry_after_seconds=seconds)
        case EngineBusy():
            return _answer(429, error, retry_after_seconds=RETRY_AFTER_SECONDS)
        case RequestRefused():
            answer = _answer(error.status, error, code=error.said_code)
            answer.errors = {error.param: [error.message]} if error.param else {}
            return answer
        case EngineInputError():
            return _answer(400, error)
        case EngineTimeout():
            return _answer(504, error)
        case EngineUnavailable() if error.retryable:
            return _answer(503, error, retry_after_seconds=5)
    return _answer(502, error)


def _answer(status: int, error: EngineError, *, code: str = "", retry_after_seconds: int | None = None) -> DomainError:
    kind = EngineFailed if status >= 500 else DomainError
    answer = kind(error.message, code=code or error.code, retry_after_seconds=retry_after_seconds)
    answer.status_code = status
    return answer


def is_engine_fault(error: EngineError) -> bool:
    """Whether another engine of the alias may do better."""
    return not isinstance(error, EngineInputError)


def is_illness(error: EngineError) -> bool:
    """Whether the breaker counts it: an engine that limits its callers, or is full, is in good health."""
    return is_engine_fault(error) and not isinstance(error, UpstreamRateLimited | EngineBusy)
