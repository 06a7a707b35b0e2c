"""What an account of MongoDB may do besides reading."""

from collections.abc import Mapping
from typing import Any

from text2sql.connectors.base import TestFacts

_READING = frozenset({
    "find", "listCollections", "listDatabases", "listIndexes", "collStats", "dbStats", "dbHash", "killCursors",
    "changeStream", "listSearchIndexes", "planCacheRead", "indexStats", "killAnyCursor", "connPoolStats", "useUUID",
})  # fmt: skip


def judge_status(status: Mapping[str, Any], *, version: str, latency_ms: float) -> TestFacts:
    """From the answer to `connectionStatus` with `showPrivileges`.

    Privileges come with those of all roles: https://www.mongodb.com/docs/manual/reference/privilege-actions/
    """
    info: Mapping[str, Any] = status.get("authInfo", {})
    users = [str(user.get("user")) for user in info.get("authenticatedUsers", ())]
    if not users:
        warning = "The server does not ask who one is, so everybody may write."
        return TestFacts(f"MongoDB {version}", latency_ms, "", False, (warning,))
    warnings = []
    for privilege in info.get("authenticatedUserPrivileges", ()):
        if more := sorted(set(privilege.get("actions", ())) - _READING):
            where: Mapping[str, Any] = privilege.get("resource", {})
            place = ".".join(str(where[part]) for part in ("db", "collection") if where.get(part)) or "everything"
            shown = ", ".join(more[:5]) + (" and more" if len(more) > 5 else "")
            warnings.append(f"The account may do more than read on {place}: {shown}.")
    return TestFacts(f"MongoDB {version}", latency_ms, users[0], not warnings, tuple(warnings))
