-- Limits or usage were changed in PostgreSQL: the next request rebuilds.
-- KEYS: quota hash, expiry set.
changed(KEYS[1], KEYS[2])
redis.call('HDEL', KEYS[1], 'epoch')
