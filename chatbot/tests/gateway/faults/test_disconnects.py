"""A caller who hangs up: the upstream is let go at once, and what was shown is what is paid."""

from typing import Any

import httpx
import pytest

from accounts.models import UsageQuota
from chatbot.engines.tokens import estimate_tokens
from chatbot.gateway.slots import slots_key
from chatbot.tests.gateway.faults.conftest import Web, reading, recorded
from chatbot.tests.gateway.program import question
from chatbot.tests.upstream import Upstream, hang, then_hang, words
from config.common.redis import redis_client
from tasks.models import Engine, Task
from tasks.tests.conftest import WorkerFactory, eventually

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]

SHOWN = words("Hello", " there", " you", finish_reason=None)
TEXT = "Hello there you"


def used(kind: str) -> int:
    return UsageQuota.objects.get(quota_type=kind, period="daily").current_usage


def read_then_leave(web: Web, body: dict[str, Any], until: bytes) -> None:
    """Read a stream until something is in it, then close the connection."""
    read = b""
    with httpx.stream("POST", f"{web.url}/chat/completions", json=body, headers=web.headers, timeout=30) as response:
        assert response.status_code == 200
        for piece in response.iter_raw():
            read += piece
            if until in read:
                return
    raise AssertionError(read)


def test_caller_leaves_a_stream(web: Web, upstream: Upstream, engine: Engine) -> None:
    Engine.objects.filter(pk=engine.pk).update(concurrency=1)
    upstream.behave = then_hang(*SHOWN)
    read_then_leave(web, question("x" * 40, stream=True), b" you")
    eventually(upstream.disconnected.is_set, within_seconds=5, sweeping=False)
    call = recorded()[0]
    assert (call.status, call.is_partial, call.response) == ("success", True, TEXT)
    assert (call.prompt_tokens, call.completion_tokens) == (10, estimate_tokens(TEXT))
    assert (used("tokens"), used("requests")) == (10 + estimate_tokens(TEXT), 1)
    eventually(lambda: not redis_client().exists(slots_key(engine.pk)), within_seconds=5, sweeping=False)
    assert redis_client().hget(f"quota:{call.user_id}", "res|tokens") == b"0"


@pytest.mark.parametrize("is_stream", [False, True])
def test_caller_leaves_before_the_answer(is_stream: bool, web: Web, upstream: Upstream) -> None:
    upstream.behave = hang
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{web.url}/chat/completions", json=question(stream=is_stream), headers=web.headers, timeout=2)
    eventually(upstream.disconnected.is_set, within_seconds=5, sweeping=False)
    call = recorded()[0]
    assert (call.status, call.error_code, call.is_partial) == ("error", "cancelled", True)
    assert (call.usage, used("tokens"), used("requests")) == ({"requests": 0, "tokens": 0}, 0, 0)


def test_caller_leaves_a_stream_of_a_local_engine(web: Web, start_worker: WorkerFactory) -> None:
    start_worker("--profile", "light")
    body = question("[words 5000] [delay 20ms]", model="fake", stream=True)
    read_then_leave(web, body, b"word20")
    call = recorded()[0]
    shown = call.response.split()
    assert (call.status, call.is_partial, shown[19]) == ("success", True, "word20")
    assert call.completion_tokens == estimate_tokens(call.response)
    eventually(lambda: Task.objects.get().status in ("completed", "cancelled"), within_seconds=10, sweeping=False)


def test_caller_leaves_while_no_worker_has_begun(web: Web) -> None:
    for is_stream in (False, True):
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(
                f"{web.url}/chat/completions", json=question(model="fake", stream=is_stream), headers=web.headers,
                timeout=2,
            ).raise_for_status()  # fmt: skip
    assert [call.usage for call in recorded(2)] == [{"requests": 0, "tokens": 0}] * 2
    eventually(lambda: {task.status for task in Task.objects.all()} == {"cancelled"}, sweeping=False)


def test_slow_reader_leaves_in_the_middle_of_a_long_stream(web: Web, upstream: Upstream) -> None:
    upstream.behave = then_hang(*words(*["word " * 200] * 2_000, finish_reason=None))
    with reading(web):
        # Nobody reads: what the house sends stands in the buffers of the connection.
        eventually(lambda: len(upstream.requests) == 1, sweeping=False)
    eventually(upstream.disconnected.is_set, within_seconds=10, sweeping=False)
    assert (recorded()[0].is_partial, recorded()[0].status) == (True, "success")
