"""Pictures and files that lie in an export: kept as uploads are, once, and named where they cannot be kept."""

import base64
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from pytest_django import Settings

from accounts.models import Account
from chatbot.importing.base import ImportedConversation, Note, Skipped
from chatbot.models import Conversation, Message, UploadedFile
from chatbot.services import delete_conversation
from chatbot.tests.extraction.files import png
from chatbot.tests.importing.conftest import Bring, Read, only, report
from chatbot.tests.importing.exports import (
    Json,
    answer,
    as_json,
    as_zip,
    chatgpt,
    claude,
    claude_message,
    libre,
    node,
    webui,
)
from tasks.models import Task

pytestmark = pytest.mark.django_db

CAT, DOG = png(3, 2), png(2, 3)


def shown(*pointers: str, key: str = "q", parent: str | None = None, **details: Any) -> Json:
    """A node of ChatGPT with pictures in its parts."""
    parts = [{"content_type": "image_asset_pointer", "asset_pointer": pointer, "size_bytes": 9} for pointer in pointers]
    body = {"content_type": "multimodal_text", "parts": [*parts, "Look"]}
    return node(key, parent, "x", content=body, metadata=details)


def archive(*nodes: Json, **files: bytes) -> bytes:
    """A zip of ChatGPT; `files` by their names in it."""
    return as_zip({"conversations.json": as_json([chatgpt(*nodes)]), **files})


def kept() -> list[tuple[str, str, int]]:
    """(name, kind, size) of all files of people, the oldest first."""
    return list(UploadedFile.objects.order_by("id").values_list("original_filename", "file_type", "file_size"))


def in_storage(media: Path) -> list[bytes]:
    """Contents below the folder of people's files."""
    return sorted(path.read_bytes() for path in (media / "chat").rglob("*") if path.is_file())


def test_picture_of_chatgpt_is_stored_and_attached(bring: Bring, media: Path, owner: Account) -> None:
    named = [{"id": "file-Ab1", "name": "cat.png", "mime_type": "image/png", "size": len(CAT)}]
    picture = shown("file-service://file-Ab1", attachments=named)
    run = bring(archive(picture, answer("a", "q", "A cat"), **{"file-Ab1-cat.png": CAT}))
    row = UploadedFile.objects.get()
    assert (row.user, row.original_filename, row.mime_type, row.file_size) == (owner, "cat.png", "image/png", len(CAT))
    question = Message.objects.get(role="user")
    assert question.files == [{"id": str(row.pk), "name": "cat.png", "type": "image/png", "size": len(CAT)}]
    assert (row.conversation, Message.objects.get(role="assistant").files) == (question.conversation, [])
    assert (in_storage(media), report(run)) == ([CAT], [("Lời chào", "imported", [["attached", 1]])])


def test_picture_is_read_by_a_worker_like_an_upload(bring: Bring) -> None:
    bring(archive(shown("sediment://file_0a1"), **{"file_0a1-x.png": CAT}))
    row = UploadedFile.objects.get()
    assert row.task is not None
    assert (row.task.task_type, row.task.input_data) == ("chatbot.read_file", {"file_id": str(row.pk)})


@pytest.mark.parametrize(
    ("pointer", "entry", "name"),
    [
        ("file-service://file-Ab1", "file-Ab1.png", "file-Ab1.png"),
        ("sediment://file_0a1", "user-9/file_0a1-1f2e.png", "file_0a1-1f2e.png"),
        ("sediment://file_0a1", "dalle-generations\\file_0a1.webp", "file_0a1.webp"),
        ("sediment://5c3f#file_0a1#p_0.png", "file_0a1-p.png", "5c3f#file_0a1#p_0.png"),
    ],
)
def test_names_of_chatgpts_files(bring: Bring, pointer: str, entry: str, name: str) -> None:
    bring(archive(shown(pointer), **{entry: CAT}))
    assert kept() == [(name, "png", len(CAT))]


def test_trial_run_counts_and_stores_nothing(bring: Bring, media: Path) -> None:
    content = archive(shown("file-service://file-1", "file-service://file-2"), **{"file-1.png": CAT, "file-2.png": DOG})
    tried = bring(content, dry_run=True)
    assert report(tried) == [("Lời chào", "imported", [["attached", 2]])]
    assert (kept(), in_storage(media)) == ([], [])
    assert report(bring(content)) == report(tried)
    assert sorted(in_storage(media)) == sorted([CAT, DOG])


