"""Emptying waits for whoever still writes, in whatever order they take their tables."""

import threading
import time

import psycopg
import pytest
from django.db import connection

from accounts.models import Account
from projects.models import Project
from tasks.tests.conftest import child_environment

TABLES = ("accounts", "api_keys", "project_keys", "project_members", "projects", "tasks")


def write_everywhere(url: str, has_begun: threading.Event, outcomes: list[str]) -> None:
    """Hold every account's row, and write the other tables only when somebody waits for them."""
    with psycopg.connect(url) as session:
        session.execute("SELECT FROM accounts FOR UPDATE")
        has_begun.set()
        end = time.monotonic() + 20
        while session.execute("SELECT FROM pg_locks WHERE NOT granted").fetchone() is None:
            assert time.monotonic() < end
            time.sleep(0.01)
        for table in TABLES:
            session.execute(f"DELETE FROM {table} WHERE false".encode())  # noqa: S608 - our own names
    outcomes.append("written")


@pytest.mark.django_db(transaction=True)
def test_writer_that_needs_another_table_goes_first(owner: Account, project: Project) -> None:
    has_begun, outcomes = threading.Event(), list[str]()
    writer = threading.Thread(target=write_everywhere, args=(child_environment()["DATABASE_URL"], has_begun, outcomes))
    writer.start()
    assert has_begun.wait(20)
    with connection.cursor() as cursor:
        cursor.execute("SELECT as_migrated.restore()")
    writer.join()
    assert (outcomes, Account.objects.count(), Project.objects.count()) == (["written"], 0, 0)
