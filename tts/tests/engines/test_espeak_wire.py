"""Frames survive any cutting of the stream."""

import pytest

from tts.engines.espeak_process.wire import AUDIO, END, HEADER, BrokenStream, FrameReader, pack


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 1000])
def test_frames_arrive_whole_however_the_bytes_are_cut(size: int) -> None:
    stream = pack(AUDIO, b"abcdef") + pack(AUDIO) + pack(END)
    reader = FrameReader()
    frames = [frame for at in range(0, len(stream), size) for frame in reader.feed(stream[at : at + size])]
    assert frames == [(AUDIO, b"abcdef"), (AUDIO, b""), (END, b"")]


def test_an_impossible_length_is_an_error() -> None:
    with pytest.raises(BrokenStream, match="frame of 4294967295 bytes"):
        list(FrameReader().feed(HEADER.pack(b"A", 0xFFFFFFFF)))
