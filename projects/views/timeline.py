"""The activity log as the timeline component shows it."""

from typing import Any

from projects.models import ProjectActivity
from projects.services.activity import ActivityType

#: Longer values are cut in the timeline; the API gives them whole.
SHOWN_CHARS = 200
#: Icon of the timeline by the first word of the activity's type.
_ICONS = {"project": "folder", "member": "users", "key": "key"}


def describe_activity(entry: ProjectActivity) -> dict[str, Any]:
    """The entry as the timeline component shows it; changed fields with their old and new values."""
    known = entry.activity_type in ActivityType.values
    changes = entry.metadata.get("changes", {})
    lines = [f"{name}: {_short(change['old'])} → {_short(change['new'])}" for name, change in changes.items()]
    return {
        "at": entry.created_at,
        "title": ActivityType(entry.activity_type).label if known else entry.activity_type,
        "icon": _ICONS.get(entry.activity_type.partition(".")[0], "point"),
        "detail": "\n".join(lines) or entry.activity_description,
        "actor": entry.user.username,
    }


def _short(value: object) -> str:
    text = str(value) if value not in (None, "", [], {}) else "-"
    return text if len(text) <= SHOWN_CHARS else f"{text[:SHOWN_CHARS]}…"
