"""Tests: each test process has a real embedded PostgreSQL and Redis of its own, thrown away afterwards.

Fault tests may stop, freeze and restart both (`TEST_POSTGRES`, `TEST_REDIS`). Processes that tests start inherit
`DATA_DIR`, `DATABASE_URL` and `REDIS_URL` and therefore start no servers.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from config.common.embedded import EmbeddedPostgres, EmbeddedRedis, postgres_url, redis_url

TEST_POSTGRES: EmbeddedPostgres | None = None
TEST_REDIS: EmbeddedRedis | None = None

_process = f"{os.environ.get('PYTEST_XDIST_WORKER', 'main')}:{os.environ.get('PYTEST_XDIST_TESTRUNUID', '')}"
if os.environ.get("ROUNDHOUSE_TEST_PROCESS") != _process:
    _folder = Path(tempfile.mkdtemp(prefix="rh-test-"))
    _folder.chmod(0o755)
    TEST_POSTGRES = EmbeddedPostgres(_folder, die_with_parent=True, durable=False)
    TEST_REDIS = EmbeddedRedis(_folder, die_with_parent=True)
    atexit.register(shutil.rmtree, _folder, ignore_errors=True)
    for _server in (TEST_POSTGRES, TEST_REDIS):
        _server.start()
        atexit.register(_server.stop)
    os.environ["ROUNDHOUSE_TEST_PROCESS"] = _process
    os.environ["DATA_DIR"] = str(_folder)
    os.environ["REDIS_URL"] = redis_url(_folder)
    os.environ["DATABASE_URL"] = postgres_url(_folder, "postgres")
os.environ.setdefault("FAKE_ENGINES", "true")
# Most tests count an upstream's requests; those of titles switch them on.
os.environ.setdefault("CHAT_TITLES", "false")
# Each worker would embed the whole guide, seconds of processor time, beside whatever its test is about.
os.environ.setdefault("CHAT_GUIDE_AT_START", "false")

from config.settings.base import *

INSTALLED_APPS = [*INSTALLED_APPS, "tasks.tests.kinds.TestKindsConfig"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["*"]
