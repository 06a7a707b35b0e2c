"""Every bare word that may be sent, by database: (keywords and types, functions); functions only before a bracket."""

from text2sql.safety.dialects import SqlType
from text2sql.safety.words import clickhouse, mysql, oracle, postgresql

WORDS: dict[SqlType, tuple[frozenset[str], frozenset[str]]] = {
    "postgresql": (postgresql.KEYWORDS, postgresql.FUNCTIONS),
    "mysql": (mysql.KEYWORDS, mysql.FUNCTIONS),
    "clickhouse": (clickhouse.KEYWORDS, clickhouse.FUNCTIONS),
    "oracle": (oracle.KEYWORDS, oracle.FUNCTIONS),
}
