"""AI-Assistant's files: both variants of conversations, memories, and what must not be carried along."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chatbot.importing.base import ImportedMemory, Note
from chatbot.importing.values import Clock
from chatbot.tests.importing.conftest import Read, only, tree
from chatbot.tests.importing.exports import Json, as_json, as_zip, assistant_a, assistant_b, memory_file


def said(*messages: Json) -> Json:
    return assistant_a(messages=list(messages))


def test_variant_a(read: Read) -> None:
    item = only(read(as_json(assistant_a())))
    assert (item.origin, item.origin_id, item.title, item.tags) == (
        "ai_assistant", "conv_20250304_090000_0a1b2c3d", "Mèo", ("art",),
    )  # fmt: skip
    assert [(m.role, m.content, m.model) for m in item.messages] == [
        ("user", "Vẽ con mèo", ""),
        ("assistant", "Đây!\n\n📎 cat.png", "gemini"),
    ]
    assert item.messages[1].parent_origin_id == item.messages[0].origin_id


def test_naive_times_are_local_times_of_the_person(read: Read) -> None:
    item = only(read(as_json(assistant_a()), clock=Clock(ZoneInfo("Asia/Ho_Chi_Minh"))))
    assert item.created_at == datetime(2025, 3, 4, 2, 0, tzinfo=UTC)
    assert item.messages[1].created_at == datetime(2025, 3, 4, 2, 0, 5, tzinfo=UTC)


def test_secrets_stay_behind(read: Read) -> None:
    image = {"url": "https://i.example/a.png?token=abc", "delete_url": "https://i.example/del/9"}
    item = only(read(as_json(said({"role": "user", "content": "x", "images": [image], "token": "abc"}))))
    for secret in ("delete_url", "del/9", "token", "abc"):
        assert secret not in repr(item)


def test_prompt_of_a_drawn_picture_is_kept(read: Read) -> None:
    item = only(read(as_json(assistant_a())))
    drawn = {"name": "cat.png", "type": "image", "prompt": "a cat"}
    assert item.messages[1].metadata == {"attachments": [drawn]}


@pytest.mark.parametrize("key", ["files", "file_data"])
def test_files_with_their_text(read: Read, key: str) -> None:
    file: Any = {"name": "a.txt", "type": "text/plain", "size": 5, "content": "hello"}
    given = [file] if key == "files" else file
    item = only(read(as_json(said({"role": "user", "content": "Read", key: given}))))
    assert item.messages[0].content == "Read\n\n📎 a.txt\n\n```\nhello\n```"
    assert item.messages[0].metadata["attachments"] == [{"name": "a.txt", "type": "text/plain", "size": 5}]


def test_variant_b_keeps_its_ids_and_gives_its_memories(read: Read) -> None:
    conversation, memory = read(as_json(assistant_b()))
    assert isinstance(memory, ImportedMemory)
    assert tree(only([conversation])) == [("00000000000000aa", None), ("00000000000000bb", "00000000000000aa")]
    assert (memory.question, memory.answer) == ("What is Q?", "It is A.")
    assert memory.created_at == datetime(2025, 3, 4, 10, 1, tzinfo=UTC)


def test_embeddings_are_not_carried(read: Read) -> None:
    assert "0.25" not in repr(read(as_json(assistant_b())))


@pytest.mark.parametrize("fields", [{"parent_id": "conv_x"}, {"metadata": {"parent_id": "conv_x"}}])
def test_branch_names_its_parent(read: Read, fields: Json) -> None:
    assert only(read(as_json(assistant_a(**fields)))).forked_from_origin_id == "conv_x"


def test_longer_history_begins_with_the_same_names(read: Read) -> None:
    first = assistant_a()["messages"]
    shorter, longer = (only(read(as_json(said(*messages)))) for messages in (first, [*first, *first]))
    assert tree(longer)[:2] == tree(shorter)
    assert len(longer.messages) == 4


def test_changed_history_becomes_a_branch(read: Read) -> None:
    question, reply = assistant_a()["messages"]
    before = only(read(as_json(said(question, reply))))
    after = only(read(as_json(said(question, reply | {"content": "Otherwise"}))))
    assert before.messages[0].origin_id == after.messages[0].origin_id
    assert before.messages[1].origin_id != after.messages[1].origin_id


def test_index_files_and_hidden_ones_are_passed_over(read: Read) -> None:
    names = ("c/conversations_index.json", "__MACOSX/c/._a.json", "c/.a.json")
    files = dict.fromkeys(names, as_json({"index": []}))
    items = read(as_zip(files | {"c/a.json": as_json(assistant_a())}), name="s.zip")
    assert [getattr(item, "title", getattr(item, "why", None)) for item in items] == ["Mèo", Note("files_left_out", 3)]


def test_memory_folder(read: Read) -> None:
    [memory] = read(as_json(memory_file(images=["image_gen/a.png"])))
    assert isinstance(memory, ImportedMemory)
    assert (memory.origin_id, memory.question, memory.tags) == ("memory:m1", "Thủ đô", ("địa lý",))
    assert memory.answer == "User: Thủ đô?\n\nAI: Hà Nội."
    assert memory.notes == (Note("pictures_left_out", 1),)


def test_picture_descriptions_beside_a_memory_are_no_conversations(read: Read) -> None:
    picture = {"filename": "a.png", "created_at": "2025-01-01T00:00:00", "metadata": {"prompt": "x"}}
    items = read(as_zip({"m/memory.json": as_json(memory_file()), "m/image_gen/a.json": as_json(picture)}), name="z")
    assert [getattr(item, "why", None) for item in items] == [None, Note("not_a_conversation", 1)]


def test_empty_messages_are_counted(read: Read) -> None:
    item = only(read(as_json(said({"role": "user", "content": "x"}, {"role": "assistant", "content": " "}))))
    assert item.notes == (Note("empty_messages", 1),)
