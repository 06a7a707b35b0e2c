"""Branches of the message tree: from a message up to its root, and down to its newest leaf."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection
from django.db.models.expressions import RawSQL

from chatbot.models import Message

#: Depth, therefore a bound for a damaged tree, too.
MAX_DEPTH = 20_000

_UP = """
WITH RECURSIVE up(id, parent_message_id, depth) AS (
    SELECT id, parent_message_id, 1 FROM messages WHERE id = %s
    UNION ALL
    SELECT parent.id, parent.parent_message_id, up.depth + 1
      FROM messages AS parent JOIN up ON parent.id = up.parent_message_id
     WHERE up.depth < %s
)
SELECT id FROM up
"""

_DOWN = """
WITH RECURSIVE down(id, depth) AS (
    SELECT %(root)s::uuid, 1
    UNION ALL
    SELECT child.id, down.depth + 1
      FROM down CROSS JOIN LATERAL (
          SELECT id FROM messages WHERE parent_message_id = down.id ORDER BY created_at DESC, id DESC LIMIT 1
      ) AS child
     WHERE down.depth < %(most)s
)
SELECT id FROM down ORDER BY depth DESC LIMIT 1
"""


def branch(leaf_id: UUID, *, most: int = MAX_DEPTH) -> list[Message]:
    """The last `most` messages of the branch that ends at `leaf_id`, oldest first; one query."""
    ids = RawSQL(_UP, [leaf_id, most])  # noqa: S611 - a constant; the values are parameters
    rows: dict[UUID | None, Message] = {row.pk: row for row in Message.objects.filter(pk__in=ids).defer("search")}
    upwards = []
    message = rows.pop(leaf_id, None)
    while message is not None:
        upwards.append(message)
        message = rows.pop(message.parent_message_id, None)
    return upwards[::-1]


def newest_leaf_below(message_id: UUID) -> UUID:
    """Where the branch through this message ends when at each fork the newest reply is followed."""
    with connection.cursor() as cursor:
        cursor.execute(_DOWN, {"root": message_id, "most": MAX_DEPTH})
        leaf: UUID = cursor.fetchone()[0]
        return leaf


def newest_leaf(conversation_id: UUID) -> UUID | None:
    """The end of the branch that was written to last; None for an empty conversation."""
    return (
        Message.objects.filter(conversation_id=conversation_id)
        .order_by("-created_at", "-id")
        .values_list("pk", flat=True)
        .first()
    )


def version_counts(messages: Sequence[Message]) -> dict[UUID, list[UUID]]:
    """For each message all versions of its turn by version, itself included; one query."""
    places = {(message.parent_message_id, message.role) for message in messages}
    if not messages:
        return {}
    siblings = Message.objects.filter(conversation_id=messages[0].conversation_id)
    parents = [parent for parent, _role in places if parent is not None]
    roots = siblings.filter(parent_message=None) if any(parent is None for parent, _role in places) else siblings.none()
    found: dict[tuple[UUID | None, str], list[UUID]] = {}
    rows = siblings.filter(parent_message_id__in=parents) | roots
    for pk, parent, role in rows.order_by("version").values_list("pk", "parent_message_id", "role"):
        found.setdefault((parent, role), []).append(pk)
    return {message.pk: found[(message.parent_message_id, message.role)] for message in messages}
