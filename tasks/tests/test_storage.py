"""Files that come in piece by piece, and files on the local disk; what happens to kept ones is tested with audio."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage, default_storage
from pytest_django import Settings

from tasks.storage import ContentStore, StoreFailed

STORE = ContentStore("test", lambda name: True)


class PathlessStorage(Storage):
    """A storage as remote ones are: bytes by name."""

    contents: dict[str, bytes] = {}

    def _save(self, name: str, content: "File[bytes]") -> str:
        self.contents[name] = content.read()
        return name

    def _open(self, name: str, mode: str) -> "File[bytes]":
        return ContentFile(self.contents[name])

    def exists(self, name: str) -> bool:
        return name in self.contents


class Refused(Exception):
    """What a check raises."""


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    """An empty storage on the disk."""
    local = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = settings.STORAGES | {"default": local}
    return tmp_path


@pytest.fixture
def remote(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A storage without paths; copies lie below `tmp_path`."""
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": f"{__name__}.PathlessStorage"}}
    monkeypatch.setattr(PathlessStorage, "contents", {})
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def anything(size: int) -> None:
    """No bound."""


def test_pieces_become_a_file_with_size_and_checksum() -> None:
    told: list[int] = []
    path, size, checksum = STORE.receive([b"ab", b"", b"cde"], suffix=".txt", check_size=told.append)
    assert (path.read_bytes(), path.suffix, size, told) == (b"abcde", ".txt", 5, [2, 2, 5])
    assert checksum == hashlib.sha256(b"abcde").hexdigest()


def test_refused_pieces_leave_nothing_and_are_read_no_further(media: Path) -> None:
    read: list[bytes] = []

    def pieces() -> Iterator[bytes]:
        for piece in (b"ab", b"cd", b"ef"):
            read.append(piece)
            yield piece

    def check(size: int) -> None:
        if size > 3:
            raise Refused

    with pytest.raises(Refused):
        STORE.receive(pieces(), suffix="", check_size=check)
    assert (read, files(media)) == ([b"ab", b"cd"], [])


@pytest.mark.parametrize(
    ("raised", "seen"), [(ConnectionResetError, StoreFailed), (KeyboardInterrupt, KeyboardInterrupt)]
)
def test_pieces_that_break_off_leave_nothing(
    media: Path, raised: type[BaseException], seen: type[BaseException]
) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"ab"
        raise raised

    with pytest.raises(seen):
        STORE.receive(pieces(), suffix="", check_size=anything)
    assert files(media) == []


def test_file_on_the_disk_is_read_where_it_lies(media: Path) -> None:
    default_storage.save("test/a.txt", ContentFile(b"abc"))
    with STORE.local_path("test/a.txt") as path:
        assert path == media / "test" / "a.txt"
    assert path.read_bytes() == b"abc"


@pytest.mark.usefixtures("remote")
def test_file_of_a_remote_storage_is_copied_for_as_long_as_it_is_read(tmp_path: Path) -> None:
    content = os.urandom(200_000)
    default_storage.save("test/a.txt", ContentFile(content))
    with STORE.local_path("test/a.txt") as path:
        assert (path.read_bytes(), path.suffix, files(tmp_path)) == (content, ".txt", [path])
    assert files(tmp_path) == []


@pytest.mark.usefixtures("remote")
def test_copy_goes_when_its_reader_fails(tmp_path: Path) -> None:
    default_storage.save("test/a.txt", ContentFile(b"abc"))
    with pytest.raises(Refused), STORE.local_path("test/a.txt"):
        raise Refused
    assert files(tmp_path) == []


@pytest.mark.django_db
def test_what_the_disk_does_not_remove_is_left_to_the_cleaner(media: Path, caplog: pytest.LogCaptureFixture) -> None:
    # A folder that is not empty stands for a file that the disk refuses to remove.
    default_storage.save("test/a/b.txt", ContentFile(b"abc"))
    ContentStore("test", lambda name: False).let_go("test/a")
    assert [path.name for path in files(media)] == ["b.txt"]
    assert [record.message for record in caplog.records] == ["tasks.file.not_removed"]


@pytest.mark.django_db
def test_file_goes_with_the_last_row_that_names_it(media: Path) -> None:
    default_storage.save("test/a.txt", ContentFile(b"abc"))
    STORE.let_go("test/a.txt")
    assert [path.name for path in files(media)] == ["a.txt"]
    ContentStore("test", lambda name: False).let_go("test/a.txt")
    assert files(media) == []
