"""`Idempotency-Key`: the same request again gives the same answer, and costs nothing."""

import asyncio
from typing import Any

import pytest

from accounts.models import Account
from accounts.services import create_api_key
from chatbot.gateway import keeping
from chatbot.gateway.keeping import index_key
from chatbot.tests.gateway.conftest import ANSWER, Books
from chatbot.tests.gateway.program import CHAT, EMBEDDINGS, Program, Reply, in_loop, question
from chatbot.tests.upstream import Upstream, hang, reply, stream, words
from config.common.redis import redis_client
from projects.models import Project

pytestmark = pytest.mark.django_db

KEY = {"Idempotency-Key": "order-5"}


def kept() -> list[Any]:
    return list(redis_client().keys("idempotency:*"))


def test_repetition_gets_the_first_answer_and_asks_nobody(program: Program, upstream: Upstream, books: Books) -> None:
    first, second = program.chat(headers=KEY), program.chat(headers=KEY)
    assert (second.status, second.content) == (200, first.content)
    assert (first.headers.get("Idempotent-Replayed"), second.headers["Idempotent-Replayed"]) == (None, "true")
    assert (len(upstream.requests), len(books())) == (1, 1)
    assert int(first.headers["RateLimit-Remaining"]) - int(second.headers["RateLimit-Remaining"]) == 1


def test_key_lives_a_day(program: Program) -> None:
    program.chat(headers=KEY)
    assert [86_390 < redis_client().ttl(name) <= 86_400 for name in kept()] == [True]


def test_same_key_with_another_body_is_refused(program: Program, upstream: Upstream) -> None:
    program.chat(headers=KEY)
    assert program.chat("Other", headers=KEY).refusal == (422, "idempotency_key_reused", None)
    assert len(upstream.requests) == 1


def test_same_key_in_another_project_is_refused(program: Program, upstream: Upstream, owner: Account) -> None:
    from projects.services import create_project

    other = create_project(user=owner, project_name="Other")
    program.chat(headers=KEY)
    answer = program.chat(headers=KEY | {"OpenAI-Project": str(other.pk)})
    assert answer.refusal == (422, "idempotency_key_reused", None)
    assert len(upstream.requests) == 1


def test_order_of_fields_is_no_difference(program: Program, upstream: Upstream) -> None:
    body = question(temperature=1, seed=2)
    program.post(CHAT, body, KEY)
    assert program.post(CHAT, dict(reversed(body.items())), KEY).status == 200
    assert len(upstream.requests) == 1


def test_keys_of_others_and_of_other_endpoints_are_other_keys(
    program: Program, upstream: Upstream, member: Account, project: Project
) -> None:
    theirs = Program(create_api_key(user=member, name="k", permissions=["chat:write"])[1])
    program.chat(headers=KEY)
    assert theirs.chat(headers=KEY).headers.get("Idempotent-Replayed") is None
    assert program.embed("Hello", headers=KEY).status == 200
    assert len(upstream.requests) == 2


def test_key_of_the_same_account_may_repeat(program: Program, upstream: Upstream, owner: Account) -> None:
    other = Program(create_api_key(user=owner, name="k", permissions=["chat:write"])[1])
    program.chat(headers=KEY)
    assert other.chat(headers=KEY).headers["Idempotent-Replayed"] == "true"


def test_ten_at_once_are_one(program: Program, upstream: Upstream, books: Books) -> None:
    async def wait(request: Any) -> Any:
        await asyncio.sleep(0.5)
        return await reply(200, ANSWER)(request)

    upstream.behave = wait
    answers = program.at_once([question()] * 10, headers=KEY)
    assert (len(upstream.requests), len(books())) == (1, 1)
    refused = [answer for answer in answers if answer.status != 200]
    assert {answer.refusal for answer in refused} <= {(409, "idempotency_key_in_use", None)}
    assert {answer.headers["Retry-After"] for answer in refused} <= {"1"}
    assert len(refused) >= 1


@pytest.mark.parametrize("status", [400, 429, 500])
def test_failure_is_not_kept(status: int, program: Program, upstream: Upstream) -> None:
    upstream.behave = reply(status, {"error": {"message": "No"}})
    assert program.chat(headers=KEY).status >= 400
    assert kept() == []
    upstream.behave = reply(200, ANSWER)
    assert program.chat(headers=KEY).json == ANSWER


def test_caller_who_left_may_ask_again(program: Program, upstream: Upstream) -> None:
    async def leave() -> None:
        call = asyncio.create_task(program.send(CHAT, question(), KEY))
        while not upstream.requests:
            await asyncio.wait([call], timeout=0.01)
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)

    upstream.behave = hang
    in_loop(leave)
    assert kept() == []


def test_mark_of_a_dead_process_lapses_soon(program: Program, upstream: Upstream) -> None:
    lifetimes: list[int] = []

    async def look(request: Any) -> Any:
        lifetimes.extend(redis_client().ttl(name) for name in kept())
        return await reply(200, ANSWER)(request)

    upstream.behave = look
    program.chat(headers=KEY)
    assert [0 < seconds <= 30 for seconds in lifetimes] == [True]


def test_answer_that_is_too_long_is_not_given_twice(
    program: Program, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "MAX_BYTES", 50)
    assert program.chat(headers=KEY).status == 200
    assert program.chat(headers=KEY).refusal == (409, "idempotent_answer_not_kept", None)
    assert len(upstream.requests) == 1


def test_project_that_keeps_no_contents_keeps_no_answer(program: Program, upstream: Upstream) -> None:
    Project.objects.update(settings={"store_content": False})
    assert program.chat(headers=KEY).status == 200
    assert program.chat(headers=KEY).refusal == (409, "idempotent_answer_not_kept", None)
    assert len(upstream.requests) == 1


def test_oldest_answers_of_an_account_make_room(
    program: Program, owner: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "MAX_ANSWERS", 3)
    for number in range(6):
        program.embed("Hello", headers={"Idempotency-Key": f"k{number}"})
    assert (len(kept()), redis_client().zcard(index_key(owner.pk))) == (3, 3)


def test_streams_are_made_anew(program: Program, upstream: Upstream) -> None:
    upstream.behave = stream(*words("Hello"))
    answers: list[Reply] = [program.chat(stream=True, headers=KEY) for _ in range(2)]
    assert ({answer.text for answer in answers}, len(upstream.requests), kept()) == ({"Hello"}, 2, [])


@pytest.mark.parametrize("name", ["", " ", "x" * 256, "é", "a\tb"])
@pytest.mark.parametrize("path", [CHAT, EMBEDDINGS])
def test_key_that_is_none_is_refused(path: str, name: str, program: Program, upstream: Upstream) -> None:
    body = question() | ({"model": "minilm", "input": "x"} if path == EMBEDDINGS else {})
    answer = program.post(path, body, {"Idempotency-Key": name})
    assert answer.refusal == (400, "invalid_value", "Idempotency-Key")
    assert upstream.requests == []
