"""Encodes mono int16 samples into an open file through PyAV, a chunk at a time."""

import errno
from collections.abc import Iterable
from typing import TYPE_CHECKING, BinaryIO

import av
from av.audio.stream import AudioStream
from av.container import OutputContainer

from tts.audio.formats import AudioFormat

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LAYOUT = "mono"
_MAX_FRAME_SAMPLES = 65_536


def encode(
    chunks: "Iterable[NDArray[np.int16]]", file: BinaryIO, *, audio_format: AudioFormat, sample_rate: int, rate_out: int
) -> int:
    """Write a whole file and return the number of input samples. Raises OSError when the file takes no more bytes."""
    sink = _Sink(file)
    try:
        return _encode(chunks, sink, audio_format, sample_rate, rate_out)
    except av.FFmpegError as error:
        # A failed write comes back as FFmpeg's "error in callback" when the container is closed after it.
        raise sink.failure or OSError(errno.EINVAL, str(error)) from error


class _Sink:
    """A file as PyAV wants it, which remembers the first write that failed."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.failure: OSError | None = None
        self.seek, self.tell = file.seek, file.tell

    def write(self, data: bytes) -> int:
        """Write all of `data`; raises OSError."""
        try:
            return self._file.write(data)
        except OSError as error:
            self.failure = self.failure or error
            raise


def _encode(
    chunks: "Iterable[NDArray[np.int16]]", sink: _Sink, audio_format: AudioFormat, sample_rate: int, rate_out: int
) -> int:
    # `bitexact` leaves out random serials and the encoder's name: equal samples give equal bytes and checksums.
    options = {"fflags": "+bitexact"}
    count = 0
    with av.open(sink, "w", format=audio_format.container, container_options=options) as container:
        stream = _add_stream(container, audio_format, rate_out)
        for chunk in chunks:
            for start in range(0, len(chunk), _MAX_FRAME_SAMPLES):
                part = chunk[start : start + _MAX_FRAME_SAMPLES]
                container.mux(stream.encode(_frame(part, sample_rate, count)))
                count += len(part)
        if count:
            container.mux(stream.encode(None))
    return count


def _add_stream(container: OutputContainer, audio_format: AudioFormat, sample_rate: int) -> AudioStream:
    options = {"flags": "+bitexact", **audio_format.codec_options}
    stream = container.add_stream(audio_format.codec, rate=sample_rate, layout=_LAYOUT, options=options)
    if not isinstance(stream, AudioStream):
        raise TypeError(f"{audio_format.codec} is no audio codec")
    if audio_format.bit_rate is not None:
        stream.bit_rate = audio_format.bit_rate
    return stream


def _frame(samples: "NDArray[np.int16]", sample_rate: int, position: int) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout=_LAYOUT)
    frame.sample_rate = sample_rate
    frame.pts = position
    return frame
