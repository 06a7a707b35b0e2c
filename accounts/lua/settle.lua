-- A reservation has ended in PostgreSQL: give it back and add what was really used, in every scope it touched.
-- KEYS: quota hash and expiry set of each scope.
-- ARGV: reservation id, JSON [[scope id, kind, period, amount, reset]] as PostgreSQL booked it.
local function add_booked(quota, booked)
  local field = booked[2] .. '|' .. booked[3]
  local reset = tonumber(redis.call('HGET', quota, 'rst|' .. field) or 0)
  if reset == booked[5] then
    add(quota, 'use|' .. field, booked[4])
  elseif reset < booked[5] then
    -- PostgreSQL is in the next period already (or the row is new to us).
    redis.call('HDEL', quota, 'epoch')
  end
end

local all_booked = cjson.decode(ARGV[2])
for i = 1, #KEYS, 2 do
  local quota, expiry = KEYS[i], KEYS[i + 1]
  changed(quota, expiry)
  if drop_hold(quota, expiry, ARGV[1]) then
    for _, booked in ipairs(all_booked) do
      if quota == 'quota:' .. booked[1] then
        add_booked(quota, booked)
      end
    end
  else
    redis.call('HDEL', quota, 'epoch')
  end
end
