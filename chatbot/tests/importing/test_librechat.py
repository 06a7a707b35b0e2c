"""LibreChat's conversations: trees, lists, parts of every kind."""

from typing import Any

from chatbot.importing.base import Note
from chatbot.tests.importing.conftest import Read, only, tree
from chatbot.tests.importing.exports import Json, as_json, libre


def one(read: Read, **fields: Any) -> Any:
    return only(read(as_json(libre(**fields))))


def flat(*messages: Json) -> Json:
    return {"messagesTree": [], "messages": list(messages)}


def test_tree_keeps_both_answers(read: Read) -> None:
    item = one(read)
    assert (item.origin, item.origin_id, item.title) == ("librechat", "li-1", "Sums")
    assert tree(item) == [("q", None), ("a", "q"), ("b", "q")]
    assert [(m.role, m.model) for m in item.messages] == [("user", ""), ("assistant", "GPT"), ("assistant", "GPT")]
    assert item.messages[0].created_at.isoformat() == "2024-01-02T03:04:05.678000+00:00"


def test_list_of_messages_gives_the_same(read: Read) -> None:
    [question] = libre()["messagesTree"]
    children = question.pop("children")
    assert tree(one(read, **flat(*children, question))) == [("q", None), ("a", "q"), ("b", "q")]


def test_children_without_a_named_parent_follow_where_they_stand(read: Read) -> None:
    [question] = libre()["messagesTree"]
    for child in question["children"]:
        del child["parentMessageId"]
    assert tree(one(read, messagesTree=[question])) == [("q", None), ("a", "q"), ("b", "q")]


def test_parts_of_every_kind(read: Read) -> None:
    parts = [
        {"type": "think", "think": "Let me see."},
        {"type": "text", "text": {"value": "Sunny."}},
        {"type": "tool_call", "tool_call": {"name": "weather", "args": "{}", "output": "21"}},
        {"type": "error", "error": "stopped"},
    ]
    message = {"messageId": "m", "content": parts, "sender": "GPT", "model": "gpt-4", "unfinished": True}
    [found] = one(read, **flat(message)).messages
    assert found.content == "Sunny.\n\nweather\n\n```\n21\n```\n\nstopped"
    assert found.metadata == {"reasoning": "Let me see.", "finish_reason": "length"}
    assert found.model == "gpt-4"


def test_options_that_may_hold_keys_stay_behind(read: Read) -> None:
    item = one(read, options={"promptPrefix": "Be kind.", "key": "sk-secret"})
    assert item.system_prompt == "Be kind."
    assert "sk-secret" not in repr(item)


def test_files_are_named(read: Read) -> None:
    message = {"messageId": "m", "text": "See", "isCreatedByUser": True, "files": [{"filename": "a.csv", "bytes": 9}]}
    [found] = one(read, **flat(message)).messages
    assert (found.content, found.metadata) == ("See\n\n📎 a.csv", {"attachments": [{"name": "a.csv", "size": 9}]})


def test_failed_answer_says_so(read: Read) -> None:
    message = {"messageId": "m", "text": "No key", "sender": "GPT", "error": True}
    assert one(read, **flat(message)).messages[0].metadata == {"error": True}


def test_empty_answer_is_left_out_and_what_follows_moves_up(read: Read) -> None:
    said: list[Json] = [
        {"messageId": "q", "text": "Q", "isCreatedByUser": True},
        {"messageId": "e", "parentMessageId": "q", "text": ""},
        {"messageId": "r", "parentMessageId": "e", "text": "R", "isCreatedByUser": True},
    ]
    item = one(read, **flat(*said))
    assert (tree(item), item.notes) == ([("q", None), ("r", "q")], (Note("empty_messages", 1),))


def test_tree_of_five_thousand_messages_is_read(read: Read) -> None:
    deep = '{"messageId":"%d","text":"t","children":['
    content = "".join(deep % number for number in range(5_000)) + "]}" * 5_000
    item = only(read(b'{"conversationId":"deep","messagesTree":[' + content.encode() + b"]}"))
    assert len(item.messages) == 5_000
    assert tree(item)[-1] == ("4999", "4998")
