"""What polling reads without a query: the hashes `tts_status:{id}` and `tts_status_cache:{id}` (D4).

Both may be lost at any time: the task's row decides, they only save its readers a query or show a newer percentage.
"""

import json
from collections.abc import Callable
from typing import Any, TypedDict
from uuid import UUID

from config.common.redis import RedisDown, redis_client

#: How old an answer to a poll may be; a request that ends is forgotten at once.
CACHE_MS = 500

# In one step, because a hash whose expiry is lost in between would stay for ever.
_PUT_ANSWER = """
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
return 1
"""


class LiveStatus(TypedDict):
    """What the worker reports between two writes of the row."""

    attempt: int
    progress: int


def read_live_status(request_id: UUID) -> LiveStatus | None:
    """The worker's last report, or None."""
    try:
        values = redis_client().hgetall(status_key(request_id))
    except RedisDown:
        return None
    if not values:
        return None
    return {"attempt": int(values[b"attempt"]), "progress": int(values[b"progress"])}


def cached_answer(request_id: UUID, viewer: str, load: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What `load` said to this viewer at most CACHE_MS ago, else now; refusals are raised by `load` and never kept.

    One field per viewer, because what one may see another may not.
    """
    key = cache_key(request_id)
    try:
        known = redis_client().hget(key, viewer)
    except RedisDown:
        return load()
    if known is not None:
        answer: dict[str, Any] = json.loads(known)
        return answer
    answer = load()
    try:
        redis_client().eval(_PUT_ANSWER, 1, key, viewer, json.dumps(answer), str(CACHE_MS))
    except RedisDown:
        return answer
    return answer


def status_key(request_id: UUID) -> str:
    """HASH written by the worker: attempt, progress."""
    return f"tts_status:{request_id}"


def cache_key(request_id: UUID) -> str:
    """HASH of answers to polls, one field per viewer."""
    return f"tts_status_cache:{request_id}"
