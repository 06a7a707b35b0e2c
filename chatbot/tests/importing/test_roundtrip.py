"""Export, import, export: the same file, byte for byte, wherever it is read."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import Account
from chatbot.models import Conversation, ImportOrigin, Memory, Message, UploadedFile
from chatbot.services import update_conversation
from chatbot.services.exporting import export_json
from chatbot.tests.importing.conftest import Bring, report, texts
from chatbot.tests.importing.exports import as_json, chatgpt, libre, webui
from config.common.ids import uuid7
from projects.services import create_project

pytestmark = pytest.mark.django_db
MOMENT = datetime(2025, 6, 7, 8, 9, 10, 123_456, tzinfo=UTC)


@pytest.fixture
def rich(conversation: Conversation) -> Conversation:
    """A conversation that uses everything an export has: branches, versions, every state, odd characters."""
    changes = {
        "title": "Đường  sắt <b>", "system_prompt": "Be\tbrief.\n", "temperature": 0.7, "max_tokens": 100,
        "folder": "Work", "tags": ["ga", "tàu"], "is_pinned": True, "is_archived": True, "uses_memory": False,
    }  # fmt: skip
    update_conversation(conversation=conversation, changes=changes)
    Conversation.objects.filter(pk=conversation.pk).update(created_at=MOMENT)
    question = add(conversation, None, "user", "Xin chào 👋 \u200b<script>alert(1)</script>", 0)
    add(conversation, None, "user", "Edited", 1, version=2, is_edited=True, files=[FILE])
    for version, status in enumerate(("completed", "stopped", "interrupted", "failed"), start=1):
        add(conversation, question, "assistant", f"{status}\n```py\n```", 2, version=version, status=status, **REPLY)
    add(conversation, question, "system", "", 2)
    conversation.refresh_from_db()
    return conversation


FILE = {"id": str(uuid7()), "name": "báo cáo.pdf", "type": "application/pdf", "size": 12}
REPLY: dict[str, Any] = {
    "engine_name": "fake", "engine_version": "1 x", "prompt_tokens": 3, "completion_tokens": 4, "error_code": "e",
    "error_message": "m", "images": [{"url": "u"}], "sources": [{"number": 1, "title": "t", "score": 0.25}],
    "metadata": {
        "finish_reason": "stop", "continues": str(uuid7()), "memories": [str(uuid7())], "nested": {"a": [1, 2.5, None]},
        "tools": [{"name": "say", "arguments": "{}", "status": "started", "task_id": str(uuid7()), "detail": ""}],
    },
}  # fmt: skip


def add(
    conversation: Conversation, parent: Message | None, role: str, content: str, seconds: int, **fields: Any
) -> Message:
    moment = MOMENT + timedelta(seconds=seconds)
    return Message.objects.create(
        conversation=conversation, parent_message=parent, role=role, content=content, created_at=moment, **fields
    )


def test_deleted_conversation_comes_back_as_it_was(bring: Bring, rich: Conversation) -> None:
    file, key = export_json(rich), rich.pk
    rich.delete()
    run = bring(file.encode())
    assert report(run) == [("Đường  sắt <b>", "imported", [])]
    assert export_json(Conversation.objects.get()) == file
    assert Conversation.objects.get().pk == key


def test_another_person_gets_a_copy_that_exports_the_same(bring: Bring, rich: Conversation, member: Account) -> None:
    file = export_json(rich)
    bring(file.encode(), user=member)
    copy = Conversation.objects.get(user=member)
    assert export_json(copy) == file
    assert copy.pk != rich.pk
    assert not set(copy.messages.values_list("pk")) & set(rich.messages.values_list("pk"))


def test_own_conversation_that_is_still_there_is_not_doubled(bring: Bring, rich: Conversation) -> None:
    file, before = export_json(rich), list(Message.objects.order_by("id").values())
    assert report(bring(file.encode())) == [("Đường  sắt <b>", "unchanged", [])]
    assert list(Message.objects.order_by("id").values()) == before
    assert Conversation.objects.count() == 1
    assert export_json(rich) == file


def test_copy_of_a_copy_is_the_same_file_too(
    bring: Bring, rich: Conversation, member: Account, stranger: Account
) -> None:
    file = export_json(rich)
    bring(file.encode(), user=member)
    again = export_json(Conversation.objects.get(user=member))
    own = create_project(user=stranger, project_name="Elsewhere")
    bring(again.encode(), user=stranger, project=own)
    assert export_json(Conversation.objects.get(user=stranger)) == file


def test_what_a_friend_added_comes_back_as_a_branch(bring: Bring, rich: Conversation, member: Account) -> None:
    bring(export_json(rich).encode(), user=member)
    theirs = Conversation.objects.get(user=member)
    last = theirs.messages.get(content__startswith="completed")
    add(theirs, last, "user", "From a friend", 9)
    run = bring(export_json(theirs).encode())
    assert (run.updated_count, run.message_count) == (1, 1)
    mine = rich.messages.get(content="From a friend")
    assert mine.parent_message == rich.messages.get(content__startswith="completed")
    assert export_json(rich) == export_json(theirs)


@pytest.mark.parametrize("file", [[chatgpt()], [webui()], libre()])
def test_foreign_conversations_survive_our_own_file(bring: Bring, member: Account, file: Any) -> None:
    bring(as_json(file))
    exported = export_json(Conversation.objects.get())
    bring(exported.encode(), user=member)
    assert export_json(Conversation.objects.get(user=member)) == exported


def test_empty_conversation_survives(bring: Bring, conversation: Conversation) -> None:
    file = export_json(conversation)
    conversation.delete()
    bring(file.encode())
    assert export_json(Conversation.objects.get()) == file


def test_reply_that_is_being_written_counts_as_interrupted(bring: Bring, rich: Conversation) -> None:
    last = Message.objects.filter(role="user").latest("created_at")
    beat = {"status": "streaming", "heartbeat_at": MOMENT, "writer_id": uuid7()}
    add(rich, last, "assistant", "so far", 5, metadata={"reservation_id": "r", "a": 1}, **beat)
    file = export_json(rich)
    assert '"reservation_id"' not in file
    rich.delete()
    bring(file.encode())
    assert Message.objects.get(content="so far").status == "interrupted"
    assert export_json(Conversation.objects.get()) == file


def test_messages_of_one_moment_keep_their_order(bring: Bring, conversation: Conversation, member: Account) -> None:
    for number in range(20):
        add(conversation, None, "user", str(number), 0, version=20 - number)
    file = export_json(conversation)
    bring(file.encode(), user=member)
    copy = Conversation.objects.get(user=member)
    assert export_json(copy) == file
    assert texts(copy) == texts(conversation)


def test_forged_metadata_cannot_reach_what_is_somebody_elses(bring: Bring, rich: Conversation) -> None:
    data = json.loads(export_json(rich))
    rich.delete()
    data["messages"][2]["metadata"] = {
        "memories": ["x", 7], "continues": "../x", "tools": [{"name": "say", "task_id": "../../admin", "x": 1}, 5],
        "reservation_id": str(uuid7()),
    }  # fmt: skip
    data["messages"][2]["files"] = [{"id": "../x"}, {"name": "no id"}]
    bring(json.dumps(data).encode())
    row = Message.objects.get(pk=data["messages"][2]["id"])
    assert row.metadata == {"memories": [], "tools": [{"name": "say", "task_id": ""}]}
    assert row.files == []


def test_id_of_a_strangers_row_is_not_taken_over(bring: Bring, rich: Conversation, member: Account) -> None:
    data = json.loads(export_json(rich))
    data["title"] = "Stolen"
    bring(json.dumps(data).encode(), user=member)
    rich.refresh_from_db()
    assert rich.title == "Đường  sắt <b>"
    assert rich.user != member
    assert Conversation.objects.get(user=member).title == "Stolen"


def test_version_of_tomorrow_is_not_guessed_at(bring: Bring, conversation: Conversation) -> None:
    data = json.loads(export_json(conversation)) | {"version": 2, "title": "Later"}
    assert report(bring(json.dumps(data).encode())) == [("Later", "skipped", [["unknown_version", ""]])]


def test_import_makes_no_files_and_no_memories(bring: Bring, rich: Conversation, member: Account) -> None:
    bring(export_json(rich).encode(), user=member)
    assert not UploadedFile.objects.exists()
    assert not Memory.objects.exists()
    assert ImportOrigin.objects.get().conversation == Conversation.objects.get(user=member)
