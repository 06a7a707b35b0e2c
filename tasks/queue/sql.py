"""The statements of the task protocol (PROTOCOLS section 1). Time comes from PostgreSQL only.

Claims go by primary key; only the batched statements use SKIP LOCKED, always as `task_id = ANY(ARRAY(SELECT ...))`,
because the planner otherwise re-evaluates the locking subquery per row.

Claims and dispatches do not wait for the disk (their transactions set synchronous_commit off): what a crash of
PostgreSQL takes back leaves a waiting row that is published again, and the lost attempt cannot finish (the fence).
"""

_CLAIMABLE = """t.status = 'in_queue' AND t.task_type = ANY(%(kinds)s) AND t.cancel_requested_at IS NULL
    AND (t.deadline IS NULL OR t.deadline > clock_timestamp())
    AND NOT EXISTS (SELECT 1 FROM task_queues q WHERE q.queue_name = t.queue_name AND q.is_paused)"""

#: The first columns of a `tasks.services.running.Claim`, in its order; input and a note for the session follow.
_CLAIMED = """t.task_id, t.task_type, t.queue_name, t.project_id, t.user_id, t.attempt, t.retry_count,
    t.parent_task_id, t.request_id"""

_TAKE = f"""
UPDATE tasks t SET status = 'processing', enqueued_at = NULL, attempt = t.attempt + 1, assigned_worker_id = %(worker)s,
    started_at = clock_timestamp(), lease_expires_at = clock_timestamp() + make_interval(secs => %(lease)s),
    error_code = '', error_message = '', progress = 0, progress_message = ''
WHERE t.task_id = %(task)s AND {_CLAIMABLE}
"""  # noqa: S608  (no part of it comes from outside)

CLAIM = f"{_TAKE}RETURNING {_CLAIMED}, t.input_data, set_config('synchronous_commit', 'off', true)"

#: For a row of the same transaction, whose commit does wait for the disk: it accepts the task. Both answer nothing.
ENTER_QUEUE = "UPDATE tasks SET status = 'in_queue', enqueued_at = statement_timestamp() WHERE task_id = %(task)s"
CLAIM_NEW = _TAKE

BEAT = """
UPDATE tasks t SET lease_expires_at = clock_timestamp() + make_interval(secs => %(lease)s),
    progress = v.progress, progress_message = v.message
FROM unnest(%(tasks)s::uuid[], %(attempts)s::int[], %(progress)s::int[], %(messages)s::text[])
    AS v(task_id, attempt, progress, message)
WHERE t.task_id = v.task_id AND t.attempt = v.attempt AND t.status = 'processing' AND t.assigned_worker_id = %(worker)s
RETURNING t.task_id, t.attempt
"""

FLAGS = """
SELECT t.task_id, t.attempt, t.cancel_requested_at IS NOT NULL, t.pause_requested_at IS NOT NULL,
    t.deadline IS NOT NULL AND t.deadline <= clock_timestamp()
FROM tasks t WHERE t.task_id = ANY(%(tasks)s) AND t.status = 'processing' AND t.assigned_worker_id = %(worker)s
"""

FINISH = """
UPDATE tasks SET status = 'completed', completed_at = clock_timestamp(), lease_expires_at = NULL, progress = 100,
    progress_message = '', output_data = %(output)s
WHERE task_id = %(task)s AND status = 'processing' AND attempt = %(attempt)s AND assigned_worker_id = %(worker)s
RETURNING task_id
"""

#: FINISH of a task that nobody else has seen: the caller shows its row without reading it again.
FINISHED_NEW = ("status", "attempt", "assigned_worker_id", "progress", "started_at", "completed_at", "updated_at")
FINISH_NEW = FINISH.replace("RETURNING task_id", f"RETURNING {', '.join(FINISHED_NEW)}")

