"""Objects of every program, read one by one: who knows them, and what odd fields become."""

from typing import Any

from chatbot.importing import ai_assistant, chatgpt, claude, librechat, open_webui, roundhouse
from chatbot.importing.base import ImportedConversation, ImportedItem, ImportedMemory, Note, Skipped
from chatbot.importing.detect import read_browser_session, reader_of, unwrapped
from chatbot.importing.values import Clock
from chatbot.tests.importing.exports import Json

CLOCK = Clock()
KEY = "01a1ff15-c15b-72cd-ad75-ac4d29fddcce"


def first(items: Any) -> ImportedConversation:
    found: ImportedItem = next(iter(items))
    assert isinstance(found, ImportedConversation)
    return found


def said(items: Any) -> list[tuple[str, str]]:
    return [(message.role, message.content) for message in first(items).messages]


def test_each_shape_has_its_reader() -> None:
    cases: list[tuple[Any, Any]] = [
        ({"format": "roundhouse.conversation"}, roundhouse.read),
        ({"format": "other", "mapping": {}}, chatgpt.read),
        ({"mapping": []}, None),
        ({"chat_messages": []}, claude.read),
        ({"chat_messages": {}}, None),
        ({"conversationId": 1, "messages": []}, librechat.read),
        ({"conversationId": 1, "messagesTree": None}, librechat.read),
        ({"conversationId": 1}, None),
        ({"history": {}}, open_webui.read),
        ({"chat": {"messages": []}}, open_webui.read),
        ({"models": [], "messages": []}, open_webui.read),
        ({"messages": ["<p>"]}, read_browser_session),
        ({"messages": [], "createdAt": 1}, read_browser_session),
        ({"messages": ["<p>", {}]}, None),
        ({"id": 1, "messages": [{"role": "user"}]}, ai_assistant.read_conversation),
        ({"title": "", "messages": []}, ai_assistant.read_conversation),
        ({"messages": [{"role": "user"}]}, None),
        ({"id": 1, "messages": [{"text": "x"}]}, None),
        ({"title": "a", "content": "b", "tags": None}, ai_assistant.read_memory),
        ({"title": "a", "content": "", "tags": []}, None),
        ({"title": "a", "content": "b"}, None),
        ({}, None),
        ([], None),
        ("text", None),
        (None, None),
    ]
    assert [(item, reader_of(item)) for item, _reader in cases] == cases


def test_wrappers_are_taken_off_once() -> None:
    cases: list[tuple[Any, list[Any]]] = [
        ({"conversations": [1, {"a": 2}]}, [1, {"a": 2}]),
        ({"conversations": []}, []),
        ({"conversations": {"a": 1}}, [{"conversations": {"a": 1}}]),
        ({"chatSessions": {"a": {"x": 1}, "b": 2}}, [{"x": 1}, 2]),
        ({"chatSessions": '{"a": {"x": 1}}'}, [{"x": 1}]),
        ({"chatSessions": '[{"x": 1}]'}, [{"x": 1}]),
        ({"chatSessions": "[" * 100_000}, [None]),
        ({"chatSessions": '"text"'}, [None]),
        ({"chatSessions": 7}, [None]),
        ({"chat_1": {"x": 1}, "chat_2": 2}, [{"x": 1}, 2]),
        ({"chat_1": 1, "other": 2}, [{"chat_1": 1, "other": 2}]),
        ({}, [{}]),
        ([1], [[1]]),
        (None, [None]),
    ]
    assert [(item, list(unwrapped(item))) for item, _found in cases] == cases


def test_chatgpt_keeps_words_of_odd_nodes() -> None:
    def node(parent: Any, content: Any, **message: Any) -> Json:
        return {"parent": parent, "message": {"author": {"role": "user"}, "content": content, **message}}

    plain = {"content_type": "text", "parts": ["Xin chào"]}
    nodes = {
        "a": node(None, plain),
        "b": node("a", {"content_type": "text", "text": "only text"}, author=None),
        "c": node("b", {"content_type": "tether_browsing_display", "result": "found"}, author={"role": "tool"}),
        "d": node("c", {"content_type": "thoughts", "thoughts": [{"content": "hmm"}]}),
        "e": node("d", plain, recipient="python", create_time="yesterday"),
        "f": node("gone", None),
        "g": 5,
    }
    item = first(chatgpt.read({"mapping": nodes, "title": "  a\nb "}, CLOCK))
    assert [(one.origin_id, one.parent_origin_id, one.role, one.content) for one in item.messages] == [
        ("a", None, "user", "Xin chào"),
        ("b", "a", "assistant", "only text"),
        ("c", "b", "assistant", "found"),
        ("e", "c", "user", "Xin chào"),
    ]
    assert [one.metadata for one in item.messages[2:]] == [{"tool": "tool"}, {"recipient": "python"}]
    assert (item.title, item.notes) == ("a b", (Note("hidden_messages", 1), Note("unknown_messages", 1)))


