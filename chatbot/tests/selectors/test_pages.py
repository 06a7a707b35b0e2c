"""What the Chat page is rendered with."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Account
from chatbot.models import Conversation, Message
from chatbot.selectors.conversations import BranchPage
from chatbot.selectors.pages import grouped, labels_of, page_messages, without_the_oldest
from chatbot.tests.conftest import As
from projects.models import Project


def aged(days: int, **fields: Any) -> Conversation:
    return Conversation(last_message_at=timezone.now() - timedelta(days=days), **fields)


def test_conversations_are_grouped_by_pin_and_day() -> None:
    rows = [aged(90, is_pinned=True), aged(0), aged(0), aged(1), aged(2), aged(6), aged(7), aged(400)]
    names = [(group.name, len(group.conversations)) for group in grouped(rows)]
    assert names == [("pinned", 1), ("today", 2), ("yesterday", 1), ("week", 2), ("older", 2)]


def test_a_clock_that_runs_ahead_is_today() -> None:
    assert [group.name for group in grouped([aged(-1)])] == ["today"]


def test_without_messages_the_day_of_making_counts() -> None:
    made = Conversation(created_at=timezone.now() - timedelta(days=30))
    assert [group.name for group in grouped([made])] == ["older"]


@pytest.mark.django_db
def test_folders_and_tags_in_use_are_sorted_and_named_once(owner: Account, project: Project) -> None:
    for folder, tags in (("b", ["y", "x"]), ("a", ["x"]), ("b", []), ("", [])):
        Conversation.objects.create(user=owner, project=project, folder=folder, tags=tags)
    rows = Conversation.objects.all()
    assert labels_of(rows) == (["a", "b"], ["x", "y"])
    assert labels_of(rows.filter(folder="")) == ([], [])


def page_with(*lengths: int, has_more: bool = False) -> BranchPage:
    return BranchPage([Message(content="x" * length) for length in lengths], {}, None, has_more)


@pytest.mark.parametrize(
    ("lengths", "kept"),
    [((10, 10, 10), 3), ((8_000, 900, 50), 3), ((9_000, 900, 50), 2), ((9, 30_000, 30_000), 2), ((50_000,), 1)],
)
def test_oldest_messages_wait_when_the_texts_are_long(lengths: tuple[int, ...], kept: int) -> None:
    page = without_the_oldest(page_with(*lengths))
    assert [len(message.content) for message in page.messages] == list(lengths[-kept:])
    assert page.has_more is (kept < len(lengths))


def test_texts_are_counted_as_they_are_sent() -> None:
    page = BranchPage([Message(content="ữ" * 2_000) for _ in range(3)], {}, None, False)
    assert len(without_the_oldest(page).messages) == 2


def test_what_was_left_out_before_stays_so() -> None:
    assert without_the_oldest(page_with(1, has_more=True)).has_more is True


def entries_of(*messages: Message) -> list[dict[str, Any]]:
    """Of a branch without other versions."""
    versions = {message.pk: [message.pk] for message in messages}
    return page_messages(BranchPage(messages, versions, None, False))


@pytest.mark.django_db
def test_entry_says_the_same_as_the_rest_api(as_: As, owner: Account, answered: Message) -> None:
    sources = [{"number": number, "text": "x" * 1000} for number in (1, 4)]
    metadata = {"finish_reason": "length", "reservation_id": "secret"}
    Message.objects.filter(pk=answered.pk).update(sources=sources, metadata=metadata)
    answered.refresh_from_db()
    told = as_(owner).get(f"/api/v1/messages/{answered.pk}/").json()
    [entry] = entries_of(answered)
    assert entry.pop("metadata") == {"finish_reason": "length"}
    assert entry.pop("source_numbers") == [source["number"] for source in told["sources"]] == [1, 4]
    assert entry.pop("abilities") == [name for name, may in told["abilities"].items() if may]
    names = {"parent": "parent_message_id", "engine": "engine_name"}
    assert {name: str(value) for name, value in entry.items()} == {name: told[names.get(name, name)] for name in entry}


@pytest.mark.django_db
def test_usual_message_behind_its_parent_is_a_short_entry(answered: Message) -> None:
    question = answered.parent_message
    assert question is not None
    engine = {"engine": "fake", "engine_version": answered.engine_version}
    assert entries_of(question, answered) == [
        {"id": question.pk, "role": "user"},
        {"id": answered.pk, "role": "assistant", **engine},
    ]


@pytest.mark.django_db
def test_only_several_versions_are_named(answered: Message) -> None:
    other = answered.conversation_id
    page = BranchPage([answered], {answered.pk: [other, answered.pk]}, None, False)
    assert page_messages(page)[0]["versions"] == [other, answered.pk]


def test_note_on_the_scope_is_part_of_the_page(answered: Message) -> None:
    note = {"level": "warning", "intent": "travel", "score": 60.0}
    answered.metadata |= {"scope": note}
    [entry] = page_messages(BranchPage([answered], {answered.pk: [answered.pk]}, None, False))
    assert entry["metadata"] == {"scope": note}
