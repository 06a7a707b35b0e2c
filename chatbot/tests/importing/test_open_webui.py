"""Open WebUI's chats: with and without the wrapper, trees and lines, thoughts folded into the text."""

from typing import Any

import pytest

from chatbot.importing.base import Note
from chatbot.importing.open_webui import _without_thoughts
from chatbot.tests.importing.conftest import Read, only, tree
from chatbot.tests.importing.exports import Json, as_json, webui


def bare() -> Json:
    return {**webui()["chat"], "id": "ow-1", "timestamp": 1_710_000_000_000}


def one(read: Read, chat: Json) -> Any:
    return only(read(as_json([chat])))


@pytest.mark.parametrize("chat", [webui(), bare()], ids=["wrapped", "bare"])
def test_tree_is_kept_with_and_without_the_wrapper(read: Read, chat: Json) -> None:
    item = one(read, chat)
    assert (item.origin, item.origin_id, item.title) == ("open_webui", "ow-1", "Reasons")
    assert tree(item) == [("1", None), ("2", "1"), ("3", "1")]
    assert [m.model for m in item.messages] == ["", "qwen", "phi"]
    assert item.created_at.timestamp() == 1_710_000_000


def test_folder_is_not_guessed_and_tags_are_read(read: Read) -> None:
    item = one(read, webui(folder_id="4f1c", meta={"tags": [{"name": "a"}, "b", "a", 7]}))
    assert (item.folder, item.tags, item.is_pinned) == ("", ("a", "b"), True)


def test_lost_parents_are_found_by_the_children(read: Read) -> None:
    chat = webui()
    for entry in chat["chat"]["history"]["messages"].values():
        del entry["parentId"]
    assert tree(one(read, chat)) == [("1", None), ("2", "1"), ("3", "1")]


def test_chat_older_than_trees_is_a_line(read: Read) -> None:
    said = [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}]
    item = one(read, {"title": "Old", "models": ["m"], "messages": said})
    assert [(m.role, m.content) for m in item.messages] == [("user", "Q"), ("assistant", "A")]
    assert item.messages[1].parent_origin_id == item.messages[0].origin_id


def test_same_old_chat_has_the_same_names_each_time(read: Read) -> None:
    chat = {"title": "Old", "models": [], "messages": [{"role": "user", "content": "Q"}]}
    assert tree(one(read, chat)) == tree(one(read, chat))


def test_instructions_become_the_system_prompt(read: Read) -> None:
    chat = webui()
    chat["chat"]["params"] = {"system": "Be brief."}
    assert one(read, chat).system_prompt == "Be brief."


def test_pictures_inside_the_message_are_named_not_carried(read: Read) -> None:
    chat = webui()
    files = [{"type": "image", "url": "data:image/png;base64,AAAA"}, {"type": "file", "name": "notes.md"}]
    chat["chat"]["history"]["messages"]["1"] |= {"files": files, "content": [{"type": "text", "text": "Look"}]}
    assert one(read, chat).messages[0].content == "Look\n\n📎 image\n\n📎 notes.md"


def test_unfinished_empty_answer_is_left_out(read: Read) -> None:
    chat = webui()
    chat["chat"]["history"]["messages"]["3"]["content"] = ""
    item = one(read, chat)
    assert (tree(item), item.notes) == ([("1", None), ("2", "1")], (Note("empty_messages", 1),))


def test_thoughts_are_taken_out_of_the_text() -> None:
    folded = '<details type="reasoning" done="true">\n<summary>Thought</summary>\n> First.\n> Second.\n</details>\nSo.'
    assert _without_thoughts(folded) == ("So.", "First.\nSecond.")


@pytest.mark.parametrize("text", ["plain", '<details type="reasoning" open', "</details>", "  spaced  "])
def test_text_without_thoughts_stays_as_it_is(text: str) -> None:
    assert _without_thoughts(text) == (text, "")


def test_a_million_openings_take_no_time() -> None:
    text = '<details type="reasoning"' * 1_000_000
    assert _without_thoughts(text) == (text, "")
