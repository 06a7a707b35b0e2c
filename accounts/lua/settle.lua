-- A reservation has ended in PostgreSQL: give it back and add what was really used.
-- KEYS: quota hash, expiry set. ARGV: reservation id, JSON [[kind, period, amount, reset]] as PostgreSQL booked it.
local quota, expiry = KEYS[1], KEYS[2]
changed(quota, expiry)
if not drop_hold(quota, expiry, ARGV[1]) then
  redis.call('HDEL', quota, 'epoch')
  return
end
for _, booked in ipairs(cjson.decode(ARGV[2])) do
  local field = booked[1] .. '|' .. booked[2]
  local reset = tonumber(redis.call('HGET', quota, 'rst|' .. field) or 0)
  if reset == booked[4] then
    add(quota, 'use|' .. field, booked[3])
  elseif reset < booked[4] then
    -- PostgreSQL is in the next period already (or the row is new to us).
    redis.call('HDEL', quota, 'epoch')
  end
end
