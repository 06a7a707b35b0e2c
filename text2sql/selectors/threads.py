"""A question with those it continues: what the SQL page shows as one conversation.

There is no row for a conversation: a question that two others continue belongs to both.
"""

from django.db import connection

from accounts.querysets import Viewer
from text2sql.models import QueryHistory
from text2sql.selectors.queries import queries_for

MAX_SHOWN = 20

_CHAIN = """
    WITH RECURSIVE thread AS (
        SELECT id, follows_id, 1 AS place FROM query_history WHERE id = %(last)s
        UNION ALL
        SELECT query.id, query.follows_id, thread.place + 1
          FROM query_history AS query JOIN thread ON query.id = thread.follows_id
         WHERE thread.place < %(most)s
    )
    SELECT id FROM thread
"""


def thread_of(last: QueryHistory, viewer: Viewer) -> list[QueryHistory]:
    """The questions that lead to this one and itself, oldest first, at most MAX_SHOWN; two queries for any length."""
    if last.follows_id is None:
        return [last]
    with connection.cursor() as cursor:
        cursor.execute(_CHAIN, {"last": last.pk, "most": MAX_SHOWN})
        chain = [pk for (pk,) in cursor.fetchall()]
    # An answer is younger than what it follows, and keys sort by time.
    return list(queries_for(viewer).filter(pk__in=chain).order_by("pk"))
