"""What must not happen on any page: script errors, failed requests, requests that leave the machine."""

from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, Request, Response

LOOPBACK = "127.0.0.1"
#: Chromium writes one for every answer from 400 on; those are judged as responses, with their status.
_FAILED_LOAD = "Failed to load resource"


class Watch:
    """Collects problems of all pages of one test; `allowed` are statuses the test provokes on purpose."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.allowed: set[int] = set()

    def follow(self, page: Page) -> None:
        """Listen to one page."""
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.problems.append(f"script: {error}"))
        page.on("request", self._on_request)
        page.on("response", self._on_response)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(_FAILED_LOAD):
            self.problems.append(f"console: {message.text}")

    def _on_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.hostname != LOOPBACK:
            self.problems.append(f"left the machine: {request.url}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.allowed:
            self.problems.append(f"{response.status}: {response.request.method} {response.url}")
