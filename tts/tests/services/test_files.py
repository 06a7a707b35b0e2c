"""Content-addressed files and the cleaner."""

import errno
import os
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import transaction
from pytest_django import Settings

from tasks.engines.errors import EngineError
from tts.audio import AudioWriteError
from tts.models import AudioFile, AudioRequest
from tts.services.files import (
    download_name,
    is_kept,
    keep_file,
    lock_kept_files,
    partial_path,
    remove_orphan_files,
)
from tts.tasks import clean

CHECKSUM = "ab" + "c" * 62
NAME = f"tts/ab/{'c' * 62}.mp3"


@pytest.fixture
def pathless(settings: Settings) -> None:
    """Files lie in a storage that has no paths."""
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": "tasks.tests.test_storage.PathlessStorage"}}


def keep(content: bytes = b"sound") -> str:
    path = partial_path("mp3")
    path.write_bytes(content)
    return keep_file(path, checksum=CHECKSUM, output_format="mp3")


def age(path: Path, hours: float) -> None:
    past = path.stat().st_mtime - hours * 3600
    os.utime(path, (past, past))


def test_file_is_kept_under_the_name_of_its_content(media: Path) -> None:
    assert keep() == NAME
    assert (media / NAME).read_bytes() == b"sound"
    assert list((media / "tts/partial").iterdir()) == []


def test_keeping_the_same_content_twice_leaves_one_file(media: Path) -> None:
    assert keep() == keep() == NAME
    assert [path.name for path in (media / "tts/ab").iterdir()] == [f"{'c' * 62}.mp3"]


def test_storage_without_paths_keeps_the_content(pathless: None) -> None:
    assert keep() == keep() == NAME
    with default_storage.open(NAME) as file:
        assert file.read() == b"sound"


def test_is_kept_compares_the_size(media: Path) -> None:
    keep()
    assert (is_kept(NAME, 5), is_kept(NAME, 6), is_kept("tts/zz/none.mp3", 5)) == (True, False, False)


@pytest.mark.django_db
def test_lock_refuses_a_file_that_is_gone(media: Path) -> None:
    with pytest.raises(EngineError) as caught, transaction.atomic():
        lock_kept_files({NAME})
    assert (caught.value.code, caught.value.retryable) == ("audio_file_removed", True)


@pytest.mark.django_db
def test_cleaner_removes_an_old_orphan(media: Path) -> None:
    age(media / keep(), hours=25)
    assert remove_orphan_files() == 1
    assert not (media / NAME).exists()


@pytest.mark.django_db
def test_cleaner_keeps_a_young_orphan(media: Path) -> None:
    age(media / keep(), hours=23)
    assert remove_orphan_files() == 0
    assert (media / NAME).exists()


@pytest.mark.django_db
def test_cleaner_removes_what_a_crashed_worker_left(media: Path) -> None:
    path = partial_path("wav")
    path.write_bytes(b"half")
    age(path, hours=25)
    assert remove_orphan_files() == 1
    assert not path.exists()


@pytest.mark.django_db
def test_cleaner_keeps_a_file_that_a_row_names(spoken: AudioRequest, media: Path) -> None:
    path = media / AudioFile.objects.get().file_path
    age(path, hours=1000)
    assert remove_orphan_files(older_than=timedelta(0)) == 0
    assert path.exists()


@pytest.mark.django_db
def test_cleaner_removes_the_file_of_a_deleted_request(spoken: AudioRequest, media: Path) -> None:
    path = media / AudioFile.objects.get().file_path
    spoken.delete()
    age(path, hours=25)
    assert remove_orphan_files() == 1
    assert not path.exists()


@pytest.mark.django_db
def test_cleaner_has_nothing_to_do_before_the_first_file(media: Path) -> None:
    assert remove_orphan_files() == 0


@pytest.mark.django_db
def test_cleaner_passes_over_a_file_that_a_worker_finishes_meanwhile(
    media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    partial, orphan = partial_path("wav"), media / keep()
    partial.write_bytes(b"half")
    age(orphan, hours=25)

    def listed_and_gone(folder: str) -> Iterator[str]:
        # Listing and looking are two steps; a worker's rename comes between them.
        partial.unlink(missing_ok=True)
        yield from (f"tts/partial/{partial.name}", NAME)

    monkeypatch.setattr("tasks.storage.stored_names", listed_and_gone)
    assert remove_orphan_files() == 1
    assert not orphan.exists()


@pytest.mark.django_db
def test_periodic_task_removes_orphans(media: Path) -> None:
    age(media / keep(), hours=25)
    clean()
    assert not (media / NAME).exists()
    assert clean.name == "tts.clean_audio"


@pytest.mark.parametrize(
    ("number", "code", "message"),
    [
        (errno.ENOSPC, "disk_full", "There is no room on the disk for the file."),
        (errno.EDQUOT, "disk_full", "There is no room on the disk for the file."),
        (errno.EACCES, "write_failed", "The file could not be kept: Permission denied."),
        (0, "write_failed", "The file could not be kept: OSError."),
    ],
)
def test_failed_rename_tells_the_reason_and_leaves_nothing(
    number: int, code: str, message: str, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, target: Path) -> Path:
        raise OSError(number, "/secret/path") if number else OSError("/secret/path")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(AudioWriteError) as caught:
        keep()
    assert (caught.value.code, caught.value.retryable, caught.value.message) == (code, True, message)
    assert [path for path in media.rglob("*") if path.is_file()] == []


def test_file_in_the_place_of_the_folder_is_told(media: Path) -> None:
    (media / "tts").write_bytes(b"")
    with pytest.raises(AudioWriteError) as caught:
        partial_path("wav")
    assert (caught.value.code, str(media) in caught.value.message) == ("write_failed", False)


def test_storage_without_paths_encodes_in_the_temporary_folder(pathless: None) -> None:
    path = partial_path("opus")
    assert (path.parent, path.suffix, path.exists()) == (Path(tempfile.gettempdir()), ".opus", False)


def test_partial_names_are_never_the_same(media: Path) -> None:
    assert len({partial_path("wav") for _ in range(100)}) == 100
    assert (media / "tts/partial").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Hello, world!", "hello-world-en-us.mp3"),
        ("../../etc/passwd", "etcpasswd-en-us.mp3"),
        ("Tiếng Việt", "tieng-viet-en-us.mp3"),
        ("Đường đi", "duong-di-en-us.mp3"),
        ('a"b\r\nSet-Cookie: x', "ab-set-cookie-x-en-us.mp3"),
        ("🎉", "speech-en-us.mp3"),
        ("x" * 500, f"{'x' * 40}-en-us.mp3"),
    ],
)
def test_download_name_is_plain(text: str, name: str) -> None:
    assert download_name(text, "en-us", "mp3") == name
