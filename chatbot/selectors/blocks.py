"""Who may not ask in which project, without a query on the way of each call."""

import time
from uuid import UUID

from chatbot.models import DeviationBlock

#: As long as rights are trusted (`chatbot.gateway.memo`); a block made or lifted in this process counts at once.
TRUSTED_SECONDS = 5.0
_MAX_ENTRIES = 10_000

_known: dict[tuple[UUID, UUID], tuple[float, str | None]] = {}


def known_block(user_id: UUID, project_id: UUID) -> tuple[bool, str | None]:
    """(whether this process knows, the reason of the open block or None); reads nothing."""
    until, reason = _known.get((user_id, project_id), (0.0, None))
    return until > time.monotonic(), reason


def open_block_reason(user_id: UUID, project_id: UUID) -> str | None:
    """Why the person may not ask in the project now; None where nothing stands against it. A query every 5 s."""
    is_known, reason = known_block(user_id, project_id)
    if is_known:
        return reason
    blocks = DeviationBlock.objects.open().filter(user_id=user_id, project_id=project_id)
    reason = blocks.values_list("reason", flat=True).first()
    if len(_known) >= _MAX_ENTRIES:
        _known.clear()
    _known[user_id, project_id] = (time.monotonic() + TRUSTED_SECONDS, reason)
    return reason


def forget_block(user_id: UUID, project_id: UUID) -> None:
    """The next call looks again."""
    _known.pop((user_id, project_id), None)


def forget_blocks() -> None:
    """Everything is looked up again (tests)."""
    _known.clear()
