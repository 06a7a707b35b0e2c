"""Uploaded files: checked while they come, stored once, read by a worker, deleted with their last use."""

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from pytest_django import Settings

from accounts.models import Account
from chatbot.models import Conversation, Passage, UploadedFile
from chatbot.services import FileNotFound, FileRefused, delete_file, open_file, prepare_reading
from chatbot.services.files import clean_name, remove_orphan_files
from chatbot.tests.conftest import TEXT, Upload
from config.common.problems import Forbidden, Unavailable
from projects.models import Project
from tasks.models import Task
from tasks.tests.faults.test_races import together

pytestmark = pytest.mark.django_db


def stored(media: Path) -> list[Path]:
    """Every file in the storage, unfinished ones included."""
    return [path for path in media.rglob("*") if path.is_file()]


def test_file_waits_for_its_reader(upload: Upload, owner: Account, conversation: Conversation) -> None:
    file = upload(conversation=conversation)
    assert (file.user, file.conversation, file.status, file.file_size) == (owner, conversation, "waiting", len(TEXT))
    assert (file.original_filename, file.file_type, file.mime_type) == ("lease.txt", "text", "text/plain")
    assert file.task is not None
    assert (file.task.task_type, file.task.input_data) == ("chatbot.read_file", {"file_id": str(file.pk)})
    with open_file(file) as content:
        assert content.read() == TEXT


def test_equal_files_are_stored_once_and_go_with_the_last(
    upload: Upload, media: Path, django_capture_on_commit_callbacks: Callable[..., Iterator[object]]
) -> None:
    first, second = upload(), upload(filename="copy.txt")
    assert (first.file_path, len(stored(media))) == (second.file_path, 1)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        delete_file(file=first)
    assert len(stored(media)) == 1
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        delete_file(file=second)
    assert stored(media) == []


def test_deleted_file_takes_its_passages(upload: Upload) -> None:
    file = upload()
    Passage.objects.create(file=file, position=0, content="x")
    delete_file(file=file)
    assert not Passage.objects.exists()


def refused(upload: Upload, media: Path, *arguments: object, **fields: object) -> FileRefused:
    """The refusal; fails when anything stays."""
    with pytest.raises(FileRefused) as caught:
        upload(*arguments, **fields)
    assert (UploadedFile.objects.count(), Task.objects.count()) == (0, 0)
    assert [path for path in stored(media) if "partial" in path.parts] == []
    return caught.value


def test_file_that_is_too_large_is_refused_while_it_comes(upload: Upload, media: Path, settings: Settings) -> None:
    settings.CHAT_MAX_FILE_BYTES = 1_000
    taken: list[int] = []

    def pieces() -> Iterator[bytes]:
        for number in range(1_000):
            taken.append(number)
            yield b"x" * 100

    error = refused(upload, media, pieces=pieces())
    assert (error.code, error.status_code, len(taken)) == ("file_too_large", 413, 11)
    assert stored(media) == []


def test_file_without_room_is_refused_while_it_comes(upload: Upload, media: Path, settings: Settings) -> None:
    settings.CHAT_STORAGE_BYTES = len(TEXT) + 10
    upload()
    with pytest.raises(FileRefused) as caught:
        upload(b"y" * 11, filename="b.txt")
    assert (caught.value.code, caught.value.status_code) == ("storage_full", 413)
    assert (UploadedFile.objects.count(), len(stored(media))) == (1, 1)


@pytest.mark.parametrize(
    ("content", "filename", "code"),
    [
        (b"", "empty.txt", "file_empty"),
        (b"MZ\x90\x00" + bytes(200), "setup.exe", "unsupported_type"),
        (b"PK\x05\x06" + bytes(18), "a.zip", "unsupported_type"),
        (bytes(range(256)) * 4, "noise.txt", "unsupported_type"),
    ],
)
def test_file_that_cannot_be_read_is_refused(
    upload: Upload, media: Path, content: bytes, filename: str, code: str
) -> None:
    assert refused(upload, media, content, filename).code == code


def test_upload_that_breaks_off_leaves_nothing(upload: Upload, media: Path) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"x"
        raise ConnectionResetError

    with pytest.raises(Unavailable):
        upload(pieces=pieces())
    assert (stored(media), UploadedFile.objects.count()) == ([], 0)


def test_content_decides_not_the_name(upload: Upload) -> None:
    assert upload(b"%PDF-1.4\n%%EOF", filename="lease.txt").file_type == "pdf"


def test_page_with_scripts_is_never_served_as_one(upload: Upload) -> None:
    file = upload(b"<!doctype html><script>alert(1)</script><p>Hi</p>", filename="a.html")
    assert (file.file_type, file.file_path.endswith(".html")) == ("html", True)


def test_stranger_uploads_nothing_to_the_project(upload: Upload, stranger: Account, media: Path) -> None:
    with pytest.raises(Forbidden):
        upload(user=stranger)
    assert (stored(media), UploadedFile.objects.count()) == ([], 0)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"), ("C:\\dir\\a.txt", "a.txt"), ("a\x00b\n.txt", "ab.txt"), ("", "file"),
        ("/", "file"), ("Đà Nẵng.pdf", "Đà Nẵng.pdf"), ("x" * 300 + ".txt", "x" * 251 + ".txt"), ("x" * 300, "x" * 255),
        ("\u202egpj.exe", "gpj.exe"),
    ],
)  # fmt: skip
def test_names_are_cleaned(given: str, kept: str) -> None:
    assert clean_name(given) == kept


def test_reading_is_not_submitted_by_itself(upload: Upload, project: Project) -> None:
    with pytest.raises(FileNotFound):
        prepare_reading({"file_id": str(upload().pk)}, project)
    assert Task.objects.count() == 1


def test_bytes_without_a_row_are_removed_after_a_day(upload: Upload, media: Path) -> None:
    kept = upload()
    for name, age_days in (("chat/ab/old.txt", 2), ("chat/ab/young.txt", 0)):
        path = media / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
        make_older(path, age_days)
    make_older(media / kept.file_path, 2)
    assert (remove_orphan_files(), remove_orphan_files()) == (1, 0)
    assert {path.name for path in stored(media)} == {"young.txt", Path(kept.file_path).name}


def make_older(path: Path, days: int) -> None:
    moment = path.stat().st_mtime - days * 86_400
    os.utime(path, (moment, moment))


@pytest.mark.django_db(transaction=True)
def test_two_uploads_at_once_do_not_share_the_last_room(upload: Upload, media: Path, settings: Settings) -> None:
    settings.CHAT_STORAGE_BYTES = 150
    codes: list[str] = []

    def take(number: int) -> None:
        try:
            upload(str(number).encode() * 100, filename=f"{number}.txt")
        except FileRefused as error:
            codes.append(error.code)

    together(*(partial(take, number) for number in range(1, 5)))
    assert (codes, UploadedFile.objects.count()) == (["storage_full"] * 3, 1)
    assert default_storage.exists(UploadedFile.objects.get().file_path)
