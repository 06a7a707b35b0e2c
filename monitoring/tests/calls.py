"""Model calls for tests: said, stored at any time, and what the receivers were told about them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection
from django.dispatch import Signal

from accounts.models import Account
from config.common.ids import uuid7
from config.common.redis import redis_client
from monitoring.audit import InteractionEnd, InteractionStart, begin_interaction, end_interaction
from monitoring.audit.stream import STREAM
from monitoring.events import EndedInteraction
from monitoring.models import Interaction
from monitoring.services import drain_interactions


def said(user: Account | None = None, **fields: Any) -> InteractionStart:
    """A call of `user` that is about to be made."""
    values: dict[str, Any] = {"endpoint": "chat.completions", "model": "small", "prompt": "Which train?"}
    values["user_id"] = None if user is None else user.pk
    return InteractionStart(**(values | fields))


def answered(**fields: Any) -> InteractionEnd:
    """A good end."""
    values: dict[str, Any] = {"status": "success", "response": "The next one.", "total_tokens": 7}
    return InteractionEnd(**(values | fields))


def id_at(moment: datetime) -> UUID:
    """A new id whose moment is the given one, to the millisecond."""
    milliseconds = int(moment.timestamp() * 1000)
    return UUID(int=milliseconds << 80 | uuid7().int & ((1 << 80) - 1))


def ago(**period: float) -> datetime:
    """A moment of the past, in UTC."""
    return datetime.now(UTC) - timedelta(**period)


def record(user: Account | None = None, *, end: InteractionEnd | None = None, **fields: Any) -> Interaction:
    """A stored call, by way of the stream; ended unless `end` says otherwise."""
    start = said(user, **fields)
    begin_interaction(start)
    end_interaction(start.id, end or answered())
    drain_all()
    return Interaction.objects.get(pk=start.id)


def record_open(user: Account | None = None, **fields: Any) -> Interaction:
    """A stored call that runs."""
    start = said(user, **fields)
    begin_interaction(start)
    drain_all()
    return Interaction.objects.get(pk=start.id)


def drain_all() -> int:
    """Move until nothing is left; how many entries."""
    total = 0
    while moved := drain_interactions():
        total += moved
    return total


def waiting() -> int:
    """Entries in the stream."""
    return int(redis_client().xlen(STREAM))


def partition_of(call: Interaction) -> str:
    """The table that holds the row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM interactions WHERE id = %s", [call.pk])
        row = cursor.fetchone()
    return str(row[0])


def other_session() -> "psycopg.Connection[tuple[object, ...]]":
    """Somebody else on the test database."""
    where = connection.settings_dict
    return psycopg.connect(host=where["HOST"], dbname=where["NAME"], user=where["USER"], autocommit=True)


@contextmanager
def heard(signal: Signal) -> Iterator[list[EndedInteraction]]:
    """Everything that receivers of a signal are told meanwhile."""
    told: list[EndedInteraction] = []

    def hear(entries: list[EndedInteraction], **_: Any) -> None:
        told.extend(entries)

    signal.connect(hear)
    try:
        yield told
    finally:
        signal.disconnect(hear)
