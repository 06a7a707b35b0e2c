"""`client.responses` of the official `openai` SDK against a real web process."""

from typing import Any

import httpx
import openai
import pytest
from openai import OpenAI

from accounts.models import Account
from accounts.services import set_quota
from chatbot.tests.gateway.conftest import ANSWER
from chatbot.tests.gateway.faults.conftest import Web, recorded
from chatbot.tests.gateway.faults.test_openai_sdk import Departure
from chatbot.tests.upstream import USAGE, Upstream, chunk, reply, stream, then_cut, then_hang, words
from tasks.models import Task
from tasks.tests.conftest import WorkerFactory, eventually

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]

TOOL: Any = {"type": "function", "name": "look", "parameters": {"type": "object", "properties": {}}, "strict": False}
CALL = {"index": 0, "id": "c1", "type": "function", "function": {"name": "look", "arguments": '{"a": 1}'}}


def answering(message: dict[str, Any]) -> Any:
    choice = {"index": 0, "message": {"role": "assistant"} | message, "finish_reason": "stop"}
    return reply(200, ANSWER | {"choices": [choice]})


def test_response_is_typed(sdk: OpenAI, upstream: Upstream) -> None:
    made = sdk.responses.create(model="upstream", input="Hello there", instructions="Be kind.", metadata={"a": "b"})
    assert (made.output_text, made.status, made.metadata) == ("Hello world", "completed", {"a": "b"})
    assert made.usage is not None
    assert (made.usage.input_tokens, made.usage.output_tokens, made.usage.total_tokens) == (20, 7, 27)
    assert [message["role"] for message in upstream.requests[0].json["messages"]] == ["system", "user"]
    assert (recorded()[0].endpoint, recorded()[0].response) == ("responses", "Hello world")


def test_stream_is_typed(sdk: OpenAI, upstream: Upstream) -> None:
    upstream.behave = stream(*words("Hello", " world"), USAGE)
    with sdk.responses.create(model="upstream", input="Hello there", stream=True) as events:
        read = list(events)
    assert "".join(event.delta for event in read if event.type == "response.output_text.delta") == "Hello world"
    assert [event.sequence_number for event in read] == list(range(len(read)))
    last = read[-1]
    assert last.type == "response.completed"
    assert last.response.usage is not None
    assert (last.response.output_text, last.response.usage.total_tokens) == ("Hello world", 27)


def test_answer_is_parsed_into_a_model(sdk: OpenAI, upstream: Upstream) -> None:
    upstream.behave = answering({"content": '{"train": "IC 5"}'})
    made = sdk.responses.parse(model="upstream", input="Which?", text_format=Departure)
    assert made.output_parsed == Departure(train="IC 5")
    asked = upstream.requests[0].json["response_format"]
    assert (asked["type"], asked["json_schema"]["name"], asked["json_schema"]["strict"]) == (
        "json_schema", "Departure", True,
    )  # fmt: skip


def test_tool_goes_both_ways(sdk: OpenAI, upstream: Upstream) -> None:
    upstream.behave = answering({"content": None, "tool_calls": [CALL]})
    said: Any = [{"role": "user", "content": "Look."}]
    asked = sdk.responses.create(model="upstream", input=said, tools=[TOOL], tool_choice="required")
    (call,) = asked.output
    assert call.type == "function_call"
    assert (call.call_id, call.name, call.arguments) == ("c1", "look", '{"a": 1}')
    said += [*asked.output, {"type": "function_call_output", "call_id": call.call_id, "output": "A cat"}]
    upstream.behave = answering({"content": "It is a cat."})
    assert sdk.responses.create(model="upstream", input=said, tools=[TOOL]).output_text == "It is a cat."
    sent = upstream.requests[1].json["messages"]
    assert (sent[1]["tool_calls"][0]["id"], sent[1]["tool_calls"][0]["function"]) == ("c1", CALL["function"])
    assert sent[2] == {"role": "tool", "tool_call_id": "c1", "content": "A cat"}


def test_helper_of_the_sdk_puts_a_stream_together(sdk: OpenAI, upstream: Upstream) -> None:
    upstream.behave = stream(
        *words("Wait.", finish_reason=None), chunk({"tool_calls": [CALL]}), chunk({}, "tool_calls")
    )
    with sdk.responses.stream(model="upstream", input="Look.", tools=[TOOL]) as events:
        kinds = [event.type for event in events]
        made = events.get_final_response()
    assert kinds.count("response.output_item.done") == 2
    assert (made.output_text, [item.type for item in made.output]) == ("Wait.", ["message", "function_call"])


