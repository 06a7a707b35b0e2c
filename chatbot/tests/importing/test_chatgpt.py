"""ChatGPT's map of nodes: every branch, whatever is missing, and nothing that the page hid."""

from typing import Any

import pytest

from chatbot.importing.base import Note, Skipped
from chatbot.tests.importing.conftest import Read, only, tree
from chatbot.tests.importing.exports import Json, answer, as_json, as_zip, chatgpt, node

SHARDS = {"conversations-001.json": [chatgpt(id="two")], "conversations-000.json": [chatgpt(id="one")]}


def one(read: Read, *nodes: Json, **fields: Any) -> Any:
    return only(read(as_json([chatgpt(*nodes, **fields)])))


def test_question_and_answer_without_the_empty_root(read: Read) -> None:
    item = one(read)
    assert (item.origin, item.origin_id, item.title) == ("chatgpt", "gpt-1", "Lời chào")
    assert [(m.role, m.content, m.model) for m in item.messages] == [
        ("user", "Xin chào", ""),
        ("assistant", "Chào bạn!", "gpt-4o"),
    ]
    assert [m.created_at.timestamp() for m in item.messages] == [1_700_000_000.5] * 2
    assert item.notes == ()


def test_five_branches_are_kept_although_no_node_names_its_children(read: Read) -> None:
    leaves = [answer(f"a{number}", "q", f"Answer {number}") for number in range(5)]
    item = one(read, node("q", None, "Q"), *leaves)
    assert tree(item) == [("q", None), *((f"a{number}", "q") for number in range(5))]


def test_children_say_who_the_parent_is_where_the_node_does_not(read: Read) -> None:
    item = one(read, node("q", None, "Q") | {"children": ["a"]}, node("a", None, "A", "assistant"))
    assert tree(item) == [("q", None), ("a", "q")]


def test_answer_may_stand_before_its_question(read: Read) -> None:
    assert tree(one(read, answer("a", "q", "A"), node("q", None, "Q"))) == [("q", None), ("a", "q")]


def test_parent_that_does_not_exist_makes_a_root(read: Read) -> None:
    assert tree(one(read, node("q", "gone", "Q"), answer("a", "q", "A"))) == [("q", None), ("a", "q")]


def test_circle_is_cut_and_nothing_is_lost(read: Read) -> None:
    item = one(read, node("1", "3", "one"), node("2", "1", "two"), node("3", "2", "three"), node("4", "4", "self"))
    assert tree(item) == [("1", None), ("2", "1"), ("3", "2"), ("4", None)]


def test_message_without_metadata_is_read(read: Read) -> None:
    entry = node("q", None, "Q")
    assert "metadata" not in entry["message"]
    assert [m.content for m in one(read, entry).messages] == ["Q"]


def test_hidden_messages_are_left_out_and_counted_and_their_answers_move_up(read: Read) -> None:
    hidden = {"metadata": {"is_visually_hidden_from_conversation": True}}
    first, second = node("h1", "q", "secret", "system", **hidden), node("h2", "h1", "more", "tool", **hidden)
    item = one(read, node("q", None, "Q"), first, second, answer("a", "h2", "A"))
    assert tree(item) == [("q", None), ("a", "q")]
    assert item.notes == (Note("hidden_messages", 2),)


def test_empty_hidden_message_is_nothing_to_report(read: Read) -> None:
    hidden = node("h", None, "", "system", metadata={"is_visually_hidden_from_conversation": True})
    assert one(read, hidden, node("q", "h", "Q")).notes == ()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"content_type": "code", "language": "python", "text": "print(1)"}, "```python\nprint(1)\n```"),
        ({"content_type": "code", "language": "unknown", "text": "x"}, "```\nx\n```"),
        ({"content_type": "code", "text": "a ``` b"}, "````\na ``` b\n````"),
        ({"content_type": "execution_output", "text": "1\n"}, "```\n1\n\n```"),
        ({"content_type": "tether_quote", "title": "T", "text": "said", "url": "https://e.org"}, "T\n\nsaid\n\nhttps://e.org"),
        ({"content_type": "text", "parts": ["one", "", None, 5, "two"]}, "one\n\ntwo"),
        ({"content_type": "new_kind", "parts": ["still words"]}, "still words"),
        ({"content_type": "multimodal_text", "parts": [{"content_type": "audio_transcription", "text": "hi"}]}, "hi"),
    ],
)  # fmt: skip
def test_kinds_of_content(read: Read, content: Json, expected: str) -> None:
    assert [m.content for m in one(read, node("q", None, "Q", content=content)).messages] == [expected]


def test_pictures_and_files_are_named(read: Read) -> None:
    pointer = {"content_type": "image_asset_pointer", "asset_pointer": "file-service://file-9", "size_bytes": 7}
    details = {"attachments": [{"id": "file-9", "name": "cat.png", "mime_type": "image/png", "size": 7}]}
    body = {"content_type": "multimodal_text", "parts": [pointer, "What is it?"]}
    [message] = one(read, node("q", None, "x", content=body, metadata=details)).messages
    assert message.content == "What is it?\n\n📎 cat.png"
    assert message.metadata == {
        "attachments": [{"name": "cat.png", "type": "image/png", "size": 7, "id": "file-9"}],
    }


def test_picture_without_a_name_goes_by_its_id(read: Read) -> None:
    pointer = {"content_type": "image_asset_pointer", "asset_pointer": "sediment://file_1"}
    body = {"content_type": "multimodal_text", "parts": [pointer]}
    assert one(read, node("q", None, "x", content=body)).messages[0].content == "📎 file_1"


def test_tools_speak_as_the_assistant_and_keep_their_name(read: Read) -> None:
    output = {"content_type": "execution_output", "text": "4"}
    author = {"role": "tool", "name": "python"}
    [message] = one(read, node("t", None, "x", content=output, author=author, recipient="assistant")).messages
    assert (message.role, message.metadata) == ("assistant", {"tool": "python", "recipient": "assistant"})


def test_message_of_an_unknown_kind_is_counted(read: Read) -> None:
    item = one(read, node("q", None, "Q"), node("x", "q", "x", content={"content_type": "hologram", "data": 1}))
    assert (len(item.messages), item.notes) == (1, (Note("unknown_messages", 1),))


def test_conversation_without_an_id_is_known_by_its_beginning(read: Read) -> None:
    first, again = one(read, id=None), one(read, id=None)
    assert first.origin_id == again.origin_id != one(read, id=None, create_time=1.0).origin_id
    assert one(read, id=None, conversation_id="c").origin_id == "c"


def test_archived_and_starred(read: Read) -> None:
    item = one(read, is_archived=True, is_starred=True)
    assert (item.is_archived, item.is_pinned) == (True, True)


def test_shards_are_read_in_their_order_and_the_rest_is_named(read: Read) -> None:
    files = {name: as_json(content) for name, content in SHARDS.items()}
    extra = {"user.json": as_json({"id": "u", "email": "a@b.c"}), "chat.html": b"<html>", "file-9.png": b"\x89PNG"}
    items = read(as_zip(files | extra), name="export.zip")
    assert [getattr(item, "origin_id", "") for item in items] == ["one", "two", "", ""]
    assert items[2:] == [
        Skipped("user.json", Note("not_a_conversation", 1)),
        Skipped("export.zip", Note("files_left_out", 2)),
    ]
