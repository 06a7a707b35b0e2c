"""A disk that is full while the sound is written: a real file system of 64 KiB."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tasks.models import Task
from tts.models import AudioFile
from tts.tests.conftest import Run, Speak

pytestmark = [pytest.mark.fault, pytest.mark.django_db]


@pytest.fixture
def full_disk(media: Path) -> Iterator[Path]:
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", media], capture_output=True)
    if mount.returncode != 0:
        pytest.skip(f"cannot mount a tmpfs: {mount.stderr.decode().strip()}")
    yield media
    subprocess.run(["umount", media], check=True)


def stored(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


def test_task_waits_for_room_and_nothing_is_half_written(full_disk: Path, speak: Speak, run: Run) -> None:
    request = speak("Hello there " * 100)
    assert run(request) == "retrying"
    task = Task.objects.get(pk=request.task_id)
    assert (task.error_code, task.error_message) == ("disk_full", "There is no room on the disk for the audio file.")
    assert (AudioFile.objects.count(), stored(full_disk)) == (0, [])


def test_task_completes_once_there_is_room(full_disk: Path, speak: Speak, run: Run) -> None:
    request = speak("Hello there " * 100)
    run(request)
    subprocess.run(["mount", "-o", "remount,size=16m", full_disk], check=True)
    Task.objects.filter(pk=request.task_id).update(next_retry_at="2020-01-01T00:00Z")
    assert run(request) == "completed"
    assert [path.stat().st_size for path in stored(full_disk)] == [AudioFile.objects.get().file_size]


def test_disk_without_room_for_a_folder_is_told_too(full_disk: Path, speak: Speak, run: Run) -> None:
    (full_disk / "filler").write_bytes(bytes(64 * 1024))
    request = speak("Hi")
    assert run(request) == "retrying"
    assert Task.objects.get(pk=request.task_id).error_code == "disk_full"
    assert [path.name for path in stored(full_disk)] == ["filler"]
