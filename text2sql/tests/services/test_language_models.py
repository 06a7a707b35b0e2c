"""Language models for engines: asked of a real server on loopback, counted, recorded, ended in time."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from aiohttp import web

from accounts.models import Account, ApiKey
from accounts.selectors import key_quota_usage, project_quota_usage, quota_usage
from accounts.services import create_api_key, set_quota
from chatbot.engines.base import Turn
from chatbot.engines.fake import FakeChatEngine
from chatbot.engines.openai_compatible import OpenAICompatibleEngine
from chatbot.selectors.chatters import Chatter
from chatbot.tests.upstream import (
    USAGE,
    Upstream,
    hang,
    pieces,
    reply,
    stream,
    then_cut,
    then_hang,
    upstream_in_thread,
    words,
)
from config.common.concurrency import own_connections
from config.common.redis import redis_client
from monitoring.audit.stream import STREAM
from monitoring.models import Interaction
from monitoring.tests.calls import drain_all
from projects.models import Project
from tasks.engines.cancel import CancelFlag, CancelToken, NeverCancelled
from tasks.engines.card import EngineCard
from tasks.engines.errors import Cancelled, EngineError, EngineTimeout
from tasks.engines.usage import Usage
from tasks.models import Engine
from tasks.services import load_adapter
from text2sql.engines.base import Completion
from text2sql.engines.llm import LlmEngine
from text2sql.services.language_models import HouseModel, choose_language_model, language_model_for
from text2sql.tests.engines.shop import ShopDatabase, ask, query

pytestmark = pytest.mark.django_db(transaction=True)

TURNS = (Turn("system", "Write SQL."), Turn("user", "How many?"))
ANSWER = stream(*words("SELECT", " 1"), USAGE)


@pytest.fixture(scope="module")
def server() -> Iterator[Upstream]:
    """One server for all tests."""
    with upstream_in_thread() as running:
        yield running


@pytest.fixture
def upstream(server: Upstream) -> Upstream:
    """The server, which says "SELECT 1" until the test tells it something else."""
    server.behave = ANSWER
    server.requests.clear()
    server.connections.clear()
    server.disconnected.clear()
    return server


@pytest.fixture
def row(db: None, upstream: Upstream) -> Engine:
    """The server in the catalogue, at a cent for a thousand tokens."""
    return Engine.objects.create(
        domain="chat", name="upstream", adapter="openai_compatible", model="mock-1", base_url=upstream.base_url,
        prices={"tokens": "0.00001"}, currency="EUR",
    )  # fmt: skip


@pytest.fixture
def key(owner: Account) -> ApiKey:
    """A key of `owner`."""
    return create_api_key(user=owner, name="reports", permissions=["chat:write"])[0]


@pytest.fixture
def model(row: Engine, owner: Account, project: Project, key: ApiKey) -> HouseModel:
    """What an engine is lent for a question of `owner`."""
    made = language_model_for(user=owner, project=project, api_key=key, request_id="task-7", timeout_seconds=5)
    assert made is not None
    return made


def complete(model: HouseModel, cancel: CancelToken | None = None) -> Completion:
    """One call."""
    return model.complete(TURNS, max_tokens=50, temperature=0.2, cancel=cancel or NeverCancelled())


def calls() -> list[Interaction]:
    """The audit, as far as it has come."""
    drain_all()
    return list(Interaction.objects.order_by("timestamp"))


def test_answer_is_read_to_its_end(model: HouseModel, upstream: Upstream) -> None:
    usage = Usage(requests=1, input_tokens=20, output_tokens=7)
    assert complete(model) == Completion("SELECT 1", "mock-1-0613", usage, "stop")
    [request] = upstream.requests
    asked = request.json
    assert asked["messages"] == [
        {"role": "system", "content": "Write SQL."},
        {"role": "user", "content": "How many?"},
    ]
    assert (asked["max_tokens"], asked["temperature"], "tools" in asked) == (50, 0.2, False)
    assert model.context_tokens == 32_768


def test_call_is_in_the_audit(model: HouseModel, owner: Account, project: Project, key: ApiKey) -> None:
    complete(model)
    [call] = calls()
    assert {
        "endpoint": call.endpoint, "status": call.status, "user": call.user_id, "project": call.project_id,
        "key": call.api_key_id, "model": call.model, "engine": call.engine_name, "request": call.request_id,
        "prompt": call.prompt, "system": call.system_message, "response": call.response, "streamed": call.is_streaming,
        "partial": call.is_partial, "tokens": (call.prompt_tokens, call.completion_tokens, call.total_tokens),
        "usage": call.usage, "cost": (call.cost, call.currency), "error": (call.error_code, call.error_message),
        "conversation": call.conversation_id, "message": call.message_id,
    } == {
        "endpoint": "text2sql.ask", "status": "success", "user": owner.pk, "project": project.pk, "key": key.pk,
        "model": "mock-1-0613", "engine": "upstream", "request": "task-7", "prompt": "", "system": "", "response": "",
        "streamed": True, "partial": False, "tokens": (20, 7, 27), "usage": {"tokens": 27},
        "cost": (Decimal("0.000270"), "EUR"), "error": ("", ""), "conversation": None, "message": None,
    }  # fmt: skip
    assert call.response_time_ms is not None
    assert call.finished_at is not None


CONTENTS: list[tuple[list[str], dict[str, Any], tuple[str, str, str]]] = [
    (["sql"], {}, ("How many?", "Write SQL.", "SELECT 1")),
    (["sql"], {"store_content": False}, ("", "", "")),
    (["sql"], {"intent_mode": "off"}, ("", "", "")),
    ([], {}, ("", "", "")),
]


@pytest.mark.parametrize(("intents", "settings", "kept"), CONTENTS)
def test_words_are_kept_where_the_project_watches_and_allows_it(
    model: HouseModel, project: Project, intents: list[str], settings: dict[str, Any], kept: tuple[str, str, str]
) -> None:
    project.allowed_intents, project.settings = intents, settings
    complete(model)
    assert [(call.prompt, call.system_message, call.response) for call in calls()] == [kept]


def limit(amount: int, **scope: Any) -> None:
    """Tokens a day."""
    set_quota(quota_type="tokens", period="daily", limit=amount, actor=None, **scope)


def test_tokens_are_booked_for_person_key_and_project(
    model: HouseModel, owner: Account, project: Project, key: ApiKey
) -> None:
    for scope in ({"account": owner}, {"key": key}, {"project_id": project.pk}):
        limit(1_000, **scope)
    complete(model)
    assert len(calls()) == 1
    meters = [*quota_usage(owner), *key_quota_usage(owner, key), *project_quota_usage(project.pk)]
    daily = [meter for meter in meters if meter.period == "daily" and meter.quota_type in {"requests", "tokens"}]
    assert sorted((meter.quota_type, meter.used, meter.reserved) for meter in daily) == [
        ("requests", 0, 0), ("tokens", 27, 0), ("tokens", 27, 0), ("tokens", 27, 0),
    ]  # fmt: skip


def test_without_room_in_a_quota_nothing_is_asked(model: HouseModel, upstream: Upstream, project: Project) -> None:
    limit(54, project_id=project.pk)
    with pytest.raises(EngineError) as caught:
        complete(model)
    assert (caught.value.code, caught.value.retryable) == ("quota_exceeded", False)
    assert caught.value.message.startswith("Of the project's 54 Tokens")
    assert (upstream.requests, calls()) == ([], [])


def test_without_the_audit_nothing_is_asked(model: HouseModel, upstream: Upstream, owner: Account) -> None:
    limit(1_000, account=owner)
    redis_client().set(STREAM, "no stream")
    with pytest.raises(EngineError) as caught:
        complete(model)
    assert (caught.value.code, caught.value.retryable) == ("audit_unavailable", True)
    assert upstream.requests == []
    assert {meter.reserved for meter in quota_usage(owner)} == {0}


FAILURES = {
    "upstream_failed": reply(500, "oops"),
    "upstream_rate_limited": reply(429, {"error": {"message": "slow down"}}),
    "upstream_refused_credential": reply(401, {"error": {"message": "who?"}}),
    "upstream_garbage": pieces(b"data: {]garbage\n\n"),
    "upstream_cut": then_cut(*words("SELECT", finish_reason=None)),
}


def test_failure_is_raised_and_recorded(model: HouseModel, upstream: Upstream) -> None:
    raised = {}
    for behave in FAILURES.values():
        upstream.behave = behave
        with pytest.raises(EngineError) as caught:
            complete(model)
        raised[caught.value.code] = caught.value.message
    assert raised.keys() == FAILURES.keys()
    recorded = [(call.status, call.error_code, call.error_message, call.is_partial) for call in calls()]
    assert recorded == [("error", code, message, True) for code, message in raised.items()]
    assert [call.total_tokens for call in calls()] == [0, 0, 0, 0, 8]


def test_silent_model_is_left_when_the_time_is_up(
    row: Engine, upstream: Upstream, owner: Account, project: Project
) -> None:
    upstream.behave = then_hang(*words("SELECT", finish_reason=None))
    impatient = language_model_for(user=owner, project=project, timeout_seconds=0.3)
    assert impatient is not None
    started = time.monotonic()
    with pytest.raises(EngineTimeout) as caught:
        complete(impatient)
    assert time.monotonic() - started < 2
    assert (caught.value.code, caught.value.retryable) == ("engine_timeout", True)
    [call] = calls()
    assert (call.status, call.error_code, call.api_key_id) == ("error", "engine_timeout", None)
    assert (call.prompt_tokens, call.completion_tokens) == (6, 2)


def test_cancelling_ends_the_call_at_once(model: HouseModel, upstream: Upstream) -> None:
    cancel, moments = CancelFlag(), []

    async def behave(request: web.Request) -> web.StreamResponse:
        moments.append(time.monotonic())
        cancel.cancel()
        return await hang(request)

    upstream.behave = behave
    with pytest.raises(Cancelled):
        complete(model, cancel)
    assert time.monotonic() - moments[0] < 0.5
    [call] = calls()
    assert (call.status, call.error_code, call.total_tokens) == ("error", "cancelled", 0)


def test_work_that_was_cancelled_before_asks_nothing(model: HouseModel, upstream: Upstream) -> None:
    cancel = CancelFlag()
    cancel.cancel()
    with pytest.raises(Cancelled):
        complete(model, cancel)
    assert (upstream.requests, calls()) == ([], [])


def sessions(row: Engine) -> int:
    """Open sessions of the adapter, which all threads of the process share."""
    adapter = load_adapter(row)
    assert isinstance(adapter, OpenAICompatibleEngine)
    return len(adapter._client._sessions)


def test_no_connection_stays_open(model: HouseModel, upstream: Upstream, row: Engine) -> None:
    complete(model)
    upstream.behave = reply(500, "oops")
    with pytest.raises(EngineError):
        complete(model)
    assert sessions(row) == 0
    assert len(upstream.connections) == 2


def test_threads_ask_beside_each_other(model: HouseModel, row: Engine) -> None:
    both = threading.Barrier(4, timeout=10)

    def work(_number: int) -> str:
        both.wait()
        with own_connections():
            return complete(model).text

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, range(4))) == ["SELECT 1"] * 4
    assert (len(calls()), sessions(row)) == (4, 0)


def test_engine_writes_a_query_with_it(model: HouseModel, upstream: Upstream) -> None:
    upstream.behave = stream(*words(query("SELECT count(*) FROM customers")), USAGE)
    answer = LlmEngine().write_sql(ask(model=model), database=ShopDatabase(), cancel=NeverCancelled())
    assert [candidate.sql for candidate in answer.candidates] == ["SELECT count(*) FROM customers"]
    assert (answer.model, answer.usage.tokens) == ("mock-1-0613", 27)


class TalkingEngine(FakeChatEngine):
    """A language model on this machine: the echo, which says that it is one."""

    @property
    def card(self) -> EngineCard:
        return EngineCard("talking", "1", "chat", "Talking", local=True, options={"writes_titles": 1})


@pytest.fixture
def talking(owner: Account, project: Project) -> HouseModel:
    """It, lent to `owner`."""
    row = Engine.objects.create(domain="chat", name="talking", adapter="talking")
    return HouseModel(Chatter(row, TalkingEngine()), owner, project, None, "task-8", 0.5)


def say(model: HouseModel, text: str, cancel: CancelToken) -> Completion:
    """One call of the engine on this machine."""
    return model.complete([Turn("user", text)], max_tokens=50, temperature=0.0, cancel=cancel)


def test_engine_on_this_machine_answers(talking: HouseModel) -> None:
    usage = Usage(requests=1, input_tokens=2, output_tokens=2)
    assert say(talking, "SELECT 1", NeverCancelled()) == Completion("SELECT 1", "fake", usage, "stop")
    [call] = calls()
    assert (call.status, call.model, call.engine_name, call.is_streaming) == ("success", "fake", "talking", False)
    assert (call.total_tokens, call.request_id, call.cost) == (4, "task-8", None)


def test_engine_on_this_machine_ends_in_time(talking: HouseModel) -> None:
    started = time.monotonic()
    with pytest.raises(EngineTimeout):
        say(talking, "[delay 60000ms] one two", NeverCancelled())
    cancel = CancelFlag()
    threading.Timer(0.1, cancel.cancel).start()
    with pytest.raises(Cancelled):
        say(talking, "[delay 60000ms] one two", cancel)
    with pytest.raises(EngineError):
        say(talking, "one [fail]", NeverCancelled())
    assert time.monotonic() - started < 3
    assert [call.error_code for call in calls()] == ["engine_timeout", "cancelled", "told_to_fail"]


def chosen(requested: str | None = None, project: Project | None = None) -> str:
    """The engine that is taken, empty for none."""
    chatter = choose_language_model(requested=requested, project=project)
    return chatter.name if chatter else ""


def test_house_without_a_language_model_lends_none(owner: Account, project: Project) -> None:
    assert [row.name for row in Engine.objects.enabled("chat")][:1] == ["librarian"]
    assert (chosen(), language_model_for(user=owner, project=project)) == ("", None)


def test_named_then_the_projects_then_the_default_then_any_is_taken(row: Engine, project: Project) -> None:
    Engine.objects.create(domain="chat", name="second", adapter="openai_compatible", base_url="http://127.0.0.1:9/v1")
    Engine.objects.create(domain="chat", name="off", adapter="openai_compatible", is_enabled=False)
    by_name = {name: chosen(name) for name in ("second", "librarian", "fake", "off", "nobody", "")}
    assert by_name == {"second": "second", "librarian": "", "fake": "", "off": "", "nobody": "", "": "second"}
    projects = {}
    for name in ("upstream", "librarian", "", 7):
        project.settings = {"engines": {"chat": name}}
        projects[name] = chosen(None, project)
    assert projects == {"upstream": "upstream", "librarian": "", "": "second", 7: ""}
    Engine.objects.filter(is_default=True, domain="chat").update(is_default=False)
    Engine.objects.filter(pk=row.pk).update(is_default=True)
    assert (chosen(), chosen("second", project)) == ("upstream", "second")
