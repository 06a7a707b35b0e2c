"""The writes of a reply's one writer, each fenced by its id: who lost the row writes nothing any more."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import Jsonb

from accounts.services import refund_usage, settle_usage
from chatbot.models import Message
from chatbot.states import MessageStatus
from chatbot.streams.texts import storable
from config.common.ids import uuid7

_TAKE_OVER = """
    UPDATE messages SET writer_id = %s, heartbeat_at = clock_timestamp() WHERE id = %s AND status = 'streaming'
"""

#: Who writes the rows of several conversations waits for none of them: that could end in a deadlock.
_CHECKPOINT = """
      WITH given AS (SELECT *
                       FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::int[]) AS one(id, writer, content, seq)),
           mine AS (SELECT message.id
                      FROM messages AS message JOIN given USING (id)
                     WHERE message.writer_id = given.writer AND message.status = 'streaming'
                       FOR UPDATE OF message {when_locked})
    UPDATE messages AS message
       SET content = given.content, last_seq = given.seq, heartbeat_at = clock_timestamp()
      FROM given JOIN mine USING (id)
     WHERE message.id = given.id
 RETURNING message.id, message.stop_requested_at IS NOT NULL
"""

_FINISH = """
    UPDATE messages
       SET content = %(content)s, last_seq = %(seq)s, status = %(status)s, heartbeat_at = NULL, writer_id = NULL,
           finished_at = clock_timestamp(), prompt_tokens = %(prompt)s, completion_tokens = %(completion)s,
           error_code = %(code)s, error_message = %(message)s, metadata = metadata || %(metadata)s::jsonb
     WHERE id = %(id)s AND writer_id = %(writer)s AND status = 'streaming'
 RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Progress:
    """What a writer has so far; `seq` numbers the last delta in `content`."""

    message_id: UUID
    writer_id: UUID
    content: str
    seq: int


@dataclass(frozen=True, slots=True)
class Ending:
    """How a reply ended; tokens are the engine's, or estimated for what was shown."""

    status: MessageStatus
    prompt_tokens: int = 0
    completion_tokens: int = 0
    error_code: str = ""
    error_message: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)

    @property
    def tokens(self) -> int:
        """What the token quota is charged."""
        return self.prompt_tokens + self.completion_tokens


def length_at_begin(message: Message) -> int:
    """Characters that a continued reply began with: they were paid for before."""
    begun = message.metadata.get("continues")
    if begun is None:
        return 0
    content = Message.objects.filter(pk=begun).values_list("content", flat=True).first()
    return len(content or "")


def take_over(message_id: UUID) -> UUID | None:
    """Make the caller the one writer, under a new id; who wrote before is a zombie. None when the reply has ended."""
    writer_id = uuid7()
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_OVER, [writer_id, message_id])
        return writer_id if cursor.rowcount else None


def checkpoint(progress: Sequence[Progress], *, waits: bool = True) -> tuple[set[UUID], set[UUID]]:
    """Write all these texts in one statement, which also lets the hearts beat.

    Returns the messages that are still ours, and those of them that somebody asked to stop. Without `waits` a row that
    somebody holds is left out, as if it were no longer ours.
    """
    columns: list[Any] = [
        [entry.message_id for entry in progress],
        [entry.writer_id for entry in progress],
        [entry.content for entry in progress],
        [entry.seq for entry in progress],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_CHECKPOINT.format(when_locked="" if waits else "SKIP LOCKED"), columns)
        rows = cursor.fetchall()
    return {row[0] for row in rows}, {row[0] for row in rows if row[1]}


@transaction.atomic
def finish_reply(*, progress: Progress, ending: Ending, reservation_id: UUID | None = None) -> bool:
    """End a reply and book what it used, in one transaction; False when the row is no longer this writer's.

    Errors before the first new word cost nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _FINISH,
            {
                "id": progress.message_id, "writer": progress.writer_id, "content": progress.content,
                "seq": progress.seq, "status": ending.status.value, "prompt": ending.prompt_tokens,
                "completion": ending.completion_tokens, "code": ending.error_code,
                "message": storable(ending.error_message), "metadata": Jsonb(_storable(ending.metadata)),
            },
        )  # fmt: skip
        if cursor.fetchone() is None:
            return False
    if reservation_id is not None:
        if ending.error_code and not ending.tokens:
            refund_usage(reservation_ids=[reservation_id])
        else:
            settle_usage(reservation_id=reservation_id, actual={"requests": 1, "tokens": ending.tokens})
    return True


def _storable(metadata: dict[str, Any]) -> dict[str, Any]:
    """An upstream names its model as it likes."""
    return {name: storable(value) if isinstance(value, str) else value for name, value in metadata.items()}
