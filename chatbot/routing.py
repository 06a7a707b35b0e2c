"""WebSocket routes of the chat."""

from typing import Any

from django.urls import path

from chatbot.consumers import ChatConsumer

# Django's `path` is typed for HTTP views; Channels' URLRouter takes ASGI applications in their place.
_consumer: Any = ChatConsumer.as_asgi()
websocket_urlpatterns: list[Any] = [path("ws/chat/", _consumer)]
