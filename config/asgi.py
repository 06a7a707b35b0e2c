"""The ASGI application: HTTP by Django, WebSockets by Channels; only same-origin pages may open a socket."""

import os
from typing import Any

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")

_http = get_asgi_application()

# Models must be ready before the consumers are imported.
from chatbot.replying.remote import remember_loop  # noqa: E402 (see above)
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
    await _limited(scope, receive, send)
