"""Servers, people and a worker, for all tests of text-to-SQL."""

from text2sql.tests.servers import (
    clickhouse_target,
    mariadb,
    mariadb_content,
    mariadb_root,
    mariadb_server,
    mariadb_target,
    postgres_server,
    shop_content,
    shop_pg,
    shop_pg_root,
)
from text2sql.tests.working import ask, caller, read_shop, run_sql, shop, work
from tts.tests.conftest import as_person, bound, media, people, with_key

__all__ = [
    "as_person", "ask", "bound", "caller", "clickhouse_target", "mariadb", "mariadb_content", "mariadb_root",
    "mariadb_server", "mariadb_target", "media", "people", "postgres_server", "read_shop", "run_sql", "shop",
    "shop_content", "shop_pg", "shop_pg_root", "with_key", "work",
]  # fmt: skip
