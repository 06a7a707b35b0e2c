"""What an account of MySQL may do besides reading."""

import re

from text2sql.connectors.base import TestFacts
from text2sql.connectors.mysql.session import MysqlSession

_GRANT = re.compile(r"GRANT (?P<rights>.+?) ON (?P<object>.+?) TO ", re.DOTALL)
_COLUMNS = re.compile(r"\s*\([^)]*\)")
_READING = frozenset({"SELECT", "SHOW VIEW", "USAGE", "SHOW DATABASES"})


def read_rights(session: MysqlSession, *, latency_ms: float, seconds: float) -> TestFacts:
    """Who we are, and whether SHOW GRANTS names nothing but reading; None where a role's rights are not shown."""
    ((username,),) = session.fetch("SELECT CURRENT_USER()", seconds=seconds)
    warnings, roles = judge_grants([str(row[0]) for row in session.fetch("SHOW GRANTS", seconds=seconds)])
    name = "MariaDB" if session.is_mariadb else "MySQL"
    is_read_only = False if warnings else None if roles else True
    return TestFacts(f"{name} {session.version}", latency_ms, str(username), is_read_only, (*warnings, *roles))


def judge_grants(grants: list[str]) -> tuple[list[str], list[str]]:
    """Sentences about rights beyond reading, and about roles whose rights are unknown.

    From SHOW GRANTS, one line each: https://dev.mysql.com/doc/refman/8.4/en/show-grants.html
    """
    warnings, roles = [], []
    for grant in grants:
        found = _GRANT.match(grant)
        if grant.startswith("REVOKE "):
            # MySQL's partial revokes; they only take away.
            continue
        if found is None:
            if not grant.startswith("SET DEFAULT ROLE"):
                roles.append(f"What the account's role may do is not known: {grant.split(' TO ')[0][6:]}.")
            continue
        rights = {right.strip() for right in _COLUMNS.sub("", found["rights"]).split(",")}
        if "WITH GRANT OPTION" in grant:
            rights.add("GRANT OPTION")
        if more := sorted(rights - _READING):
            shown = ", ".join(more[:5]) + (" and more" if len(more) > 5 else "")
            warnings.append(f"The account may do more than read on {found['object']}: {shown}.")
    return warnings, roles
