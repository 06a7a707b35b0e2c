"""REST: `/api/v1/files/`."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings

from accounts.models import Account
from chatbot.models import Conversation, UploadedFile
from chatbot.tests.conftest import As, Upload
from projects.models import Project

pytestmark = pytest.mark.django_db
LIST = "/api/v1/files/"


def send(client: Any, content: bytes = b"Some words.", name: str = "a.txt", **fields: str) -> Any:
    return client.post(LIST, {"file": SimpleUploadedFile(name, content), **fields}, format="multipart")


def test_owner_uploads(as_: As, owner: Account, conversation: Conversation, media: Path) -> None:
    answer = send(as_(owner), conversation_id=str(conversation.pk))
    assert answer.status_code == 201
    body = answer.json()
    assert (body["status"], body["file_type"], body["file_size"]) == ("waiting", "text", 11)
    assert UploadedFile.objects.get().conversation_id == conversation.pk


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.txt", "file_empty"),
        (b"\x00\x01\x02\x03" * 100, "a.bin", "unsupported_type"),
        (b"PK\x03\x04broken", "a.docx", "file_damaged"),
    ],
)
def test_what_cannot_be_read_is_refused(
    content: bytes, name: str, code: str, as_: As, owner: Account, project: Project, media: Path
) -> None:
    answer = send(as_(owner), content, name)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert not UploadedFile.objects.exists()
    assert [path for path in media.rglob("*") if path.is_file()] == []


def test_too_large_is_refused(as_: As, owner: Account, project: Project, media: Path, settings: Settings) -> None:
    settings.CHAT_MAX_FILE_BYTES = 10
    answer = send(as_(owner))
    assert (answer.status_code, answer.json()["code"]) == (413, "file_too_large")
    assert not UploadedFile.objects.exists()


def test_full_storage_is_refused(as_: As, owner: Account, project: Project, media: Path, settings: Settings) -> None:
    settings.CHAT_STORAGE_BYTES = 15
    assert send(as_(owner)).status_code == 201
    answer = send(as_(owner))
    assert (answer.status_code, answer.json()["code"]) == (413, "storage_full")
    assert UploadedFile.objects.count() == 1


def test_path_in_the_name_is_dropped(as_: As, owner: Account, project: Project, media: Path) -> None:
    assert send(as_(owner), name="../../etc/passwd.txt").json()["original_filename"] == "passwd.txt"


def test_strangers_conversation_takes_no_file(
    as_: As, stranger: Account, conversation: Conversation, media: Path
) -> None:
    answer = send(as_(stranger), conversation_id=str(conversation.pk))
    assert (answer.status_code, answer.json()["code"]) == (404, "conversation_not_found")
    assert not UploadedFile.objects.exists()


@pytest.mark.parametrize(("method", "path"), [("get", ""), ("get", "content/"), ("delete", "")])
def test_stranger_finds_no_file(method: str, path: str, as_: As, stranger: Account, upload: Upload) -> None:
    row = upload()
    answer = getattr(as_(stranger), method)(f"{LIST}{row.pk}/{path}")
    assert (answer.status_code, answer.json()["code"]) == (404, "file_not_found")
    assert UploadedFile.objects.count() == 1


def test_bytes_come_back_as_a_download(as_: As, owner: Account, upload: Upload) -> None:
    answer: Any = as_(owner).get(f"{LIST}{upload(b'<script>x</script>', 'a.html').pk}/content/")
    assert b"".join(answer.streaming_content) == b"<script>x</script>"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert (answer["X-Content-Type-Options"], "sandbox" in answer["Content-Security-Policy"]) == ("nosniff", True)


def test_owner_deletes(as_: As, owner: Account, upload: Upload) -> None:
    assert as_(owner).delete(f"{LIST}{upload().pk}/").status_code == 204
    assert not UploadedFile.objects.exists()


def test_list_holds_ones_own_only(as_: As, owner: Account, member: Account, upload: Upload) -> None:
    row = upload()
    assert [entry["id"] for entry in as_(owner).get(LIST).json()["results"]] == [str(row.pk)]
    assert as_(member).get(LIST).json()["results"] == []


def test_key_must_name_a_conversation(with_key: As, owner: Account, project: Project, media: Path) -> None:
    answer = send(with_key(owner, ["chat:write"]))
    assert (answer.status_code, answer.json()["code"]) == (400, "file_refused")
    assert not UploadedFile.objects.exists()


def test_json_is_no_upload(as_: As, owner: Account, project: Project) -> None:
    assert as_(owner).post(LIST, {"file": "x"}, format="json").status_code == 415
