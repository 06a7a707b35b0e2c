"""What time does to the audit: calls without an end are completed, contents are emptied."""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from monitoring.models import ABANDONED
from monitoring.services.draining import owns_stream
from monitoring.services.usage import ADD_USAGE, GROUPED

BATCH_ROWS = 1_000
#: One run empties at most this many batches; the next one goes on.
_MOST_BATCHES = 200

_ABANDON = f"""
    WITH changed AS (
    UPDATE interactions
       SET status = 'error', error_code = %(code)s, finished_at = clock_timestamp(),
           error_message = 'The process that made this call did not say how it ended.'
     WHERE (id, "timestamp") IN (
           SELECT id, "timestamp" FROM interactions
            WHERE status = 'started' AND "timestamp" < clock_timestamp() - make_interval(secs => %(seconds)s)
            ORDER BY "timestamp" LIMIT %(rows)s)
 RETURNING status, user_id, project_id, {GROUPED}
    ), added AS ({ADD_USAGE.format(source="changed")})
    SELECT count(*) FROM changed
"""  # noqa: S608 - our own constants
_EMPTY = """
    UPDATE interactions
       SET prompt = '', system_message = '', response = '', content_deleted_at = clock_timestamp()
     WHERE (id, "timestamp") IN (
           SELECT id, "timestamp" FROM interactions
            WHERE content_deleted_at IS NULL AND "timestamp" >= %(since)s
              AND "timestamp" < clock_timestamp() - make_interval(days => %(days)s)
            ORDER BY "timestamp" LIMIT %(rows)s
            FOR UPDATE SKIP LOCKED)
 RETURNING "timestamp"
"""
_FORGET_REJECTS = "DELETE FROM stream_rejects WHERE created_at < clock_timestamp() - make_interval(days => %(days)s)"


@transaction.atomic
def complete_abandoned() -> int:
    """Complete calls that reported no end for INTERACTION_ABANDONED_SECONDS as errors; returns how many.

    What the beginning said stays. At most one batch; nothing while another process moves the stream, which may hold
    their ends.
    """
    if not owns_stream():
        return 0
    parameters: dict[str, Any] = {
        "code": ABANDONED,
        "seconds": settings.INTERACTION_ABANDONED_SECONDS,
        "rows": BATCH_ROWS,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ABANDON, parameters)
        return int(cursor.fetchone()[0])


def empty_contents() -> int:
    """Empty prompts and responses older than INTERACTION_CONTENT_DAYS, and forget rejects of that age.

    In batches that are transactions of their own. Returns how many calls lost their content; their other columns stay.
    """
    days = settings.INTERACTION_CONTENT_DAYS
    emptied = 0
    # From where the batch before ended: the index still holds what that emptied, until a vacuum.
    since = datetime.min.replace(tzinfo=UTC)
    with connection.cursor() as cursor:
        for _batch in range(_MOST_BATCHES):
            cursor.execute(_EMPTY, {"days": days, "rows": BATCH_ROWS, "since": since})
            moments = [moment for (moment,) in cursor.fetchall()]
            emptied += len(moments)
            if len(moments) < BATCH_ROWS:
                break
            since = max(moments)
        cursor.execute(_FORGET_REJECTS, {"days": days})
    return emptied
