"""What the database itself refuses in the audit."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import Account
from config.common.ids import uuid7
from monitoring.audit import moment_of
from monitoring.models import Interaction, StreamOffset, StreamReject
from monitoring.tests.calls import id_at, record

pytestmark = pytest.mark.django_db


def insert(**fields: Any) -> Interaction:
    """A row past the stream."""
    made = fields.pop("id", None) or uuid7()
    values: dict[str, Any] = {"id": made, "timestamp": moment_of(made), "status": "started"} | fields
    return Interaction.objects.create(**values)


def refused(**fields: Any) -> str:
    """The name of the constraint that refuses the row."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        insert(**fields)
    name: str = caught.value.__cause__.diag.constraint_name  # type: ignore[union-attr]  # psycopg's error
    return name


def test_database_and_python_read_the_same_moment_in_an_id() -> None:
    ids = [uuid7() for _ in range(500)] + [
        id_at(datetime(year, 2, 28, 23, 59, 59, tzinfo=UTC)) for year in (1999, 2199)
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, uuid7_time(id) FROM unnest(%s::uuid[]) AS id", [ids])
        assert dict(cursor.fetchall()) == {made: moment_of(made) for made in ids}


def test_time_of_a_row_is_the_moment_of_its_id() -> None:
    made = uuid7()
    assert refused(id=made, timestamp=moment_of(made) + timedelta(microseconds=1)) == "interactions_timestamp_is_of_id"


def test_id_exists_once_though_the_key_has_two_columns() -> None:
    made = insert().pk
    assert refused(id=made).endswith("_pkey")


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"status": "burning", "finished_at": timezone.now()}, "interactions_valid_status"),
        ({"status": "success"}, "interactions_finished_at_iff_ended"),
        ({"status": "started", "finished_at": timezone.now()}, "interactions_finished_at_iff_ended"),
        ({"user_id": uuid7()}, "interactions_user_id_fkey"),
        ({"project_id": uuid7()}, "interactions_project_id_fkey"),
        ({"api_key_id": uuid7()}, "interactions_api_key_id_fkey"),
        ({"total_tokens": -1}, "interactions_total_tokens_check"),
        ({"response_time_ms": -1}, "interactions_response_time_ms_check"),
    ],
    ids=range(8),
)
def test_row_that_makes_no_sense_is_refused(fields: dict[str, Any], constraint: str) -> None:
    assert refused(**fields) == constraint


def test_account_with_calls_cannot_be_deleted_by_mistake(owner: Account) -> None:
    record(owner)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts WHERE user_id = %s", [owner.pk])
    assert Account.objects.filter(pk=owner.pk).exists()


def test_entry_is_rejected_once() -> None:
    values = {"stream": "s", "entry_id": "1-1", "payload": "", "reason": ""}
    StreamReject.objects.create(**values)
    with pytest.raises(IntegrityError), transaction.atomic():
        StreamReject.objects.create(**values)


def test_rows_have_names(owner: Account) -> None:
    call = record(owner)
    assert str(call) == f"chat.completions {call.pk}"
    assert str(StreamOffset(stream="s", last_id="1-1")) == "s 1-1"
    assert str(StreamReject(stream="s", entry_id="1-1")) == "s 1-1"
