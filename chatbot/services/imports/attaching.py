"""Files that an export carries, taken in as uploads are and attached to the messages that come with them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from chatbot.importing.assets import in_words
from chatbot.importing.base import Attached, AttachedBroken, ImportedMessage, Note
from chatbot.models import Conversation, ImportRun
from chatbot.services.errors import FileRefused
from chatbot.services.files import as_entry, upload_file
from config.common.problems import Forbidden, Unavailable
from tasks.storage import StoreFailed

#: Notes by the codes of refusals; the others mean that the file cannot be read.
_NOTES = {"file_too_large": "attached_too_large", "storage_full": "attached_no_room", "forbidden": "attached_refused"}
_UNREADABLE = "attached_unreadable"

#: By a message's name in the file, what its column `files` holds.
Entries = dict[str, list[dict[str, Any]]]


def carried(messages: Iterable[ImportedMessage]) -> dict[str, Attached]:
    """Each file that is really there, once, however many messages name it."""
    found = (entry for message in messages for entry in message.attached if entry.pieces is not None)
    return {entry.key: entry for entry in found}


def counted(messages: Iterable[ImportedMessage]) -> tuple[Note, ...]:
    """What a trial run says of the files that would be kept."""
    return _kept(len(carried(messages)))


def _kept(count: int) -> tuple[Note, ...]:
    return (Note("attached", count),) if count else ()


def attach_files(
    run: ImportRun, conversation: Conversation, messages: Sequence[ImportedMessage]
) -> tuple[Entries, tuple[Note, ...]]:
    """Store them, each once; with notes that name what could not be kept, and why. In the caller's transaction.

    Raises StoreFailed, after which the item may be tried again.
    """
    kept: dict[str, dict[str, Any]] = {}
    refused: defaultdict[str, list[str]] = defaultdict(list)
    for key, attached in carried(messages).items():
        try:
            kept[key] = _store(run, conversation, attached)
        except AttachedBroken:
            refused[_UNREADABLE].append(attached.name)
        except (FileRefused, Forbidden) as error:
            refused[_NOTES.get(error.code, _UNREADABLE)].append(attached.name)
        except Unavailable as error:
            raise StoreFailed(str(error.detail)) from error
    entries = {
        message.origin_id: [kept[key] for key in dict.fromkeys(entry.key for entry in message.attached) if key in kept]
        for message in messages
        if message.attached
    }
    notes = (Note(code, in_words(names)) for code, names in sorted(refused.items()))
    return entries, (*_kept(len(kept)), *notes)


def _store(run: ImportRun, conversation: Conversation, attached: Attached) -> dict[str, Any]:
    pieces = attached.pieces() if attached.pieces else ()
    return as_entry(
        upload_file(
            user=run.user, project=run.project, pieces=pieces, filename=attached.name, conversation=conversation
        )
    )
