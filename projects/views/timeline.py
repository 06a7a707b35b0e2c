"""The activity log as the timeline component shows it."""

from typing import Any, NamedTuple

from projects.models import ProjectActivity
from projects.services.activity import ActivityType

#: Longer values are cut in the timeline; the API gives them whole.
SHOWN_CHARS = 200


class Look(NamedTuple):
    """How an entry is drawn."""

    icon: str


#: By the first word of the activity's type.
LOOKS = {"project": Look(icon="folder"), "member": Look(icon="users"), "key": Look(icon="key")}
OTHER = Look(icon="point")


def describe_activity(entry: ProjectActivity) -> dict[str, Any]:
    """The entry as the timeline component shows it; changed fields with their old and new values."""
    # A later version may have logged kinds that this one does not know; they are shown by their plain name.
    known = entry.activity_type in ActivityType.values
    changes = entry.metadata.get("changes", {})
    lines = [f"{name}: {_short(change['old'])} → {_short(change['new'])}" for name, change in changes.items()]
    return {
        "at": entry.created_at,
        "title": ActivityType(entry.activity_type).label if known else entry.activity_type,
        "icon": LOOKS.get(entry.activity_type.partition(".")[0], OTHER).icon,
        "detail": "\n".join(lines) or entry.activity_description,
        "actor": entry.user.username,
    }


def _short(value: object) -> str:
    text = str(value) if value not in (None, "", [], {}) else "-"
    return text if len(text) <= SHOWN_CHARS else f"{text[:SHOWN_CHARS]}…"
