-- Put in front of every script that touches quotas. One hash per account, per key and per project, `quota:{scope_id}`:
--   epoch                 the server's run_id when the hash was built; anything else means Redis forgot something
--   ver                   goes up with every change that PostgreSQL made first; rebuilding compares and sets on it
--   lim|use|rst {kind}|{period}   limit, settled usage, and when the period ends (Unix seconds)
--   res|{kind}            sum of the reservations
--   hold|{id}             one reservation: JSON object of kind to amount; the same in every scope it touches
-- and one sorted set `quota_expiry:{scope_id}`: reservations that no transaction has confirmed yet, by the time they lapse.
local KEEP_SECONDS = 172800

local function integer(number)
  return string.format('%.0f', number)
end

local function now_us()
  local time = redis.call('TIME')
  return time[1] * 1000000 + time[2]
end

local function current_epoch()
  -- A restarted or promoted server has a new run_id, and may have lost its last second of writes.
  return string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
end

local function add(quota, field, amount)
  if amount ~= 0 then
    redis.call('HINCRBY', quota, field, integer(amount))
  end
end

local function drop_hold(quota, expiry, id)
  local raw = redis.call('HGET', quota, 'hold|' .. id)
  redis.call('ZREM', expiry, id)
  if not raw then
    return false
  end
  for kind, amount in pairs(cjson.decode(raw)) do
    add(quota, 'res|' .. kind, -amount)
  end
  redis.call('HDEL', quota, 'hold|' .. id)
  return true
end

local function put_hold(quota, id, raw)
  redis.call('HSET', quota, 'hold|' .. id, raw)
  for kind, amount in pairs(cjson.decode(raw)) do
    add(quota, 'res|' .. kind, amount)
  end
end

local function keep(quota, expiry)
  redis.call('EXPIRE', quota, KEEP_SECONDS)
  redis.call('EXPIRE', expiry, KEEP_SECONDS)
end

local function changed(quota, expiry)
  redis.call('HINCRBY', quota, 'ver', 1)
  keep(quota, expiry)
end