def test_chatgpt_names_a_picture_once_and_by_its_name() -> None:
    pointer = {"asset_pointer": "sediment://file_00ab", "size_bytes": 7}
    sound = {"audio_asset_pointer": {"asset_pointer": "sediment://file_9", "content_type": "audio_asset_pointer"}}
    content = {"content_type": "multimodal_text", "parts": [pointer, sound, "Nhìn này"]}
    details = {"attachments": [{"id": "file_00ab", "name": "cat.png", "mime_type": "image/png"}]}
    item = first(chatgpt.read({"mapping": {"a": {"message": {"content": content, "metadata": details}}}}, CLOCK))
    assert [(one.name, one.key) for one in item.messages[0].attached] == [("file_9", ""), ("cat.png", "file_00ab")]
    assert item.messages[0].content == "Nhìn này\n\n📎 file_9\n\n📎 cat.png"


def test_claude_reads_blocks_of_every_kind() -> None:
    blocks = [
        {"type": "text", "text": "One"}, {"type": "text", "text": " "}, {"type": "thinking", "thinking": "Hm"},
        {"type": "tool_use", "name": "search", "input": {"q": "x", "n": 2}},
        {"type": "tool_result", "name": "search", "content": [{"text": "found"}, {"type": "image"}]},
        {"type": "tool_result", "content": "plain"}, {"type": "new"}, "odd", {"type": "text", "text": "Two"},
    ]  # fmt: skip
    entry = {"sender": "assistant", "text": "other", "content": blocks}
    message = first(claude.read({"chat_messages": [entry, None, {"sender": "human", "text": ""}]}, CLOCK)).messages[0]
    assert (message.role, message.content) == ("assistant", "One\n\nTwo")
    assert message.metadata == {
        "reasoning": "Hm",
        "tool_blocks": [
            {"type": "tool_use", "name": "search", "text": "q: x\nn: 2"},
            {"type": "tool_result", "name": "search", "text": "found\n\n"},
            {"type": "tool_result", "name": "", "text": "plain"},
        ],
    }


def test_claude_says_text_where_blocks_say_nothing() -> None:
    cases: dict[str, tuple[Json, list[tuple[str, str]]]] = {
        "no blocks": ({"sender": "human", "text": "a"}, [("user", "a")]),
        "blank blocks": ({"text": "a", "content": [{"type": "text", "text": "\n"}]}, [("assistant", "a")]),
        "blocks of another type": ({"text": "a", "content": "b"}, [("assistant", "a")]),
        "a file alone": ({"sender": "human", "files": [{"file_name": "a.pdf"}]}, [("user", "📎 a.pdf")]),
        "a pasted text": (
            {"sender": "human", "text": "q", "attachments": [{"file_name": "a", "extracted_content": "x ``` y"}]},
            [("user", "q\n\n📎 a\n\n````\nx ``` y\n````")],
        ),
        "nothing": ({"sender": "human"}, []),
    }
    found = {name: said(claude.read({"chat_messages": [entry]}, CLOCK)) for name, (entry, _said) in cases.items()}
    assert found == {name: expected for name, (_entry, expected) in cases.items()}


def test_librechat_reads_parts_of_every_kind() -> None:
    cases: dict[str, tuple[Json, list[tuple[str, str]]]] = {
        "text": ({"isCreatedByUser": True, "text": "a"}, [("user", "a")]),
        "sender": ({"sender": "USER", "text": "a"}, [("user", "a")]),
        "value": ({"content": [{"type": "text", "text": {"value": "a"}}, {"text": "b"}]}, [("assistant", "a\n\nb")]),
        "error": ({"content": [{"type": "error", "error": "broke"}]}, [("assistant", "broke")]),
        "tool": (
            {"content": [{"type": "tool_call", "tool_call": {"name": "calc", "output": "4"}}]},
            [("assistant", "calc\n\n```\n4\n```")],
        ),
        "silent tool": ({"content": [{"type": "tool_call", "tool_call": {"name": "calc"}}]}, [("assistant", "calc")]),
        "thought": ({"content": [{"type": "think", "think": "Hm"}]}, []),
        "parts before text": ({"content": [{"text": "a"}], "text": "b"}, [("assistant", "a")]),
        "odd": ({"content": "a", "text": None}, []),
    }
    found = {name: said(librechat.read({"messages": [entry]}, CLOCK)) for name, (entry, _said) in cases.items()}
    assert found == {name: expected for name, (_entry, expected) in cases.items()}


