-- Limits or usage were changed in PostgreSQL: the next request rebuilds.
-- KEYS: quota hash and expiry set of each scope.
for i = 1, #KEYS, 2 do
  changed(KEYS[i], KEYS[i + 1])
  redis.call('HDEL', KEYS[i], 'epoch')
end
