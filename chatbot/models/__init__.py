"""Conversations, messages, memories, files and the passages that answers are built from."""

from chatbot.models.conversation import Conversation
from chatbot.models.deviation import (
    DeviationBlock,
    DeviationEvent,
    DeviationRule,
    DeviationScore,
    IntentLabel,
)
from chatbot.models.file import Passage, UploadedFile
from chatbot.models.imports import ImportItem, ImportOrigin, ImportRun
from chatbot.models.memory import Memory
from chatbot.models.message import Message
from chatbot.models.share import ShareLink
from chatbot.models.stored import StoredCompletion
from chatbot.models.vote import MessageVote

__all__ = [
    "Conversation",
    "DeviationBlock",
    "DeviationEvent",
    "DeviationRule",
    "DeviationScore",
    "ImportItem",
    "ImportOrigin",
    "ImportRun",
    "IntentLabel",
    "Memory",
    "Message",
    "MessageVote",
    "Passage",
    "ShareLink",
    "StoredCompletion",
    "UploadedFile",
]
