"""Tests: real embedded PostgreSQL (one per run) and Redis (one per test process), thrown away afterwards.

`ROUNDHOUSE_TEST_POSTGRES` carries the first process's data folder to pytest-xdist's workers and to the workers that fault
tests start; `DATA_DIR` does the same for Redis and files.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from config.common.embedded import EmbeddedPostgres, EmbeddedRedis, postgres_url, redis_url


def _start(kind: type[EmbeddedPostgres] | type[EmbeddedRedis]) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="rh-test-"))
    folder.chmod(0o755)
    server = kind(folder, die_with_parent=True)
    if isinstance(server, EmbeddedPostgres):
        server.durable = False
    server.start()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(server.stop)
    return folder


if "ROUNDHOUSE_TEST_POSTGRES" not in os.environ:
    os.environ["ROUNDHOUSE_TEST_POSTGRES"] = str(_start(EmbeddedPostgres))
_worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
if os.environ.get("ROUNDHOUSE_TEST_WORKER") != _worker:
    os.environ["ROUNDHOUSE_TEST_WORKER"] = _worker
    os.environ["DATA_DIR"] = str(_start(EmbeddedRedis))
    os.environ["REDIS_URL"] = redis_url(Path(os.environ["DATA_DIR"]))
    os.environ["DATABASE_URL"] = postgres_url(Path(os.environ["ROUNDHOUSE_TEST_POSTGRES"]), "postgres")
os.environ.setdefault("FAKE_ENGINES", "true")

from config.settings.base import *

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["*"]
