"""The servers, for all tests of text-to-SQL."""

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

__all__ = [
    "clickhouse_target",
    "mariadb",
    "mariadb_content",
    "mariadb_root",
    "mariadb_server",
    "mariadb_target",
    "postgres_server",
    "shop_content",
    "shop_pg",
    "shop_pg_root",
]
