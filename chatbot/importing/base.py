"""What reading an export gives: conversations, memories, and notes on what was left out and why."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias

from tasks.engines.errors import EngineInputError

Role: TypeAlias = Literal["user", "assistant", "system"]
JsonObject: TypeAlias = dict[str, Any]

#: Largest conversation, as JSON; a larger one is left out and reported.
MAX_ITEM_BYTES = 32 << 20
#: Objects inside each other. LibreChat nests each answer in its question: twice as deep as its longest conversation.
MAX_DEPTH = 20_000


class ImportRefused(EngineInputError):
    """A file that no reader can begin with, now or later."""

    default_code = "import_refused"


@dataclass(frozen=True, slots=True)
class Note:
    """A remark for the report: a code of `chatbot.selectors.imports.REASONS`, with a number or a name where it says."""

    code: str
    value: str | int = ""


class AttachedBroken(Exception):
    """The bytes of a file in an export are damaged."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A file of a message. `key` is what the export calls it; `size` is in bytes, where it is said.

    `pieces` gives the bytes from their beginning, or raises AttachedBroken; None where the export only names the file.
    """

    name: str
    key: str = ""
    size: int | None = None
    pieces: Callable[[], Iterator[bytes]] | None = None


@dataclass(frozen=True, slots=True)
class ImportedMessage:
    """One message. `files` are those that our own export names; `columns` are further columns only it knows.

    `attached` are files of other programs.
    """

    origin_id: str
    parent_origin_id: str | None
    role: Role
    content: str
    created_at: datetime | None = None
    model: str = ""
    files: tuple[JsonObject, ...] = ()
    attached: tuple[Attached, ...] = ()
    metadata: JsonObject = field(default_factory=dict)
    columns: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ImportedConversation:
    """A tree of messages, parents first. `origin` and `origin_id` name it in the program it comes from."""

    origin: str
    origin_id: str
    title: str
    messages: tuple[ImportedMessage, ...]
    created_at: datetime | None = None
    updated_at: datetime | None = None
    model: str = ""
    system_prompt: str = ""
    tags: tuple[str, ...] = ()
    folder: str = ""
    is_pinned: bool = False
    is_archived: bool = False
    forked_from_origin_id: str = ""
    columns: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportedMemory:
    """A question with its answer, or a note under its title."""

    origin: str
    origin_id: str
    question: str
    answer: str
    created_at: datetime | None = None
    tags: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that is not imported: `what` names it for the person, `why` says the reason."""

    what: str
    why: Note


ImportedItem: TypeAlias = ImportedConversation | ImportedMemory | Skipped
