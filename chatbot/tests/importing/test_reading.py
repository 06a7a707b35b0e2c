"""Files as they are uploaded: what is no export is refused, and archives do no harm."""

import io
import struct
import zipfile
from pathlib import Path

import pytest

from chatbot.importing.base import ImportedConversation, ImportRefused, Note, Skipped
from chatbot.importing.reading import Export
from chatbot.tests.importing.conftest import Read, only
from chatbot.tests.importing.exports import as_json, as_zip, chatgpt, claude, memory_file


def refusal(read: Read, content: bytes) -> str:
    with pytest.raises(ImportRefused) as caught:
        read(content)
    return caught.value.code


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"hello", b"\x00\x01", b"<html>", "\ufeff".encode()])
def test_what_is_neither_json_nor_zip_is_refused(read: Read, content: bytes) -> None:
    assert refusal(read, content) == "unsupported_type"


def test_white_space_and_byte_order_mark_may_come_first(read: Read) -> None:
    assert only(read(b"\xef\xbb\xbf \r\n" + as_json([chatgpt()]))).title == "Lời chào"


def test_names_of_an_archive_lead_nowhere(read: Read, tmp_path: Path) -> None:
    before = sorted(path for path in tmp_path.parent.rglob("*") if path.is_file())
    names = ("../../escape.json", "/etc/evil.json", "..\\win.json", "a/../../b.json")
    items = read(as_zip({name: as_json([chatgpt(id=name)]) for name in names}), name="x.zip")
    assert len(items) == len(names)
    assert all(isinstance(item, ImportedConversation) for item in items)
    after = sorted(path for path in tmp_path.parent.rglob("*") if path.is_file())
    assert [path.name for path in after if path not in before] == ["file"]


def test_bomb_is_refused_before_it_is_unpacked(read: Read) -> None:
    bomb = as_zip({"conversations.json": b"[" + b" " * 9_000_000 + b"]"})
    assert len(bomb) < 20_000
    assert refusal(read, bomb) == "file_too_complex"


def test_archive_that_unpacks_to_more_than_is_allowed_is_refused(read: Read) -> None:
    parts = {f"{number}.json": b"[%d" % number + b" " * 3_000_000 + b"]" for number in range(4)}
    assert refusal(read, as_zip(parts)) == "file_too_complex"


def test_damaged_archive_is_refused(read: Read) -> None:
    assert refusal(read, as_zip({"a.json": as_json([])})[:-10]) == "file_damaged"


def test_protected_archive_is_refused(read: Read) -> None:
    data = bytearray(as_zip({"a.json": as_json([])}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert refusal(read, bytes(data)) == "file_encrypted"


def test_damaged_entry_spoils_only_itself(read: Read) -> None:
    content = as_json([chatgpt(title="x" * 4_000)])
    data = bytearray(as_zip({"a.json": content, "b.json": as_json([claude()])}))
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        data[archive.getinfo("a.json").header_offset + 60] ^= 0xFF
    items = read(bytes(data), name="x.zip")
    assert Skipped("a.json", Note("broken_entry")) in items or any(
        isinstance(item, Skipped) and item.what == "a.json" for item in items
    )
    assert isinstance(items[-1], ImportedConversation)
    assert items[-1].origin == "claude"


def test_entry_that_is_larger_than_it_says_is_not_read_further(read: Read) -> None:
    content = as_json([chatgpt()]) + b" " * 5_000
    data = as_zip({"a.json": content})
    lying = data.replace(struct.pack("<I", len(content)), struct.pack("<I", len(content) - 5_000))
    assert [item.why for item in read(lying) if isinstance(item, Skipped)] == [Note("broken_entry")]


def test_several_programs_in_one_archive(read: Read) -> None:
    files = {"gpt/conversations.json": as_json([chatgpt()]), "m/memory.json": as_json(memory_file())}
    items = read(as_zip(files | {"claude.jsonl": as_json(claude())}), name="all.zip")
    assert [item.origin for item in items if not isinstance(item, Skipped)] == ["claude", "chatgpt", "ai_assistant"]


def test_wrapped_conversations_are_found(read: Read) -> None:
    assert only(read(as_json({"conversations": [chatgpt()]}))).origin_id == "gpt-1"


def test_thousands_of_other_objects_are_one_line(read: Read) -> None:
    items = read(as_json([{"n": number} for number in range(5_000)]), name="other.json")
    assert items == [Skipped("other.json", Note("not_a_conversation", 5_000))]


@pytest.mark.parametrize("stored", ['"{broken"', "7", '["x"]'])
def test_browser_storage_that_is_no_storage_is_named(read: Read, stored: str) -> None:
    items = read(b'{"chatSessions":' + stored.encode() + b"}")
    assert items == [Skipped("export.json", Note("not_a_conversation", 1))]


def test_progress_is_measured_in_what_is_unpacked(tmp_path: Path) -> None:
    content = as_json([chatgpt()])
    path = tmp_path / "x.zip"
    path.write_bytes(as_zip({"a.json": content, "picture.png": b"x" * 9_000}))
    assert Export(path, name="x.zip", max_unpacked_bytes=10**6).total_bytes == len(content)