def test_second_import_adds_nothing(bring: Bring) -> None:
    content = archive(shown("file-service://file-1"), **{"file-1.png": CAT})
    bring(content)
    rows, tasks, messages = list(UploadedFile.objects.values()), Task.objects.count(), list(Message.objects.values())
    again = bring(content)
    assert (report(again), list(UploadedFile.objects.values())) == ([("Lời chào", "unchanged", [])], rows)
    assert (list(Message.objects.values()), Task.objects.count()) == (messages, tasks + 1)


def test_new_message_brings_its_picture_alone(bring: Bring) -> None:
    first, second = shown("file-service://file-1"), shown("file-service://file-2", key="q2", parent="q")
    files = {"file-1.png": CAT, "file-2.png": DOG}
    bring(archive(first, **files))
    run = bring(archive(first, second, **files))
    assert report(run)[0] == ("Lời chào", "updated", [["attached", 1]])
    assert kept() == [("file-1.png", "png", len(CAT)), ("file-2.png", "png", len(DOG))]
    assert Conversation.objects.get().uploaded_files.count() == 2


def test_picture_of_several_messages_is_one_file_of_the_conversation(bring: Bring) -> None:
    bring(
        archive(
            shown("file-service://file-1"), shown("file-service://file-1", key="r", parent="q"), **{"file-1.png": CAT}
        )
    )
    first, second = Message.objects.order_by("created_at")
    assert (first.files, len(first.files), len(kept())) == (second.files, 1, 1)


def test_equal_pictures_share_their_bytes(bring: Bring, media: Path) -> None:
    bring(archive(shown("file-service://file-1", "file-service://file-2"), **{"file-1.png": CAT, "file-2.png": CAT}))
    assert (len(kept()), in_storage(media)) == (2, [CAT])


def test_files_go_with_the_conversation(bring: Bring, media: Path, django_capture_on_commit_callbacks: Any) -> None:
    bring(archive(shown("file-service://file-1"), **{"file-1.png": CAT}))
    with django_capture_on_commit_callbacks(execute=True):
        delete_conversation(conversation=Conversation.objects.get())
    assert (kept(), in_storage(media)) == ([], [])


def test_picture_that_is_not_in_the_archive_is_named(bring: Bring) -> None:
    run = bring(archive(shown("file-service://file-1", "sediment://file_2"), **{"file-1.png": CAT}))
    assert report(run) == [("Lời chào", "imported", [["attached_missing", "file_2"], ["attached", 1]])]
    assert len(Message.objects.get().files) == 1


def test_what_is_no_picture_is_refused_by_its_content(bring: Bring, media: Path) -> None:
    run = bring(archive(shown("file-service://file-1"), **{"file-1.png": b"\x7fELF\x00\x01\x02" * 100}))
    assert report(run) == [("Lời chào", "imported", [["attached_unreadable", "file-1.png"]])]
    assert (kept(), in_storage(media), Message.objects.get().files) == ([], [], [])


def test_too_large_file_is_left_out(bring: Bring, media: Path, settings: Settings) -> None:
    settings.CHAT_MAX_FILE_BYTES = len(CAT)
    files = {"file-1.png": CAT, "file-2.png": DOG + b"x"}
    run = bring(archive(shown("file-service://file-1", "file-service://file-2"), **files))
    assert report(run)[0][2] == [["attached", 1], ["attached_too_large", "file-2.png"]]
    assert in_storage(media) == [CAT]


def test_full_storage_leaves_files_out_and_keeps_the_words(bring: Bring, media: Path, settings: Settings) -> None:
    settings.CHAT_STORAGE_BYTES = len(CAT)
    files = {"file-1.png": CAT, "file-2.png": DOG}
    run = bring(archive(shown("file-service://file-1", "file-service://file-2"), **files))
    assert report(run)[0][2] == [["attached", 1], ["attached_no_room", "file-2.png"]]
    assert (in_storage(media), Message.objects.get().content) == ([CAT], "Look\n\n📎 file-1\n\n📎 file-2")


