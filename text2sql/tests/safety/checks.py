"""Short ways to check statements in tests."""

from text2sql.catalog import DatabaseType
from text2sql.safety.base import Policy, StatementRefused
from text2sql.safety.checking import check_statement


def outcome(text: str, database_type: DatabaseType = "postgresql", policy: Policy | None = None) -> str:
    """The code of the refusal, or what would be sent."""
    try:
        return check_statement(text, database_type=database_type, policy=policy or Policy()).text
    except StatementRefused as refusal:
        return refusal.code
