"""WebSocket routes of the queue."""

from typing import Any

from django.urls import path

from tasks.consumers import TaskConsumer

# Django's `path` is typed for HTTP views; Channels' URLRouter takes ASGI applications in their place.
_consumer: Any = TaskConsumer.as_asgi()
websocket_urlpatterns: list[Any] = [path("ws/tasks/", _consumer)]
