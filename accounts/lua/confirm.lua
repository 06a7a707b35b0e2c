-- The transaction that holds a reservation has committed: it no longer lapses by time.
-- KEYS: quota hash and expiry set of each scope. ARGV: reservation id.
for i = 1, #KEYS, 2 do
  changed(KEYS[i], KEYS[i + 1])
  if redis.call('HEXISTS', KEYS[i], 'hold|' .. ARGV[1]) == 1 then
    redis.call('ZREM', KEYS[i + 1], ARGV[1])
  else
    -- Redis forgot it, or the work has ended already: PostgreSQL knows, so the next request rebuilds.
    redis.call('HDEL', KEYS[i], 'epoch')
  end
end
