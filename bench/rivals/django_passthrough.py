"""The least that Django can do as a gateway: no key, no limit, no audit. The floor that ours is measured against."""

import json
import os
from collections.abc import AsyncIterator

import aiohttp
import django
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import path

settings.configure(SECRET_KEY="-", ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], LOGGING_CONFIG=None)  # noqa: S106
django.setup()

_sessions: list[aiohttp.ClientSession] = []


def _session() -> aiohttp.ClientSession:
    if not _sessions:
        _sessions.append(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
    return _sessions[0]


async def _pieces(answer: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    async for piece in answer.content.iter_any():
        yield piece


async def chat(request: HttpRequest) -> HttpResponseBase:
    """Post the body to the upstream, pass its answer on."""
    is_stream = json.loads(request.body).get("stream")
    answer = await _session().post(f"{os.environ['UPSTREAM']}/chat/completions", data=request.body)
    if is_stream:
        return StreamingHttpResponse(_pieces(answer), content_type="text/event-stream")
    return HttpResponse(await answer.read(), content_type="application/json")


urlpatterns = [path("v1/chat/completions", chat)]
application = get_asgi_application()