#: FINISH of one task and CLAIM of another in one statement. Most of the cost of each is that of any statement.
FINISH_AND_CLAIM = f"""
UPDATE tasks t SET status = CASE WHEN t.task_id = %(task)s THEN 'completed' ELSE 'processing' END,
    enqueued_at = NULL, assigned_worker_id = %(worker)s, error_code = '', error_message = '', progress_message = '',
    attempt = CASE WHEN t.task_id = %(task)s THEN t.attempt ELSE t.attempt + 1 END,
    started_at = CASE WHEN t.task_id = %(task)s THEN t.started_at ELSE clock_timestamp() END,
    completed_at = CASE WHEN t.task_id = %(task)s THEN clock_timestamp() END,
    lease_expires_at = CASE WHEN t.task_id <> %(task)s
        THEN clock_timestamp() + make_interval(secs => %(lease)s) END,
    progress = CASE WHEN t.task_id = %(task)s THEN 100 ELSE 0 END,
    output_data = CASE WHEN t.task_id = %(task)s THEN %(output)s ELSE t.output_data END
WHERE t.task_id = ANY(ARRAY[%(task)s, %(next)s]) AND (
    t.task_id = %(task)s AND t.status = 'processing' AND t.attempt = %(attempt)s AND t.assigned_worker_id = %(worker)s
    OR t.task_id = %(next)s AND {_CLAIMABLE})
RETURNING {_CLAIMED}, CASE WHEN t.task_id = %(next)s THEN t.input_data END, NULL
"""  # noqa: S608  (no part of it comes from outside)

FINISHED_BY_US = """
SELECT 1 FROM tasks
WHERE task_id = %(task)s AND status = 'completed' AND attempt = %(attempt)s AND assigned_worker_id = %(worker)s
"""

FAIL = """
WITH verdict AS (
    SELECT task_id, CASE
        WHEN cancel_requested_at IS NOT NULL THEN 'cancelled'
        WHEN %(retryable)s AND retry_count < max_retries
            AND (deadline IS NULL OR deadline > clock_timestamp()) THEN 'retrying'
        ELSE 'failed' END AS status
    FROM tasks
    WHERE task_id = %(task)s AND status = 'processing' AND attempt = %(attempt)s AND assigned_worker_id = %(worker)s
    FOR UPDATE
)
UPDATE tasks t SET status = v.status, lease_expires_at = NULL, error_code = %(code)s, error_message = %(message)s,
    retry_count = t.retry_count + CASE WHEN v.status = 'retrying' THEN 1 ELSE 0 END,
    next_retry_at = CASE WHEN v.status = 'retrying'
        THEN clock_timestamp() + make_interval(secs => %(delay)s) END,
    completed_at = CASE WHEN v.status <> 'retrying' THEN clock_timestamp() END
FROM verdict v WHERE t.task_id = v.task_id RETURNING t.status
"""

STOP_RUNNING = """
UPDATE tasks SET status = %(status)s::text, lease_expires_at = NULL, pause_requested_at = NULL,
    completed_at = CASE WHEN %(status)s::text IN ('cancelled', 'failed') THEN clock_timestamp() END,
    error_code = CASE WHEN %(status)s::text = 'failed' THEN %(reason)s::text ELSE error_code END
WHERE task_id = %(task)s AND status = 'processing' AND attempt = %(attempt)s AND assigned_worker_id = %(worker)s
RETURNING task_id
"""

LOCK_DISPATCH = """
SELECT set_config('roundhouse.actor', 'dispatcher', true), set_config('roundhouse.reason', '', true),
    set_config('synchronous_commit', 'off', true),
    pg_advisory_xact_lock(hashtextextended('dispatch:' || %(queue)s, 0))
"""

#: `since` spares the count the dead entries of rows that left the queue: behind an old snapshot there are thousands.
DISPATCH = """
WITH waiting AS (
    SELECT count(*) AS number, min(w.enqueued_at) AS oldest FROM tasks w
    WHERE w.queue_name = %(queue)s AND w.enqueued_at >= %(since)s
), room AS (
    SELECT greatest(0, coalesce(max(q.window), %(window)s) - (SELECT number FROM waiting)) AS free
    FROM task_queues q WHERE q.queue_name = %(queue)s
)
UPDATE tasks t SET status = 'in_queue', enqueued_at = clock_timestamp(), publish_count = t.publish_count + 1
WHERE t.task_id = ANY(ARRAY(
    SELECT p.task_id FROM tasks p
    WHERE p.status = 'pending' AND p.pending_deps = 0 AND p.queue_name = %(queue)s
        AND (p.deadline IS NULL OR p.deadline > clock_timestamp())
        AND NOT EXISTS (SELECT 1 FROM task_queues q WHERE q.queue_name = %(queue)s AND q.is_paused)
    ORDER BY p.priority DESC, p.task_id LIMIT (SELECT free FROM room) FOR UPDATE OF p SKIP LOCKED))
RETURNING t.task_id, t.queue_name, t.priority, least(t.enqueued_at, (SELECT oldest FROM waiting))
"""

