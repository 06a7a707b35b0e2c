"""A database of its own on the test run's PostgreSQL, filled with a small shop."""

import os
from collections.abc import Iterator

import psycopg
import pytest

from text2sql.tests.safety.statements.benign_postgresql import SCHEMA

DATABASE = "safety_proof"


@pytest.fixture(scope="module")
def shop() -> Iterator[psycopg.Connection]:
    """A connection to the shop; module-wide because nothing may change it."""
    url = os.environ["DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {DATABASE}")
        try:
            with psycopg.connect(url, dbname=DATABASE, autocommit=True) as connection:
                connection.execute(SCHEMA.encode())
                yield connection
        finally:
            admin.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")
