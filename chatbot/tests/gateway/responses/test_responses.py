"""POST /v1/responses, answered by a remote engine: everything that holds for chats holds here."""

import json
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Account
from accounts.services import create_api_key, set_quota
from chatbot.gateway import receiving
from chatbot.gateway.routes import FAILURES_TO_OPEN
from chatbot.tests.gateway.conftest import ANSWER, Books
from chatbot.tests.gateway.program import RESPONSES, Program
from chatbot.tests.gateway.responses.told import events_of, names_of
from chatbot.tests.gateway.test_chat_bodies import nothing_happened
from chatbot.tests.gateway.test_large_bodies import photo
from chatbot.tests.upstream import USAGE, Upstream, chunk, encode, pieces, reply, stream, then_cut, words
from config.common.redis import redis_client
from projects.models import Project
from tasks.models import Engine

pytestmark = pytest.mark.django_db

KEY = {"Idempotency-Key": "order-5"}
MINUTE = {"X-Roundhouse-Cache": "60"}


def text_of(response: dict[str, Any]) -> str:
    return "".join(part["text"] for item in response["output"] for part in item["content"])


def test_engine_is_asked_as_in_a_chat_and_answers_as_a_response(program: Program, upstream: Upstream) -> None:
    answer = program.respond(instructions="Be kind.", temperature=0, metadata={"order": "5"})
    assert upstream.requests[0].path == "/v1/chat/completions"
    messages = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hello there"}]
    assert upstream.requests[0].json == {"model": "mock-1", "messages": messages, "temperature": 0}
    made = answer.json
    assert (answer.status, made["object"], made["status"], made["model"]) == (
        200,
        "response",
        "completed",
        "mock-1-0613",
    )
    assert (text_of(made), made["created_at"], made["metadata"]) == ("Hello world", 1_700_000_000, {"order": "5"})
    assert (made["usage"]["input_tokens"], made["usage"]["total_tokens"]) == (20, 27)
    assert int(answer.headers["RateLimit-Remaining"]) > 0


def test_call_is_in_the_books_under_its_own_name(program: Program, books: Books, engine: Engine) -> None:
    Engine.objects.update(prices={"tokens": "1"})
    made = program.respond(instructions="Be kind.").json
    (call,) = books()
    assert (call.endpoint, call.prompt, call.system_message) == ("responses", "Hello there", "Be kind.")
    assert (call.response, call.status, call.total_tokens, call.cost) == ("Hello world", "success", 27, Decimal(27))
    assert made["id"] == f"resp_{call.id.hex}"


def test_stream_is_told_in_events_and_booked(program: Program, upstream: Upstream, books: Books) -> None:
    upstream.behave = stream(*words("Hello", " world"), USAGE)
    answer = program.respond(stream=True)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/event-stream")
    events = events_of(answer)
    assert (names_of(events)[0], names_of(events)[-1]) == ("created", "completed")
    assert (text_of(events[-1]["response"]), events[-1]["response"]["usage"]["total_tokens"]) == ("Hello world", 27)
    (call,) = books()
    assert (call.is_streaming, call.is_partial, call.response, call.total_tokens) == (True, False, "Hello world", 27)


def test_stream_may_be_cut_anywhere(program: Program, upstream: Upstream) -> None:
    whole = encode([*words("Xin ", "chào 🚂"), USAGE]) + b"data: [DONE]\n\n"
    upstream.behave = pieces(*(whole[at : at + 7] for at in range(0, len(whole), 7)))
    assert text_of(events_of(program.respond(stream=True))[-1]["response"]) == "Xin chào 🚂"


def test_letter_in_two_halves_comes_out_whole(program: Program, upstream: Upstream) -> None:
    upstream.behave = stream(*words("\ud83d", "\ude82"))
    assert text_of(events_of(program.respond(stream=True))[-1]["response"]) == "🚂"


def test_server_without_streams_is_told_in_events_too(program: Program, upstream: Upstream) -> None:
    upstream.behave = reply(200, ANSWER)
    events = events_of(program.respond(stream=True))
    assert [event["delta"] for event in events if "delta" in event] == ["Hello world"]
    assert events[-1]["response"]["usage"]["output_tokens"] == 7


