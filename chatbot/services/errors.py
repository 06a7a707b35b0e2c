"""Why the chat refuses."""

from django.utils.translation import gettext as _

from config.common.problems import Conflict, DomainError, NotFound


class ConversationNotFound(NotFound):
    """No such conversation, or not this person's."""

    code = "conversation_not_found"
    title = "There is no such conversation."


class MessageNotFound(NotFound):
    """No such message, or not this person's."""

    code = "message_not_found"
    title = "There is no such message."


class MemoryNotFound(NotFound):
    """No such memory, or not for this person."""

    code = "memory_not_found"
    title = "There is no such memory."


class FileNotFound(NotFound):
    """No such file, or not this person's."""

    code = "file_not_found"
    title = "There is no such file."


class InvalidMessage(DomainError):
    """Empty, too long, or in a place where it cannot stand."""

    code = "invalid_message"
    title = "The message cannot be accepted."


class InvalidConversation(DomainError):
    """A setting of the conversation is out of range."""

    code = "invalid_conversation"
    title = "The conversation cannot be changed like this."


class ReplyNotRunning(Conflict):
    """It has ended already."""

    code = "reply_not_running"
    title = "The reply has ended already."


class ReplyRunning(Conflict):
    """It must end first."""

    code = "reply_running"
    title = "The reply is still being written. Stop it first."


class FileRefused(DomainError):
    """Too large, of a type that cannot be read, damaged, or without room."""

    code = "file_refused"
    title = "The file cannot be accepted."

    def __init__(self, detail: str = "", *, code: str | None = None, status_code: int = 400) -> None:
        super().__init__(detail, code=code, errors={"file": [detail]} if detail else None)
        self.status_code = status_code

    @classmethod
    def too_large(cls, limit_bytes: int) -> "FileRefused":
        """413."""
        message = _("Files may have %(limit)d MB.") % {"limit": limit_bytes // 1_000_000}
        return cls(message, code="file_too_large", status_code=413)


class InvalidMemory(DomainError):
    """Empty, too long, or a rating out of range."""

    code = "invalid_memory"
    title = "The memory cannot be kept like this."


class ShareNotFound(NotFound):
    """No such link, or it is over."""

    code = "share_not_found"
    title = "This link does not exist, or it has ended."
