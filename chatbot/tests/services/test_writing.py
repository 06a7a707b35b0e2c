"""The writes of a reply's one writer, each fenced by its id."""

from dataclasses import replace

import pytest

from accounts.models import Account, UsageReservation
from accounts.services import hold_usage
from chatbot.models import Message
from chatbot.services.writing import Ending, Progress, checkpoint, finish_reply, length_at_begin, take_over
from chatbot.states import MessageStatus
from chatbot.tests.conftest import Ask
from chatbot.tests.trees import add_version
from config.common.ids import uuid7

pytestmark = pytest.mark.django_db

DONE = Ending(MessageStatus.COMPLETED, prompt_tokens=3, completion_tokens=4, metadata={"model": "m"})
FAILED = Ending(MessageStatus.FAILED, error_code="x", error_message="y")


@pytest.fixture
def progress(ask: Ask) -> Progress:
    """A writer's first words."""
    reply = ask()
    assert reply.writer_id is not None
    return Progress(reply.pk, reply.writer_id, "Hello", 1)


def row_of(progress: Progress) -> Message:
    return Message.objects.get(pk=progress.message_id)


def test_checkpoint_stores_the_text_and_beats(progress: Progress) -> None:
    before = row_of(progress).heartbeat_at
    assert checkpoint([progress]) == ({progress.message_id}, set())
    row = row_of(progress)
    assert (row.content, row.last_seq, row.status) == ("Hello", 1, "streaming")
    assert before is not None
    assert row.heartbeat_at is not None
    assert row.heartbeat_at > before


def test_checkpoint_brings_a_stop_back(progress: Progress) -> None:
    Message.objects.update(stop_requested_at="2026-01-01T00:00Z")
    assert checkpoint([progress]) == ({progress.message_id}, {progress.message_id})


def test_many_writers_checkpoint_in_one_statement(ask: Ask, progress: Progress) -> None:
    zombie = replace(progress, message_id=ask(at_root=True).pk, content="lost")
    assert checkpoint([progress, zombie]) == ({progress.message_id}, set())
    assert row_of(zombie).content == ""


def test_finish_ends_the_row(progress: Progress) -> None:
    assert finish_reply(progress=replace(progress, content="Hello world", seq=3), ending=DONE)
    row = row_of(progress)
    assert (row.content, row.last_seq, row.status) == ("Hello world", 3, "completed")
    assert (row.prompt_tokens, row.completion_tokens, row.metadata["model"]) == (3, 4, "m")
    assert (row.writer_id, row.heartbeat_at, row.finished_at is None) == (None, None, False)


def test_nobody_finishes_twice(progress: Progress) -> None:
    assert finish_reply(progress=progress, ending=DONE)
    assert not finish_reply(progress=replace(progress, content="again"), ending=DONE)
    assert checkpoint([progress]) == (set(), set())
    assert row_of(progress).content == "Hello"


def test_who_was_replaced_writes_nothing(progress: Progress, owner: Account) -> None:
    reservation_id = uuid7()
    hold_usage(reservation_id=reservation_id, account_id=owner.pk, amounts={"requests": 1})
    writer_id = take_over(progress.message_id)
    assert writer_id not in (None, progress.writer_id)
    assert checkpoint([progress]) == (set(), set())
    assert not finish_reply(progress=progress, ending=DONE, reservation_id=reservation_id)
    assert (row_of(progress).content, UsageReservation.objects.filter(pk=reservation_id).count()) == ("", 1)


def test_reply_that_has_ended_cannot_be_taken_over(progress: Progress) -> None:
    finish_reply(progress=progress, ending=DONE)
    assert take_over(progress.message_id) is None
    assert take_over(uuid7()) is None


@pytest.mark.parametrize("ending", [DONE, FAILED, replace(FAILED, status=MessageStatus.INTERRUPTED)])
def test_reservation_ends_with_the_reply(progress: Progress, owner: Account, ending: Ending) -> None:
    reservation_id = uuid7()
    hold_usage(reservation_id=reservation_id, account_id=owner.pk, amounts={"requests": 1})
    assert finish_reply(progress=progress, ending=ending, reservation_id=reservation_id)
    assert not UsageReservation.objects.filter(pk=reservation_id).exists()


def test_texts_of_an_error_are_made_storable(progress: Progress) -> None:
    bad = Ending(MessageStatus.FAILED, error_code="x", error_message="a\x00\ud83d", metadata={"model": "m\x00", "n": 1})
    assert finish_reply(progress=progress, ending=bad)
    row = row_of(progress)
    assert (row.error_message, row.metadata["model"], row.metadata["n"]) == ("a\ufffd", "m", 1)


def test_continued_reply_knows_where_it_began(progress: Progress) -> None:
    first = row_of(progress)
    assert length_at_begin(first) == 0
    assert length_at_begin(add_version(first, 2, metadata={"continues": str(uuid7())})) == 0
    finish_reply(progress=progress, ending=DONE)
    assert length_at_begin(add_version(first, 3, metadata={"continues": str(first.pk)})) == len("Hello")
