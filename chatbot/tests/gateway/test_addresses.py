"""No engine is sent to fetch an address inside the house, wherever in a message it is named."""

from typing import Any

import pytest
from pytest_django.fixtures import Settings

from chatbot.gateway.bodies import MAX_ADDRESSES
from chatbot.tests.gateway.conftest import Books
from chatbot.tests.gateway.program import Program
from chatbot.tests.upstream import Upstream

pytestmark = pytest.mark.django_db

PIXEL = "data:image/png;base64,iVBORw0KGgo="


def with_part(part: Any) -> list[dict[str, Any]]:
    return [
        {"role": "system", "content": "Look."},
        {"role": "user", "content": [{"type": "text", "text": "What is it?"}, part]},
    ]


def image(url: str) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": url, "detail": "low"}}


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://localhost:6379/",
        "http://LOCALHOST/",
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://017700000001/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://0/",
        "http://user:pass@example.com/",
        "https://example.com\\@localhost/",
        "file:///etc/passwd",
        "ftp://example.com/a.png",
        "gopher://localhost/",
        "//localhost/a.png",
        "a.png",
        "",
        "http://no-such-host.invalid/a.png",
    ],
)
def test_address_inside_the_house_is_refused(url: str, program: Program, upstream: Upstream, books: Books) -> None:
    assert program.chat(messages=with_part(image(url))).refusal == (400, "address_refused", "messages[1].content")
    assert upstream.requests == []
    call = books()[0]
    assert (call.status, call.error_code, call.usage) == ("error", "address_refused", {"requests": 0, "tokens": 0})


@pytest.mark.parametrize(
    "part",
    [
        {"type": "image_url", "image_url": "http://localhost/"},
        {"type": "video_url", "video_url": {"url": "http://localhost/"}},
        {"type": "audio_url", "audio_url": {"url": "http://localhost/"}},
        {"type": "file", "file": {"file_url": "http://localhost/"}},
        {"type": "input_image", "image_url": "http://localhost/"},
        {"type": "new", "deep": [{"er": {"url": "http://localhost/"}}]},
    ],
)
def test_every_kind_of_part_is_looked_through(part: Any, program: Program, upstream: Upstream) -> None:
    assert program.chat(messages=with_part(part)).refusal == (400, "address_refused", "messages[1].content")
    assert upstream.requests == []


@pytest.mark.parametrize("url", [PIXEL, PIXEL.replace("data", "DATA")])
def test_picture_in_the_body_is_sent_on(url: str, program: Program, upstream: Upstream) -> None:
    assert program.chat(messages=with_part(image(url))).status == 200
    assert upstream.requests[0].json["messages"] == with_part(image(url))


def test_house_may_allow_a_host_of_its_own(program: Program, upstream: Upstream, settings: Settings) -> None:
    settings.IMAGE_HOSTS_ALLOWED = ("127.0.0.1",)
    assert program.chat(messages=with_part(image("http://127.0.0.1/a.png"))).status == 200
    assert len(upstream.requests) == 1


@pytest.mark.parametrize("part", [{"type": "image_url"}, {"type": "image_url", "image_url": None}, "text", 5, None])
def test_part_without_an_address_is_the_engines_business(part: Any, program: Program, upstream: Upstream) -> None:
    assert program.chat(messages=with_part(part)).status == 200
    assert upstream.requests[0].json["messages"] == with_part(part)


def test_too_many_addresses_are_not_looked_up(program: Program, upstream: Upstream) -> None:
    parts = [image(f"http://host{number}.invalid/") for number in range(MAX_ADDRESSES + 1)]
    answer = program.chat(messages=[{"role": "user", "content": parts}])
    assert answer.refusal == (400, "too_many_addresses", "messages")
    assert upstream.requests == []
