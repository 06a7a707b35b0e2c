"""Requests with photos: passed on whole, in bounded memory, and kept out of the books; long texts are refused."""

import base64
import json
import random
from io import BytesIO
from typing import Any

import pytest
from django.core.handlers.asgi import ASGIRequest
from pytest_django import Settings

from accounts.models import Account
from chatbot.api.openai import chat_completions
from chatbot.gateway import receiving
from chatbot.tests.gateway.conftest import ANSWER, Books
from chatbot.tests.gateway.program import CHAT, Program, in_loop, question
from chatbot.tests.gateway.test_chat_bodies import nothing_happened
from chatbot.tests.upstream import USAGE, Upstream, reply, stream, words
from tasks.models import Engine

pytestmark = pytest.mark.django_db

MB = 1_000_000


def photo(size: int = 2 * MB, kind: str = "image/jpeg", seed: int = 1) -> dict[str, Any]:
    """A part with a picture of that many bytes."""
    data = base64.b64encode(random.Random(seed).randbytes(size)).decode()
    return {"type": "image_url", "image_url": {"url": f"data:{kind};base64,{data}", "detail": "high"}}


def about(*parts: dict[str, Any], text: str = "What is this?") -> list[dict[str, Any]]:
    """Messages that ask about pictures."""
    return [{"role": "user", "content": [{"type": "text", "text": text}, *parts]}]


def test_twenty_megabytes_of_photos_reach_the_engine_unchanged(program: Program, upstream: Upstream) -> None:
    body = question(messages=about(*(photo(5 * MB, seed=seed) for seed in range(4))), seed=7)
    assert program.post(CHAT, body).json == ANSWER
    assert upstream.requests[0].json == body | {"model": "mock-1"}


def test_photo_is_answered_as_a_stream(program: Program, upstream: Upstream) -> None:
    upstream.behave = stream(*words("A ", "cat"), USAGE)
    messages = about(photo())
    assert program.chat(messages=messages, stream=True).text == "A cat"
    assert upstream.requests[0].json["messages"] == messages


def test_sounds_and_files_pass_as_photos_do(program: Program, upstream: Upstream, books: Books) -> None:
    data = base64.b64encode(bytes(2 * MB)).decode()
    sound = {"type": "input_audio", "input_audio": {"data": data, "format": "wav"}}
    paper = {"type": "file", "file": {"file_data": f"data:application/pdf;base64,{data}", "filename": "a.pdf"}}
    assert program.chat(messages=about(sound, paper)).status == 200
    assert upstream.requests[0].json["messages"] == about(sound, paper)
    assert books()[0].prompt == "What is this?\n[audio/wav, 2000000 bytes]\n[application/pdf, 2000000 bytes]"


@pytest.mark.parametrize("size", [100, MB, 3 * MB + 1])
def test_books_name_type_and_size_of_a_photo_only(size: int, program: Program, books: Books) -> None:
    assert program.chat(messages=about(photo(size, "image/png"))).status == 200
    assert books()[0].prompt == f"What is this?\n[image/png, {size} bytes]"


def test_photo_inside_of_a_text_is_not_kept_either(program: Program, upstream: Upstream, books: Books) -> None:
    url = photo(3000)["image_url"]["url"]
    said = {"role": "assistant", "content": f"![]({url})"}
    upstream.behave = reply(200, ANSWER | {"choices": [{"index": 0, "message": said, "finish_reason": "stop"}]})
    assert program.chat(f"See ![x]({url}).").json["choices"][0]["message"] == said
    call = books()[0]
    assert (call.prompt, call.response) == ("See ![x]([image/jpeg, 3000 bytes]).", "![]([image/jpeg, 3000 bytes])")


def test_photo_is_estimated_at_the_price_of_one(program: Program, upstream: Upstream, books: Books) -> None:
    upstream.behave = reply(200, ANSWER | {"usage": None})
    program.chat(messages=about(photo(), photo(200), text="word"))
    assert (books()[0].prompt_tokens, books()[0].completion_tokens) == (1 + 2 * 765, 3)


def test_slashes_escaped_by_php_are_understood(program: Program, upstream: Upstream) -> None:
    body = question(messages=about(photo()))
    assert program.post(CHAT, json.dumps(body).replace("/", "\\/").encode()).status == 200
    assert upstream.requests[0].json == body | {"model": "mock-1"}


def refused_as_too_large(program: Program, content: Any) -> str:
    """What the caller reads."""
    answer = program.chat(messages=[{"role": "user", "content": content}])
    assert answer.refusal == (413, "body_too_large", None)
    assert answer.json["error"]["type"] == "invalid_request_error"
    return str(answer.json["error"]["message"])


