"""What time does to calls: those without an end are completed, contents are emptied, the rest stays."""

import pytest
from pytest_django import Settings

from accounts.models import Account
from monitoring.events import interactions_ended
from monitoring.models import Interaction, StreamReject
from monitoring.services import complete_abandoned, empty_contents, retention
from monitoring.tests.calls import ago, answered, heard, id_at, record, record_open

pytestmark = pytest.mark.django_db


def age_reject(days: int) -> StreamReject:
    """A rejected entry of that age."""
    return StreamReject.objects.create(
        stream="s", entry_id=f"{days}-1", payload="p", reason="r", created_at=ago(days=days)
    )


def test_call_without_an_end_becomes_an_error_that_keeps_what_is_known(owner: Account) -> None:
    call = record_open(owner, id=id_at(ago(minutes=16)), request_id="r1")
    with heard(interactions_ended) as told:
        assert complete_abandoned() == 1
    call.refresh_from_db()
    assert (call.status, call.error_code, call.finished_at is not None) == ("error", "abandoned", True)
    assert (call.prompt, call.request_id, call.user_id, call.total_tokens) == ("Which train?", "r1", owner.pk, None)
    assert told == []


def test_calls_that_run_or_have_ended_are_left_alone(owner: Account, settings: Settings) -> None:
    settings.INTERACTION_ABANDONED_SECONDS = 900.0
    young, ended = record_open(owner, id=id_at(ago(minutes=14))), record(owner, id=id_at(ago(hours=9)))
    assert complete_abandoned() == 0
    assert set(Interaction.objects.values_list("pk", "status")) == {(young.pk, "started"), (ended.pk, "success")}


def test_patience_is_a_setting(owner: Account, settings: Settings) -> None:
    settings.INTERACTION_ABANDONED_SECONDS = 60.0
    record_open(owner, id=id_at(ago(minutes=2)))
    assert complete_abandoned() == 1


def test_one_sweep_completes_one_batch_the_oldest_first(owner: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH_ROWS", 2)
    calls = [record_open(owner, id=id_at(ago(hours=hours))) for hours in (1, 3, 2)]
    assert complete_abandoned() == 2
    assert Interaction.objects.get(status="started") == calls[0]
    assert (complete_abandoned(), complete_abandoned()) == (1, 0)


def test_old_contents_are_emptied_and_the_rest_stays(owner: Account, settings: Settings) -> None:
    settings.INTERACTION_CONTENT_DAYS = 90
    old = record(owner, id=id_at(ago(days=91)), system_message="Be brief.", end=answered(amounts={"tokens": 7}))
    young = record(owner, id=id_at(ago(days=89)))
    assert empty_contents() == 1
    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.prompt, old.system_message, old.response) == ("", "", "")
    assert (old.content_deleted_at is not None, old.total_tokens, old.usage) == (True, 7, {"tokens": 7})
    assert (young.prompt, young.response, young.content_deleted_at) == ("Which train?", "The next one.", None)


def test_contents_are_emptied_once(owner: Account) -> None:
    call = record(owner, id=id_at(ago(days=100)))
    assert (empty_contents(), empty_contents()) == (1, 0)
    call.refresh_from_db()
    assert call.status == "success"


def test_contents_are_emptied_in_batches_up_to_a_bound(owner: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH_ROWS", 2)
    monkeypatch.setattr(retention, "_MOST_BATCHES", 2)
    for days in range(100, 107):
        record(owner, id=id_at(ago(days=days)))
    assert [empty_contents() for _ in range(3)] == [4, 3, 0]


def test_rejects_are_forgotten_with_the_contents(settings: Settings) -> None:
    settings.INTERACTION_CONTENT_DAYS = 90
    age_reject(91)
    kept = age_reject(89)
    empty_contents()
    assert list(StreamReject.objects.all()) == [kept]
