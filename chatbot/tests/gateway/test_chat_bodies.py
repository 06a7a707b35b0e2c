"""Bodies that are refused: OpenAI's error object, nothing asked, nothing recorded, nothing reserved."""

from collections.abc import Mapping
from typing import Any

import pytest

from accounts.models import Account
from chatbot.gateway.bodies import MAX_RESERVED_TOKENS, check_chat, count_prompt, prompt_and_system, reserve_for
from chatbot.tests.gateway.conftest import Books
from chatbot.tests.gateway.program import CHAT, EMBEDDINGS, Program, question
from chatbot.tests.upstream import Upstream
from config.common.redis import redis_client
from monitoring.audit.stream import STREAM

pytestmark = pytest.mark.django_db

USER = {"role": "user", "content": "Hello"}


def nothing_happened(upstream: Upstream, owner: Account) -> bool:
    """No request, no record, no count."""
    client = redis_client()
    return not (upstream.requests or client.exists(STREAM, f"quota:{owner.pk}", f"rate_limit:{owner.pk}"))


@pytest.mark.parametrize(
    ("change", "code", "param"),
    [
        ({"model": None}, "missing_required_parameter", "model"),
        ({"model": 5}, "missing_required_parameter", "model"),
        ({"messages": None}, "missing_required_parameter", "messages"),
        ({"messages": []}, "missing_required_parameter", "messages"),
        ({"messages": "Hello"}, "missing_required_parameter", "messages"),
        ({"messages": [USER, 5]}, "invalid_value", "messages[1].role"),
        ({"messages": [{"content": "x"}]}, "invalid_value", "messages[0].role"),
        ({"messages": [{"role": "king", "content": "x"}]}, "invalid_value", "messages[0].role"),
        ({"messages": [{"role": ["user"], "content": "x"}]}, "invalid_value", "messages[0].role"),
        ({"messages": [{"role": "user", "content": 5}]}, "invalid_value", "messages[0].content"),
        ({"messages": [{"role": "user", "content": {}}]}, "invalid_value", "messages[0].content"),
        ({"stream": "yes"}, "invalid_value", "stream"),
        ({"stream": 1}, "invalid_value", "stream"),
    ],
)
def test_bad_field_is_named(
    change: dict[str, Any], code: str, param: str, program: Program, upstream: Upstream, owner: Account
) -> None:
    assert program.chat(**change).refusal == (400, code, param)
    assert nothing_happened(upstream, owner)


@pytest.mark.parametrize("name", ["gpt-9", "UPSTREAM", "librarian ", "x" * 5000, "minilm"])
def test_unknown_model_is_not_found(name: str, program: Program, upstream: Upstream, owner: Account) -> None:
    answer = program.chat(model=name)
    assert answer.refusal == (404, "model_not_found", "model")
    assert len(answer.content) < 400
    assert nothing_happened(upstream, owner)


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b"", 400, "invalid_json"),
        (b"[]", 400, "invalid_json"),
        (b"not json", 400, "invalid_json"),
        (b'{"model": "upstream", "temperature": NaN}', 400, "invalid_json"),
        (b'{"model": "upstream", "top_p": 1e999}', 400, "invalid_json"),
        (b'{"model": "upstream\\u0000"}', 400, "invalid_json"),
        (b'{"model": "\\ud800"}', 400, "invalid_json"),
        (b'{"model": "\xff"}', 400, "invalid_json"),
        (b"[" * 100_000, 400, "invalid_json"),
        (b'{"model": "upstream", "messages": "' + b"a" * 5_000_000 + b'"}', 413, "body_too_large"),
        (b'{"model": "upstream", "messages": "' + b"a" * 2_200_000 + b'"}', 413, "body_too_large"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", [CHAT, EMBEDDINGS])
def test_hostile_body_is_refused(
    path: str, raw: bytes, status: int, code: str, program: Program, upstream: Upstream, owner: Account
) -> None:
    assert program.post(path, raw).refusal == (status, code, None)
    assert nothing_happened(upstream, owner)


@pytest.mark.parametrize("path", ["chat", "chat/completions/", "completions", "responses/resp_1", "assistants"])
def test_address_that_is_not_there_answers_in_openais_form(path: str, program: Program) -> None:
    status, code, param = program.post(f"/v1/{path}", question()).refusal
    assert (status, code, param) == (404, "not_found", None)


@pytest.mark.parametrize("role", ["system", "developer", "user", "assistant", "tool", "function"])
def test_every_role_of_openai_is_accepted(role: str, program: Program, upstream: Upstream) -> None:
    message = {"role": role, "content": None, "tool_calls": [{"id": "c", "type": "function"}], "tool_call_id": "c"}
    assert program.chat(messages=[message, USER]).status == 200
    assert upstream.requests[0].json["messages"][0] == message


def test_checked_messages_are_those_of_the_body() -> None:
    body = question("Hello", stream=None)
    assert check_chat(body) is body["messages"]


def test_last_question_and_all_instructions_are_recorded() -> None:
    messages: list[Mapping[str, Any]] = [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "First"},
        {"role": "developer", "content": [{"type": "text", "text": "Be short."}]},
        {"role": "user", "content": [{"type": "text", "text": "Second"}, {"type": "image_url", "image_url": {}}]},
        {"role": "assistant", "content": "Well"},
    ]
    assert prompt_and_system(messages) == ("Second", "Be kind.\nBe short.")
    assert prompt_and_system(messages[:1]) == ("", "Be kind.")
    assert count_prompt(messages) == 8


@pytest.mark.parametrize(
    ("fields", "reserved"),
    [
        ({}, 1_005),
        ({"max_tokens": 50}, 55),
        ({"max_tokens": 50, "max_completion_tokens": 70}, 75),
        ({"max_tokens": 50, "n": 3}, 155),
        ({"max_tokens": 0, "n": 0}, 1_005),
        ({"max_tokens": "many", "n": "all"}, 1_005),
        ({"max_tokens": 10**30}, MAX_RESERVED_TOKENS),
        ({"n": 10**9}, 1_005),
    ],
)
def test_most_that_may_be_answered_is_reserved(fields: dict[str, Any], reserved: int) -> None:
    assert reserve_for(fields, 5) == reserved


def test_absurd_limit_is_answered_by_the_quota(program: Program, upstream: Upstream, books: Books) -> None:
    assert program.chat(max_tokens=10**30).refusal == (429, "insufficient_quota", None)
    assert (upstream.requests, books()) == ([], [])
