"""A real web process, and a program that calls it with an API key."""

import http.client
import json
import socket
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from accounts.services import create_api_key
from bench.house import House, Process, wait_until
from bench.people import make_account, make_project
from monitoring.supervisor import WEB_ENVIRONMENT
from projects.models import Project


@dataclass
class Web:
    """One uvicorn process on loopback, called by one program over one connection, as an SDK does."""

    process: Process
    port: int
    project: Project
    token: str = field(repr=False)

    def get(self, path: str) -> bytes:
        """Body of an answer; raises on an error status."""
        return self._send(path, None)

    def post(self, path: str, body: Any) -> Any:
        """JSON in, JSON out."""
        return json.loads(self._send(path, json.dumps(body).encode()))

    @cached_property
    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def _send(self, path: str, body: bytes | None) -> bytes:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        self._connection.request("GET" if body is None else "POST", path, body, headers)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status >= 400:
            raise RuntimeError(f"{path} answered {answer.status}: {content[:500]!r}")
        return content

    def answers(self) -> bool:
        """True once it is up."""
        try:
            return bool(self.get("/healthz"))
        except ConnectionError:
            self._connection.close()
            return False


def free_port() -> int:
    """A port of the loopback interface that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_web(house: House, name: str = "web") -> Web:
    """A web process as `manage.py up` starts it, with an account, a project and a key of their own."""
    account = make_account(name)
    project = make_project(account)
    _key, token = create_api_key(user=account, name="bench", permissions=["*"])
    port = free_port()
    arguments = ["-m", "uvicorn", "config.asgi:application", "--host", "127.0.0.1", "--port", str(port)]
    process = house.start_python(*arguments, "--log-level", "warning", environment=WEB_ENVIRONMENT)
    web = Web(process, port, project, token)
    wait_until(web.answers, what="the web process")
    return web
