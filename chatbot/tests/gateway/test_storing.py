"""`store: true`: what is kept of a chat completion, and of whose."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from chatbot import tasks
from chatbot.gateway import storing
from chatbot.models import StoredCompletion
from chatbot.services.stored import store_completion
from chatbot.tests.gateway.conftest import ANSWER, Books
from chatbot.tests.gateway.program import CHAT, Program
from chatbot.tests.gateway.test_large_bodies import MB, about, photo
from chatbot.tests.upstream import DONE, USAGE, Upstream, chunk, encode, pieces, reply, stream, then_cut, words
from projects.models import Project

pytestmark = pytest.mark.django_db


def kept() -> list[str]:
    return list(StoredCompletion.objects.order_by("id").values_list("completion_id", flat=True))


def test_completion_is_kept_with_its_questions(program: Program, project: Project) -> None:
    answer = program.chat(store=True, metadata={"run": "7"}, temperature=0.5, top_p=None)
    row = StoredCompletion.objects.get()
    assert answer.json == ANSWER
    assert (row.completion_id, row.model, row.metadata) == ("chatcmpl-9", "upstream", {"run": "7"})
    assert row.messages == [{"role": "user", "content": "Hello there"}]
    assert row.response == ANSWER | {"temperature": 0.5}
    assert (row.api_key is not None, row.user == project.user) == (True, True)
    assert 300 < row.size_bytes < 600


def test_engine_is_not_asked_to_keep_it_too(program: Program, upstream: Upstream) -> None:
    for store in (True, False):
        program.chat(store=store, metadata={"run": "7"})
    first, second = (request.json for request in upstream.requests)
    assert {"store", "metadata"} & set(first) == set()
    assert (second["store"], second["metadata"]) == (False, {"run": "7"})
    assert kept() == ["chatcmpl-9"]


def test_stream_is_kept_as_the_completion_it_says(program: Program, upstream: Upstream) -> None:
    call: dict[str, Any] = {"index": 0, "id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a"'}}
    more = {"index": 0, "function": {"arguments": ": 1}"}}
    upstream.behave = stream(
        *words("Hel", "lo", finish_reason=None), chunk({"tool_calls": [call]}),
        chunk({"tool_calls": [more]}, "tool_calls"), USAGE,
    )  # fmt: skip
    answer = program.chat(store=True, stream=True)
    function = {"name": "f", "arguments": '{"a": 1}'}
    message = {
        "role": "assistant", "content": "Hello", "refusal": None,
        "tool_calls": [{"id": "c", "type": "function", "function": function}],
    }  # fmt: skip
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "tool_calls"}
    response = StoredCompletion.objects.get().response
    assert answer.payloads[-1] == b"[DONE]"
    assert response.pop("created") == pytest.approx(timezone.now().timestamp(), abs=60)
    assert response == {
        "id": "chatcmpl-1", "object": "chat.completion", "model": "mock-1-0613", "choices": [choice], "usage": USAGE,
    }  # fmt: skip


def test_stream_that_breaks_off_is_not_kept(program: Program, upstream: Upstream) -> None:
    upstream.behave = then_cut(*words("Hel", finish_reason=None))
    assert program.chat(store=True, stream=True).chunks[-1]["error"]["code"] == "upstream_cut"
    upstream.behave = reply(500, {})
    assert program.chat(store=True).status == 502
    assert kept() == []


def test_stream_that_cannot_be_kept_says_so_at_its_end(
    program: Program, upstream: Upstream, monkeypatch: pytest.MonkeyPatch, books: Books
) -> None:
    def refuse(**_facts: Any) -> None:
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr(storing, "store_completion", refuse)
    upstream.behave = stream(*words("Hello"), USAGE)
    answer = program.chat(store=True, stream=True)
    assert (answer.text, answer.chunks[-1]["error"]["code"]) == ("Hello", "unavailable")
    assert (answer.payloads[-1] == b"[DONE]", program.chat(store=True).status) == (False, 502)
    assert books()[0].total_tokens == 27


@pytest.mark.parametrize("is_stream", [True, False])
def test_project_that_keeps_no_contents_keeps_none_of_these(
    is_stream: bool, program: Program, upstream: Upstream, project: Project
) -> None:
    project.settings = {"store_content": False}
    project.save(update_fields=["settings"])
    upstream.behave = stream(*words("Hello"), USAGE) if is_stream else reply(200, ANSWER)
    assert program.chat(store=True, stream=is_stream, metadata={"a": "b"}).status == 200
    assert (kept(), "store" in upstream.requests[0].json) == ([], False)


def test_what_cannot_be_kept_is_refused_before_anybody_is_asked(program: Program, upstream: Upstream) -> None:
    long = {"metadata": {"k": "v" * 513}}, {"metadata": {"k" * 65: "v"}}, {"metadata": {str(n): "v" for n in range(17)}}
    cases: list[dict[str, Any]] = [{"store": "yes"}, {"metadata": [1]}, {"metadata": {"a": 1}}, *long]
    refusals = [program.chat(**({"store": True} | case)).refusal for case in cases]
    assert refusals == [(400, "invalid_value", name) for name in ("store", *["metadata"] * 5)]
    assert (upstream.requests, kept()) == ([], [])
    assert program.chat(store=True, metadata={"k" * 64: "v" * 512, "e": ""}).status == 200


def test_who_does_not_ask_is_neither_checked_nor_kept(program: Program, upstream: Upstream) -> None:
    pairs: Any = {"number": 1, "long": "v" * 600}
    for fields in ({}, {"store": None}, {"store": False}):
        assert program.chat(**fields, metadata=pairs).status == 200
    assert [request.json["metadata"] for request in upstream.requests] == [pairs] * 3
    assert kept() == []


def test_files_are_kept_in_words(program: Program) -> None:
    parts = [
        {"type": "text", "text": "See"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAAAAAA", "detail": "low"}},
        {"type": "input_audio", "input_audio": {"data": "AAAA" * 3, "format": "wav"}},
        {"type": "file", "file": {"file_data": "data:application/pdf;base64,AAAA", "filename": "a.pdf"}},
        {"type": "file", "file": {"file_data": "AAAA"}},
    ]
    assert program.chat(store=True, messages=[{"role": "user", "content": parts}]).status == 200
    words = [part.get("image_url") or part.get("input_audio") or part.get("file") for part in _content()]
    assert words == [
        None, {"url": "[image/png, 6 bytes]", "detail": "low"}, {"data": "[audio/wav, 9 bytes]", "format": "wav"},
        {"file_data": "[application/pdf, 3 bytes]", "filename": "a.pdf"},
        {"file_data": "[application/octet-stream, 3 bytes]"},
    ]  # fmt: skip


def _content() -> list[dict[str, Any]]:
    content: list[dict[str, Any]] = StoredCompletion.objects.get().messages[0]["content"]
    return content


@pytest.mark.parametrize("given", [None, 7, "", "a/b", "x" * 201])
def test_answer_without_a_usable_id_gets_one(given: Any, program: Program, upstream: Upstream) -> None:
    upstream.behave = reply(200, ANSWER | {"id": given})
    made = program.chat(store=True).json["id"]
    assert (kept(), made[:9], len(made)) == ([made], "chatcmpl-", 41)
    assert program.get(f"{CHAT}/{made}").json["id"] == made


def test_what_postgresql_cannot_keep_is_left_out(program: Program, upstream: Upstream) -> None:
    text = r'{"choices": [{"message": {"content": "a\u0000b \\u0000 \ud800"}}], "id": "x", "usage": null, "n": NaN}'
    upstream.behave = pieces(text.encode(), content_type="application/json")
    assert program.chat(store=True).status == 200
    response = StoredCompletion.objects.get().response
    assert (response["choices"][0]["message"]["content"], response["n"]) == ("ab \\u0000 ?", None)


def test_oldest_make_room(settings: Settings, project: Project) -> None:
    def keep(name: str, size: int = 0) -> None:
        facts: Any = {"user_id": project.user_id, "project_id": project.pk, "api_key_id": None, "model": "m"}
        store_completion(completion_id=name, messages=[], response={"x": "x" * size}, metadata={}, **facts)

    settings.STORED_COMPLETIONS_MAX, settings.STORED_COMPLETIONS_BYTES = 3, 1000
    for name in "abcda":
        keep(name)
    assert kept() == ["c", "d", "a"]  # said again, it is new
    keep("large", 970)
    assert kept() == ["large"]
    settings.STORED_COMPLETIONS_MAX = 0
    keep("e")
    assert kept() == []


def test_old_ones_are_forgotten(program: Program, settings: Settings) -> None:
    program.chat(store=True)
    tasks.clean_files()
    assert kept() == ["chatcmpl-9"]
    StoredCompletion.objects.update(created_at=timezone.now() - timedelta(days=30, minutes=1))
    tasks.clean_files()
    assert kept() == []


def test_repeated_call_is_kept_once(program: Program, upstream: Upstream) -> None:
    for _time in range(2):
        assert program.chat(store=True, headers={"Idempotency-Key": "k"}).json == ANSWER
    assert (len(upstream.requests), kept()) == (1, ["chatcmpl-9"])


def test_large_photo_is_kept_in_words(program: Program, upstream: Upstream) -> None:
    assert program.chat(store=True, messages=about(photo(3 * MB))).status == 200
    url = {"url": "[image/jpeg, 3000000 bytes]", "detail": "high"}
    assert _content() == [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": url}]
    assert len(upstream.requests[0].body) > 3 * MB


def test_answer_from_the_cache_is_kept_under_the_id_it_has(program: Program, upstream: Upstream) -> None:
    for store in (True, True, False):
        program.chat(store=store, headers={"X-Roundhouse-Cache": "60"})
    assert (len(upstream.requests), kept()) == (2, ["chatcmpl-9"])


def test_responses_and_embeddings_keep_nothing(program: Program, upstream: Upstream) -> None:
    assert program.respond(store=True).refusal[0] == 400
    assert (program.respond(store=False).status, program.embed("Hello", store=True).status) == (200, 200)
    assert kept() == []


def test_event_of_a_stream_that_nobody_can_read_is_passed_over(program: Program, upstream: Upstream) -> None:
    deep = b'{"a":' * 2000 + b"1" + b"}" * 2000
    broken = b"data: {broken}\n\ndata: " + deep + b"\n\n"
    upstream.behave = pieces(broken, encode([*words("Hello"), USAGE]) + DONE)
    assert program.chat(store=True, stream=True).payloads[0] == b"{broken}"
    assert StoredCompletion.objects.get().response["choices"][0]["message"]["content"] == "Hello"


def test_call_that_does_not_ask_costs_no_statement_more(
    program: Program, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    program.chat()
    with django_assert_num_queries(0):
        program.chat(store=False)
