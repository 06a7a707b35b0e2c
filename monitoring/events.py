"""Events about model calls and starts of the house that other floors receive without being imported here."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.dispatch import Signal


@dataclass(frozen=True, slots=True)
class EndedInteraction:
    """A call that has just ended. `amounts` is {quota type: amount}; ids are None where the call named none."""

    id: UUID
    user_id: UUID | None
    api_key_id: UUID | None
    project_id: UUID | None
    status: str
    reservation_id: UUID | None
    amounts: Mapping[str, int]


#: Arguments: entries (list of EndedInteraction). Sent inside the transaction that stores the ends, once for each call,
#: however often the process dies: what a receiver writes here is committed with them or not at all. One that raises
#: holds the stream up until it no longer does.
interactions_ended = Signal()

#: Arguments: entries (list of EndedInteraction). Sent after that commit, at most once: a process may die between.
interactions_committed = Signal()

#: Arguments: owner (the first administrator), project (the demo project, or None). Sent at each start of the house when
#: schema, administrator and demo project are there: higher floors make examples of their own.
house_prepared = Signal()
