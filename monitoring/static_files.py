"""WhiteNoise for an asynchronous server: its own middleware is synchronous and puts every request into a thread."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.module_loading import import_string

from accounts.middleware import Middleware


class StaticFilesMiddleware(Middleware):
    """Serves static files by WhiteNoise; everything else passes without leaving the event loop."""

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        super().__init__(get_response)
        folders = (settings.STATIC_ROOT, *settings.STATICFILES_DIRS)
        self.files = _files_in(tuple(str(folder) for folder in folders))

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        found = self.files.get(request.path_info)
        response: HttpResponseBase = read_whole(found, request) if found else self.get_response(request)
        return response

    async def _answer_async(self, request: HttpRequest) -> HttpResponseBase:
        found = self.files.get(request.path_info)
        if found:
            return await sync_to_async(read_whole, thread_sensitive=False)(found, request)
        response: HttpResponseBase = await self.get_response(request)
        return response


@lru_cache(maxsize=4)
def _files_in(folders: tuple[str, ...]) -> dict[str, Any]:
    """WhiteNoise's files by path: looked up once for all handlers of a process, of which tests make one each."""
    # It comes without types, so it is held rather than inherited from; what it would call is never asked.
    files: dict[str, Any] = import_string("whitenoise.middleware.WhiteNoiseMiddleware")(lambda request: None).files
    return files


def read_whole(found: Any, request: HttpRequest) -> HttpResponse:
    """The file's response with its content in memory: ours are small, and to ASGI Django streams files as a list."""
    answer = found.get_response(request.method, request.META)
    content = b""
    if answer.file is not None:
        with answer.file as file:
            content = file.read()
    response = HttpResponse(content, status=int(answer.status))
    del response["Content-Type"]
    for name, value in answer.headers:
        response[name] = value
    return response
