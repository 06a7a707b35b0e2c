"""Around every call: answered once, perhaps from the cache, and always ended in the books."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from chatbot.gateway.caching import cached
from chatbot.gateway.calls import LEFT, LEFT_CODE, ModelCall
from chatbot.gateway.repeating import once
from chatbot.selectors.scope import ScopeLevel
from config.common.problems import DomainError
from tasks.models import Engine

#: `warning` or `blocked`, where the person has strayed from the project's scope.
SCOPE_HEADER = "X-Roundhouse-Scope"


async def serve(
    request: HttpRequest,
    call: ModelCall,
    body: Mapping[str, Any],
    rows: Sequence[Engine],
    answer: Callable[[], Awaitable[HttpResponseBase]],
) -> HttpResponseBase:
    """The answer of `answer`, which begins the call, or an earlier one. `rows` are the engines that may give it."""

    async def perhaps_cached() -> HttpResponseBase:
        return await cached(request, call, body, rows, answer)

    try:
        return _with_level(await once(request, call, body, perhaps_cached), call)
    except DomainError as error:
        await call.end(error=error.code, message=str(error.detail))
        raise
    except asyncio.CancelledError:
        call.end_soon(error=LEFT_CODE, message=LEFT, is_partial=True)
        raise
    except Exception:
        # A bug is reported by the server; the books must not wait for a call that has ended.
        call.end_soon(error="internal_error", message="The call failed by an error of this house.")
        raise


def _with_level(response: HttpResponseBase, call: ModelCall) -> HttpResponseBase:
    """A stream has begun before its own verdict may be there: then it says what the person was told last."""
    if call.watch is not None and (level := call.watch.level) is not ScopeLevel.OK:
        response.headers[SCOPE_HEADER] = level.value
    return response
