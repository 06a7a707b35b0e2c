"""Sums of model calls by the hour, changed in the transactions that end calls: each call is counted exactly once."""

from django.db.backends.utils import CursorWrapper

from monitoring.models import ABANDONED

#: Beside status, person and project: what a statement that ends calls returns of them for ADD_USAGE.
GROUPED = (
    '"timestamp", engine_name, endpoint, currency, prompt_tokens, completion_tokens, cost, response_time_ms,'
    " finished_at"
)
_HOUR = "date_trunc('hour', \"timestamp\", 'UTC')"
_NOBODY = "'00000000-0000-0000-0000-000000000000'::uuid"
_SUMS = """
    count(*) AS calls, coalesce(sum(prompt_tokens), 0) AS prompt_tokens,
    coalesce(sum(completion_tokens), 0) AS completion_tokens, sum(cost) AS cost,
    count(response_time_ms) AS timed_calls, coalesce(sum(response_time_ms), 0) AS response_time_ms_sum,
    max(response_time_ms) AS response_time_ms_max
"""

#: Adds the ended ones of `source`, which has the columns of GROUPED, status, user_id and project_id.
#: All names are our own constants.
ADD_USAGE = f"""
    INSERT INTO interaction_usage AS known (
        id, hour, user_id, project_id, engine_name, endpoint, status, currency, calls, prompt_tokens,
        completion_tokens, cost, timed_calls, response_time_ms_sum, response_time_ms_max)
    SELECT uuid7_now(), sums.* FROM (
        SELECT {_HOUR}, user_id, project_id, engine_name, endpoint, status, currency, {_SUMS}
          FROM {{source}} WHERE finished_at IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6, 7) AS sums
    ON CONFLICT (hour, coalesce(user_id, {_NOBODY}), coalesce(project_id, {_NOBODY}), engine_name, endpoint, status,
                 currency)
    DO UPDATE SET calls = known.calls + EXCLUDED.calls,
        prompt_tokens = known.prompt_tokens + EXCLUDED.prompt_tokens,
        completion_tokens = known.completion_tokens + EXCLUDED.completion_tokens,
        cost = CASE WHEN known.cost IS NULL THEN EXCLUDED.cost ELSE known.cost + coalesce(EXCLUDED.cost, 0) END,
        timed_calls = known.timed_calls + EXCLUDED.timed_calls,
        response_time_ms_sum = known.response_time_ms_sum + EXCLUDED.response_time_ms_sum,
        response_time_ms_max = greatest(known.response_time_ms_max, EXCLUDED.response_time_ms_max)
"""  # noqa: S608 - see above

# A call without an end has neither tokens nor cost nor time: only its number was counted. OFFSET 0 keeps the planner,
# which knows nothing about the batch, from reading all calls to find these.
_TAKE_BACK = f"""
    UPDATE interaction_usage AS known SET calls = known.calls - late.calls
      FROM (SELECT {_HOUR} AS hour, was.user_id, was.project_id, was.engine_name, was.endpoint, was.currency,
                   count(*) AS calls
              FROM interaction_batch AS batch CROSS JOIN LATERAL (
                   SELECT user_id, project_id, engine_name, endpoint, currency FROM interactions AS call
                    WHERE call.id = batch.id AND call."timestamp" = batch."timestamp"
                      AND call.error_code = '{ABANDONED}' OFFSET 0) AS was
             WHERE batch.finished_at IS NOT NULL
             GROUP BY 1, 2, 3, 4, 5, 6) AS late
     WHERE (known.hour, known.engine_name, known.endpoint, known.status, known.currency)
           = (late.hour, late.engine_name, late.endpoint, 'error', late.currency)
       AND known.user_id IS NOT DISTINCT FROM late.user_id AND known.project_id IS NOT DISTINCT FROM late.project_id
"""  # noqa: S608 - see above
_FORGET_EMPTY = "DELETE FROM interaction_usage WHERE calls = 0"


def take_back_abandoned(cursor: CursorWrapper) -> None:
    """Count no longer those calls of `interaction_batch` that were given up and whose ends have come after all.

    Before they are moved, and by whoever owns the stream: nobody else gives calls up or completes them meanwhile.
    """
    cursor.execute(_TAKE_BACK)
    if cursor.rowcount:
        cursor.execute(_FORGET_EMPTY)
