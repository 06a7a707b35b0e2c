"""Every write of the chat."""

from chatbot.services.asking import (
    ask_again,
    ask_question,
)
from chatbot.services.conversations import (
    create_conversation,
    delete_conversation,
    delete_expired_conversations,
    fork_conversation,
    update_conversation,
)
from chatbot.services.discovery import discover_engines
from chatbot.services.errors import (
    ConversationNotFound,
    FileNotFound,
    FileRefused,
    InvalidConversation,
    InvalidMemory,
    InvalidMessage,
    MemoryNotFound,
    MessageNotFound,
    ReplyNotRunning,
    ReplyRunning,
    ShareNotFound,
)
from chatbot.services.files import (
    READ_KIND,
    READ_SCHEMA,
    delete_file,
    fail_reading,
    open_file,
    prepare_reading,
    remove_orphan_files,
    upload_file,
)
from chatbot.services.memories import (
    delete_memory,
    embed_missing,
    remember_reply,
    save_memory,
    update_memory,
)
from chatbot.services.messages import (
    add_user_message,
    edit_message,
)
from chatbot.services.replies import (
    KIND,
    REPLY_SCHEMA,
    begin_reply,
    continue_reply,
    estimate_reply,
    prepare_reply,
    regenerate_reply,
    set_launcher,
    stop_reply,
)
from chatbot.services.sharing import open_share, revoke_share, share_conversation
from chatbot.services.sweeping import (
    end_abandoned,
    interrupt_silent_replies,
)

__all__ = [
    "KIND",
    "READ_KIND",
    "READ_SCHEMA",
    "REPLY_SCHEMA",
    "ConversationNotFound",
    "FileNotFound",
    "FileRefused",
    "InvalidConversation",
    "InvalidMemory",
    "InvalidMessage",
    "MemoryNotFound",
    "MessageNotFound",
    "ReplyNotRunning",
    "ReplyRunning",
    "ShareNotFound",
    "add_user_message",
    "ask_again",
    "ask_question",
    "begin_reply",
    "continue_reply",
    "create_conversation",
    "delete_conversation",
    "delete_expired_conversations",
    "delete_file",
    "delete_memory",
    "discover_engines",
    "edit_message",
    "embed_missing",
    "end_abandoned",
    "estimate_reply",
    "fail_reading",
    "fork_conversation",
    "interrupt_silent_replies",
    "open_file",
    "open_share",
    "prepare_reading",
    "prepare_reply",
    "regenerate_reply",
    "remember_reply",
    "remove_orphan_files",
    "revoke_share",
    "save_memory",
    "set_launcher",
    "share_conversation",
    "stop_reply",
    "update_conversation",
    "update_memory",
    "upload_file",
]