@pytest.mark.parametrize("letter", ["a", "ế", "a "], ids=["ascii", "vietnamese", "words"])
def test_long_text_is_refused_at_once(letter: str, program: Program, upstream: Upstream, owner: Account) -> None:
    said = refused_as_too_large(program, letter * (5 * MB // len(letter)))
    assert said == "The text of a request may have 2097152 bytes; pictures come on top of that."
    assert nothing_happened(upstream, owner)


def test_long_text_in_the_clothes_of_a_photo_is_refused(program: Program, upstream: Upstream, owner: Account) -> None:
    text = photo(3 * MB)["image_url"]["url"]
    assert "parts of their own" in refused_as_too_large(program, [{"type": "text", "text": text}])
    refused_as_too_large(program, [{"type": "image_url", "image_url": {"url": text + " and more"}}])
    assert nothing_happened(upstream, owner)


def test_text_that_looks_like_a_photo_passes_where_any_text_would(program: Program, upstream: Upstream) -> None:
    text = photo(MB)["image_url"]["url"]
    assert program.chat(text).status == 200
    assert upstream.requests[0].json["messages"][0]["content"] == text


def test_more_than_the_house_takes_is_refused(
    program: Program, upstream: Upstream, owner: Account, settings: Settings
) -> None:
    settings.GATEWAY_BODY_BYTES = MB
    answer = program.chat(messages=about(photo()))
    assert answer.refusal == (413, "body_too_large", None)
    assert answer.json["error"]["message"] == "At most 1000000 bytes are accepted."
    assert nothing_happened(upstream, owner)


def test_no_more_large_requests_than_memory_is_given_to(
    program: Program, upstream: Upstream, owner: Account, settings: Settings
) -> None:
    settings.GATEWAY_BODIES_BYTES = MB
    answer = program.chat(messages=about(photo()))
    assert answer.refusal == (503, "unavailable", None)
    assert answer.headers["Retry-After"] == "2"
    assert nothing_happened(upstream, owner)


def test_memory_is_free_again_however_a_large_request_ends(
    program: Program, upstream: Upstream, settings: Settings
) -> None:
    settings.GATEWAY_BODIES_BYTES = 4 * MB
    large = question(messages=about(photo()))
    upstream.behave = reply(500, {})
    answers = [program.post(CHAT, body).status for body in (large, large | {"model": "none"}, large | {"messages": 5})]
    upstream.behave = reply(200, ANSWER)
    assert [*answers, program.post(CHAT, large).status] == [502, 404, 400, 200]
    assert receiving._held_bytes == 0


def test_large_body_that_is_no_object_is_refused(program: Program, upstream: Upstream, owner: Account) -> None:
    for raw in (b'["' + b"a" * 300_000 + b'"]', b"{" * 300_000, b'{"a": "' + b"\\ud800" * 50_000 + b'"}'):
        assert program.post(CHAT, raw).refusal == (400, "invalid_json", None)
    assert nothing_happened(upstream, owner)


@pytest.mark.parametrize("size", [1000, MB, 2 * MB])
def test_body_of_no_announced_length_is_read(size: int, program: Program, upstream: Upstream) -> None:
    body = question(messages=about(photo(size)))
    headers = [(b"authorization", f"Bearer {program.token}".encode()), (b"transfer-encoding", b"chunked")]
    scope = {"type": "http", "method": "POST", "path": CHAT, "headers": headers, "query_string": b""}
    request = ASGIRequest(scope, BytesIO(json.dumps(body).encode()))
    assert in_loop(lambda: chat_completions(request)).status_code == 200
    assert upstream.requests[0].json == body | {"model": "mock-1"}


def test_repetition_knows_the_photo(program: Program, upstream: Upstream) -> None:
    headers = {"Idempotency-Key": "photo-1"}
    first, again, other = (program.chat(messages=about(photo(seed=seed)), headers=headers) for seed in (1, 1, 2))
    assert (first.status, again.json, again.headers["Idempotent-Replayed"]) == (200, ANSWER, "true")
    assert (other.status, len(upstream.requests)) == (422, 1)


def test_cache_knows_the_photo(program: Program, upstream: Upstream) -> None:
    headers = {"X-Roundhouse-Cache": "60"}
    answers = [program.chat(messages=about(photo(seed=seed)), headers=headers) for seed in (1, 1, 2)]
    assert [answer.headers["X-Roundhouse-Cache"] for answer in answers] == ["miss", "hit", "miss"]
    assert len(upstream.requests) == 2


def test_second_engine_gets_the_photo_when_the_first_fails(
    program: Program, engine: Engine, upstream: Upstream
) -> None:
    Engine.objects.filter(pk=engine.pk).update(options={"alias": "eyes", "order": 2, "tries": 1})
    Engine.objects.create(
        domain="chat", name="first", adapter="openai_compatible", base_url="http://127.0.0.1:9/v1",
        options={"alias": "eyes", "order": 1, "tries": 1},
    )  # fmt: skip
    messages = about(photo())
    assert program.chat(messages=messages, model="eyes").status == 200
    assert upstream.requests[0].json["messages"] == messages