def test_damaged_file_spoils_only_itself(bring: Bring, media: Path) -> None:
    noise = bytes(range(256)) * 8
    data = bytearray(
        archive(
            shown("file-service://file-1", "file-service://file-2"), **{"file-1.png": CAT + noise, "file-2.png": DOG}
        )
    )
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as opened:
        entry = opened.getinfo("file-1.png")
    data[entry.header_offset + 30 + len(entry.filename) + entry.compress_size // 2] ^= 0xFF
    run = bring(bytes(data))
    assert report(run)[0][2] == [["attached", 1], ["attached_unreadable", "file-1.png"]]
    assert in_storage(media) == [DOG]


@pytest.mark.parametrize("entry", ["../../file-1.png", "/etc/file-1.png", "..\\file-1.png", "a/../../file-1.png"])
def test_names_of_entries_lead_nowhere(bring: Bring, media: Path, tmp_path: Path, entry: str) -> None:
    bring(archive(shown("file-service://file-1"), **{entry: CAT}))
    assert kept() == [("file-1.png", "png", len(CAT))]
    outside = [path for path in tmp_path.rglob("*") if path.is_file() and not path.is_relative_to(media / "chat")]
    assert outside == []
    assert default_storage.exists(UploadedFile.objects.get().file_path)


def test_only_files_that_no_message_names_are_counted_as_left_out(read: Read) -> None:
    content = archive(shown("file-service://file-1"), **{"file-1.png": CAT, "file-2.png": DOG, "chat.html": b"<html>"})
    conversation, rest = read(content, name="x.zip")
    assert isinstance(conversation, ImportedConversation)
    assert rest == Skipped("x.zip", Note("files_left_out", 2))


def picture_of_webui(url: str) -> Json:
    """A chat of Open WebUI whose question has a picture."""
    chat = webui()
    chat["chat"]["history"]["messages"]["1"]["files"] = [{"type": "image", "url": url}]
    return chat


def test_picture_inside_of_a_chat_of_open_webui_is_kept(bring: Bring, media: Path) -> None:
    url = f"data:image/png;base64,{base64.b64encode(CAT).decode()}"
    run = bring(as_json([picture_of_webui(url)]))
    assert report(run) == [("Reasons", "imported", [["attached", 1]])]
    assert (in_storage(media), kept()) == ([CAT], [("image", "png", len(CAT))])
    assert [entry["name"] for entry in Message.objects.get(role="user").files] == ["image"]


@pytest.mark.parametrize(
    ("url", "note"),
    [
        ("data:image/png;base64,?!", "attached_unreadable"),
        ("data:image/png;base64,", "attached_unreadable"),
        ("/api/v1/files/9", "attached_missing"),
        ("https://example.org/cat.png", "attached_missing"),
        (None, "attached_missing"),
    ],
)
def test_picture_that_open_webui_only_names_is_reported(bring: Bring, url: Any, note: str) -> None:
    run = bring(as_json([picture_of_webui(url)]))
    assert report(run) == [("Reasons", "imported", [[note, "image"]])]
    assert kept() == []


@pytest.mark.parametrize("program", ["claude", "librechat"])
def test_file_beside_other_programs_chats_is_found_by_its_name_and_size(bring: Bring, program: str) -> None:
    said = claude_message("h", "human", "Look", files=[{"file_name": "cat.png"}])
    chats: dict[str, Any] = {"claude": [claude(said)], "librechat": libre()}
    chats["librechat"]["messagesTree"][0]["files"] = [{"filename": "cat.png", "bytes": len(CAT)}]
    bring(as_zip({"chat.json": as_json(chats[program]), "images/cat.png": CAT}))
    assert kept() == [("cat.png", "png", len(CAT))]
    assert [entry["name"] for entry in Message.objects.get(role="user").files] == ["cat.png"]


@pytest.mark.parametrize(
    ("size", "entries"), [(5, ["cat.png"]), (None, ["a/cat.png", "b/cat.png"])], ids=["other size", "two of them"]
)
def test_file_that_may_be_another_one_is_not_taken(read: Read, size: int | None, entries: list[str]) -> None:
    said = claude_message("h", "human", "Look", files=[{"file_name": "cat.png", "file_size": size}])
    content = {"chat.json": as_json([claude(said)])} | dict.fromkeys(entries, CAT)
    conversation = read(as_zip(content))[0]
    assert isinstance(conversation, ImportedConversation)
    assert conversation.notes == (Note("attached_missing", "cat.png"),)


def test_text_that_claude_read_from_a_file_is_not_reported_missing(read: Read) -> None:
    paper = {"file_name": "a.txt", "file_type": "txt", "file_size": 3, "extracted_content": "abc"}
    item = only(read(as_json([claude(claude_message("h", "human", "Look", attachments=[paper]))])))
    assert (item.notes, item.messages[0].attached) == ((), ())


def test_many_names_are_cut(read: Read) -> None:
    item = only(read(as_json([chatgpt(shown(*(f"sediment://file_{number}" for number in range(12))))])))
    assert item.notes == (Note("attached_missing", ", ".join(f"file_{number}" for number in range(10)) + "…"),)
