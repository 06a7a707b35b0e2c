"""Celery's entry points do what they are named after."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models.functions import Now

from chatbot import tasks
from chatbot.models import Conversation, Memory, Message
from chatbot.tests.conftest import Upload

pytestmark = pytest.mark.django_db


def test_silent_replies_are_ended(conversation: Conversation) -> None:
    row = Message.objects.create(
        conversation=conversation, role="assistant", status="streaming", heartbeat_at=Now() - timedelta(minutes=1)
    )
    tasks.interrupt_silent()
    row.refresh_from_db()
    assert (row.status, row.error_code) == ("failed", "writer_lost")


def test_expired_chats_are_deleted(conversation: Conversation) -> None:
    Conversation.objects.update(expires_at=Now())
    tasks.delete_expired()
    assert not Conversation.objects.exists()


def test_memories_get_their_meaning(conversation: Conversation) -> None:
    memory = Memory.objects.create(user=conversation.user, question="Q", answer="A")
    tasks.embed_memories()
    memory.refresh_from_db()
    assert memory.embedding is not None


def test_files_that_a_row_names_stay(upload: Upload, media: Path) -> None:
    path = media / upload().file_path
    os.utime(path, (0, 0))
    tasks.clean_files()
    assert path.exists()
