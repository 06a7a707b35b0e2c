"""Every reader meets every kind of nonsense in every field: it never falls over, and what it gives can be stored."""

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from chatbot.importing.base import ImportedConversation, Skipped
from chatbot.importing.detect import reader_of, unwrapped
from chatbot.importing.values import Clock
from chatbot.tests.importing.exports import (
    assistant_a,
    assistant_b,
    chatgpt,
    claude,
    libre,
    memory_file,
    page_message,
    session,
    webui,
)

UUIDS = [f"01a1ff15-c15b-72cd-ad75-{number:012x}" for number in range(3)]
OURS = {
    "format": "roundhouse.conversation", "version": 1, "id": UUIDS[0], "created_at": "2024-01-01T00:00:00+00:00",
    "title": "t", "model": "m", "system_prompt": "s", "temperature": 0.5, "max_tokens": 9, "is_archived": False,
    "is_pinned": True, "folder": "f", "tags": ["a"], "uses_memory": True,
    "messages": [
        {
            "id": UUIDS[1], "parent_message_id": None, "created_at": "2024-01-01T00:00:01+00:00", "role": "assistant",
            "content": "c", "images": [{"a": 1}], "files": [{"id": UUIDS[2], "name": "n", "type": "t", "size": 1}],
            "sources": [{"number": 1}], "metadata": {"tools": [{"name": "say", "task_id": UUIDS[2]}], "x": [1]},
            "version": 2, "is_edited": True, "status": "completed", "engine_name": "e", "engine_version": "1",
            "prompt_tokens": 1, "completion_tokens": 2, "error_code": "", "error_message": "",
        }
    ],
}  # fmt: skip
WEB = session(page_message("user", "Hi", **{"message-id": "m"}), page_message("assistant", "<p>x</p>"))
WEB["messageVersions"] = {"m": [{"userContent": "a", "assistantResponse": "<p>b</p>", "timestamp": "t"}]}
SAMPLES = {
    "chatgpt": chatgpt(), "claude": claude(), "open_webui": webui(), "librechat": libre(), "a": assistant_a(),
    "b": assistant_b(), "memory": memory_file(), "session": WEB, "ours": OURS,
}  # fmt: skip
NONSENSE: list[Any] = [
    None, True, 0, -1, 2**40, 1.5, float("inf"), "", "x", "\x00", "\ud800", "<b", [], [None], [[]], {}, {"": None},
    [{"id": {}}], {"role": 1, "content": {"parts": {}}}, "00000000-0000-0000-0000-000000000000",
]  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, entry in list(entries)[:12]:
        yield from places(entry, (*path, key))


def changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    result = copy.deepcopy(value)
    target = result
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = new
    return result


def read(item: Any) -> list[Any]:
    found: list[Any] = []
    for entry in unwrapped(item):
        reader = reader_of(entry)
        found += reader(entry, Clock()) if reader else []
    return found


def check(item: Any) -> None:
    """Its texts fit into the database, its parents exist and come first."""
    if isinstance(item, Skipped):
        return
    assert item.origin
    assert 0 < len(item.origin_id) <= 200
    text = repr(item)
    assert "\\x00" not in text
    assert "\\ud800" not in text
    if isinstance(item, ImportedConversation):
        assert len(item.title) <= 255
        seen: set[str] = set()
        for message in item.messages:
            assert message.parent_origin_id is None or message.parent_origin_id in seen
            assert message.origin_id not in seen
            seen.add(message.origin_id)
            json.dumps([message.metadata, message.files, dict(message.columns)])


@pytest.mark.parametrize("name", SAMPLES)
def test_sample_is_read(name: str) -> None:
    found = read(SAMPLES[name])
    assert found
    for item in found:
        check(item)


@pytest.mark.parametrize("name", SAMPLES)
def test_nonsense_in_any_one_field(name: str) -> None:
    for path in places(SAMPLES[name]):
        for nonsense in NONSENSE:
            for item in read(changed(SAMPLES[name], path, nonsense)):
                check(item)


@pytest.mark.parametrize("name", SAMPLES)
def test_nonsense_in_several_fields(name: str) -> None:
    chance = random.Random(name)
    paths = list(places(SAMPLES[name]))
    for _ in range(300):
        item = SAMPLES[name]
        for path in sorted(chance.sample(paths, min(4, len(paths))), key=len, reverse=True):
            item = changed(item, path, chance.choice(NONSENSE))
        for found in read(item):
            check(found)
