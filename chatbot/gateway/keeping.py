"""Answers kept in Redis for a while: compressed, of bounded size, and only the newest of each account.

Redis is told to refuse writes when its memory is full, so what one account can put there must have an end.
"""

import zlib
from uuid import UUID

from config.common.redis import async_redis_client

#: After compression; longer answers are not kept.
MAX_BYTES = 64 * 1024
MAX_ANSWERS = 500
DAY_SECONDS = 86_400

# KEYS: the answer, the account's index of answers by time. ARGV: the answer, how long to keep it (s), most answers.
_KEEP = """
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
redis.call('ZADD', KEYS[2], redis.call('TIME')[1], KEYS[1])
redis.call('EXPIRE', KEYS[2], 86400)
local over = redis.call('ZCARD', KEYS[2]) - tonumber(ARGV[3])
if over > 0 then
  local oldest = redis.call('ZPOPMIN', KEYS[2], over)
  for i = 1, #oldest, 2 do
    redis.call('DEL', oldest[i])
  end
end
return 1
"""


def index_key(account_id: UUID) -> str:
    """`gateway_kept:{user_id}`."""
    return f"gateway_kept:{account_id}"


def pack(content: bytes) -> bytes | None:
    """The content as it is kept; None when it is too long."""
    packed = zlib.compress(content, 1)
    return packed if len(packed) <= MAX_BYTES else None


def unpack(packed: bytes) -> bytes:
    """What `pack` was given."""
    return zlib.decompress(packed)


async def keep(account_id: UUID, key: str, value: bytes, seconds: int) -> None:
    """Store under `key`, at most a day; the oldest of more than MAX_ANSWERS goes."""
    client = async_redis_client()
    await client.eval(_KEEP, 2, key, index_key(account_id), value, str(seconds), str(MAX_ANSWERS))
