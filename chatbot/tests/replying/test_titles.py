"""Titles that the engine gives after the first complete reply: asked of a real server on loopback."""

from typing import Any

import pytest
from aiohttp import web
from channels.db import database_sync_to_async
from pytest_django import Settings

from accounts.models import Account, UsageQuota
from accounts.selectors import quota_usage
from accounts.services import set_quota
from chatbot.models import Conversation
from chatbot.replying.titling import clean_title, tags_in
from chatbot.services import regenerate_reply, stop_reply, update_conversation
from chatbot.streams.changes import last_change
from chatbot.streams.frames import changes_of, from_fields, stream_key
from chatbot.tests.conftest import Ask, Run
from chatbot.tests.replying.conftest import House
from chatbot.tests.streaming import reading, stored, until
from chatbot.tests.upstream import (
    USAGE,
    Behaviour,
    hang,
    pieces,
    reply,
    stream,
    then_cut,
    then_hang,
    words,
)
from config.common.redis import redis_client
from monitoring.models import Interaction
from monitoring.tests.calls import drain_all
from tasks.models import Engine

pytestmark = pytest.mark.django_db(transaction=True)

QUESTION = "Which trains go from the old station to the harbour on a Sunday morning in winter?"
CUT = "Which trains go from the old station to the harbour on a…"
ANSWER = stream(*words("Two of ", "them."), USAGE)


@pytest.fixture(autouse=True)
def _titles(settings: Settings) -> None:
    settings.CHAT_TITLES = True


def titled(title: Behaviour, answer: Behaviour = ANSWER) -> Behaviour:
    """An upstream that answers questions in one way and what asks for a title in another."""

    async def behave(request: web.Request) -> web.StreamResponse:
        prompt = (await request.json())["messages"][-1]["content"]
        return await (title if prompt.startswith("Write a title") else answer)(request)

    return behave


SUNDAY = titled(stream(*words("Sunday ", "trains", "\nTags: trains, #harbour"), USAGE))


@database_sync_to_async
def rename(house: House) -> None:
    """As its owner does in the page."""
    update_conversation(conversation=Conversation.objects.get(pk=house.conversation.pk), changes={"title": "Mine"})


async def title_of(house: House) -> str:
    return (await Conversation.objects.aget(pk=house.conversation.pk)).title


@database_sync_to_async
def title_calls() -> list[Interaction]:
    drain_all()
    return list(Interaction.objects.filter(endpoint="chat.title").order_by("timestamp"))


async def test_engine_names_the_conversation_after_its_first_reply(house: House) -> None:
    row = await house.answer(QUESTION, behave=SUNDAY)
    assert (row.status, row.content, await title_of(house)) == ("completed", "Two of them.", "Sunday trains")
    asked = house.upstream.requests[1].json
    assert (asked["max_tokens"], asked["temperature"], "tools" in asked) == (70, 0.2, False)
    [turn] = asked["messages"]
    assert f"Question:\n{QUESTION}\n\nAnswer:\nTwo of them." in turn["content"]


async def tags_of(house: House) -> list[str]:
    return (await Conversation.objects.aget(pk=house.conversation.pk)).tags


async def test_engine_tags_the_conversation(house: House) -> None:
    await house.answer(QUESTION, behave=SUNDAY)
    assert await tags_of(house) == ["trains", "harbour"]


async def test_tags_of_a_person_stay(house: House) -> None:
    await Conversation.objects.filter(pk=house.conversation.pk).aupdate(tags=["mine"])
    await house.answer(QUESTION, behave=SUNDAY)
    assert (await title_of(house), await tags_of(house)) == ("Sunday trains", ["mine"])


async def test_open_pages_are_told(house: House, owner: Account) -> None:
    before = await last_change(owner.pk)
    await house.answer(QUESTION, behave=SUNDAY)
    told: Any = redis_client().xrange(stream_key(changes_of(owner.pk)))
    [(entry, fields)] = told
    assert dict(from_fields("", entry, fields))["conversation_id"] == str(house.conversation.pk)
    assert await last_change(owner.pk) > before


