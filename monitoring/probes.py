"""What must answer before this installation can do its work; each probe is short and says what it saw."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import psycopg
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader

from config.common.redis import RedisDown, redis_client
from tasks.models import Worker
from tasks.registry import queue_profiles

TIMEOUT_SECONDS = 2


@dataclass(frozen=True)
class Finding:
    """The outcome of one probe; `detail` names no host, path or credential, because anybody may read it."""

    name: str
    ok: bool
    detail: str

    def as_dict(self) -> dict[str, object]:
        """Members of the JSON object."""
        return asdict(self)


class Unready(Exception):
    """A probe's bad news, in words for operators."""


def readiness() -> list[Finding]:
    """All probes in the order in which they build on each other."""
    found = [_probe("database", probe_database), _probe("redis", probe_redis)]
    # Each of the others would wait out its own timeout for the same dead server.
    if found[0].ok:
        found += [_probe("migrations", probe_migrations), _probe("workers", probe_workers)]
    else:
        found += [
            Finding(name, False, "Not asked: the database does not answer.") for name in ("migrations", "workers")
        ]
    return found


def _probe(name: str, look: Callable[[], str]) -> Finding:
    started = time.perf_counter()
    try:
        detail = look()
    except Unready as news:
        return Finding(name, False, str(news))
    except (psycopg.Error, DatabaseError, *RedisDown) as error:
        return Finding(name, False, f"Does not answer ({type(error).__name__}).")
    return Finding(name, True, f"{detail} ({(time.perf_counter() - started) * 1000:.0f} ms)")


def probe_database() -> str:
    """A session of its own: a pool that waits for a dead server would hold the answer for half a minute."""
    with _short_session() as session:
        session.execute("SELECT 1")
    return "Answers."


def probe_redis() -> str:
    """PING with the client's timeout of one second."""
    redis_client().ping()
    return "Answers."


def probe_migrations() -> str:
    """Every migration of the installed code is applied; newer ones in the database are another release's business."""
    with _short_session() as session:
        applied = {(app, name) for app, name in session.execute("SELECT app, name FROM django_migrations")}
    missing = len(_known_migrations() - applied)
    if missing:
        raise Unready(f"{missing} not applied; run `manage.py migrate`.")
    return "All applied."


def probe_workers() -> str:
    """At least one live worker for each profile that some registered kind of task needs."""
    alive = set(Worker.objects.alive().values_list("profile", flat=True))
    if missing := sorted(set(queue_profiles().values()) - alive):
        raise Unready(f"No live worker of profile: {', '.join(missing)}.")
    return f"Alive: {', '.join(sorted(alive))}."


def _short_session() -> psycopg.Connection[Any]:
    # As Django connects, with TLS and search path of the DATABASE_URL, but past its pool.
    where = connection.get_connection_params()
    limits = {
        "connect_timeout": TIMEOUT_SECONDS,
        "options": f"{where.get('options', '')} -c statement_timeout={TIMEOUT_SECONDS * 1000}",
        "application_name": "roundhouse-readyz",
        "autocommit": True,
    }
    return psycopg.connect(**(where | limits))


@cache
def _known_migrations() -> frozenset[tuple[str, str]]:
    """Read from disk once per process; replaced (squashed) migrations count as their replacements do."""
    return frozenset(MigrationLoader(None).graph.nodes)
