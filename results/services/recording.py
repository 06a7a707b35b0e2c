"""Recording what engines answered: one INSERT, because it is on the hot path of the queue."""

import json
import math
from collections.abc import Callable
from typing import Any

from config.common.ids import uuid7
from results.models import ResultStatus
from tasks.events import CompletedAttempt
from tasks.queue.connection import Rows, send
from tasks.registry import EngineOutcome

#: What the columns hold. An engine that overdoes it loses a detail; its answer must not be lost for that.
_VERSION_MAX_CHARS = 100
_INT4_MAX = 2**31 - 1

#: The catalogue row is joined rather than cached: prices are those of this moment and no foreign key can be stale.
#: A price that is no plain number, and a sum that the column cannot hold, leave the cost unknown (NULL) instead of
#: failing the task. The conflict target is the one key that a repeated recording meets; others that break raise. Two
#: at once would break the second key before the first one is looked at: the task's row, ours already, lets one in.
RECORD = """
INSERT INTO results (
    result_id, task_id, attempt, engine_id, engine_type, engine_name, engine_version, status, is_final, output_data,
    confidence_score, processing_time, token_usage, price_snapshot, cost, currency, error_message
)
SELECT
    answer.result_id, %(task_id)s, %(attempt)s, engine.engine_id, answer.engine_type, answer.engine_name,
    answer.engine_version, answer.status, true, answer.output_data, answer.confidence_score, answer.processing_time,
    answer.token_usage, coalesce(engine.prices, '{}'), CASE WHEN priced.cost < 1e8 THEN round(priced.cost, 6) END,
    coalesce(engine.currency, ''), answer.error_message
FROM jsonb_to_recordset(%(answers)s::jsonb) AS answer (
    result_id uuid, engine_type text, engine_name text, engine_version text, status text, output_data jsonb,
    confidence_score float8, processing_time int, token_usage jsonb, error_message text
)
LEFT JOIN (SELECT FROM tasks WHERE task_id = %(task_id)s FOR NO KEY UPDATE) AS held ON true
LEFT JOIN engines AS engine ON engine.domain = answer.engine_type AND engine.name = answer.engine_name
LEFT JOIN LATERAL (
    SELECT sum(used.value::numeric * CASE
        WHEN engine.prices ->> used.key ~ '^[0-9]{1,12}([.][0-9]{1,18})?$' THEN (engine.prices ->> used.key)::numeric
    END) AS cost
    FROM jsonb_each_text(answer.token_usage) AS used
) AS priced ON true
ORDER BY answer.result_id
ON CONFLICT ON CONSTRAINT results_unique_attempt DO NOTHING
RETURNING result_id
"""


def record_results(*, attempt: CompletedAttempt) -> Callable[[], Rows]:
    """Insert one final row per engine, in the caller's transaction; what it returns gives the ids of the new ones.

    Cost is the sum of usage times today's price over the priced units, in the catalogue row's currency; NULL when the
    engine is not in the catalogue or none of its units has a price. Recording the same attempt again changes nothing.
    Within `pipelined()` only who asks for the ids waits.
    """
    # NaN is no JSON: refused here, where the traceback still shows the engine, instead of by jsonb.
    answers = json.dumps([_row(outcome) for outcome in attempt.results], allow_nan=False, ensure_ascii=False)
    return send(RECORD, {"task_id": attempt.task_id, "attempt": attempt.attempt, "answers": answers})


def _row(outcome: EngineOutcome) -> dict[str, Any]:
    """One record for jsonb_to_recordset; figures an engine cannot mean are dropped, its answer is kept."""
    confidence = outcome.confidence
    if confidence is not None and not 0 <= confidence <= 1:
        confidence = None
    return {
        "result_id": str(uuid7()),
        "engine_type": outcome.engine_type,
        "engine_name": outcome.engine_name,
        "engine_version": outcome.engine_version[:_VERSION_MAX_CHARS],
        "status": (ResultStatus.FAILED if outcome.error_message else ResultStatus.COMPLETED).value,
        "output_data": outcome.output_data,
        "confidence_score": confidence,
        "processing_time": min(max(outcome.processing_time_ms, 0), _INT4_MAX),
        "token_usage": {unit: used for unit, used in outcome.usage.items() if math.isfinite(used) and used >= 0},
        "error_message": _storable(outcome.error_message),
    }


def _storable(text: str) -> str:
    """An engine's words, foreign libraries' included, without what PostgreSQL's text cannot hold."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "")
