"""What the four SQL databases are called by sqlglot, and how each of them writes names."""

from typing import Literal, TypeAlias

from text2sql.catalog import DatabaseType

SqlType: TypeAlias = Literal["postgresql", "mysql", "clickhouse", "oracle"]

#: sqlglot's names of the dialects; MongoDB is none of them.
SQLGLOT_DIALECTS: dict[DatabaseType, str] = {
    "postgresql": "postgres",
    "mysql": "mysql",
    "clickhouse": "clickhouse",
    "oracle": "oracle",
}

_ASCII_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def fold(name: str, database_type: DatabaseType) -> str:
    """An unquoted name as the database itself reads it.

    PostgreSQL lowers ASCII letters only (`downcase_identifier` in a UTF-8 database); Oracle raises all letters that
    have one capital; MySQL and ClickHouse take names as they are.
    """
    if database_type == "postgresql":
        return name.translate(_ASCII_LOWER)
    if database_type == "oracle":
        return "".join(letter.upper() if _has_capital(letter) else letter for letter in name)
    return name


def _has_capital(letter: str) -> bool:
    capital = letter.upper()
    return len(capital) == 1 and capital.isascii() == letter.isascii()