async def test_call_is_in_the_audit_and_its_tokens_are_booked_once(house: House, owner: Account) -> None:
    for kind in ("requests", "tokens"):
        await database_sync_to_async(set_quota)(account=owner, quota_type=kind, period="daily", limit=9_000, actor=None)
    row = await house.answer(QUESTION, behave=SUNDAY)
    [call] = await title_calls()
    assert (call.status, call.user_id, call.message_id) == ("success", owner.pk, row.pk)
    assert (call.prompt_tokens, call.completion_tokens, call.total_tokens) == (20, 7, 27)
    assert (call.model, call.engine_name, call.prompt, call.response) == ("mock-1-0613", "upstream", "", "")
    assert await title_calls() == [call]
    used = {row.quota_type: row.current_usage async for row in UsageQuota.objects.filter(user=owner, period="daily")}
    assert (used["requests"], used["tokens"]) == (1, 54)
    meters = await database_sync_to_async(quota_usage)(owner)
    assert {meter.reserved for meter in meters} == {0}


async def test_later_replies_leave_the_title_alone(house: House) -> None:
    await house.answer(QUESTION, behave=SUNDAY)
    await house.answer("And back?")
    assert (len(house.upstream.requests), await title_of(house)) == (3, "Sunday trains")


async def test_first_reply_that_is_complete_counts(house: House) -> None:
    await house.answer(QUESTION, behave=then_cut(*words("Two", finish_reason=None)))
    assert (len(house.upstream.requests), await title_of(house)) == (1, CUT)
    await house.answer("Again, please", behave=SUNDAY)
    assert await title_of(house) == "Sunday trains"


async def test_title_of_a_person_is_never_replaced(house: House) -> None:
    await rename(house)
    await house.answer(QUESTION, behave=SUNDAY)
    assert (len(house.upstream.requests), await title_of(house)) == (1, "Mine")


async def test_title_written_while_the_engine_thinks_stays(house: House) -> None:
    async def title(request: web.Request) -> web.StreamResponse:
        await rename(house)
        return await stream(*words("Sunday trains"), USAGE)(request)

    await house.answer(QUESTION, behave=titled(title))
    assert (len(house.upstream.requests), await title_of(house)) == (2, "Mine")


async def test_reply_ends_before_the_title_is_asked_for(house: House) -> None:
    begun = await house.ask(QUESTION, behave=titled(hang))
    await reading(begun.pk).end(within_seconds=5)
    row = await stored(begun.pk)
    assert row is not None
    assert (row.status, row.content, await title_of(house)) == ("completed", "Two of them.", CUT)
    await until(lambda: len(house.upstream.requests) == 2)


FAILURES = [
    (reply(500, "oops"), "error"),
    (reply(429, {"error": {"message": "slow down"}}), "error"),
    (pieces(b"data: {]garbage\n\n"), "error"),
    (then_cut(*words("Sunday", finish_reason=None)), "error"),
    (then_hang(*words("Sunday", finish_reason=None)), "error"),
    (stream(*words(), USAGE), "success"),
    (stream(*words("<think>Hm, trains and", finish_reason="length"), USAGE), "success"),
    (stream(*words("Trains that go on Sundays and", finish_reason="length"), USAGE), "success"),
    (stream(*words("word " * 30), USAGE), "success"),
]


@pytest.mark.parametrize(("title", "status"), FAILURES)
async def test_title_that_fails_leaves_reply_and_cut_title(
    house: House, settings: Settings, title: Behaviour, status: str
) -> None:
    settings.CHAT_TITLE_SECONDS = 0.5
    row = await house.answer(QUESTION, behave=titled(title))
    assert (row.status, row.content, await title_of(house)) == ("completed", "Two of them.", CUT)
    assert [call.status for call in await title_calls()] == [status]


async def test_nothing_is_asked_without_room_in_the_quota(house: House, owner: Account) -> None:
    give = database_sync_to_async(set_quota)
    await give(account=owner, quota_type="tokens", period="daily", limit=1_050, actor=None)
    row = await house.answer(
        QUESTION, behave=titled(SUNDAY, stream(*words("Two."), USAGE | {"completion_tokens": 1_020}))
    )
    assert (row.status, len(house.upstream.requests), await title_of(house)) == ("completed", 1, CUT)
    assert await title_calls() == []


