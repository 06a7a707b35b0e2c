"""Conversations to measure with: one long one, and many of one person in words that are as unequal as real ones."""

import random
from collections.abc import Iterator
from itertools import accumulate

from django.db import connection
from django.utils import timezone

from chatbot.models import Conversation, Message
from config.common.ids import uuid7
from projects.models import Project

BATCH = 2_000
MESSAGES_EACH = 50
VOCABULARY = 20_000
#: Shorter words are typed to their end.
UNFINISHED_FROM = 5
_SYLLABLES = [f"{first}{last}" for first in "bcdghklmnprstvxy" for last in ("a", "an", "e", "en", "i", "o", "ong", "u")]


class Words:
    """Texts of invented words; the n-th word is n times rarer than the first (Zipf), always the same for a seed."""

    def __init__(self, seed: int = 1) -> None:
        self.chance = random.Random(seed)
        self.known = ["".join(self.chance.choices(_SYLLABLES, k=self.chance.randint(1, 4))) for _ in range(VOCABULARY)]
        self._weights = list(accumulate(1 / rank for rank in range(1, VOCABULARY + 1)))

    def text(self, count: int) -> str:
        """That many words."""
        return " ".join(self.chance.choices(self.known, cum_weights=self._weights, k=count))

    def asked(self) -> str:
        """What somebody types: one or two words that are neither everywhere nor unknown, the last one unfinished."""
        longer = [word for word in self.known[100:5_000] if len(word) >= UNFINISHED_FROM]
        words = self.chance.choices(longer, k=self.chance.randint(1, 2))
        return " ".join(words)[: -self.chance.randint(0, 2) or None]


def fill_long_conversation(project: Project, words: Words, messages: int) -> Conversation:
    """One branch of questions of 20 words and answers of 150."""
    conversation = Conversation.objects.create(user_id=project.user_id, project=project, title="Long")
    rows = _branch(conversation, words, messages, sizes=(20, 150))
    Message.objects.bulk_create(rows, batch_size=BATCH)
    return conversation


def fill_conversations(project: Project, words: Words, messages: int) -> None:
    """Conversations of MESSAGES_EACH messages, past the triggers that would keep their totals one by one."""
    now = timezone.now()
    made = [
        Conversation(
            user_id=project.user_id, project=project, title=words.text(5), total_messages=MESSAGES_EACH,
            last_message_at=now,
        )
        for _ in range(messages // MESSAGES_EACH)
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        Conversation.objects.bulk_create(made, batch_size=BATCH)
        rows = (row for entry in made for row in _branch(entry, words, MESSAGES_EACH, sizes=(10, 50)))
        Message.objects.bulk_create(rows, batch_size=BATCH)
        cursor.execute("SET session_replication_role = DEFAULT")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE messages")
        cursor.execute("VACUUM ANALYZE conversations")


def _branch(conversation: Conversation, words: Words, count: int, *, sizes: tuple[int, int]) -> Iterator[Message]:
    """Questions and answers in turn, each below the one before."""
    parent = None
    for number in range(count):
        role = "assistant" if number % 2 else "user"
        message = Message(
            id=uuid7(), conversation=conversation, parent_message_id=parent, role=role,
            content=words.text(sizes[number % 2]), finished_at=timezone.now(),
        )  # fmt: skip
        parent = message.pk
        yield message
