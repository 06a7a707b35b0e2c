"""From the stream into the partition: every call once, whatever is repeated, lost or refused on the way."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import Account
from config.common.ids import uuid7
from config.common.redis import redis_client
from monitoring.audit import begin_interaction, end_interaction
from monitoring.audit.entries import encode_end, encode_start
from monitoring.audit.stream import STREAM
from monitoring.events import EndedInteraction, interactions_committed, interactions_ended
from monitoring.models import Interaction, StreamOffset, StreamReject
from monitoring.services import complete_abandoned, drain_interactions
from monitoring.services.draining import ReceiverFailed, owns_stream
from monitoring.tests.calls import (
    ago,
    answered,
    drain_all,
    heard,
    id_at,
    other_session,
    partition_of,
    record,
    said,
    waiting,
)
from projects.models import Project

pytestmark = pytest.mark.django_db


def outcome() -> tuple[str, str, int | None]:
    """Status, response and tokens of the only call."""
    call = Interaction.objects.get()
    return call.status, call.response, call.total_tokens


def test_call_arrives_with_everything_that_was_said(owner: Account, project: Project) -> None:
    start = said(
        owner, project_id=project.pk, api_key_id=project.api_key_id, conversation_id=uuid7(), message_id=uuid7(),
        engine_name="ollama", system_message="Be brief.", intent_classification="travel", confidence_score=0.93,
        deviation_score_delta=Decimal("-0.5"), user_score_before=Decimal(2), user_score_after=Decimal("1.5"),
        is_streaming=True, ip_address="10.0.0.1", user_agent="sdk", request_id="r1",
    )  # fmt: skip
    end = answered(
        prompt_tokens=3, completion_tokens=4, response_time_ms=120, first_token_ms=15, cost=Decimal("0.0012"),
        currency="USD", amounts={"tokens": 7}, is_partial=True,
    )  # fmt: skip
    begin_interaction(start)
    end_interaction(start.id, end)
    assert drain_interactions() == 2
    call = Interaction.objects.get()
    for name in ("user_id", "project_id", "api_key_id", "conversation_id", "message_id", "engine_name", "prompt",
                 "system_message", "intent_classification", "deviation_score_delta", "user_score_before",
                 "user_score_after", "is_streaming", "ip_address", "user_agent", "request_id", "endpoint"):  # fmt: skip
        assert getattr(call, name) == getattr(start, name), name
    for name in ("status", "response", "prompt_tokens", "completion_tokens", "total_tokens", "response_time_ms",
                 "first_token_ms", "cost", "currency", "is_partial", "finished_at"):  # fmt: skip
        assert getattr(call, name) == getattr(end, name), name
    assert (call.confidence_score, call.usage, call.error_code) == (Decimal("0.93"), {"tokens": 7}, "")


def test_call_lies_in_the_partition_of_its_month_and_leaves_the_stream(owner: Account) -> None:
    call = record(owner)
    assert partition_of(call) == f"interactions_{call.timestamp:%Y_%m}"
    assert (waiting(), StreamOffset.objects.get().stream) == (0, STREAM)


def test_end_completes_a_row_that_came_before(owner: Account) -> None:
    start = said(owner, intent_classification="travel", deviation_score_delta=Decimal("0.5"))
    begin_interaction(start)
    drain_all()
    assert outcome() == ("started", "", None)
    end_interaction(start.id, answered(model="small-2"))
    drain_all()
    assert outcome() == ("success", "The next one.", 7)
    call = Interaction.objects.get()
    assert (call.model, call.intent_classification, call.prompt) == ("small-2", "travel", "Which train?")
    assert (call.deviation_score_delta, call.user_id) == (Decimal("0.5"), owner.pk)


def test_end_without_a_beginning_is_kept_as_far_as_it_is_known() -> None:
    end_interaction(uuid7(), answered())
    drain_all()
    assert outcome() == ("success", "The next one.", 7)
    assert Interaction.objects.get().user_id is None


def test_nothing_is_nothing() -> None:
    assert (drain_interactions(), Interaction.objects.count(), StreamOffset.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize("times", [2, 3])
def test_repeated_entries_make_one_row_and_one_booking(owner: Account, times: int) -> None:
    start = said(owner)
    with heard(interactions_ended) as told:
        for _ in range(times):
            begin_interaction(start)
            end_interaction(start.id, answered(amounts={"tokens": 7}))
            drain_all()
    assert outcome() == ("success", "The next one.", 7)
    assert [entry.amounts for entry in told] == [{"tokens": 7}]


def test_first_end_counts(owner: Account) -> None:
    start = said(owner)
    begin_interaction(start)
    end_interaction(start.id, answered())
    drain_all()
    end_interaction(start.id, answered(status="error", response="No."))
    drain_all()
    assert outcome() == ("success", "The next one.", 7)


def test_entries_left_behind_by_a_crash_are_taken_out_and_change_nothing(owner: Account) -> None:
    start = said(owner)
    redis_client().xadd(STREAM, {"b": encode_start(start)}, id="100-1")
    redis_client().xadd(STREAM, {"e": encode_end(start.id, answered())}, id="100-2")
    StreamOffset.objects.create(stream=STREAM, last_id="100-2")
    with heard(interactions_ended) as told:
        assert drain_all() == 2
    # Without their rows, they would have been lost: the offset alone decides nothing.
    assert (outcome()[0], len(told), waiting()) == ("success", 1, 0)
    assert StreamOffset.objects.get().last_id == "100-2"


def test_stream_that_began_anew_goes_on(owner: Account) -> None:
    start = said(owner)
    begin_interaction(start)
    drain_all()
    before = StreamOffset.objects.get().last_id
    redis_client().flushall()
    end_interaction(start.id, answered())
    drain_all()
    after = StreamOffset.objects.get().last_id
    assert outcome() == ("success", "The next one.", 7)
    assert int(after.partition("-")[0]) >= int(before.partition("-")[0])


def test_redis_whose_clock_went_back_loses_nothing(owner: Account) -> None:
    record(owner)
    redis_client().flushall()
    late, later = said(owner), said(owner)
    redis_client().xadd(STREAM, {"b": encode_start(late)}, id="5-1")
    redis_client().xadd(STREAM, {"b": encode_start(later)})
    assert drain_all() == 2
    assert set(Interaction.objects.filter(status="started").values_list("pk", flat=True)) == {late.id, later.id}


def test_late_end_wins_over_the_sweep(owner: Account) -> None:
    start = said(owner, id=id_at(ago(hours=1)))
    begin_interaction(start)
    drain_all()
    assert complete_abandoned() == 1
    assert outcome()[0] == "error"
    with heard(interactions_ended) as told:
        end_interaction(start.id, answered(amounts={"tokens": 7}))
        drain_all()
    call = Interaction.objects.get()
    assert (outcome(), call.error_code, call.error_message) == (("success", "The next one.", 7), "", "")
    assert [entry.amounts for entry in told] == [{"tokens": 7}]


def test_receivers_hear_who_used_what(owner: Account, project: Project) -> None:
    start, reservation = said(owner, project_id=project.pk, api_key_id=project.api_key_id), uuid7()
    begin_interaction(start)
    drain_all()
    with heard(interactions_ended) as told:
        begin_interaction(said(owner))
        end_interaction(start.id, answered(reservation_id=reservation, amounts={"tokens": 7, "requests": 1}))
        drain_all()
    amounts = {"tokens": 7, "requests": 1}
    assert told == [
        EndedInteraction(start.id, owner.pk, project.api_key_id, project.pk, "success", reservation, amounts)
    ]


@pytest.mark.django_db(transaction=True)
def test_receiver_that_fails_rolls_everything_back_and_is_asked_again(owner: Account) -> None:
    start = said(owner)
    begin_interaction(start)
    end_interaction(start.id, answered())

    def fail(**_: Any) -> None:
        raise IntegrityError("the books are closed")

    interactions_ended.connect(fail)
    try:
        with pytest.raises(ReceiverFailed):
            drain_interactions()
    finally:
        interactions_ended.disconnect(fail)
    assert (Interaction.objects.count(), StreamReject.objects.count(), waiting()) == (0, 0, 2)
    with heard(interactions_ended) as told:
        drain_all()
    assert (outcome()[0], len(told)) == ("success", 1)


@pytest.mark.django_db(transaction=True)
def test_hook_after_the_commit_hears_the_same(owner: Account) -> None:
    with heard(interactions_ended) as inside, heard(interactions_committed) as after:
        record(owner)
    assert (len(inside), after) == (1, inside)


@pytest.mark.django_db(transaction=True)
def test_nothing_is_heard_after_a_rollback(owner: Account) -> None:
    with heard(interactions_committed) as after, transaction.atomic():
        record(owner)
        transaction.set_rollback(True)
    assert (after, Interaction.objects.count()) == ([], 0)


@pytest.mark.django_db(transaction=True)
def test_one_process_moves_and_the_others_stand_by(owner: Account) -> None:
    begin_interaction(said(owner))
    with other_session() as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [STREAM])
        assert (drain_interactions(), complete_abandoned(), waiting()) == (0, 0, 1)
        # By hand: the server ends a session some time after its connection is closed.
        other.execute("SELECT pg_advisory_unlock_all()")
    assert (drain_interactions(), waiting()) == (1, 0)


@pytest.mark.django_db(transaction=True)
def test_ownership_ends_with_the_transaction() -> None:
    with transaction.atomic():
        assert owns_stream()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("place", [0, 7, 20])
def test_entry_that_the_database_refuses_is_put_aside_and_the_others_pass(owner: Account, place: int) -> None:
    starts = [said(owner) for _ in range(21)]
    starts[place] = said(user_id=uuid7(), prompt="whose?")
    for start in starts:
        begin_interaction(start)
    drain_all()
    reject = StreamReject.objects.get()
    assert (Interaction.objects.count(), waiting(), "whose?" in reject.payload) == (20, 0, True)
    assert ("foreign key" in reject.reason, "whose?" in reject.reason) == (True, False)


def test_rubbish_is_put_aside_once(owner: Account, caplog: pytest.LogCaptureFixture) -> None:
    redis_client().xadd(STREAM, {"b": b"\xff\x00"})
    record(owner)
    reject = StreamReject.objects.get()
    assert (reject.stream, reject.payload, reject.reason[:18]) == (STREAM, "\ufffd", "UnicodeDecodeError")
    assert (Interaction.objects.count(), caplog.messages.count("audit.entry.rejected")) == (1, 1)


def test_whole_batches_move_in_order(owner: Account) -> None:
    starts = [said(owner) for _ in range(25)]
    for start in starts:
        begin_interaction(start)
    assert [drain_interactions(10) for _ in range(4)] == [10, 10, 5, 0]
    assert list(Interaction.objects.order_by("pk").values_list("pk", flat=True)) == [start.id for start in starts]
