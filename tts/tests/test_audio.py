"""Files of every format, decoded again and compared with what went in."""

import errno
import hashlib
import stat
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from tasks.engines.errors import Cancelled, EngineInputError
from tts.audio import FORMATS, AudioWriteError, encode_to_file, get_format
from tts.audio.encoder import encode

Samples = NDArray[np.int16]
RATE = 22_050


def tone(seconds: float, *, rate: int = RATE, hertz: float = 440.0) -> Samples:
    return (9_000 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype(np.int16)


def decode(path: Path) -> tuple[Samples, int]:
    """Samples and rate, by FFmpeg's decoders; raw pcm as OpenAI documents it."""
    if path.suffix == ".pcm":
        return np.fromfile(path, dtype="<i2"), 24_000
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        resampler = av.AudioResampler(format="s16", layout="mono")
        frames = [part for frame in container.decode(stream) for part in resampler.resample(frame)]
        return np.concatenate([frame.to_ndarray().reshape(-1) for frame in frames]), stream.rate


def loudest_hz(samples: Samples, rate: int) -> float:
    return float(np.argmax(np.abs(np.fft.rfft(samples.astype(np.float64)))) * rate / len(samples))


@pytest.mark.parametrize(
    ("name", "mime_type", "rate"),
    [
        ("wav", "audio/wav", RATE),
        ("flac", "audio/flac", RATE),
        ("mp3", "audio/mpeg", RATE),
        ("opus", "audio/ogg", 48_000),
        ("aac", "audio/aac", RATE),
        ("pcm", "audio/pcm", 24_000),
    ],
)
def test_a_file_of_each_format_holds_the_sound(name: str, mime_type: str, rate: int, tmp_path: Path) -> None:
    path = tmp_path / f"speech.{name}"
    encoded = encode_to_file(np.array_split(tone(2.5), 7), sample_rate=RATE, output_format=name, path=path)
    samples, decoded_rate = decode(path)
    assert (encoded.path, encoded.mime_type, encoded.sample_rate, encoded.channels) == (path, mime_type, rate, 1)
    assert encoded.duration == 2.5
    assert encoded.file_size == path.stat().st_size > 0
    assert encoded.checksum == hashlib.sha256(path.read_bytes()).hexdigest()
    assert decoded_rate == rate
    assert len(samples) / rate == pytest.approx(2.5, abs=0.1)  # aac and mp3 pad to whole frames
    assert loudest_hz(samples, rate) == pytest.approx(440, rel=0.01)


def test_every_format_is_tested_above() -> None:
    assert sorted(FORMATS) == ["aac", "flac", "mp3", "opus", "pcm", "wav"]


@pytest.mark.parametrize("name", ["wav", "flac"])
def test_lossless_formats_keep_every_sample(name: str, tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(-32_768, 32_767, 100_003, dtype=np.int16)
    path = tmp_path / f"noise.{name}"
    encode_to_file([noise[:1], noise[1:70_000], noise[70_000:]], sample_rate=RATE, output_format=name, path=path)
    samples, rate = soundfile.read(path, dtype="int16")
    assert rate == RATE
    assert np.array_equal(samples, noise)


def test_pcm_at_its_own_rate_keeps_every_sample(tmp_path: Path) -> None:
    sound, path = tone(1, rate=24_000), tmp_path / "sound.pcm"
    encode_to_file([sound], sample_rate=24_000, output_format="pcm", path=path)
    assert path.read_bytes() == sound.astype("<i2").tobytes()


@pytest.mark.parametrize("name", ["wav", "flac", "mp3", "opus"])
def test_another_decoder_reads_the_file_too(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"speech.{name}"
    encoded = encode_to_file([tone(1)], sample_rate=RATE, output_format=name, path=path)
    info = soundfile.info(path)
    assert (info.samplerate, info.channels) == (encoded.sample_rate, 1)
    assert info.duration == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 24_000, 44_100, 48_000])
@pytest.mark.parametrize("name", list(FORMATS))
def test_every_engine_rate_fits_every_format(name: str, rate: int, tmp_path: Path) -> None:
    path = tmp_path / f"speech.{name}"
    encode_to_file([tone(1, rate=rate)], sample_rate=rate, output_format=name, path=path)
    samples, decoded_rate = decode(path)
    assert loudest_hz(samples, decoded_rate) == pytest.approx(440, rel=0.01)


@pytest.mark.parametrize("name", list(FORMATS))
def test_equal_sound_gives_equal_bytes_however_it_is_cut(name: str, tmp_path: Path) -> None:
    sound = tone(1.3)
    cuts = ([sound], np.array_split(sound, 11), [sound[:0], sound])
    checksums = {
        encode_to_file(cut, sample_rate=RATE, output_format=name, path=tmp_path / "x").checksum for cut in cuts
    }
    assert len(checksums) == 1


def test_the_file_is_private_and_alone(tmp_path: Path) -> None:
    path = tmp_path / "speech.wav"
    encode_to_file([tone(0.1)], sample_rate=RATE, output_format="wav", path=path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["ogg", "WAV", "", "../wav", "exe"])
def test_an_unknown_format_is_refused_and_nothing_is_written(name: str, tmp_path: Path) -> None:
    with pytest.raises(EngineInputError, match="Formats: wav, flac, mp3, opus, aac, pcm") as caught:
        encode_to_file([tone(0.1)], sample_rate=RATE, output_format=name, path=tmp_path / "x")
    assert caught.value.code == "unknown_format"
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(EngineInputError):
        get_format(name)


@pytest.mark.parametrize("chunks", [[], [np.zeros(0, dtype=np.int16)]])
@pytest.mark.parametrize("name", list(FORMATS))
def test_no_sound_makes_no_file(name: str, chunks: list[Samples], tmp_path: Path) -> None:
    with pytest.raises(EngineInputError) as caught:
        encode_to_file(chunks, sample_rate=RATE, output_format=name, path=tmp_path / "x")
    assert caught.value.code == "empty_audio"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", list(FORMATS))
def test_an_engine_that_fails_in_the_middle_leaves_no_file(name: str, tmp_path: Path) -> None:
    def chunks() -> Iterator[Samples]:
        yield tone(1)
        raise Cancelled("Stop.")

    old = tmp_path / "x"
    old.write_bytes(b"the file of before")
    with pytest.raises(Cancelled):
        encode_to_file(chunks(), sample_rate=RATE, output_format=name, path=old)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == {old: b"the file of before"}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the device that is always full is Linux's")
@pytest.mark.parametrize("name", list(FORMATS))
def test_full_device_is_told_by_its_own_error_and_not_ffmpegs(name: str) -> None:
    audio_format = get_format(name)
    rate_out = audio_format.sample_rate or RATE
    with Path("/dev/full").open("wb", buffering=0) as file, pytest.raises(OSError) as caught:
        encode([tone(3)] * 3, file, audio_format=audio_format, sample_rate=RATE, rate_out=rate_out)
    assert caught.value.errno == errno.ENOSPC


@pytest.mark.parametrize(
    ("number", "code", "retryable"),
    [
        (errno.ENOSPC, "disk_full", True),
        (errno.EDQUOT, "disk_full", True),
        (errno.EIO, "write_failed", True),
        (errno.ESTALE, "write_failed", True),
        (errno.EACCES, "write_failed", False),
        (errno.EROFS, "write_failed", False),
    ],
)
def test_only_what_may_pass_by_itself_is_tried_again(
    number: int, code: str, retryable: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, target: Path) -> Path:
        raise OSError(number, "/secret/path")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(AudioWriteError) as caught:
        encode_to_file([tone(0.1)], sample_rate=RATE, output_format="wav", path=tmp_path / "x")
    assert (caught.value.code, caught.value.retryable) == (code, retryable)
    assert ("secret" in caught.value.message, list(tmp_path.iterdir())) == (False, [])
