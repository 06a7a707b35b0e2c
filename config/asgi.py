"""The ASGI application: HTTP by Django, WebSockets by Channels; only same-origin pages may open a socket."""

import gc
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import wraps
from importlib import import_module
from typing import Any

import django
from asgiref.sync import ThreadSensitiveContext, iscoroutinefunction
from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.handlers.asgi import ASGIHandler
from django.core.signals import request_started
from django.db import close_old_connections, reset_queries

from config.common.concurrency import end_thread
from monitoring.optional import left_out

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")

# For Django's tests and for pages that document an API: 3 MB.
with left_out("jinja2", "pygments"):
    django.setup(set_prefix=False)
    for name in ("rest_framework.compat", "drf_spectacular.plumbing"):
        import_module(name)

# The end of every request has given its thread's connection back: the next one finds none to close, and no
# statements are kept without DEBUG. Django would go into the thread and back to see it.
request_started.disconnect(close_old_connections)
request_started.disconnect(reset_queries)

#: Threads kept for the next requests; as many as the pool of connections may serve at once by default.
MAX_IDLE_THREADS = 16


class _Handler(ASGIHandler):
    """Lends each request one of its threads, where Django starts two for each and ends them (ADR 16).

    Sends pieces of a file as they were read, where Django cuts them into 64 KiB.
    """

    chunk_size = 4 * 1024 * 1024

    def __init__(self) -> None:
        super().__init__()
        # The last one back is lent first, so that few threads do most of the work.
        self._idle: list[ThreadPoolExecutor] = []

    def make_view_atomic(self, view: Callable[..., Any]) -> Callable[..., Any]:
        """The connection goes back before the answer goes out: whoever asks again at once meets a warm one."""
        view = super().make_view_atomic(view)
        if iscoroutinefunction(view):
            return view

        @wraps(view)
        def serve(*args: Any, **kwargs: Any) -> Any:
            try:
                return view(*args, **kwargs)
            finally:
                close_old_connections()

        return serve

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one request in a thread that no other request uses meanwhile."""
        thread = self._idle.pop() if self._idle else ThreadPoolExecutor(max_workers=1, thread_name_prefix="request")
        is_clean = False
        try:
            async with ThreadSensitiveContext(executor=thread):
                await self.handle(scope, receive, send)
            is_clean = len(self._idle) < MAX_IDLE_THREADS
        finally:
            if is_clean:
                self._idle.append(thread)
            else:
                end_thread(thread)


_http = _Handler()

# Models must be ready before the consumers are imported.
from chatbot.replying.remote import end_all, remember_loop  # noqa: E402 (see above)
from chatbot.routing import websocket_urlpatterns as chat_sockets  # noqa: E402 (see above)
from monitoring.body_limit import BodyLimit  # noqa: E402 (see above)
from tasks.routing import websocket_urlpatterns as task_sockets  # noqa: E402 (see above)

_protocols: Any = ProtocolTypeRouter(
    {
        "http": _http,
        "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter([*task_sockets, *chat_sockets]))),
    }
)
_limited = BodyLimit(_protocols)


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Replies of remote engines run in the loop that serves requests."""
    remember_loop()
    if scope["type"] == "lifespan":
        await _live(receive, send)
        return
    await _limited(scope, receive, send)


async def _live(receive: Any, send: Any) -> None:
    """The server's begin and end (ASGI lifespan 2.0): replies that are being written end before the process does."""
    while (await receive())["type"] == "lifespan.startup":
        await send({"type": "lifespan.startup.complete"})
    await end_all()
    await send({"type": "lifespan.shutdown.complete"})


# What is loaded by now stays: the collector need not look at it again, nor stop a request for a few thousand objects.
gc.freeze()
gc.set_threshold(20_000)