def test_stream_that_breaks_ends_as_failed(program: Program, upstream: Upstream, books: Books) -> None:
    upstream.behave = then_cut(*words("Hel", finish_reason=None))
    last = events_of(program.respond(stream=True))[-1]
    assert (last["type"], last["response"]["error"]["code"]) == ("response.failed", "upstream_cut")
    assert (text_of(last["response"]), books()[0].status, books()[0].response) == ("Hel", "error", "Hel")


def test_call_of_a_function_comes_whole(program: Program, upstream: Upstream) -> None:
    function = {"name": "look", "arguments": '{"a": 1}'}
    message = {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "c1", "type": "function", "function": function}],
    }
    upstream.behave = reply(
        200, ANSWER | {"choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}]}
    )
    (item,) = program.respond(tools=[{"type": "function", "name": "look"}]).json["output"]
    assert (item["type"], item["call_id"], item["name"], item["arguments"]) == (
        "function_call",
        "c1",
        *function.values(),
    )


@pytest.mark.parametrize("odd", [{}, {"choices": None}, {"choices": [5]}, {"choices": [{"message": "x"}]}])
def test_odd_answer_is_an_empty_response(odd: Any, program: Program, upstream: Upstream) -> None:
    upstream.behave = reply(200, odd)
    answer = program.respond()
    assert (answer.status, answer.json["status"], answer.json["output"]) == (200, "completed", [])


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"model": None}, (400, "missing_required_parameter", "model")),
        ({"given": []}, (400, "missing_required_parameter", "input")),
        ({"stream": "yes"}, (400, "invalid_value", "stream")),
        ({"store": True}, (400, "unsupported_parameter", "store")),
        ({"previous_response_id": "resp_1"}, (400, "unsupported_parameter", "previous_response_id")),
        ({"tools": [{"type": "web_search"}]}, (400, "unsupported_value", "tools[0].type")),
        ({"model": "gpt-9"}, (404, "model_not_found", "model")),
    ],
)
def test_refused_request_changes_nothing(
    fields: dict[str, Any], refusal: tuple[int, str, str], program: Program, upstream: Upstream, owner: Account
) -> None:
    assert program.respond(**fields).refusal == refusal
    assert nothing_happened(upstream, owner)


def test_address_inside_the_house_is_refused_as_input(program: Program, upstream: Upstream) -> None:
    picture = {"type": "input_image", "image_url": "http://127.0.0.1/secret.png"}
    status, _code, param = program.respond([{"role": "user", "content": [picture]}]).refusal
    assert (status, param, upstream.requests) == (400, "input", [])


def test_field_that_the_engine_refuses_is_called_as_it_was_sent(program: Program, upstream: Upstream) -> None:
    error = {"message": "no", "type": "invalid_request_error", "param": "max_tokens", "code": "too_many"}
    upstream.behave = reply(400, {"error": error})
    assert program.respond(max_output_tokens=5).refusal == (400, "too_many", "max_output_tokens")


def test_key_without_the_scope_is_refused(program: Program, owner: Account, upstream: Upstream) -> None:
    reader = Program(create_api_key(user=owner, name="reader", permissions=["chat:read"])[1])
    assert reader.respond().refusal[0] == 403
    assert Program("rh_" + "x" * 43).respond().refusal[:2] == (401, "invalid_api_key")
    assert nothing_happened(upstream, owner)


def test_quota_is_reserved_by_the_limit_of_tokens(program: Program, owner: Account, upstream: Upstream) -> None:
    set_quota(account=owner, quota_type="tokens", period="daily", limit=50, actor=None)
    assert program.respond(max_output_tokens=60).refusal[:2] == (429, "insufficient_quota")
    assert program.respond(max_output_tokens=10).status == 200
    assert [request.json["max_tokens"] for request in upstream.requests] == [10]


