"""HTTP to upstreams: connections that live on between requests, time limits, bounds, and one set of errors."""

import asyncio
import io
import threading
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import TracebackType
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import aiohttp
from yarl import URL

from chatbot.engines.base import Target
from chatbot.engines.openai_wire.errors import error_for_status
from tasks.engines.errors import EngineCrashed, EngineError, EngineTimeout, EngineUnavailable

DEFAULT_CONNECT_SECONDS, DEFAULT_TIMEOUT_SECONDS = 5.0, 60.0
MAX_ERROR_BYTES: Final = 64 * 1024
MAX_REPLY_BYTES: Final = 256 * 1024 * 1024  # the embeddings of a few thousand texts have this order of size
_KEEP_ALIVE_SECONDS = 30.0
_DRAIN_SECONDS = 0.1
_WHOLE_BODY_BYTES = 1 << 20  # aiohttp writes larger ones in pieces only when they are files

_HOP_BY_HOP = frozenset(
    [
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ]
)
# The caller's own credentials and cookies are for this house; lengths and encodings are the connection's business.
_NEVER_SENT = _HOP_BY_HOP | frozenset(
    ["accept-encoding", "api-key", "authorization", "content-length", "cookie", "expect", "host", "x-api-key"]
)
_NEVER_RETURNED = _HOP_BY_HOP | frozenset(["content-encoding", "content-length", "location", "set-cookie"])
_FAILURES = (aiohttp.ClientError, aiohttp.http.HttpProcessingError, OSError)  # time-outs are OSErrors


class Forwarded:
    """The other side's answer as it arrives: an async context manager; leaving it ends the exchange at once.

    Statuses of 400 and above are answers too; `error` says what they mean.
    """

    def __init__(self, response: aiohttp.ClientResponse, target: Target) -> None:
        self._response, self._target = response, target
        self._received_bytes = 0
        self._failure: EngineError | None = None

    @property
    def status(self) -> int:
        """The HTTP status; never a redirect."""
        return self._response.status

    @property
    def content_type(self) -> str:
        """The whole header with its parameters, empty when there was none."""
        return self._response.headers.get("Content-Type", "")

    @property
    def headers(self) -> dict[str, str]:
        """By lower-case name, without those of the connection, of lengths and encodings, and without cookies."""
        pairs = ((name.lower(), value) for name, value in self._response.headers.items())
        return {name: value for name, value in pairs if name not in _NEVER_RETURNED}

    async def __aenter__(self) -> "Forwarded":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; one whose answer was read to the end has long been given back."""
        self._response.close()

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body as it comes. Raises EngineCrashed or EngineTimeout, after what arrived before the failure."""
        while piece := await self.read_piece():
            yield piece

    async def read_piece(self) -> bytes:
        """The next piece, empty at the end; raises as `pieces` does."""
        if self._failure is not None:
            raise self._failure
        content = self._response.content
        try:
            piece = await content.readany()
        except _FAILURES as error:
            self._failure = _error_for(error)
            # aiohttp raises before it hands out what it had already received; people have a right to that text.
            if rest := content._read_nowait(-1):
                return rest
            raise self._failure from error
        self._received_bytes += len(piece)
        if self._received_bytes > MAX_REPLY_BYTES:
            raise EngineCrashed("The engine's answer is too long.", code="upstream_garbage")
        return piece

    async def read(self, *, max_bytes: int = MAX_REPLY_BYTES) -> bytes:
        """The whole body, cut after `max_bytes`; raises as `pieces` does."""
        pieces, size = [], 0
        while size < max_bytes and (piece := await self.read_piece()):
            pieces.append(piece)
            size += len(piece)
        return b"".join(pieces)[:max_bytes]

    async def error(self) -> EngineError:
        """What a status of 400 and above means; reads the body."""
        try:
            body = await self.read(max_bytes=MAX_ERROR_BYTES)
        except EngineError:  # the status says more than the broken explanation of it
            body = b""
        return error_for_status(self.status, self.headers, body, self._target)

    async def drain(self) -> None:
        """Read what is left, for a tenth of a second, so that the connection can serve the next request."""
        try:
            async with asyncio.timeout(_DRAIN_SECONDS):
                while await self.read_piece():
                    pass
        except (EngineError, TimeoutError):
            self.close()


