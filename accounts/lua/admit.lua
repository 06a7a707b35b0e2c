-- Decides over one request in one step: revoked credentials, every sliding window, every quota. All pass or nothing is counted.
-- KEYS: request counts, revoked mark of the key, stopped mark of the account, touch mark,
--       quota hash and expiry set of each scope (account, key, project), windows...
-- ARGV: JSON {nonce, windows: [{limit, seconds}], count, touch_seconds,
--             reservation, hold_seconds, amounts: [[kind, amount]], scopes: how many},
--       JSON object of the same amounts (stored as the reservation)
-- Returns {verdict, ...}: revoked | stopped | rebuild, scope | rate, window, limit, wait_us
--       | quota, scope, kind, period, limit, taken, reset_seconds, window's limit, remaining, reset_us
--       | ok, window's limit, remaining, reset_us, touch (the figures of the tightest window; -1 without windows)
local spec = cjson.decode(ARGV[1])
local FIRST_SCOPE = 4
local scopes = spec.scopes or 0
local FIRST_WINDOW = FIRST_SCOPE + 2 * scopes
local now = now_us()

if redis.call('EXISTS', KEYS[2]) == 1 then
  return { 'revoked' }
end
if redis.call('EXISTS', KEYS[3]) == 1 then
  return { 'stopped' }
end
local epoch = scopes > 0 and current_epoch()
for i = 1, scopes do
  if redis.call('HGET', KEYS[FIRST_SCOPE + 2 * i - 1], 'epoch') ~= epoch then
    return { 'rebuild', i }
  end
end

-- Windows. A repeated call (the client never saw our answer) carries the same nonce and is not counted again.
local tightest, refused
for i, window in ipairs(spec.windows) do
  local key = KEYS[FIRST_WINDOW + i]
  local span = window.seconds * 1000000
  -- Exactly `span` old still counts: so not even a closed interval of that length holds more than the limit.
  redis.call('ZREMRANGEBYSCORE', key, '-inf', '(' .. integer(now - span))
  local count = redis.call('ZCARD', key)
  local repeated = redis.call('ZSCORE', key, spec.nonce)
  if not repeated and count >= window.limit then
    local freeing = redis.call('ZRANGE', key, count - window.limit, count - window.limit, 'WITHSCORES')
    local wait = freeing[2] and freeing[2] + span + 1 - now or span
    if not refused or wait > refused[4] then
      refused = { 'rate', i, window.limit, wait }
    end
  else
    local oldest = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
    local remaining = window.limit - count - (repeated and 0 or 1)
    if not tightest or remaining < tightest[2] then
      tightest = { window.limit, remaining, oldest[2] and oldest[2] + span - now or span }
    end
  end
end
if refused then
  return refused
end
tightest = tightest or { -1, -1, -1 }

-- Quotas: of every scope, before anything is written. A scope that knows the reservation already reserves no second time.
local reserving = {}
for i = 1, scopes do
  local quota, expiry = KEYS[FIRST_SCOPE + 2 * i - 1], KEYS[FIRST_SCOPE + 2 * i]
  if redis.call('HEXISTS', quota, 'hold|' .. spec.reservation) == 0 then
    reserving[#reserving + 1] = { quota, expiry }
    for _, id in ipairs(redis.call('ZRANGEBYSCORE', expiry, '-inf', integer(now))) do
      drop_hold(quota, expiry, id)
    end
    for _, asked in ipairs(spec.amounts) do
      local kind, amount = asked[1], asked[2]
      local reserved = tonumber(redis.call('HGET', quota, 'res|' .. kind) or 0)
      for _, period in ipairs({ 'daily', 'monthly' }) do
        local field = kind .. '|' .. period
        local row = redis.call('HMGET', quota, 'lim|' .. field, 'use|' .. field, 'rst|' .. field)
        if row[1] then
          if tonumber(row[3]) * 1000000 <= now then
            return { 'rebuild', i }
          end
          local limit, taken = tonumber(row[1]), tonumber(row[2]) + reserved
          local wait = tonumber(row[3]) - math.floor(now / 1000000)
          if taken + amount > limit and (not refused or wait > refused[7]) then
            refused = { 'quota', i, kind, period, limit, taken, wait, tightest[1], tightest[2] + 1, tightest[3] }
          end
        end
      end
    end
  end
end
if refused then
  return refused
end
for _, scope in ipairs(reserving) do
  put_hold(scope[1], spec.reservation, ARGV[2])
  redis.call('ZADD', scope[2], integer(now + spec.hold_seconds * 1000000), spec.reservation)
  keep(scope[1], scope[2])
end

local counted = 0
for i, window in ipairs(spec.windows) do
  counted = redis.call('ZADD', KEYS[FIRST_WINDOW + i], 'NX', integer(now), spec.nonce)
  redis.call('EXPIRE', KEYS[FIRST_WINDOW + i], window.seconds + 1)
end
if spec.count and counted == 1 then
  local hour = math.floor(now / 3600000000) * 3600
  redis.call('HINCRBY', KEYS[1], integer(hour) .. '|' .. spec.count, 1)
end
local touch = 0
if spec.touch_seconds and redis.call('SET', KEYS[4], 1, 'NX', 'EX', spec.touch_seconds) then
  touch = 1
end
return { 'ok', tightest[1], tightest[2], tightest[3], touch }
