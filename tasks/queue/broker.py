"""Our own way to the broker, with short timeouts: a frozen one must not hold the request that submits a task."""

from collections.abc import Iterator
from contextlib import contextmanager

from amqp.exceptions import AMQPError
from celery import current_app
from kombu import Connection, Producer
from kombu.exceptions import LimitExceeded, OperationalError
from kombu.pools import producers

from config.common.concurrency import MadeOnce
from config.common.redis import RedisDown

#: Connecting, its handshake and the push itself may each take this long; together they stay below two seconds.
TIMEOUT_SECONDS = 0.6

#: What a broker raises that is away, frozen, refuses us or is just starting; kombu wraps only some of it.
BrokerDown = (*RedisDown, OperationalError, AMQPError, LimitExceeded, OSError)


@MadeOnce
def _connection() -> Connection:
    """The broker of the settings; kombu's pool opens as many like it as are needed."""
    options = dict(current_app.conf.broker_transport_options or {})
    if str(current_app.conf.broker_url).startswith("redis"):
        options |= {"socket_timeout": TIMEOUT_SECONDS, "socket_connect_timeout": TIMEOUT_SECONDS}
    elif str(current_app.conf.broker_url).startswith("amqp"):
        options |= {"read_timeout": TIMEOUT_SECONDS, "write_timeout": TIMEOUT_SECONDS}
    # kombu would go on connecting for seconds; the sweeper's next push is soon enough.
    options |= {"max_retries": 1, "interval_start": 0, "interval_step": 0, "connect_retries_timeout": TIMEOUT_SECONDS}
    return current_app.connection_for_write(connect_timeout=TIMEOUT_SECONDS, transport_options=options)


@contextmanager
def broker_producer() -> Iterator[Producer]:
    """A pooled producer; raises one of `BrokerDown` when the broker does not answer in time."""
    with producers[_connection()].acquire(block=True, timeout=1) as producer:
        try:
            _drop_if_stale(producer.connection)
            yield producer
        except BrokerDown:
            # kombu would say goodbye and wait for an answer; nor may the next user meet half a frame or a late reply.
            producer.connection.collect()
            raise


def _drop_if_stale(connection: Connection) -> None:
    """A RabbitMQ that restarted has closed the pooled connections: connect again at once, as redis-py does."""
    if connection.transport.driver_type != "amqp" or not connection.connected:
        return
    try:
        connection.drain_events(timeout=0)
    except TimeoutError:
        return
    except BrokerDown:
        connection.collect()
