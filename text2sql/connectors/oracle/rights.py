"""What an account of Oracle may do besides reading."""

from collections.abc import Sequence

from text2sql.connectors.base import TestFacts
from text2sql.connectors.oracle.session import OracleSession, one_row

_READING = frozenset({
    "CREATE SESSION", "SELECT ANY TABLE", "READ ANY TABLE", "SELECT ANY DICTIONARY", "SET CONTAINER",
    "UNLIMITED TABLESPACE",
})  # fmt: skip
_TABLE_RIGHTS = """
SELECT DISTINCT privilege FROM user_tab_privs
WHERE grantee IN (SELECT username FROM user_users UNION ALL SELECT granted_role FROM user_role_privs)
AND privilege NOT IN ('SELECT', 'READ')
"""


def read_rights(session: OracleSession, *, version: str, latency_ms: float, seconds: float) -> TestFacts:
    """Who we are; rights of the session, rights on tables of others, and tables of its own."""
    (username,) = one_row(session, "SELECT USER FROM dual", seconds=seconds)
    rights = [row[0] for row in session.fetch("SELECT privilege FROM session_privs", seconds=seconds)]
    on_tables = [row[0] for row in session.fetch(_TABLE_RIGHTS, seconds=seconds)]
    (owned,) = one_row(session, "SELECT COUNT(*) FROM user_tables", seconds=seconds)
    warnings = judge(rights, on_tables, owned=int(owned))
    return TestFacts(f"Oracle {version}", latency_ms, str(username), not warnings, warnings)


def judge(rights: Sequence[str], on_tables: Sequence[str], *, owned: int) -> tuple[str, ...]:
    """Sentences about rights beyond reading.

    `rights` are those of SESSION_PRIVS, roles included; SELECT ANY DICTIONARY only reads, however much it tells.
    """
    warnings = []
    if more := sorted(set(rights) - _READING):
        shown = ", ".join(more[:5]) + (" and more" if len(more) > 5 else "")
        warnings.append(f"The account may do more than read: {shown}.")
    if on_tables:
        warnings.append(f"The account may do more than read on tables of others: {', '.join(sorted(on_tables))}.")
    if owned:
        warnings.append("The account owns tables, and may write into its own.")
    return tuple(warnings)
