"""The servers, for all tests of text-to-SQL."""

from text2sql.tests.servers import postgres_server, shop_content, shop_pg, shop_pg_root
from text2sql.tests.working import ask, caller, read_shop, run_sql, shop, work
from tts.tests.conftest import as_person, bound, media, people, with_key

__all__ = [
    "as_person", "ask", "bound", "caller", "media", "people", "postgres_server", "read_shop", "run_sql", "shop",
    "shop_content", "shop_pg", "shop_pg_root", "with_key", "work",
]  # fmt: skip
