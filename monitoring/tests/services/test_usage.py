"""Sums by the hour: every call that ended is in exactly one of them, whatever is repeated, late or lost on the way."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib import import_module
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Account
from config.common.ids import uuid7
from monitoring.audit import begin_interaction, end_interaction
from monitoring.events import interactions_ended
from monitoring.models import Interaction, InteractionUsage
from monitoring.services import complete_abandoned, drain_interactions, drop_partitions, make_partitions
from monitoring.tests.calls import ago, answered, drain_all, id_at, partition_of, record, record_open, said
from projects.models import Project

pytestmark = pytest.mark.django_db

NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=1)
COUNTED = ("calls", "prompt_tokens", "completion_tokens", "cost", "timed_calls", "response_time_ms_sum",
           "response_time_ms_max")  # fmt: skip


def call(user: Account | None = None, *, moment: datetime = NOON, **end: Any) -> UUID:
    """A call that ended, in the stream."""
    start = said(
        user, id=id_at(moment), engine_name=end.pop("engine_name", "ollama"), project_id=end.pop("project", None)
    )
    begin_interaction(start)
    end_interaction(start.id, answered(**end))
    return start.id


def states() -> dict[str, int]:
    """Status to number of calls, over all sums."""
    return {usage.status: usage.calls for usage in InteractionUsage.objects.all()}


def test_calls_of_an_hour_are_one_sum(owner: Account, project: Project) -> None:
    for minute, tokens, time in ((0, 3, 100), (59, 4, 300)):
        call(owner, moment=NOON + timedelta(minutes=minute), project=project.pk, prompt_tokens=tokens,
             completion_tokens=10, cost=Decimal("0.5"), currency="USD", response_time_ms=time)  # fmt: skip
    drain_all()
    usage = InteractionUsage.objects.get()
    assert (usage.hour, usage.user, usage.project) == (NOON, owner, project)
    assert (usage.engine_name, usage.endpoint, usage.status) == ("ollama", "chat.completions", "success")
    assert [getattr(usage, name) for name in COUNTED] == [2, 7, 20, Decimal(1), 2, 400, 300]


def test_later_batches_add_to_the_sum(owner: Account) -> None:
    for time in (300, 100, None):
        call(owner, prompt_tokens=1, cost=Decimal("0.25"), currency="EUR", response_time_ms=time)
        drain_all()
    usage = InteractionUsage.objects.get()
    assert [getattr(usage, name) for name in COUNTED] == [3, 3, 0, Decimal("0.75"), 2, 400, 300]


@pytest.mark.parametrize("costs", [(None, "0.5"), ("0.5", None), ("0.5",)])
def test_unknown_price_leaves_the_known_ones(costs: tuple[str | None, ...]) -> None:
    for cost in costs:
        call(cost=cost and Decimal(cost))
        drain_all()
    assert InteractionUsage.objects.get().cost == Decimal("0.5")


def test_cost_is_unknown_where_no_call_had_a_price() -> None:
    call()
    drain_all()
    usage = InteractionUsage.objects.get()
    assert (usage.cost, usage.response_time_ms_max, usage.user_id) == (None, None, None)


@pytest.mark.parametrize(
    "other",
    [{"status": "error"}, {"status": "blocked"}, {"currency": "EUR"}, {"engine_name": "vllm"},
     {"moment": NOON + timedelta(hours=1)}, {"moment": NOON - timedelta(milliseconds=1)}],
    ids=str,
)  # fmt: skip
def test_what_differs_is_summed_apart(owner: Account, other: dict[str, Any]) -> None:
    call(owner)
    call(owner, **other)
    drain_all()
    assert list(InteractionUsage.objects.values_list("calls", flat=True)) == [1, 1]


def test_people_and_projects_are_summed_apart(owner: Account, member: Account, project: Project) -> None:
    for user, project_id in ((owner, None), (owner, project.pk), (member, None), (None, None)):
        call(user, project=project_id)
        call(user, project=project_id)
    drain_all()
    assert list(InteractionUsage.objects.values_list("calls", flat=True)) == [2, 2, 2, 2]


def test_running_call_is_in_no_sum(owner: Account) -> None:
    record_open(owner)
    assert states() == {}


def test_end_in_a_later_batch_is_counted_with_what_it_says(owner: Account) -> None:
    running = record_open(owner, engine_name="ollama")
    end_interaction(running.pk, answered(engine_name="vllm", prompt_tokens=5))
    drain_all()
    assert InteractionUsage.objects.values_list("engine_name", "calls", "prompt_tokens").get() == ("vllm", 1, 5)


def test_end_without_a_beginning_is_counted() -> None:
    end_interaction(uuid7(), answered())
    drain_all()
    assert states() == {"success": 1}


def test_repeated_entries_are_counted_once(owner: Account) -> None:
    start = said(owner)
    for _ in range(3):
        begin_interaction(start)
        end_interaction(start.id, answered(prompt_tokens=7))
        drain_all()
    assert InteractionUsage.objects.values_list("calls", "prompt_tokens").get() == (1, 7)


def test_abandoned_call_is_an_error_once(owner: Account) -> None:
    record_open(owner, id=id_at(ago(hours=2)))
    assert [complete_abandoned(), complete_abandoned()] == [1, 0]
    assert states() == {"error": 1}


def test_late_end_of_an_abandoned_call_moves_it(owner: Account) -> None:
    late = record_open(owner, id=id_at(NOON), engine_name="ollama")
    complete_abandoned()
    for _ in range(2):
        end_interaction(late.pk, answered(engine_name="vllm", prompt_tokens=5))
        drain_all()
    assert states() == {"success": 1}
    assert InteractionUsage.objects.values_list("engine_name", "prompt_tokens").get() == ("vllm", 5)


def test_late_ends_leave_other_abandoned_calls(owner: Account, project: Project) -> None:
    late, *_others = [record_open(owner, id=id_at(NOON), project_id=project.pk) for _ in range(3)]
    record_open(owner, id=id_at(NOON))
    complete_abandoned()
    end_interaction(late.pk, answered(status="error", error_code="timeout"))
    drain_all()
    rows = InteractionUsage.objects.values_list("project_id", "status", "calls")
    assert set(rows) == {(project.pk, "error", 3), (None, "error", 1)}


def test_refused_receiver_takes_the_sum_back(owner: Account) -> None:
    def refuse(**_: Any) -> None:
        raise RuntimeError

    interactions_ended.connect(refuse)
    call(owner)
    try:
        with pytest.raises(RuntimeError), transaction.atomic():
            drain_interactions()
        assert states() == {}
    finally:
        interactions_ended.disconnect(refuse)
    drain_all()
    assert states() == {"success": 1}


def test_sums_outlive_their_calls(owner: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    old = datetime(2020, 1, 15, 8, 30, tzinfo=UTC)
    with monkeypatch.context() as then:
        then.setattr(timezone, "now", lambda: old)
        make_partitions()
    record(owner, id=id_at(old))
    assert partition_of(Interaction.objects.get()) == "interactions_2020_01"
    assert "interactions_2020_01" in drop_partitions()
    assert Interaction.objects.count() == 0
    assert InteractionUsage.objects.values_list("hour", "calls").get() == (old.replace(minute=0), 1)


def test_migration_counts_what_ended_before_it_as_the_drain_does(owner: Account, project: Project) -> None:
    for status in ("success", "success", "error"):
        call(owner, project=project.pk, status=status, prompt_tokens=3, cost=Decimal("0.1"), response_time_ms=9)
    record_open(owner)
    drain_all()
    columns = ("hour", "user_id", "project_id", "engine_name", "endpoint", "status", "currency", *COUNTED)
    drained = set(InteractionUsage.objects.values_list(*columns))
    InteractionUsage.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(import_module("monitoring.migrations.0002_interaction_usage").ENDED_SO_FAR)
    assert set(InteractionUsage.objects.values_list(*columns)) == drained
    assert len(drained) == 2