def test_librechat_marks_failed_and_unfinished_answers() -> None:
    tree = {
        "messageId": "q", "text": "Q", "isCreatedByUser": True, "model": "ignored",
        "children": [
            {"messageId": "a", "text": "A", "error": True, "model": "gpt"},
            {"messageId": "b", "text": "B", "unfinished": True, "sender": "Claude"},
            {"messageId": "c", "text": "", "children": [{"messageId": "d", "text": "D"}]},
        ],
    }  # fmt: skip
    item = first(
        librechat.read({"conversationId": 7, "messagesTree": [tree], "options": {"promptPrefix": "Be kind"}}, CLOCK)
    )
    assert [(one.origin_id, one.parent_origin_id, one.model, one.metadata) for one in item.messages] == [
        ("q", None, "", {}),
        ("a", "q", "gpt", {"error": True}),
        ("b", "q", "Claude", {"finish_reason": "length"}),
        ("d", "q", "", {}),
    ]
    assert (item.origin_id, item.system_prompt, item.notes) == ("7", "Be kind", (Note("empty_messages", 1),))


def test_open_webui_reads_content_of_every_form() -> None:
    cases: dict[str, tuple[Json, list[tuple[str, str]]]] = {
        "parts": ({"role": "user", "content": [{"text": "a"}, {"text": " "}, 5, {"text": "b"}]}, [("user", "a\n\nb")]),
        "unknown role": ({"role": "bot", "content": "a"}, [("assistant", "a")]),
        "system": ({"role": "system", "content": "a"}, [("system", "a")]),
        "document": (
            {"role": "user", "content": "a", "files": [{"type": "file", "file": {"filename": "b.pdf"}}]},
            [("user", "a\n\n📎 b.pdf")],
        ),
        "picture": ({"role": "user", "content": "", "files": [{"type": "image"}]}, [("user", "📎 image")]),
        "empty": ({"role": "user", "content": None}, []),
    }
    found = {name: said(open_webui.read({"messages": [entry]}, CLOCK)) for name, (entry, _said) in cases.items()}
    assert found == {name: expected for name, (_entry, expected) in cases.items()}


def test_memories_and_drawn_pictures_of_ai_assistant() -> None:
    cases = {
        "C:\\pics\\cat.png": "cat.png", "https://e.org/a/b.png?size=2": "b.png", "a/b/": "b",
        "data:image/png;base64,AA": "image",
        "": "image", "/": "image", "mèo.jpg": "mèo.jpg",
    }  # fmt: skip
    entry = {"role": "human", "content": "Nhìn", "images": [*cases, {"filename": "f.png"}, {"path": "p/q.gif"}, 7]}
    message = first(ai_assistant.read_conversation({"id": 1, "messages": [entry]}, CLOCK)).messages[0]
    names = [one["name"] for one in message.metadata["attachments"]]
    assert (message.role, names) == ("user", [*cases.values(), "f.png", "q.gif", "image"])
    [memory] = ai_assistant.read_memory(
        {"folder_name": "F", "content": "c", "images": [1, 2], "tags": ["a", "a"]}, CLOCK
    )
    assert isinstance(memory, ImportedMemory)
    assert (memory.question, memory.answer, memory.tags, memory.notes) == (
        "F", "c", ("a",), (Note("pictures_left_out", 2),),
    )  # fmt: skip


def test_our_own_export_takes_only_what_it_writes_itself() -> None:
    rows: list[Json] = [
        {"id": KEY, "role": "user", "content": "a\x00", "status": "running", "version": 0, "prompt_tokens": 2**31},
        {"id": "no uuid", "role": "user"},
        {"id": KEY, "role": "tool"},
    ]
    metadata = {
        "reservation_id": "x",
        "continues": "no",
        "memories": [KEY, "no", 7],
        "tools": [{"name": 5, "task_id": "x"}],
    }
    item = first(
        roundhouse.read({"id": KEY, "version": 1, "messages": [rows[0] | {"metadata": metadata}, *rows[1:]]}, CLOCK)
    )
    [message] = item.messages
    assert (message.content, message.metadata) == ("a", {"memories": [KEY], "tools": [{"name": "", "task_id": ""}]})
    assert [message.columns[name] for name in ("status", "version", "prompt_tokens")] == ["interrupted", 1, 0]
    assert item.notes == (Note("invalid_messages", 2),)


def test_our_own_export_of_another_version_is_skipped() -> None:
    cases: list[Json] = [{"id": KEY, "version": 2}, {"id": KEY}, {"id": "x", "version": 1, "title": "T"}]
    assert [[*roundhouse.read(item, CLOCK)] for item in cases] == [
        [Skipped("roundhouse.conversation", Note("unknown_version"))],
        [Skipped("roundhouse.conversation", Note("unknown_version"))],
        [Skipped("T", Note("unknown_version"))],
    ]


def test_temperatures_are_numbers_from_0_to_2() -> None:
    cases: list[tuple[Any, float | None]] = [
        (0, 0.0), (2, 2.0), (0.7, 0.7), (2.01, None), (-0.1, None), (True, None), ("1", None), (float("nan"), None),
    ]  # fmt: skip
    items = [first(roundhouse.read({"id": KEY, "version": 1, "temperature": value}, CLOCK)) for value, _found in cases]
    assert [item.columns["temperature"] for item in items] == [found for _value, found in cases]