async def test_temporary_chat_is_not_named(house: House, settings: Settings) -> None:
    house.conversation = await Conversation.objects.acreate(
        user=house.conversation.user, project=house.conversation.project, expires_at="2100-01-01T00:00Z"
    )
    await house.answer(QUESTION, behave=SUNDAY)
    assert len(house.upstream.requests) == 1


async def test_stopped_reply_names_nothing(house: House, owner: Account) -> None:
    begun = await house.ask(QUESTION, behave=titled(ANSWER, then_hang(*words("Two", finish_reason=None))))
    await reading(begun.pk).until(1)
    await database_sync_to_async(stop_reply)(reply=begun, user=owner)
    row = await house.row(begun)
    assert (row.status, len(house.upstream.requests), await title_of(house)) == ("stopped", 1, CUT)


async def test_house_can_switch_it_off(house: House, settings: Settings) -> None:
    settings.CHAT_TITLES = False
    await house.answer(QUESTION, behave=SUNDAY)
    assert (len(house.upstream.requests), await title_of(house)) == (1, CUT)


async def test_of_engines_side_by_side_one_names_the_conversation(house: House) -> None:
    other = await Engine.objects.aget(name="upstream")
    other.pk, other.name = None, "second"
    await other.asave(force_insert=True)
    first = await house.ask(QUESTION, behave=SUNDAY)
    await database_sync_to_async(regenerate_reply)(reply=first, user=house.conversation.user, engine="second")
    await house.row(first)
    asked = [request.json["messages"][-1]["content"] for request in house.upstream.requests]
    assert sorted(prompt.startswith("Write a title") for prompt in asked) == [False, False, True]
    assert await title_of(house) == "Sunday trains"


@pytest.mark.parametrize("engine", ["fake", "librarian"])
def test_engine_that_is_no_language_model_names_nothing(
    ask: Ask, run: Run, conversation: Conversation, engine: str
) -> None:
    run(ask(QUESTION, engine=engine))
    conversation.refresh_from_db()
    drain_all()
    assert conversation.title == CUT
    assert list(Interaction.objects.values_list("endpoint", flat=True)) == ["chat"]


TITLES: list[tuple[str, str]] = [
    ("Sunday trains", "Sunday trains"),
    ('  "Sunday trains."\n\nI chose it because', "Sunday trains"),
    ("Title: **Sunday trains**", "Sunday trains"),
    ("Tiêu đề: «Tàu ngày chủ nhật»", "Tàu ngày chủ nhật"),
    ("## Sunday trains", "Sunday trains"),
    ("<think>They ask\nabout trains.</think>\nSunday trains", "Sunday trains"),
    ("one two three four five, six, seven", "one two three four five, six…"),
    ("Why?", "Why?"),
    ("a\x00b \ud83d", "ab \ufffd"),
    ("", ""),
    ("...", ""),
]


@pytest.mark.parametrize(("said", "title"), TITLES)
def test_title_in_an_answer(said: str, title: str) -> None:
    assert clean_title(said) == title


TAGS: list[tuple[str, list[str]]] = [
    ("Sunday trains\nTags: trains, harbour", ["trains", "harbour"]),
    ("Tàu ngày chủ nhật\nThẻ: tàu hoả; bến cảng", ["tàu hoả", "bến cảng"]),
    ("Sunday trains\n**Tags:** #trains, trains, , *winter*, harbour, Sunday", ["trains", "winter", "harbour"]),
    ("Sunday trains\nTags: trains that go on Sundays, winter", ["winter"]),
    ("Sunday trains\nTags:", []),
    ("Tags: trains", []),
    ("Sunday trains", []),
    ("", []),
]


@pytest.mark.parametrize(("said", "tags"), TAGS)
def test_tags_in_an_answer(said: str, tags: list[str]) -> None:
    assert tags_in(said) == tags


def test_tags_that_may_be_cut_are_left_out() -> None:
    assert tags_in("Sunday trains\nTags: trains, har", is_cut=True) == []


def test_answer_that_was_cut_holds_a_title_only_in_a_line_before() -> None:
    said: dict[str, Any] = {"Sunday tr": "", "Sunday trains\nThis is because": "Sunday trains"}
    assert {text: clean_title(text, is_cut=True) for text in said} == said
