"""Photos through a real web process: the SDK's own request, the memory it takes, and what is refused by its length."""

import base64
import json
import random
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
from openai import OpenAI

from chatbot.tests.gateway.faults.conftest import Web, recorded
from chatbot.tests.upstream import Upstream

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]

MB = 1_000_000


def photos(count: int, size: int) -> list[Any]:
    """One question about so many pictures."""
    urls = [base64.b64encode(random.Random(seed).randbytes(size)).decode() for seed in range(count)]
    parts = [{"type": "image_url", "image_url": {"url": f"data:image/jpeg;base64,{url}"}} for url in urls]
    return [{"role": "user", "content": [{"type": "text", "text": "Compare them."}, *parts]}]


def test_twenty_megabytes_pass_in_bounded_memory(web: Web, sdk: OpenAI, upstream: Upstream) -> None:
    """Its text, and what is sent on: twice 27 MB, and what Python keeps of it."""
    messages = photos(4, 5 * MB)
    before = psutil.Process(web.process.pid).memory_info().rss
    took = sdk.chat.completions.create(model="upstream", messages=messages)
    assert took.choices[0].message.content == "Hello world"
    assert peak_bytes(web.process.pid) - before < 130 * MB
    assert upstream.requests[0].json["messages"] == messages
    assert recorded()[0].prompt.splitlines() == ["Compare them.", *["[image/jpeg, 5000000 bytes]"] * 4]


def peak_bytes(pid: int) -> int:
    """The most memory that this process ever held."""
    [line] = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024


def test_more_than_fifty_megabytes_are_refused_by_their_length(web: Web, upstream: Upstream) -> None:
    address = urlsplit(web.url)
    connection = HTTPConnection(str(address.hostname), address.port, timeout=20)
    connection.putrequest("POST", "/v1/chat/completions")
    for name, value in {**web.headers, "Content-Length": str(50 * 1024 * 1024 + 1)}.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    assert (answer.status, json.load(answer)["error"]["code"]) == (413, "body_too_large")
    assert upstream.requests == []