REPUBLISH = """
UPDATE tasks t SET enqueued_at = clock_timestamp(), publish_count = t.publish_count + 1
WHERE t.task_id = ANY(ARRAY(
    SELECT r.task_id FROM tasks r
    WHERE r.enqueued_at < clock_timestamp() - make_interval(secs => %(age)s * least(r.publish_count, 12))
        AND NOT EXISTS (SELECT 1 FROM task_queues q WHERE q.queue_name = r.queue_name AND q.is_paused)
    ORDER BY r.enqueued_at LIMIT 500 FOR UPDATE OF r SKIP LOCKED))
RETURNING t.task_id, t.queue_name, t.priority
"""

RETRY_DUE = """
UPDATE tasks t SET status = 'pending', next_retry_at = NULL
WHERE t.task_id = ANY(ARRAY(
    SELECT d.task_id FROM tasks d WHERE d.next_retry_at <= (SELECT clock_timestamp())
    ORDER BY d.next_retry_at LIMIT 500 FOR UPDATE SKIP LOCKED))
RETURNING t.task_id, t.user_id, t.status, t.parent_task_id
"""

RESCUE = """
WITH lost AS (
    SELECT task_id, crash_count + 1 AS crashes, CASE
        WHEN cancel_requested_at IS NOT NULL THEN 'cancelled'
        WHEN deadline <= clock_timestamp() OR crash_count + 1 >= %(max_crashes)s OR retry_count >= max_retries
            THEN 'failed'
        ELSE 'retrying' END AS status
    FROM tasks WHERE lease_expires_at < (SELECT clock_timestamp())
    ORDER BY lease_expires_at LIMIT 500 FOR UPDATE SKIP LOCKED
)
UPDATE tasks t SET status = l.status, crash_count = l.crashes, lease_expires_at = NULL,
    retry_count = t.retry_count + CASE WHEN l.status = 'retrying' THEN 1 ELSE 0 END,
    next_retry_at = CASE WHEN l.status = 'retrying' THEN clock_timestamp() END,
    completed_at = CASE WHEN l.status <> 'retrying' THEN clock_timestamp() END,
    error_code = CASE WHEN l.crashes >= %(max_crashes)s THEN 'poison'
        WHEN t.deadline <= clock_timestamp() THEN 'deadline_exceeded' ELSE 'worker_lost' END,
    error_message = 'The worker stopped answering while it ran this task.'
FROM lost l WHERE t.task_id = l.task_id
RETURNING t.task_id, t.user_id, t.status, t.parent_task_id
"""

EXPIRE = """
UPDATE tasks t SET status = 'failed', enqueued_at = NULL, next_retry_at = NULL, completed_at = clock_timestamp(),
    error_code = 'deadline_exceeded', error_message = 'The deadline passed before the task could end.'
WHERE t.task_id = ANY(ARRAY(
    SELECT d.task_id FROM tasks d
    WHERE d.deadline <= (SELECT clock_timestamp()) AND d.completed_at IS NULL AND d.status <> 'processing'
    ORDER BY d.deadline LIMIT 500 FOR UPDATE SKIP LOCKED))
RETURNING t.task_id, t.user_id, t.status, t.parent_task_id
"""

BLOCKED_PARENTS = """
SELECT DISTINCT parent_task_id FROM tasks
WHERE status = 'pending' AND pending_deps > 0 AND parent_task_id IS NOT NULL
UNION
SELECT task_id FROM tasks WHERE status = 'pending' AND pending_deps > 0
LIMIT 500
"""

ORPHAN_RESERVATIONS = """
SELECT r.reservation_id FROM usage_reservations r JOIN tasks t ON t.task_id = r.reservation_id
WHERE t.completed_at < clock_timestamp() - interval '1 minute' LIMIT 500
"""

OLDEST_WAITING = """
SELECT extract(epoch FROM clock_timestamp() - min(t.enqueued_at))::float8
FROM tasks t JOIN task_queues q ON q.queue_name = t.queue_name AND NOT q.is_paused
WHERE t.queue_name = ANY(%(queues)s) AND t.enqueued_at IS NOT NULL AND t.task_type = ANY(%(kinds)s)
"""
