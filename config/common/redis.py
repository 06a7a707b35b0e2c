"""Redis access: one pooled client per process for sync and async callers, with short timeouts."""

import asyncio
from weakref import WeakKeyDictionary

import redis
import redis.asyncio
from django.conf import settings
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.common.concurrency import MadeOnce

#: What callers catch when Redis does not answer; nothing else is swallowed.
RedisDown = (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError)

#: A frozen server must not hold a request: answers come within 2 s even then (PROTOCOLS section 1, submit).
TIMEOUT_SECONDS = 1.0

_async_clients: "WeakKeyDictionary[asyncio.AbstractEventLoop, redis.asyncio.Redis]" = WeakKeyDictionary()


@MadeOnce
def redis_client() -> redis.Redis:
    """Thread-safe client of the configured server; replies are bytes."""
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        # By default three more tries with seconds between them. A cut connection is worth one; a silent server none.
        retry=Retry(NoBackoff(), 1, supported_errors=(redis.exceptions.ConnectionError,)),
    )


def async_redis_client() -> redis.asyncio.Redis:
    """Client bound to the running event loop; replies are bytes."""
    loop = asyncio.get_running_loop()
    client = _async_clients.get(loop)
    if client is None:
        client = redis.asyncio.Redis.from_url(
            settings.REDIS_URL,
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
            retry=AsyncRetry(NoBackoff(), 1, supported_errors=(redis.exceptions.ConnectionError,)),
        )
        _async_clients[loop] = client
    return client
