"""The output formats and what each means on the wire. Light: imports no codec."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from tasks.engines.errors import EngineInputError


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """One `output_format`: `container` and `codec` are FFmpeg's names; `sample_rate` None keeps the engine's."""

    name: str
    mime_type: str
    container: str
    codec: str
    sample_rate: int | None = None
    bit_rate: int | None = None
    codec_options: Mapping[str, str] = field(default_factory=dict)


# LAME's level 7 and the fast AAC coder take a half and a fifth of the default time, at the same size.
_ALL = (
    AudioFormat("wav", "audio/wav", "wav", "pcm_s16le"),
    AudioFormat("flac", "audio/flac", "flac", "flac"),
    AudioFormat("mp3", "audio/mpeg", "mp3", "libmp3lame", bit_rate=64_000, codec_options={"compression_level": "7"}),
    # Opus always plays at 48 kHz (RFC 7845, section 5.1); the codec itself knows no 22.05 kHz.
    AudioFormat("opus", "audio/ogg", "ogg", "libopus", sample_rate=48_000, bit_rate=32_000),
    AudioFormat("aac", "audio/aac", "adts", "aac", bit_rate=64_000, codec_options={"aac_coder": "fast"}),
    # OpenAI's `pcm`: 24 kHz, 16 bit signed, little endian, no header.
    AudioFormat("pcm", "audio/pcm", "s16le", "pcm_s16le", sample_rate=24_000),
)
FORMATS: Mapping[str, AudioFormat] = MappingProxyType({entry.name: entry for entry in _ALL})


def get_format(name: str) -> AudioFormat:
    """The format of that name. Raises EngineInputError (`unknown_format`) listing what exists."""
    if name not in FORMATS:
        raise EngineInputError(
            f"There is no format {name[:20]!r}. Formats: {', '.join(FORMATS)}.", code="unknown_format"
        )
    return FORMATS[name]
