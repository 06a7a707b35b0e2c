"""Celery carries task ids only (PROTOCOLS section 1): no results, no retries, no ETA, redelivery is harmless."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from config.common import env
from config.settings.databases import REDIS_URL


def broker_url(redis_url: str) -> str:
    """Kombu's spelling of a Redis URL: Unix sockets are `redis+socket://`, with the database as `virtual_host`."""
    parts = urlsplit(redis_url)
    if parts.scheme != "unix":
        return redis_url
    database = parse_qs(parts.query).get("db", ["0"])[0]
    return f"redis+socket://{parts.path}?virtual_host={database}"


CELERY_BROKER_URL = env.text("BROKER_URL", "") or broker_url(REDIS_URL)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
    # Longer than any task: an early redelivery would only be discarded by the claim, but costs work.
    "visibility_timeout": 7 * 24 * 3600,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
}
if CELERY_BROKER_URL.startswith("amqp"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {"read_timeout": 5, "write_timeout": 5}
    # A heavy worker's only thread runs its task and could not send heartbeats; TCP's keepalive takes their place.
    CELERY_BROKER_HEARTBEAT = 0
    # A message is acknowledged when its task ends. RabbitMQ closes the channel after `consumer_timeout` (30 minutes):
    # connect again and forget the second delivery, where Celery would take no more tasks and end the worker.
    CELERY_BROKER_CHANNEL_ERROR_RETRY = True
    # Celery restores a reduced prefetch count from the pool's threads while its main thread reads from the same socket:
    # frames break, and the worker goes deaf.
    CELERY_WORKER_ENABLE_PREFETCH_COUNT_REDUCTION = False
CELERY_BROKER_POOL_LIMIT = 4
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_STORE_ERRORS_EVEN_IF_IGNORED = False
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = False
CELERY_TASK_CREATE_MISSING_QUEUES = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
# Celery closes Django's connections around every task unless this is set (180 against 720 tasks a second).
CELERY_DB_REUSE_MAX = 1_000_000

#: Every entry point and its queue; a guard test refuses tasks that are missing here. `tasks.run` names the row's queue.
CELERY_TASK_ROUTES = {
    name: {"queue": "default"}
    for name in (
        "accounts.flush_rate_windows",
        "accounts.prune_rate_windows",
        "accounts.reconcile_counters",
        "monitoring.empty_contents",
        "monitoring.keep_partitions",
        "chatbot.clean_files",
        "chatbot.delete_expired_conversations",
        "chatbot.discover_engines",
        "chatbot.embed_memories",
        "chatbot.interrupt_silent_replies",
        "chatbot.prune_deviation_events",
        "tasks.release_orphans",
        "tasks.run",
        "text2sql.clean_results",
        "text2sql.embed_knowledge",
        "tts.clean_audio",
    )
}
# Expiring messages: a beat that was away for an hour must not leave sixty runs behind.
CELERY_BEAT_SCHEDULE: dict[str, Any] = {
    name: {"task": name, "schedule": seconds, "options": {"expires": seconds}}
    for name, seconds in {
        "accounts.flush_rate_windows": 60.0,
        "accounts.reconcile_counters": 60.0,
        "accounts.prune_rate_windows": 86_400.0,
        "monitoring.empty_contents": 3_600.0,
        "monitoring.keep_partitions": 3_600.0,
        "chatbot.clean_files": 86_400.0,
        "chatbot.delete_expired_conversations": 60.0,
        "chatbot.discover_engines": 60.0,
        "chatbot.embed_memories": 600.0,
        "chatbot.interrupt_silent_replies": 5.0,
        "chatbot.prune_deviation_events": 86_400.0,
        "tasks.release_orphans": 60.0,
        "text2sql.clean_results": 86_400.0,
        "text2sql.embed_knowledge": 600.0,
        "tts.clean_audio": 86_400.0,
    }.items()
}
