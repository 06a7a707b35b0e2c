"""What refusals of the other side become: errors with a code, a verdict and a message that people may read."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from chatbot.engines.base import Target
from tasks.engines.errors import EngineCrashed, EngineError, EngineInputError, EngineTimeout, EngineUnavailable

_MAX_MESSAGE_CHARACTERS = 300
_MAX_RETRY_SECONDS = 86_400.0
_SECRET = re.compile(r"(?i)\bbearer\s+\S+|\b(?:sk|gsk|rh)[-_][\w*-]{6,}|\bAIza[\w-]{10,}")


class UpstreamRateLimited(EngineUnavailable):
    """The other side's own rate limit; `retry_after_seconds` is what it asked for, None when it did not say."""

    default_code = "upstream_rate_limited"

    def __init__(
        self,
        message: str,
        *,
        retry_after_seconds: float | None = None,
        code: str | None = None,
        retryable: bool | None = None,
    ) -> None:
        super().__init__(message, code=code, retryable=retryable)
        self.retry_after_seconds = retry_after_seconds

    def __reduce__(self) -> tuple[object, ...]:
        state = {"code": self.code, "retryable": self.retryable, "retry_after_seconds": self.retry_after_seconds}
        return type(self), (self.message,), state


def error_for_status(status: int, headers: Mapping[str, str], body: bytes, target: Target) -> EngineError:
    """The error for an HTTP status of 400 and above; `headers` by lower-case name, `body` as far as it was read."""
    said, code = _read_error(body)
    said = shorten(said, target) or f"HTTP {status}"
    if status in {401, 403}:
        # Without what was said: it often repeats a part of the credential.
        message = f"The engine's address refused its credential (HTTP {status})."
        return EngineUnavailable(message, code="upstream_refused_credential", retryable=False)
    if status == 402 or code == "insufficient_quota":
        message = "The account at the engine's address has no credit left."
        return EngineUnavailable(message, code="upstream_out_of_credit", retryable=False)
    if status == 404:
        message = f"The engine's address does not know the model {target.model[:100]!r} or the path: {said}"
        return EngineUnavailable(message, code="upstream_model_not_found", retryable=False)
    if status == 408:
        return EngineTimeout(f"The engine's address gave up waiting: {said}", code="upstream_timeout")
    if status == 429:
        message = f"The engine's address limits its requests: {said}"
        return UpstreamRateLimited(message, retry_after_seconds=read_retry_after(headers))
    if status < 500:
        return EngineInputError(f"The engine refused the request: {said}", code="upstream_refused_request")
    return EngineCrashed(f"The engine's address failed: {said}", code="upstream_failed")


def error_in_reply(error: object, target: Target) -> EngineError:
    """The error for an `error` object that stands in the middle of a stream, or in a reply that claims success."""
    body = json.dumps({"error": error}).encode()
    code = error.get("code") if isinstance(error, Mapping) else None
    try:
        status = int(str(code))
    except ValueError:
        status = 500
    return error_for_status(status if 400 <= status <= 599 else 500, {}, body, target)


def shorten(text: str, target: Target) -> str:
    """One line of at most 300 characters without the credential or anything that looks like one."""
    if target.credential:
        text = text.replace(target.credential, "[credential]")
    text = " ".join(_SECRET.sub("[credential]", text).split())
    return text if len(text) <= _MAX_MESSAGE_CHARACTERS else f"{text[: _MAX_MESSAGE_CHARACTERS - 1]}…"


def read_retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds from `retry-after-ms` or `retry-after` (seconds or a date), 0 to a day; None when unreadable."""
    milliseconds, seconds = headers.get("retry-after-ms"), headers.get("retry-after")
    try:
        if milliseconds:
            return _bound(float(milliseconds) / 1000)
        return None if not seconds else _bound(float(seconds))
    except ValueError:
        return _seconds_until(seconds or "")


def _seconds_until(date: str) -> float | None:
    try:
        moment = parsedate_to_datetime(date)
    except ValueError:
        return None
    if moment.tzinfo is None:  # "-0000" says that the zone is unknown
        moment = moment.replace(tzinfo=UTC)
    return _bound((moment - datetime.now(UTC)).total_seconds())


def _bound(seconds: float) -> float | None:
    return min(max(seconds, 0.0), _MAX_RETRY_SECONDS) if seconds == seconds else None


def _read_error(body: bytes) -> tuple[str, str]:
    """Message and code of an error body: OpenAI's form, Gemini's list of them, `detail` or `message`; else the text."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        text = body.decode("utf-8", "replace")
        return ("" if text.lstrip().startswith("<") else text), ""
    if isinstance(document, list) and document:
        document = document[0]
    if not isinstance(document, dict):
        return str(document), ""
    error = document.get("error", document)
    if not isinstance(error, dict):
        return str(error or ""), ""
    said = error.get("message") or error.get("detail") or ""
    return (said if isinstance(said, str) else json.dumps(said)), str(error.get("code") or error.get("type") or "")
