"""Monthly partitions: there before their month begins, gone when their time is over, and nothing lost between."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Account
from config.common.ids import uuid7
from monitoring.models import Interaction
from monitoring.services import drop_partitions, keep_partitions, make_partitions
from monitoring.services import partitions as module
from monitoring.services.partitions import default_rows
from monitoring.tests.calls import answered, id_at, other_session, partition_of, record

pytestmark = pytest.mark.django_db

NOW = datetime(2027, 1, 15, 12, tzinfo=UTC)
IN_MAY = datetime(2027, 5, 1, tzinfo=UTC)


@pytest.fixture
def january(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the middle of January 2027."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def partitions() -> set[str]:
    """Months that exist; the default one left out."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'interactions'::regclass")
        return {name for (name,) in cursor.fetchall()} - {"interactions_default"}


def at(moment: datetime, user: Account) -> Interaction:
    """A stored call of that time."""
    return record(user, id=id_at(moment), end=answered(finished_at=moment))


def test_migration_has_made_this_month_and_three_more() -> None:
    now = timezone.now()
    months = [(now.year * 12 + now.month - 1 + ahead) for ahead in range(4)]
    assert partitions() == {f"interactions_{month // 12}_{month % 12 + 1:02}" for month in months}


def test_missing_months_are_made_once(january: None) -> None:
    before = partitions()
    made = make_partitions(months_ahead=5)
    expected = {f"interactions_2027_{month:02}" for month in range(1, 7)}
    assert (set(made), partitions()) == (expected - before, before | expected)
    assert make_partitions(months_ahead=5) == []


def test_months_turn_at_midnight_of_utc(january: None, owner: Account) -> None:
    make_partitions(months_ahead=4)
    last = at(datetime(2027, 4, 30, 23, 59, 59, 999000, tzinfo=UTC), owner)
    assert (partition_of(last), partition_of(at(IN_MAY, owner))) == ("interactions_2027_04", "interactions_2027_05")


def test_new_partition_has_every_rule_and_index_of_the_table(january: None) -> None:
    def rules(table: str) -> tuple[set[Any], int]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT contype, pg_get_constraintdef(oid) FROM pg_constraint"
                " WHERE conrelid = %s::regclass AND contype <> 'n'", [table]
            )  # fmt: skip
            found = set(cursor.fetchall())
            cursor.execute("SELECT count(*) FROM pg_index WHERE indrelid = %s::regclass AND indisvalid", [table])
            row = cursor.fetchone()
        return found, int(row[0])

    [name] = make_partitions(months_ahead=4)[-1:]
    assert (name, rules(name)) == ("interactions_2027_05", rules("interactions"))


def test_row_without_a_month_waits_in_the_default_partition_and_moves_when_it_comes(
    owner: Account, january: None
) -> None:
    call = at(IN_MAY, owner)
    assert (partition_of(call), default_rows()) == ("interactions_default", 1)
    make_partitions(months_ahead=4)
    assert (partition_of(call), default_rows()) == ("interactions_2027_05", 0)
    call.refresh_from_db()
    assert (call.prompt, call.user_id) == ("Which train?", owner.pk)


def test_row_in_the_default_partition_raises_the_alarm(owner: Account, caplog: pytest.LogCaptureFixture) -> None:
    keep_partitions()
    assert "audit.partition.missing" not in caplog.messages
    at(datetime(2040, 1, 1, tzinfo=UTC), owner)
    keep_partitions()
    [alarm] = [entry for entry in caplog.records if entry.getMessage() == "audit.partition.missing"]
    assert (alarm.levelname, vars(alarm)["rows"]) == ("ERROR", 1)


def test_months_older_than_the_retention_are_dropped_whole(
    owner: Account, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.INTERACTION_RETENTION_MONTHS = 12
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 1, 15, tzinfo=UTC))
    make_partitions(months_ahead=0)
    kept = at(datetime(2026, 1, 31, 23, tzinfo=UTC), owner)
    monkeypatch.setattr(timezone, "now", lambda: datetime(2027, 1, 31, 23, 59, tzinfo=UTC))
    assert (drop_partitions(), Interaction.objects.get()) == ([], kept)
    monkeypatch.setattr(timezone, "now", lambda: datetime(2027, 2, 1, tzinfo=UTC))
    assert (drop_partitions(), Interaction.objects.count()) == (["interactions_2026_01"], 0)


def test_old_rows_of_the_default_partition_go_too(owner: Account, january: None) -> None:
    at(datetime(2020, 1, 1, tzinfo=UTC), owner)
    kept = at(datetime(2026, 1, 1, tzinfo=UTC), owner)
    drop_partitions()
    assert list(Interaction.objects.all()) == [kept]


@pytest.fixture
def busy_table(transactional_db: None) -> Iterator[None]:
    """Somebody reads the whole table in a long transaction."""
    with other_session() as other, other.transaction():
        other.execute("LOCK TABLE interactions_default IN ACCESS SHARE MODE")
        yield


def test_lock_that_is_not_to_be_had_leaves_all_as_it_was(
    busy_table: None, january: None, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOCK_TIMEOUT", "50ms")
    before = partitions()
    with pytest.raises(OperationalError):
        make_partitions(months_ahead=9)
    keep_partitions()
    assert (partitions(), "audit.partition.locked" in caplog.messages) == (before, True)


@pytest.mark.django_db(transaction=True)
def test_database_that_is_away_is_no_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> list[str]:
        raise OperationalError("gone")

    monkeypatch.setattr("monitoring.services.partitions.make_partitions", fail)
    with pytest.raises(OperationalError, match="gone"):
        keep_partitions()


def test_each_migration_makes_sure_of_the_months(january: None) -> None:
    call_command("migrate", "monitoring", verbosity=0, interactive=False)
    assert {f"interactions_2027_{month:02}" for month in range(1, 5)} <= partitions()


def test_id_is_unique_across_partitions(owner: Account) -> None:
    call = record(owner)
    assert Interaction.objects.filter(pk=call.pk).count() == 1
    assert Interaction.objects.filter(pk=uuid7()).first() is None
