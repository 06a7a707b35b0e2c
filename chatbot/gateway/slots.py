"""How many calls may be under way at one engine (`Engine.concurrency`): counted in Redis, so for the whole house.

A local engine has as many places as its workers have threads; only calls of remote ones are counted here.
"""

from uuid import UUID

from chatbot.gateway.leases import LEASE_SECONDS, Lease
from config.common.ids import uuid7
from config.common.redis import async_redis_client
from tasks.engines.errors import EngineUnavailable
from tasks.models import Engine

#: A call waits this long for a place before it is told to come back.
WAIT_SECONDS = 3.0
RETRY_AFTER_SECONDS = 1

# A sorted set of calls by the moment they lapse. KEYS: the set. ARGV: limit, lease in microseconds, call.
_TAKE = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now))
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[1]) and not redis.call('ZSCORE', KEYS[1], ARGV[3]) then
  return 0
end
redis.call('ZADD', KEYS[1], string.format('%.0f', now + ARGV[2]), ARGV[3])
redis.call('PEXPIRE', KEYS[1], math.floor(ARGV[2] / 1000))
return 1
"""


class EngineBusy(EngineUnavailable):
    """As many calls as its `concurrency` allows are under way."""

    default_code = "engine_busy"


def slots_key(engine_id: UUID) -> str:
    """`engine_calls:{engine_id}`."""
    return f"engine_calls:{engine_id}"


async def take_slot(row: Engine) -> Lease | None:
    """A place at the engine, to be ended with the call; raises EngineBusy. None where the row sets no limit."""
    if row.concurrency is None:
        return None
    key, limit, call = slots_key(row.pk), row.concurrency, str(uuid7())
    if not await _take(key, limit, call):
        raise EngineBusy("The engine has as many calls as it may have at once.")

    async def drop() -> None:
        await async_redis_client().zrem(key, call)

    return Lease(lambda: _take(key, limit, call), drop)


async def _take(key: str, limit: int, call: str) -> bool:
    lease_us = round(LEASE_SECONDS * 1e6)
    return bool(await async_redis_client().eval(_TAKE, 1, key, str(limit), str(lease_us), call))
