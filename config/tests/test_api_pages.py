"""The pages that show the API: everything they load is our own and fits the content security policy they are sent."""

from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from django.test import Client

PAGES = ["/api/docs/", "/api/redoc/"]

pytestmark = pytest.mark.django_db


class Reader(HTMLParser):
    """Collects what a page loads, its inline scripts and its event handlers."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.addresses: list[str] = []
        self.inline: list[str] = []
        self.handlers: list[str] = []
        self._in_bare_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Sort the attributes of one element."""
        own = dict(attrs)
        self.handlers += [name for name in own if name.startswith("on")]
        self.addresses += [str(own[name]) for name in ("src", "href", "spec-url") if own.get(name)]
        if tag == "script":
            self._in_bare_script = "src" not in own
            self.scripts += [str(own["src"])] if "src" in own else []

    def handle_data(self, data: str) -> None:
        """Text between script tags is a script."""
        if self._in_bare_script and data.strip():
            self.inline.append(data)

    def handle_endtag(self, tag: str) -> None:
        """A script ends at its tag."""
        self._in_bare_script = self._in_bare_script and tag != "script"


def _read(client: Client, address: str) -> Reader:
    reader = Reader()
    reader.feed(client.get(address).content.decode())
    return reader


def _policy(client: Client, address: str) -> dict[str, list[str]]:
    header = client.get(address)["Content-Security-Policy"]
    return {name: values for name, *values in (part.split() for part in header.split("; "))}


@pytest.mark.parametrize("address", PAGES)
def test_page_calls_no_other_host(client: Client, address: str) -> None:
    reader = _read(client, address)
    assert [found for found in reader.addresses if urlsplit(found).netloc or urlsplit(found).scheme] == []
    assert b"//fonts." not in client.get(address).content


@pytest.mark.parametrize("address", PAGES)
def test_page_has_no_inline_script_that_its_policy_would_stop(client: Client, address: str) -> None:
    reader = _read(client, address)
    assert (reader.inline, reader.handlers) == ([], [])
    assert _policy(client, address)["script-src"] == ["'self'"]
    assert len(reader.scripts) >= 1


@pytest.mark.parametrize("address", PAGES)
def test_everything_that_a_page_loads_is_there(client: Client, address: str) -> None:
    answers = {found: client.get(found).status_code for found in _read(client, address).addresses}
    assert set(answers.values()) == {200}, answers
    assert any(found.startswith("/static/drf_spectacular_sidecar/") for found in answers)


@pytest.mark.parametrize("address", PAGES)
def test_policy_of_a_page_lets_only_what_it_needs(client: Client, address: str) -> None:
    policy = _policy(client, address)
    assert policy["style-src"] == ["'self'", "'unsafe-inline'"]
    assert policy.get("worker-src") == (["blob:"] if address == "/api/redoc/" else None)
    assert (policy["default-src"], policy["object-src"], policy["connect-src"]) == (["'self'"], ["'none'"], ["'self'"])


def test_script_of_the_docs_page_asks_this_house_for_the_schema(client: Client) -> None:
    [script] = [found for found in _read(client, "/api/docs/").scripts if found.startswith("/api/docs/")]
    answer = client.get(script)
    assert answer["Content-Type"].startswith("application/javascript")
    assert b'"/api/schema/"' in answer.content
    assert b"://" not in answer.content


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("address", [*PAGES, "/api/schema/"])
def test_pages_of_the_api_are_read_only(client: Client, address: str, method: str) -> None:
    answer = getattr(client, method)(address)
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