class UpstreamClient:
    """One aiohttp session per event loop, made at its first request. Safe to use from several threads and loops."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sessions: dict[asyncio.AbstractEventLoop, aiohttp.ClientSession] = {}

    async def request(
        self, method: str, path: str, target: Target, *, body: bytes | None = None, headers: Mapping[str, str]
    ) -> Forwarded:
        """Send a request and wait for the head of the answer.

        Raises EngineUnavailable (`invalid_target`, `upstream_unreachable`, `upstream_redirected`), EngineTimeout
        (`upstream_timeout`) and EngineCrashed (`upstream_failed`, `upstream_garbage`).
        """
        limits = _Limits.of(target)
        url, sent = join_url(target.base_url, path), _request_headers(headers, target)
        if body is not None:
            sent.setdefault("content-type", "application/json")
        data = io.BytesIO(body) if body is not None and len(body) > _WHOLE_BODY_BYTES else body
        try:
            # Around everything up to the head, because aiohttp has no limit for an upstream that does not read.
            async with asyncio.timeout(limits.connect_seconds + limits.idle_seconds):
                response = await self._session().request(
                    method, url, data=data, headers=sent, allow_redirects=False, timeout=limits.as_timeout()
                )
        except aiohttp.ClientResponseError as error:  # without its cause, which holds the headers that were sent
            raise _error_for(error) from None
        except _FAILURES as error:
            raise _error_for(error) from error
        if 300 <= response.status < 400:
            response.close()
            message = "The engine's address sends requests elsewhere; put the final address into the catalogue."
            raise EngineUnavailable(message, code="upstream_redirected", retryable=False)
        return Forwarded(response, target)

    def close(self) -> None:
        """Close the sessions of all loops; from any thread. What is running breaks off."""
        with self._lock:
            sessions, self._sessions = self._sessions, {}
        for loop, session in sessions.items():
            if loop.is_running():
                asyncio.run_coroutine_threadsafe(session.close(), loop)

    async def aclose(self) -> None:
        """Close this loop's session and wait for it."""
        with self._lock:
            session = self._sessions.pop(asyncio.get_running_loop(), None)
        if session is not None:
            await session.close()

    def _session(self) -> aiohttp.ClientSession:
        loop = asyncio.get_running_loop()
        session = self._sessions.get(loop)
        if session is None:
            session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEEP_ALIVE_SECONDS),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": "roundhouse", "Accept-Encoding": "identity"},
            )
            with self._lock:
                # A session holds its loop, so those of loops that ended would stay for ever.
                self._sessions = {known: kept for known, kept in self._sessions.items() if not known.is_closed()}
                self._sessions[loop] = session
        return session


@lru_cache(maxsize=256)
def join_url(base_url: str, path: str) -> URL:
    """`path` behind the base URL as it was given, before its query if it has one.

    Raises EngineUnavailable `invalid_target` for what is no HTTP address, or holds a credential.
    """
    try:
        parts = urlsplit(base_url.strip())
        is_http = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.username is None
        joined = urlunsplit(
            (parts.scheme, parts.netloc, f"{parts.path.rstrip('/')}/{path.lstrip('/')}", parts.query, "")
        )
        if is_http:
            return URL(joined)
    except ValueError:
        is_http = False
    raise _invalid_target("The engine's base URL must be an http or https address without a name and password.")


@dataclass(frozen=True, slots=True)
class _Limits:
    connect_seconds: float
    idle_seconds: float

    @classmethod
    def of(cls, target: Target) -> "_Limits":
        return cls(
            _seconds(target, "connect_seconds", DEFAULT_CONNECT_SECONDS),
            _seconds(target, "timeout_seconds", DEFAULT_TIMEOUT_SECONDS),
        )

    def as_timeout(self) -> aiohttp.ClientTimeout:
        return aiohttp.ClientTimeout(total=None, connect=self.connect_seconds, sock_read=self.idle_seconds)


def _seconds(target: Target, name: str, default: float) -> float:
    value = target.options.get(name, default)
    if isinstance(value, int | float) and 0 < value < 86_400:
        return float(value)
    raise _invalid_target(f"The engine's option {name} must be a number of seconds.")


def _request_headers(headers: Mapping[str, str], target: Target) -> dict[str, str]:
    named = ((name.lower(), value) for name, value in headers.items())
    sent = {name: value for name, value in named if name not in _NEVER_SENT}
    credential = target.credential.strip()
    if not credential.isascii() or not credential.isprintable():
        raise _invalid_target("The engine's credential holds characters that cannot be sent.")
    if credential:
        sent["authorization"] = f"Bearer {credential}"
    return sent


def _invalid_target(message: str) -> EngineUnavailable:
    return EngineUnavailable(message, code="invalid_target", retryable=False)


def _error_for(error: Exception) -> EngineError:
    """What a failure of the connection means. Its own words stay in the log: they name addresses."""
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return EngineUnavailable("The engine's address cannot be reached.", code="upstream_unreachable")
    if isinstance(error, TimeoutError):
        return EngineTimeout("The engine's address was silent for too long.", code="upstream_timeout")
    if isinstance(error, aiohttp.ClientPayloadError):
        return EngineCrashed("The engine's answer broke off.", code="upstream_cut")
    if isinstance(error, aiohttp.ClientResponseError | aiohttp.http.HttpProcessingError):
        return EngineCrashed("The engine's address does not speak HTTP.", code="upstream_garbage")
    return EngineCrashed("The engine's address closed the connection.", code="upstream_failed")
