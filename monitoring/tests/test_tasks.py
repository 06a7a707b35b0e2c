"""The periodic jobs do what their services do."""

from datetime import UTC, datetime

import pytest

from accounts.models import Account
from monitoring import tasks
from monitoring.models import Interaction
from monitoring.tests.calls import ago, answered, id_at, record

pytestmark = pytest.mark.django_db


def test_partitions_are_kept(owner: Account, caplog: pytest.LogCaptureFixture) -> None:
    record(owner, id=id_at(datetime(2020, 1, 1, tzinfo=UTC)), end=answered())

    tasks.keep_partitions()

    assert (Interaction.objects.count(), "audit.partition.missing" in caplog.messages) == (0, True)


def test_contents_are_emptied(owner: Account) -> None:
    call = record(owner, id=id_at(ago(days=100)))

    tasks.empty_contents()

    call.refresh_from_db()
    assert call.prompt == ""
