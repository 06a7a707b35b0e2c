"""Request counts by hour, written behind: for people to look at, nothing is decided by them."""

from datetime import UTC, datetime, timedelta

from django.db import DatabaseError, connection
from django.utils import timezone

from accounts import limiter
from accounts.models import RateLimitWindow
from config.common.ids import uuid7

#: How long windows are kept.
RETENTION = timedelta(days=90)

#: The join drops counts of accounts that are gone; a foreign key would refuse the whole batch for one of them.
_ADD = """
    INSERT INTO rate_limits (id, user_id, endpoint, request_count, window_start, window_end)
    SELECT fresh.id, fresh.user_id, fresh.endpoint, fresh.request_count, fresh.window_start,
           fresh.window_start + interval '1 hour'
      FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::int[], %s::timestamptz[])
           AS fresh (id, user_id, endpoint, request_count, window_start)
      JOIN accounts USING (user_id)
        ON CONFLICT (user_id, endpoint, window_start)
        DO UPDATE SET request_count = rate_limits.request_count + excluded.request_count
"""


def flush_rate_windows() -> int:
    """Move the counts from Redis to `rate_limits`; returns how many windows were written.

    They are taken and forgotten in one step, so none is added twice; when PostgreSQL refuses, they are put back.
    """
    counts = limiter.take_counts()
    if not counts:
        return 0
    columns = zip(
        *(
            (uuid7(), subject, endpoint, count, datetime.fromtimestamp(hour, UTC))
            for (subject, endpoint, hour), count in counts.items()
        ),
        strict=True,
    )
    try:
        with connection.cursor() as cursor:
            cursor.execute(_ADD, [list(column) for column in columns])
    except DatabaseError:
        limiter.put_counts_back(counts)
        raise
    return len(counts)


def prune_rate_windows() -> int:
    """Delete windows older than RETENTION; returns how many."""
    deleted, _by_model = RateLimitWindow.objects.filter(window_end__lt=timezone.now() - RETENTION).delete()
    return deleted
