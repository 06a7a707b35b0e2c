"""Full disks, missing folders, long speeches: what the encoder does when the machine gives out."""

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tts.audio import FORMATS, AudioWriteError, encode_to_file

pytestmark = pytest.mark.fault

RATE = 22_050


def noise(seconds: int) -> Iterator[NDArray[np.int16]]:
    generator = np.random.default_rng(1)
    for _ in range(seconds):
        yield generator.integers(-9_000, 9_000, RATE, dtype=np.int16)


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 64 KiB."""
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", tmp_path], capture_output=True)
    if mount.returncode != 0:
        pytest.skip(f"cannot mount a tmpfs: {mount.stderr.decode().strip()}")
    yield tmp_path
    subprocess.run(["umount", tmp_path], check=True)


@pytest.mark.parametrize("name", list(FORMATS))
def test_a_full_disk_is_told_and_nothing_stays(name: str, tiny_disk: Path) -> None:
    with pytest.raises(AudioWriteError, match="no room on the disk") as caught:
        encode_to_file(noise(60), sample_rate=RATE, output_format=name, path=tiny_disk / "x")
    assert (caught.value.code, caught.value.retryable) == ("disk_full", True)
    assert list(tiny_disk.iterdir()) == []
    assert os.statvfs(tiny_disk).f_bavail > 0


def test_a_disk_that_fills_with_the_last_bytes_is_told(tiny_disk: Path) -> None:
    (tiny_disk / "other").write_bytes(bytes(56 * 1024))
    with pytest.raises(AudioWriteError) as caught:
        encode_to_file(noise(1), sample_rate=RATE, output_format="mp3", path=tiny_disk / "x")
    assert caught.value.code == "disk_full"
    assert [path.name for path in tiny_disk.iterdir()] == ["other"]


LIMITED = """
import resource, sys
from pathlib import Path
from tts.audio import AudioWriteError, encode_to_file
from tts.tests.test_audio_faults import noise
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
folder = Path(sys.argv[1])
try:
    encode_to_file(noise(30), sample_rate=22_050, output_format=sys.argv[2], path=folder / "x")
except AudioWriteError as error:
    print(error.code, error.retryable, list(folder.iterdir()))
"""


@pytest.mark.parametrize("name", list(FORMATS))
def test_a_file_that_may_not_grow_is_told_and_removed(name: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", LIMITED, str(tmp_path), name]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "write_failed False []\n"


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(AudioWriteError, match="No such file or directory") as caught:
        encode_to_file(noise(1), sample_rate=RATE, output_format="wav", path=tmp_path / "gone" / "x")
    assert (caught.value.code, caught.value.retryable) == ("write_failed", False)
    assert str(tmp_path) not in str(caught.value)


def test_a_folder_in_the_place_of_the_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    with pytest.raises(AudioWriteError):
        encode_to_file(noise(1), sample_rate=RATE, output_format="wav", path=tmp_path / "x")
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


HOUR = """
import resource, sys
from pathlib import Path
import numpy as np
from tts.audio import encode_to_file
block = np.random.default_rng(1).integers(-9_000, 9_000, 22_050, dtype=np.int16)
encode_to_file([block], sample_rate=22_050, output_format=sys.argv[2], path=Path(sys.argv[1]))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
encode_to_file((block for _ in range(3600)), sample_rate=22_050, output_format=sys.argv[2], path=Path(sys.argv[1]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize("name", ["wav", "flac"])  # the others differ in the codec only, and take long
def test_an_hour_of_sound_needs_no_more_memory_than_a_second(name: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOUR, str(tmp_path / "hour"), name]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    unit_bytes = 1 if sys.platform == "darwin" else 1024
    assert int(done.stdout) * unit_bytes < 20_000_000
    assert resource.getpagesize() < (tmp_path / "hour").stat().st_size
