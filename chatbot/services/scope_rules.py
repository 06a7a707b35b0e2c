"""Rules that look at several calls of a person in a project: bursts, and hopping from subject to subject.

Counted in Redis for minutes: who wipes it begins the counts anew, and nobody is blamed for what nobody saw.
"""

from uuid import UUID

from chatbot.models import DeviationRule
from chatbot.selectors.scope import ScopePolicy
from config.common.redis import redis_client

BURST_SECONDS = 60

# A sorted set of members by the moment they were last seen; a second key says that the rule has struck lately.
# KEYS: the set, the mark. ARGV: member, window in seconds, limit. Returns 1 when the rule strikes.
_COUNT = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local window = ARGV[2] * 1000000
redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now - window))
redis.call('EXPIRE', KEYS[1], ARGV[2])
if redis.call('ZCARD', KEYS[1]) < tonumber(ARGV[3]) then return 0 end
return redis.call('SET', KEYS[2], 1, 'NX', 'EX', ARGV[2]) and 1 or 0
"""


def strikes_burst(*, policy: ScopePolicy, user_id: UUID, interaction_id: UUID) -> bool:
    """Count the call; True when it is one too many within a minute, once in that minute. Raises RedisDown."""
    limit = policy.burst_calls + 1
    return _strikes(DeviationRule.BURST, policy, user_id, str(interaction_id), BURST_SECONDS, limit)


def strikes_hopping(*, policy: ScopePolicy, user_id: UUID, intent: str) -> bool:
    """Count a subject outside of the scope; True when there are too many, once in their window. Raises RedisDown."""
    return _strikes(DeviationRule.HOPPING, policy, user_id, intent, policy.hopping_seconds, policy.hopping_intents)


def _strikes(rule: DeviationRule, policy: ScopePolicy, user_id: UUID, member: str, seconds: int, limit: int) -> bool:
    key = f"scope_rule:{rule.value}:{user_id}:{policy.project_id}"
    return bool(redis_client().eval(_COUNT, 2, key, f"{key}:struck", member, str(seconds), str(limit)))
