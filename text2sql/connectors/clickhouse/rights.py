"""What an account of ClickHouse may do besides reading."""

import re

from text2sql.connectors.base import ConnectorError, TestFacts
from text2sql.connectors.clickhouse.session import ClickHouseSession

_GRANT = re.compile(r"GRANT (?:CURRENT GRANTS\()?(?P<rights>.+?) ON (?P<object>.+?) TO ", re.DOTALL)
_COLUMNS = re.compile(r"\([^)]*\)")
_SHOWING = frozenset(f"SHOW {what}" for what in ("DATABASES", "TABLES", "COLUMNS", "DICTIONARIES"))
_READING = _SHOWING | {"SELECT", "SHOW", "dictGet"}


def read_rights(session: ClickHouseSession, *, latency_ms: float, seconds: float) -> TestFacts:
    """Who we are; an account with `readonly` set, or with nothing but SELECT granted, can only read."""
    ((username,),) = session.fetch("SELECT currentUser()", seconds=seconds)
    warnings: list[str] = []
    is_read_only: bool | None = True
    if session.level == 0:
        try:
            grants = [str(row[0]) for row in session.fetch("SHOW GRANTS", seconds=seconds)]
        except ConnectorError:
            grants, is_read_only = [], None
        warnings = judge_grants(grants)
    if warnings:
        is_read_only = False
    return TestFacts(f"ClickHouse {session.version}", latency_ms, str(username), is_read_only, tuple(warnings))


def judge_grants(grants: list[str]) -> list[str]:
    """Sentences about rights beyond reading.

    From SHOW GRANTS, one line each; SELECT on everything also reads files where FILE, URL or S3 is granted, which are
    told: https://clickhouse.com/docs/sql-reference/statements/grant
    """
    warnings = []
    for grant in grants:
        found = _GRANT.match(grant)
        if grant.startswith("REVOKE "):
            # Rights that were taken back in part are listed as well.
            continue
        if found is None:
            warnings.append(f"What the account's role may do is not known: {grant.split(' TO ')[0][6:]}.")
            continue
        rights = [right.strip() for right in _COLUMNS.sub("", found["rights"]).split(",")]
        if grant.endswith("WITH GRANT OPTION"):
            rights.append("GRANT OPTION")
        if more := [right for right in rights if right not in _READING]:
            shown = ", ".join(more[:5]) + (" and more" if len(more) > 5 else "")
            warnings.append(f"The account may do more than read on {found['object']}: {shown}.")
    return warnings