def test_earlier_answer_is_sent_back_as_it_came(sdk: OpenAI, upstream: Upstream) -> None:
    first = sdk.responses.create(model="upstream", input="Hello there")
    said: Any = [{"role": "user", "content": "Hello there"}, *first.output, {"role": "user", "content": "And?"}]
    sdk.responses.create(model="upstream", input=said)
    assert [message["content"] for message in upstream.requests[1].json["messages"]] == [
        "Hello there", "Hello world", "And?",
    ]  # fmt: skip


def test_refusals_become_the_sdks_exceptions(sdk: OpenAI, upstream: Upstream, owner: Account) -> None:
    with pytest.raises(openai.NotFoundError):
        sdk.responses.create(model="gpt-9", input="Hello")
    with pytest.raises(openai.BadRequestError) as stored:
        sdk.responses.create(model="upstream", input="Hello", store=True)
    assert (stored.value.param, stored.value.code) == ("store", "unsupported_parameter")
    with pytest.raises(openai.BadRequestError) as hosted:
        sdk.responses.create(model="upstream", input="Hello", tools=[{"type": "web_search"}])
    assert hosted.value.param == "tools[0].type"
    with pytest.raises(openai.NotFoundError):
        sdk.responses.retrieve("resp_1")
    upstream.behave = reply(500, {})
    with pytest.raises(openai.InternalServerError):
        sdk.responses.create(model="upstream", input="Hello")
    set_quota(account=owner, quota_type="requests", period="daily", limit=0, actor=None)
    with pytest.raises(openai.RateLimitError):
        sdk.responses.create(model="upstream", input="Hello", stream=True)


def test_stream_that_breaks_ends_as_failed(sdk: OpenAI, upstream: Upstream) -> None:
    upstream.behave = then_cut(*words("Hel", finish_reason=None))
    last = list(sdk.responses.create(model="upstream", input="Hello", stream=True))[-1]
    assert last.type == "response.failed"
    assert last.response.error is not None
    assert (str(last.response.error.code), last.response.output_text) == ("upstream_cut", "Hel")


def test_caller_who_leaves_ends_the_call(web: Web, upstream: Upstream) -> None:
    upstream.behave = then_hang(*words("Hello there, world", finish_reason=None))
    body = {"model": "upstream", "input": "Hello", "stream": True}
    with httpx.stream("POST", f"{web.url}/responses", json=body, headers=web.headers, timeout=30) as response:
        assert any("output_text.delta" in line for line in response.iter_lines())
    eventually(upstream.disconnected.is_set, sweeping=False)
    (call,) = recorded()
    assert (call.is_partial, call.response) == (True, "Hello there, world")


def test_local_engine_answers_whole_and_as_a_stream(sdk: OpenAI, start_worker: WorkerFactory) -> None:
    start_worker("--profile", "light")
    whole = sdk.responses.create(model="fake", input="Hello there")
    assert whole.usage is not None
    assert (whole.output_text, whole.usage.input_tokens, whole.usage.output_tokens) == ("Hello there", 2, 2)
    cut = sdk.responses.create(model="fake", input="one two three", max_output_tokens=2)
    assert (cut.output_text, cut.status) == ("one two", "incomplete")
    last = list(sdk.responses.create(model="fake", input="[words 300]", stream=True))[-1]
    assert last.type == "response.completed"
    assert last.response.output_text.split() == [f"word{number}" for number in range(1, 301)]
    assert last.response.usage is not None
    assert recorded(3)[2].total_tokens == last.response.usage.total_tokens


def test_local_engine_asks_for_tools_and_fails(sdk: OpenAI, start_worker: WorkerFactory) -> None:
    start_worker("--profile", "light")
    (call,) = sdk.responses.create(model="fake", input='[tool look {"a": 1}]').output
    assert call.type == "function_call"
    assert (call.name, call.arguments) == ("look", '{"a": 1}')
    with pytest.raises(openai.InternalServerError) as failed:
        sdk.responses.create(model="fake", input="one [fail]")
    assert failed.value.code == "told_to_fail"
    last = list(sdk.responses.create(model="fake", input="one [fail]", stream=True))[-1]
    assert last.type == "response.failed"


def test_caller_who_leaves_stops_the_task_of_a_local_engine(web: Web, start_worker: WorkerFactory) -> None:
    start_worker("--profile", "light")
    body = {"model": "fake", "input": "[words 5000] [delay 20ms]", "stream": True}
    with httpx.stream("POST", f"{web.url}/responses", json=body, headers=web.headers, timeout=30) as response:
        assert any("output_text.delta" in line for line in response.iter_lines())
    eventually(lambda: Task.objects.get().status in ("completed", "cancelled"), sweeping=False)
    assert recorded()[0].is_partial