def test_repetition_gets_the_first_answer(program: Program, upstream: Upstream, books: Books) -> None:
    first, second = program.respond(headers=KEY), program.respond(headers=KEY)
    assert (second.content, second.headers["Idempotent-Replayed"]) == (first.content, "true")
    assert (len(upstream.requests), len(books())) == (1, 1)
    assert program.respond(headers=KEY, metadata={"a": "b"}).refusal[:2] == (422, "idempotency_key_reused")


def test_chat_and_response_do_not_share_a_key(program: Program) -> None:
    assert program.chat(headers=KEY).json["object"] == "chat.completion"
    assert program.respond(headers=KEY).json["object"] == "response"


def test_second_answer_comes_from_the_cache(program: Program, upstream: Upstream, books: Books) -> None:
    first, second = program.respond(headers=MINUTE), program.respond(headers=MINUTE)
    assert [answer.headers["X-Roundhouse-Cache"] for answer in (first, second)] == ["miss", "hit"]
    assert (second.content, len(upstream.requests)) == (first.content, 1)
    assert [(call.response, call.total_tokens) for call in books()] == [("Hello world", 27), ("Hello world", 0)]


def test_next_engine_of_the_alias_answers(program: Program, engine: Engine, upstream: Upstream) -> None:
    Engine.objects.filter(pk=engine.pk).update(options={"alias": "any", "order": 2})
    Engine.objects.create(
        domain="chat", name="broken", adapter="openai_compatible", model="mock-0", base_url="http://127.0.0.1:9/v1",
        options={"alias": "any", "order": 1, "tries": 1},
    )  # fmt: skip
    assert text_of(program.respond(model="any").json) == "Hello world"


def test_failing_engine_is_left_alone(program: Program, upstream: Upstream) -> None:
    upstream.behave = reply(500, {})
    assert {program.respond().status for _ in range(FAILURES_TO_OPEN)} == {502}
    assert (program.respond().status, len(upstream.requests)) == (503, FAILURES_TO_OPEN)


def test_photo_reaches_the_engine_and_is_let_go(program: Program, upstream: Upstream, books: Books) -> None:
    url = photo()["image_url"]["url"]
    parts = [{"type": "input_text", "text": "What?"}, {"type": "input_image", "image_url": url, "detail": "high"}]
    assert program.respond([{"role": "user", "content": parts}]).status == 200
    assert upstream.requests[0].json["messages"][0]["content"][1] == photo()
    assert (books()[0].prompt, receiving._held_bytes) == ("What?\n[image/jpeg, 2000000 bytes]", 0)


@pytest.mark.parametrize("place", [{"instructions": "%s"}, {"metadata": {"a": "%s"}}, {"model": "%s"}])
def test_picture_outside_of_its_part_is_refused_and_nothing_of_it_given_back(
    place: dict[str, Any], program: Program, upstream: Upstream, owner: Account
) -> None:
    body = {"model": "upstream", "input": "Hello"} | place
    raw = json.dumps(body).replace("%s", photo()["image_url"]["url"].replace("image/jpeg", "")).encode()
    answer = program.post(RESPONSES, raw)
    assert (answer.refusal, b"lifted" in answer.content) == ((413, "body_too_large", None), False)
    assert nothing_happened(upstream, owner)


def test_project_that_keeps_no_contents_keeps_no_response(program: Program, project: Project, books: Books) -> None:
    project.settings = {"store_content": False}
    project.save(update_fields=["settings"])
    assert program.respond(headers=MINUTE).headers["X-Roundhouse-Cache"] == "bypass"
    assert (books()[0].prompt, books()[0].response) == ("", "")
    assert redis_client().keys("response_cache:*") == []


def test_answer_that_was_cut_is_incomplete(program: Program, upstream: Upstream) -> None:
    upstream.behave = stream(chunk({"content": "Hel"}), chunk({}, "length"), USAGE)
    last = events_of(program.respond(stream=True, max_output_tokens=1))[-1]
    assert (last["type"], last["response"]["incomplete_details"]) == (
        "response.incomplete", {"reason": "max_output_tokens"},
    )  # fmt: skip


def test_other_method_is_refused(program: Program) -> None:
    from django.test import Client

    answer = Client().get(RESPONSES, headers={"Authorization": f"Bearer {program.token}"})
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
