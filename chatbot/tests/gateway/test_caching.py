"""`X-Roundhouse-Cache`: answers from the cache for programs that ask for it."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Account
from accounts.services import create_api_key, set_quota
from chatbot.gateway import keeping, routes
from chatbot.tests.gateway.conftest import ANSWER, Books
from chatbot.tests.gateway.program import Program
from chatbot.tests.upstream import Upstream, reply, stream, words
from config.common.redis import redis_client
from projects.models import Project
from projects.services import create_project
from tasks.models import Engine

pytestmark = pytest.mark.django_db

MINUTE = {"X-Roundhouse-Cache": "60"}


def kept() -> list[Any]:
    return list(redis_client().keys("response_cache:*"))


def test_second_answer_comes_from_the_cache_and_costs_no_tokens(
    program: Program, upstream: Upstream, books: Books
) -> None:
    Engine.objects.update(prices={"tokens": "1"})
    first, second = program.chat(headers=MINUTE), program.chat(headers=MINUTE)
    assert [answer.headers["X-Roundhouse-Cache"] for answer in (first, second)] == ["miss", "hit"]
    assert (second.content, len(upstream.requests)) == (first.content, 1)
    asked, hit = books()
    assert (asked.usage, asked.cost) == ({"requests": 1, "tokens": 27}, Decimal(27))
    assert (hit.usage, hit.cost, hit.total_tokens) == ({"requests": 1, "tokens": 0}, None, 0)
    assert (hit.status, hit.prompt, hit.response) == ("success", "Hello there", "Hello world")


def test_without_the_header_nothing_is_kept_nor_found(program: Program, upstream: Upstream) -> None:
    assert "X-Roundhouse-Cache" not in program.chat().headers
    assert kept() == []
    program.chat(headers=MINUTE)
    program.chat()
    assert len(upstream.requests) == 3


def test_zero_is_no_wish(program: Program) -> None:
    assert "X-Roundhouse-Cache" not in program.chat(headers={"X-Roundhouse-Cache": "0"}).headers


def test_answer_is_kept_as_long_as_was_asked(program: Program) -> None:
    program.chat(headers=MINUTE)
    assert [50 < redis_client().ttl(name) <= 60 for name in kept()] == [True]


@pytest.mark.parametrize("wrong", ["86401", "-1", "1.5", "yes", "", "9" * 99, "²"])
def test_nonsense_is_refused(wrong: str, program: Program, upstream: Upstream, books: Books) -> None:
    answer = program.chat(headers={"X-Roundhouse-Cache": wrong})
    assert answer.refusal == (400, "invalid_value", "X-Roundhouse-Cache")
    assert (upstream.requests, books()) == ([], [])


def test_other_body_is_another_answer(program: Program) -> None:
    program.chat(headers=MINUTE)
    assert program.chat(temperature=0, headers=MINUTE).headers["X-Roundhouse-Cache"] == "miss"


def test_other_person_and_other_project_get_their_own(
    program: Program, owner: Account, member: Account, project: Project
) -> None:
    program.chat(headers=MINUTE)
    other = create_project(user=owner, project_name="Other")
    theirs = Program(create_api_key(user=member, name="k", permissions=["chat:write"])[1])
    elsewhere = program.chat(headers=MINUTE | {"OpenAI-Project": str(other.pk)})
    at_home = theirs.chat(headers=MINUTE | {"OpenAI-Project": str(project.pk)})
    assert [answer.headers["X-Roundhouse-Cache"] for answer in (elsewhere, at_home)] == ["miss", "miss"]


def test_changed_engine_answers_anew(program: Program, engine: Engine) -> None:
    program.chat(headers=MINUTE)
    Engine.objects.filter(pk=engine.pk).update(model="mock-2", updated_at=timezone.now())
    routes.routes.clear()
    assert program.chat(headers=MINUTE).headers["X-Roundhouse-Cache"] == "miss"


def test_stream_is_made_anew(program: Program, upstream: Upstream) -> None:
    upstream.behave = stream(*words("Hello"))
    answer = program.chat(stream=True, headers=MINUTE)
    assert (answer.headers["X-Roundhouse-Cache"], answer.text, kept()) == ("bypass", "Hello", [])


def test_project_that_keeps_no_contents_is_answered_anew(program: Program) -> None:
    Project.objects.update(settings={"store_content": False})
    assert program.chat(headers=MINUTE).headers["X-Roundhouse-Cache"] == "bypass"
    assert kept() == []


def test_failure_and_endless_answer_are_not_kept(
    program: Program, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    upstream.behave = reply(500, {})
    assert program.chat(headers=MINUTE).status == 502
    upstream.behave = reply(200, ANSWER)
    monkeypatch.setattr(keeping, "MAX_BYTES", 50)
    assert program.chat(headers=MINUTE).headers["X-Roundhouse-Cache"] == "miss"
    assert kept() == []


def test_hit_counts_as_a_request(program: Program, upstream: Upstream, owner: Account, books: Books) -> None:
    set_quota(account=owner, quota_type="requests", period="daily", limit=2, actor=None)
    set_quota(account=owner, quota_type="tokens", period="daily", limit=2_000, actor=None)
    statuses = [program.chat(headers=MINUTE).status for _ in range(3)]
    assert (statuses, len(upstream.requests), len(books())) == ([200, 200, 429], 1, 2)


def test_embeddings_are_kept_as_well(program: Program, books: Books) -> None:
    first, second = program.embed("Hello", headers=MINUTE), program.embed("Hello", headers=MINUTE)
    assert (second.headers["X-Roundhouse-Cache"], second.content) == ("hit", first.content)
    assert [call.usage["tokens"] for call in books()] == [first.json["usage"]["total_tokens"], 0]
