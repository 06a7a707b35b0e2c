"""Claude's flat conversations, with thoughts, tools and attachments."""

from typing import Any

from chatbot.importing.base import Note
from chatbot.tests.importing.conftest import Read, only, tree
from chatbot.tests.importing.exports import Json, as_json, claude, claude_message


def one(read: Read, *messages: Json, **fields: Any) -> Any:
    return only(read(as_json([claude(*messages, **fields)])))


def test_messages_follow_each_other(read: Read) -> None:
    item = one(read)
    assert (item.origin, item.origin_id, item.title) == ("claude", "cl-1", "Greeting")
    assert tree(item) == [("h", None), ("c", "h")]
    assert [(m.role, m.content) for m in item.messages] == [("user", "Hello"), ("assistant", "Hi!")]
    assert item.created_at.isoformat() == "2024-05-06T07:08:09.123456+00:00"


def test_named_parents_make_branches(read: Read) -> None:
    root = "00000000-0000-4000-8000-000000000000"
    said = [
        claude_message("q", "human", "Q", parent_message_uuid=root),
        claude_message("a", "assistant", "A", parent_message_uuid="q"),
        claude_message("b", "assistant", "B", parent_message_uuid="q"),
    ]
    assert tree(one(read, *said)) == [("q", None), ("a", "q"), ("b", "q")]


def test_thoughts_and_tools_stand_beside_the_answer(read: Read) -> None:
    blocks = [
        {"type": "thinking", "thinking": "Hmm."},
        {"type": "tool_use", "name": "search", "input": {"query": "news", "n": 3}},
        {"type": "tool_result", "name": "search", "content": [{"type": "text", "text": "found"}]},
        {"type": "text", "text": "Here."},
    ]
    [message] = one(read, claude_message("c", "assistant", "", content=blocks)).messages
    assert message.content == "Here."
    assert message.metadata == {
        "reasoning": "Hmm.",
        "tool_blocks": [
            {"type": "tool_use", "name": "search", "text": "query: news\nn: 3"},
            {"type": "tool_result", "name": "search", "text": "found"},
        ],
    }


def test_pasted_text_is_part_of_the_question(read: Read) -> None:
    pasted = {"file_name": "", "file_type": "txt", "file_size": 9, "extracted_content": "Dòng một"}
    [message] = one(read, claude_message("q", "human", "", content=[], attachments=[pasted])).messages
    assert message.content == "📎 file\n\n```\nDòng một\n```"
    assert message.metadata == {"attachments": [{"name": "file", "type": "txt", "size": 9}]}


def test_files_are_named(read: Read) -> None:
    message = claude_message("q", "human", "See", files=[{"file_name": "a.pdf"}, "nonsense"])
    assert one(read, message).messages[0].content == "See\n\n📎 a.pdf"


def test_older_messages_have_a_text_only(read: Read) -> None:
    message = claude_message("q", "human", "Plain")
    del message["content"]
    assert one(read, message).messages[0].content == "Plain"


def test_empty_messages_are_left_out_and_counted(read: Read) -> None:
    item = one(read, claude_message("q", "human", "Q"), claude_message("e", "assistant", "", content=[]))
    assert (tree(item), item.notes) == ([("q", None)], (Note("empty_messages", 1),))


def test_one_id_for_two_messages_keeps_both(read: Read) -> None:
    item = one(read, claude_message("x", "human", "one"), claude_message("x", "human", "two"))
    assert sorted(m.content for m in item.messages) == ["one", "two"]
    assert len({m.origin_id for m in item.messages}) == 2


def test_message_repeated_word_for_word_is_one(read: Read) -> None:
    assert tree(one(read, claude_message("x", "human", "one"), claude_message("x", "human", "one"))) == [("x", None)]
