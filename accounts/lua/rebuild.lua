-- Replaces the counters of one scope by what PostgreSQL says, unless PostgreSQL has moved on since it was read.
-- KEYS: quota hash, expiry set. ARGV: the `ver` seen before reading, JSON [[kind, period, limit, usage, reset]],
--       JSON [[reservation id, amounts as JSON]].
-- Returns 1 when the counters now stand, 0 when the caller must read again.
local quota, expiry = KEYS[1], KEYS[2]
local now = now_us()
local version = redis.call('HGET', quota, 'ver') or '0'
if version ~= ARGV[1] then
  return 0
end

local holds, known = cjson.decode(ARGV[3]), {}
for _, hold in ipairs(holds) do
  known[hold[1]] = true
end
-- Reservations whose transaction is still open are known to Redis alone.
local open = redis.call('ZRANGEBYSCORE', expiry, '(' .. integer(now), '+inf', 'WITHSCORES')
for i = 1, #open, 2 do
  local raw = redis.call('HGET', quota, 'hold|' .. open[i])
  if raw and not known[open[i]] then
    holds[#holds + 1] = { open[i], raw, open[i + 1] }
  end
end

redis.call('DEL', quota, expiry)
redis.call('HSET', quota, 'epoch', current_epoch(), 'ver', version)
for _, row in ipairs(cjson.decode(ARGV[2])) do
  local field = row[1] .. '|' .. row[2]
  redis.call('HSET', quota, 'lim|' .. field, integer(row[3]), 'use|' .. field, integer(row[4]), 'rst|' .. field, integer(row[5]))
end
for _, hold in ipairs(holds) do
  put_hold(quota, hold[1], hold[2])
  if hold[3] then
    redis.call('ZADD', expiry, hold[3], hold[1])
  end
end
keep(quota, expiry)
return 1
