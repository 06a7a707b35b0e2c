"""The official `openai` SDK against a real web process; a real worker answers for the engine on this machine."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import openai
import pytest
from openai import AsyncOpenAI, OpenAI
from pydantic import BaseModel

from accounts.models import Account
from accounts.services import create_api_key, set_quota
from chatbot.tests.gateway.conftest import ANSWER
from chatbot.tests.gateway.faults.conftest import Web, recorded
from chatbot.tests.upstream import USAGE, Upstream, chunk, reply, stream, then_cut, words
from tasks.models import Engine, Task
from tasks.tests.conftest import WorkerFactory, eventually

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]

HELLO: Any = [{"role": "user", "content": "Hello there"}]


class Departure(BaseModel):
    """A structured output."""

    train: str


def test_remote_completion_is_typed(sdk: OpenAI, upstream: Upstream) -> None:
    made = sdk.chat.completions.create(model="upstream", messages=HELLO, temperature=0, extra_body={"made_up": 1})
    assert (made.choices[0].message.content, made.usage and made.usage.total_tokens) == ("Hello world", 27)
    assert upstream.requests[0].json["made_up"] == 1


def test_headers_can_be_read(sdk: OpenAI) -> None:
    raw = sdk.chat.completions.with_raw_response.create(model="upstream", messages=HELLO)
    assert int(raw.headers["x-ratelimit-remaining-requests"]) > 0
    assert raw.parse().id == ANSWER["id"]
    assert raw.request_id


def test_remote_stream_is_typed(sdk: OpenAI, upstream: Upstream) -> None:
    upstream.behave = stream(*words("Hello", " world"), USAGE)
    with sdk.chat.completions.create(
        model="upstream", messages=HELLO, stream=True, stream_options={"include_usage": True}
    ) as chunks:
        read = list(chunks)
    assert "".join(part.choices[0].delta.content or "" for part in read if part.choices) == "Hello world"
    assert (read[-1].usage and read[-1].usage.total_tokens, recorded()[0].response) == (27, "Hello world")


def test_tools_and_structured_outputs_go_both_ways(sdk: OpenAI, upstream: Upstream) -> None:
    call = {"index": 0, "id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}
    upstream.behave = stream(chunk({"tool_calls": [call]}), chunk({}, "tool_calls"), USAGE)
    tools: Any = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}]
    with sdk.chat.completions.stream(model="upstream", messages=HELLO, tools=tools) as events:
        asked = events.get_final_completion().choices[0].message.tool_calls
    assert asked is not None
    assert (asked[0].function.name, asked[0].function.arguments) == ("f", '{"a": 1}')
    message = {"role": "assistant", "content": '{"train": "IC 5"}'}
    upstream.behave = reply(200, ANSWER | {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})
    parsed = sdk.chat.completions.parse(model="upstream", messages=HELLO, response_format=Departure)
    assert parsed.choices[0].message.parsed == Departure(train="IC 5")


def test_refusals_become_the_sdks_exceptions(sdk: OpenAI, upstream: Upstream, owner: Account) -> None:
    with pytest.raises(openai.NotFoundError):
        sdk.chat.completions.create(model="gpt-9", messages=HELLO)
    with pytest.raises(openai.BadRequestError) as bad:
        sdk.chat.completions.create(model="upstream", messages=[])
    assert (bad.value.param, bad.value.code) == ("messages", "missing_required_parameter")
    with pytest.raises(openai.AuthenticationError):
        sdk.with_options(api_key="rh_" + "x" * 43).models.list()
    upstream.behave = reply(500, {})
    with pytest.raises(openai.InternalServerError):
        sdk.chat.completions.create(model="upstream", messages=HELLO)
    set_quota(account=owner, quota_type="requests", period="daily", limit=0, actor=None)
    with pytest.raises(openai.RateLimitError) as limited:
        sdk.embeddings.create(model="minilm", input="Hello")
    assert limited.value.code == "insufficient_quota"


def test_stream_that_breaks_raises_after_its_words(sdk: OpenAI, upstream: Upstream) -> None:
    upstream.behave = then_cut(*words("Hel", finish_reason=None))
    parts = sdk.chat.completions.create(model="upstream", messages=HELLO, stream=True)
    assert [next(parts).choices[0].delta.content for _ in range(2)] == ["", "Hel"]
    with pytest.raises(openai.APIError) as broken:
        next(parts)
    assert broken.value.code == "upstream_cut"


def test_sdk_comes_back_by_itself_when_it_was_told_when(sdk: OpenAI, upstream: Upstream) -> None:
    left = [reply(429, {}, Retry_After="1")]

    async def once_limited(request: Any) -> Any:
        return await (left.pop() if left else reply(200, ANSWER))(request)

    upstream.behave = once_limited
    made = sdk.with_options(max_retries=1).chat.completions.create(model="upstream", messages=HELLO)
    assert (made.id, [call.status for call in recorded(2)]) == (ANSWER["id"], ["error", "success"])


def test_models_are_listed_and_retrieved(sdk: OpenAI) -> None:
    names = [model.id for model in sdk.models.list()]
    assert {"upstream", "fake", "librarian", "minilm"} <= set(names)
    assert sdk.models.retrieve("upstream").owned_by == "roundhouse"


def test_models_are_deleted_by_staff_only(sdk: OpenAI, staff: Account) -> None:
    with pytest.raises(openai.PermissionDeniedError):
        sdk.models.delete("upstream")
    program = sdk.with_options(api_key=create_api_key(user=staff, name="k", permissions=["*"])[1])
    assert program.models.delete("upstream").deleted
    assert "upstream" not in {model.id for model in sdk.models.list()}
    with pytest.raises(openai.ConflictError):
        program.models.delete("librarian")


def test_completions_are_kept_found_changed_and_deleted(sdk: OpenAI, upstream: Upstream) -> None:
    kept = sdk.chat.completions
    made = kept.create(model="upstream", messages=HELLO, store=True, metadata={"run": "7"})
    upstream.behave = stream(*words("Hello", " world"), USAGE)
    list(kept.create(model="upstream", messages=HELLO, store=True, stream=True))
    # Page by page, as the SDK goes on by itself.
    assert [entry.id for entry in kept.list(limit=1, order="desc")] == ["chatcmpl-1", made.id]
    assert [entry.id for entry in kept.list(metadata={"run": "7"}, model="upstream")] == [made.id]
    streamed = kept.retrieve("chatcmpl-1")
    assert (streamed.choices[0].message.content, streamed.usage and streamed.usage.total_tokens) == ("Hello world", 27)
    assert kept.update(made.id, metadata={"run": "8"}).metadata == {"run": "8"}
    assert [message.content for message in kept.messages.list(made.id)] == ["Hello there"]
    assert kept.delete(made.id).deleted
    with pytest.raises(openai.NotFoundError):
        kept.retrieve(made.id)


def test_async_sdk_pages_through_what_forty_calls_kept(web: Web, upstream: Upstream) -> None:
    numbers = iter(range(40))

    async def number(request: Any) -> Any:
        return await reply(200, ANSWER | {"id": f"chatcmpl-{next(numbers):02}"})(request)

    upstream.behave = number

    async def keep_and_list() -> tuple[list[str], list[str]]:
        async with AsyncOpenAI(base_url=web.url, api_key=web.token, max_retries=0) as client:
            kept = client.chat.completions
            pairs = [{"half": str(place % 2)} for place in range(40)]
            calls = [kept.create(model="upstream", messages=HELLO, store=True, metadata=pair) for pair in pairs]
            made = [answer.id for answer in await asyncio.gather(*calls)]
            listed = [entry.id async for entry in kept.list(limit=7)]
            odd = [entry.id async for entry in kept.list(limit=7, metadata={"half": "1"})]
            assert sorted(odd) == sorted(made[1::2])
            return made, listed

    made, listed = asyncio.run(keep_and_list())
    assert sorted(made) == sorted(listed) == [f"chatcmpl-{place:02}" for place in range(40)]


def test_local_engine_that_asks_for_a_tool_is_kept_with_the_call(sdk: OpenAI, start_worker: WorkerFactory) -> None:
    start_worker("--profile", "light")
    asked: Any = [{"role": "user", "content": '[tool look {"a": 1}]'}]
    for is_stream in (False, True):
        answer = sdk.chat.completions.create(model="fake", messages=asked, store=True, stream=is_stream)
        if is_stream:
            list(answer)
    calls: Any = [entry.choices[0].message.tool_calls for entry in sdk.chat.completions.list()]
    assert [[(call.function.name, call.function.arguments) for call in made] for made in calls] == [
        [("look", '{"a": 1}')]
    ] * 2


def test_local_stream_is_kept_before_it_ends(sdk: OpenAI, start_worker: WorkerFactory) -> None:
    start_worker("--profile", "light")
    for _chunk in sdk.chat.completions.create(model="fake", messages=HELLO, stream=True, store=True):
        pass
    kept = sdk.chat.completions.list().data[0]
    assert (kept.choices[0].message.content, kept.usage and kept.usage.completion_tokens) == ("Hello there", 2)


def test_embeddings_are_floats_of_unit_length(sdk: OpenAI) -> None:
    made = sdk.embeddings.create(model="minilm", input=["A train", "Bread"])
    assert [len(entry.embedding) for entry in made.data] == [384, 384]
    assert np.linalg.norm(made.data[0].embedding) == pytest.approx(1, abs=1e-5)
    floats = sdk.embeddings.create(model="minilm", input="A train", encoding_format="float")
    assert floats.data[0].embedding == pytest.approx(made.data[0].embedding, abs=1e-5)
    assert recorded(2)[0].total_tokens == made.usage.total_tokens


def test_async_sdk_streams_twenty_at_once(web: Web, upstream: Upstream) -> None:
    upstream.behave = stream(*words(*(f"w{number} " for number in range(50))), USAGE)

    async def ask(client: AsyncOpenAI) -> str:
        read = await client.chat.completions.create(model="upstream", messages=HELLO, stream=True)
        return "".join([part.choices[0].delta.content or "" async for part in read])

    async def ask_all() -> set[str]:
        async with AsyncOpenAI(base_url=web.url, api_key=web.token, max_retries=0) as client:
            return set(await asyncio.gather(*(ask(client) for _ in range(20))))

    assert asyncio.run(ask_all()) == {"".join(f"w{number} " for number in range(50))}
    assert {call.usage["tokens"] for call in recorded(20)} == {27}


def test_local_engine_answers_whole_and_as_a_stream(sdk: OpenAI, start_worker: WorkerFactory) -> None:
    start_worker("--profile", "light")
    whole = sdk.chat.completions.create(model="fake", messages=HELLO)
    assert (whole.choices[0].message.content, whole.choices[0].finish_reason) == ("Hello there", "stop")
    assert whole.usage is not None
    assert (whole.usage.prompt_tokens, whole.usage.completion_tokens) == (2, 2)
    long: Any = [{"role": "user", "content": "[words 300] [delay 1ms]"}]
    parts = list(
        sdk.chat.completions.create(model="fake", messages=long, stream=True, stream_options={"include_usage": True})
    )
    text = "".join(part.choices[0].delta.content or "" for part in parts if part.choices)
    assert text.split() == [f"word{number}" for number in range(1, 301)]
    assert parts[-1].usage is not None
    assert [call.usage["tokens"] for call in recorded(2)] == [4, parts[-1].usage.total_tokens]


def test_local_engine_stops_where_it_is_told_asks_for_tools_and_fails(sdk: OpenAI, start_worker: WorkerFactory) -> None:
    start_worker("--profile", "light")

    def ask(content: str, **fields: Any) -> Any:
        return sdk.chat.completions.create(model="fake", messages=[{"role": "user", "content": content}], **fields)

    cut = ask("one two three", max_tokens=2).choices[0]
    assert (cut.message.content, cut.finish_reason) == ("one two", "length")
    asked = ask('[tool look {"a": 1}]').choices[0]
    assert (asked.finish_reason, asked.message.tool_calls[0].function.arguments) == ("tool_calls", '{"a": 1}')
    deltas = [part.choices[0].delta for part in ask('[tool look {"a": 1}]', stream=True)]
    assert [delta.tool_calls[0].function.name for delta in deltas if delta.tool_calls] == ["look"]
    with pytest.raises(openai.InternalServerError) as failed:
        ask("one [fail]")
    assert failed.value.code == "told_to_fail"
    with pytest.raises(openai.BadRequestError) as bad:
        ask("Hello", temperature=9)
    assert bad.value.code == "invalid_temperature"
    with pytest.raises(openai.APIError):
        list(ask("one [fail]", stream=True))


def test_project_that_keeps_no_contents_keeps_none_of_a_local_call(
    sdk: OpenAI, start_worker: WorkerFactory, project: Any
) -> None:
    project.settings = {"store_content": False}
    project.save(update_fields=["settings"])
    start_worker("--profile", "light")
    assert sdk.chat.completions.create(model="fake", messages=HELLO).choices[0].message.content == "Hello there"
    eventually(lambda: Task.objects.get().status == "completed" and not Task.objects.get().input_data, sweeping=False)
    assert (recorded()[0].prompt, recorded()[0].response) == ("", "")


def test_thirty_programs_at_once_share_five_workers_places(
    sdk: OpenAI, start_worker: WorkerFactory, upstream: Upstream
) -> None:
    start_worker("--profile", "light")
    Engine.objects.filter(name="upstream").update(concurrency=2)

    def ask(number: int) -> str:
        messages: Any = [{"role": "user", "content": f"Number {number}"}]
        model = "fake" if number % 2 else "upstream"
        return sdk.chat.completions.create(model=model, messages=messages).choices[0].message.content or ""

    with ThreadPoolExecutor(30) as pool:
        answers = list(pool.map(ask, range(30)))
    assert answers == [f"Number {number}" if number % 2 else "Hello world" for number in range(30)]
    assert {call.status for call in recorded(30)} == {"success"}
