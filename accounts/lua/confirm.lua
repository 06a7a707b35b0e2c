-- The transaction that holds a reservation has committed: it no longer lapses by time.
-- KEYS: quota hash, expiry set. ARGV: reservation id.
changed(KEYS[1], KEYS[2])
if redis.call('HEXISTS', KEYS[1], 'hold|' .. ARGV[1]) == 1 then
  redis.call('ZREM', KEYS[2], ARGV[1])
else
  -- Redis forgot it, or the work has ended already: PostgreSQL knows, so the next request rebuilds.
  redis.call('HDEL', KEYS[1], 'epoch')
end
