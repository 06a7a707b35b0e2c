"""The monthly partitions of `interactions`: made ahead, dropped whole when their time is over."""

import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from psycopg.errors import LockNotAvailable

from config.common.concurrency import lock_until_commit

logger = logging.getLogger(__name__)

AHEAD_MONTHS = 3
#: Whoever waits for a lock on the table holds up everybody behind it; a later run tries again.
LOCK_TIMEOUT = "2s"
_LOCK = "monitoring.partitions"
_NAME = re.compile(r"interactions_(\d{4})_(\d{2})")

# Attached instead of made in place: that takes no exclusive lock on the whole table, and rows that came before their
# partition move into it from the default one. Names and bounds are made from numbers.
_MAKE = """
    CREATE TABLE {name} (LIKE interactions INCLUDING CONSTRAINTS);
    WITH early AS (
        DELETE FROM interactions_default WHERE "timestamp" >= '{start}' AND "timestamp" < '{end}' RETURNING *)
    INSERT INTO {name} SELECT * FROM early;
    ALTER TABLE interactions ATTACH PARTITION {name} FOR VALUES FROM ('{start}') TO ('{end}');
"""


def keep_partitions() -> None:
    """What start and every hour do: make, drop, and raise the alarm when rows lie in the default partition."""
    # Before making: what that moves away was astray all the same.
    if astray := default_rows():
        logger.error("audit.partition.missing", extra={"rows": astray})
    try:
        make_partitions()
        drop_partitions()
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        logger.warning("audit.partition.locked")


def make_partitions(*, months_ahead: int = AHEAD_MONTHS) -> list[str]:
    """Make those of this month and the months ahead that are missing; returns their names.

    Raises OperationalError when a lock is not to be had in time.
    """
    this = _month(timezone.now())
    wanted = range(this, this + months_ahead + 1)
    if set(wanted) <= set(_existing()):
        return []
    made = []
    with transaction.atomic():
        _lock()
        with connection.cursor() as cursor:
            for month in sorted(set(wanted) - set(_existing())):
                made.append(_name(month))
                cursor.execute(_MAKE.format(name=_name(month), start=_start(month), end=_start(month + 1)))
    logger.info("audit.partition.made", extra={"partitions": made})
    return made


def drop_partitions() -> list[str]:
    """Drop whole months older than INTERACTION_RETENTION_MONTHS; returns their names.

    The default partition loses its older rows. Raises OperationalError when a lock is not to be had in time.
    """
    oldest = _month(timezone.now()) - settings.INTERACTION_RETENTION_MONTHS
    old = [_name(month) for month in sorted(_existing()) if month < oldest]
    with transaction.atomic(), connection.cursor() as cursor:
        _lock()
        for name in old:
            cursor.execute(f"DROP TABLE {name}")
        cursor.execute('DELETE FROM interactions_default WHERE "timestamp" < %s', [_start(oldest)])
    if old:
        logger.info("audit.partition.dropped", extra={"partitions": old})
    return old


def default_rows() -> int:
    """How many rows found no month, counted up to a thousand; 0 when all is well."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM (SELECT FROM interactions_default LIMIT 1000) AS astray")
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    lock_until_commit(_LOCK)


def _existing() -> Iterator[int]:
    """Months that have a partition."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid"
            " WHERE inhparent = 'interactions'::regclass"
        )
        names = [name for (name,) in cursor.fetchall()]
    return (int(found[1]) * 12 + int(found[2]) - 1 for name in names if (found := _NAME.fullmatch(name)))


def _month(moment: datetime) -> int:
    """Months since the year 0, so that they can be counted with; in UTC."""
    utc = moment.astimezone(UTC)
    return utc.year * 12 + utc.month - 1


def _name(month: int) -> str:
    return f"interactions_{month // 12:04}_{month % 12 + 1:02}"


def _start(month: int) -> str:
    """The first moment of a month."""
    return f"{month // 12:04}-{month % 12 + 1:02}-01 00:00:00+00"
