-- Hands over all request counts and forgets them in the same step, so that none is written twice.
-- KEYS: request counts.
local counts = redis.call('HGETALL', KEYS[1])
redis.call('DEL', KEYS[1])
return counts
