"""Conversations, messages, memories, files and the passages that answers are built from."""

from chatbot.models.conversation import Conversation
from chatbot.models.file import Passage, UploadedFile
from chatbot.models.memory import Memory
from chatbot.models.message import Message
from chatbot.models.share import ShareLink
from chatbot.models.vote import MessageVote

__all__ = ["Conversation", "Memory", "Message", "MessageVote", "Passage", "ShareLink", "UploadedFile"]
