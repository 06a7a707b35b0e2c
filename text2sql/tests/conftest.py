"""The servers, for all tests of text-to-SQL."""

from text2sql.tests.servers import postgres_server, shop_content, shop_pg, shop_pg_root

__all__ = ["postgres_server", "shop_content", "shop_pg", "shop_pg_root"]
