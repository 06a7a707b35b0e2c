"""Our own way to the broker, with short timeouts: a frozen one must not hold the request that submits a task."""

from contextlib import AbstractContextManager
from functools import cache

from celery import current_app
from kombu import Connection, Producer
from kombu.pools import producers

#: Connecting, its handshake and the push itself may each take this long; together they stay below two seconds.
TIMEOUT_SECONDS = 0.6


@cache
def _connection() -> Connection:
    """The broker of the settings; kombu's pool opens as many like it as are needed."""
    options = dict(current_app.conf.broker_transport_options or {})
    if str(current_app.conf.broker_url).startswith("redis"):
        options |= {"socket_timeout": TIMEOUT_SECONDS, "socket_connect_timeout": TIMEOUT_SECONDS}
    # kombu would go on connecting for seconds; the sweeper's next push is soon enough.
    options |= {"max_retries": 1, "interval_start": 0, "interval_step": 0, "connect_retries_timeout": TIMEOUT_SECONDS}
    return current_app.connection_for_write(transport_options=options)


def broker_producer() -> AbstractContextManager[Producer]:
    """A pooled producer; raises what kombu and redis raise when the broker does not answer in time."""
    producer: AbstractContextManager[Producer] = producers[_connection()].acquire(block=True, timeout=1)
    return producer
