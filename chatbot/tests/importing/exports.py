"""Small exports of every program, as their files look."""

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]


def as_json(value: Any) -> bytes:
    """A file of this value."""
    return json.dumps(value, ensure_ascii=False).encode()


def as_zip(files: Mapping[str, bytes]) -> bytes:
    """An archive of these files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def node(key: str, parent: str | None, text: str = "", role: str = "user", **message: Any) -> Json:
    """A node of ChatGPT's map; without a text it is the empty root."""
    body = {
        "id": key, "author": {"role": role}, "create_time": 1_700_000_000.5,
        "content": {"content_type": "text", "parts": [text]}, "recipient": "all",
    }  # fmt: skip
    return {"id": key, "parent": parent, "children": [], "message": body | message if text or message else None}


def chatgpt(*nodes: Json, **fields: Any) -> Json:
    """A conversation of ChatGPT; by default a question and its answer."""
    shown = nodes or (node("root", None), node("q", "root", "Xin chào"), answer("a", "q", "Chào bạn!"))
    mapping = {entry["id"]: entry for entry in shown}
    return {"id": "gpt-1", "title": "Lời chào", "create_time": 1_700_000_000.0, "mapping": mapping} | fields


def answer(key: str, parent: str, text: str, **message: Any) -> Json:
    """A node that answers."""
    return node(key, parent, text, "assistant", metadata={"model_slug": "gpt-4o"}, **message)


def claude(*messages: Json, **fields: Any) -> Json:
    """A conversation of Claude."""
    said = messages or (claude_message("h", "human", "Hello"), claude_message("c", "assistant", "Hi!"))
    moment = "2024-05-06T07:08:09.123456Z"
    conversation = {"uuid": "cl-1", "name": "Greeting", "created_at": moment, "updated_at": moment}
    return conversation | {"chat_messages": list(said)} | fields


def claude_message(key: str, sender: str, text: str, **fields: Any) -> Json:
    """One of its messages."""
    blocks = [{"type": "text", "text": text}]
    moment = "2024-05-06T07:08:10Z"
    return {"uuid": key, "sender": sender, "text": text, "content": blocks, "created_at": moment} | fields


def webui(**fields: Any) -> Json:
    """A chat of Open WebUI with two answers to one question."""
    messages: dict[str, Json] = {
        "1": {"id": "1", "parentId": None, "childrenIds": ["2", "3"], "role": "user", "content": "Why?"},
        "2": {"id": "2", "parentId": "1", "childrenIds": [], "role": "assistant", "content": "So.", "model": "qwen"},
        "3": {"id": "3", "parentId": "1", "childrenIds": [], "role": "assistant", "content": "Thus.", "model": "phi"},
    }
    for entry in messages.values():
        entry["timestamp"] = 1_710_000_000
    chat = {"title": "Reasons", "models": ["qwen"], "history": {"currentId": "3", "messages": messages}}
    wrapper = {"id": "ow-1", "meta": {"tags": ["logic"]}, "pinned": True, "created_at": 1_710_000_000}
    return wrapper | {"chat": chat} | fields


def libre(**fields: Any) -> Json:
    """A conversation of LibreChat, recursive."""
    said = {"messageId": "a", "parentMessageId": "q", "text": "Four.", "sender": "GPT", "isCreatedByUser": False}
    other = said | {"messageId": "b", "text": "4"}
    question = {
        "messageId": "q", "parentMessageId": "00000000-0000-0000-0000-000000000000", "text": "2 + 2?",
        "sender": "User", "isCreatedByUser": True, "createdAt": "2024-01-02T03:04:05.678Z", "children": [said, other],
    }  # fmt: skip
    head = {"conversationId": "li-1", "endpoint": "openAI", "title": "Sums", "exportAt": "10:00:00 GMT"}
    return head | {"branches": True, "recursive": True, "messagesTree": [question]} | fields


def assistant_a(**fields: Any) -> Json:
    """A conversation of AI-Assistant, variant A."""
    said = [
        {"role": "user", "content": "Vẽ con mèo", "timestamp": "2025-03-04T09:00:00", "model": "gemini"},
        {
            "role": "assistant", "content": "Đây!", "timestamp": "2025-03-04T09:00:05", "model": "gemini",
            "image_data": {"prompt": "a cat", "image_path": "Storage/Image_Gen/cat.png", "delete_url": "https://x/del/9"},
        },
    ]  # fmt: skip
    head = {"id": "conv_20250304_090000_0a1b2c3d", "title": "Mèo", "created_at": "2025-03-04T09:00:00"}
    return head | {"updated_at": "2025-03-04T09:00:05", "tags": ["art"], "messages": said, "branches": []} | fields


def assistant_b(**fields: Any) -> Json:
    """Variant B, with ids, embeddings and a memory in its metadata."""
    said = [
        {"id": "00000000000000aa", "role": "user", "content": "Q?", "timestamp": "2025-03-04T10:00:00", "metadata": {}},
        {
            "id": "00000000000000bb", "role": "assistant", "content": "A.", "timestamp": "2025-03-04T10:00:01",
            "metadata": {}, "embedding": [0.25] * 384,
        },
    ]  # fmt: skip
    memory = {"question": "What is Q?", "answer": "It is A.", "saved_at": "2025-03-04T10:01:00"}
    branch = {"branch_id": "br", "created_at": "2025-03-04T10:02:00", "from_message": "00000000000000aa", "title": "B"}
    head = {"id": "conv_20250304_100000_ffffffff", "title": "B", "created_at": "2025-03-04T10:00:00"}
    return head | {"messages": said, "branches": [branch], "metadata": {"memories": [memory]}} | fields


def memory_file(**fields: Any) -> Json:
    """A memory in its own folder."""
    content = "User: Thủ đô?\n\nAI: Hà Nội."
    head = {"id": "m1", "folder_name": "Thu_do_20250101_080000", "title": "Thủ đô", "content": content}
    return head | {"tags": ["địa lý"], "images": [], "created_at": "2025-01-01T08:00:00"} | fields


def page_message(role: str, inner: str, **data: str) -> str:
    """The outer HTML of a message as AI-Assistant's page has it."""
    given = "".join(f' data-{name}="{value}"' for name, value in data.items())
    return (
        f'<div class="message {role}"{given}><div class="message-content"><div class="message-text">{inner}</div>'
        '<div class="message-timestamp">09:00</div><div class="message-actions"><button>Copy</button></div></div></div>'
    )


def session(*messages: str, **fields: Any) -> Json:
    """One session of the browser's storage."""
    said = messages or (page_message("user", "Hi"), page_message("assistant", "<p><strong>Hello</strong></p>"))
    moment = "2025-02-03T04:05:06.789Z"
    head = {"id": "chat_1738555506789", "title": "Web", "messages": list(said), "attachedFiles": []}
    return head | {"createdAt": moment, "updatedAt": moment} | fields
