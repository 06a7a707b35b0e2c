"""libespeak-ng through ctypes; imported only by the child process. Names follow espeak-ng's `speak_lib.h`."""

import ctypes
from collections.abc import Callable, Iterator
from ctypes import POINTER, c_char_p, c_int, c_long, c_short, c_size_t, c_ubyte, c_uint, c_void_p

_AUDIO_OUTPUT_SYNCHRONOUS = 2
_INITIALIZE_DONT_EXIT = 0x8000
_CHARS_UTF8 = 0x0001
_END_PAUSE = 0x1000
_POS_CHARACTER = 1
_RATE, _PITCH = 1, 3
_EVENT_LIST_TERMINATED, _EVENT_WORD = 0, 1
_BUFFER_MS = 200

SampleSink = Callable[[bytes], None]
WordSink = Callable[[int, int], None]


class _Voice(ctypes.Structure):
    _fields_ = [
        ("name", c_char_p),
        ("languages", c_void_p),
        ("identifier", c_char_p),
        ("gender", c_ubyte),
        ("age", c_ubyte),
        ("variant", c_ubyte),
        ("xx1", c_ubyte),
        ("score", c_int),
        ("spare", c_void_p),
    ]


class _Event(ctypes.Structure):
    _fields_ = [
        ("type", c_int),
        ("unique_identifier", c_uint),
        ("text_position", c_int),
        ("length", c_int),
        ("audio_position", c_int),
        ("sample", c_int),
        ("user_data", c_void_p),
        ("id", ctypes.c_char * 8),
    ]


_SynthCallback = ctypes.CFUNCTYPE(c_int, POINTER(c_short), c_int, POINTER(_Event))


class Espeak:
    """The library, initialised once. Raises OSError when the file or its data do not load.

    It keeps state between utterances (noise generator, flutter phase), so equal requests sound equal only when each is
    spoken by a fresh fork of a process that never spoke.
    """

    def __init__(self, library_path: str, data_path: str) -> None:
        self._library = ctypes.CDLL(library_path)
        self._declare()
        self.sample_rate = int(
            self._library.espeak_Initialize(
                _AUDIO_OUTPUT_SYNCHRONOUS, _BUFFER_MS, data_path.encode(), _INITIALIZE_DONT_EXIT
            )
        )
        if self.sample_rate <= 0:
            raise OSError(f"espeak_Initialize failed for {data_path}")
        self._library.espeak_ng_SetRandSeed(1)
        self._on_samples: SampleSink = lambda samples: None
        self._on_word: WordSink = lambda position, sample: None
        # The library keeps the pointer: the callback object must live as long as it does.
        self._callback = _SynthCallback(self._receive)
        self._library.espeak_SetSynthCallback(self._callback)

    def version(self) -> str:
        """What `espeak_Info` says, `1.52.0` for example."""
        return str(self._library.espeak_Info(None).decode())

    def voices(self) -> list[tuple[str, str, str]]:
        """Identifier (`gmw/en-US`), English name and first language tag of every language voice."""
        return list(self._list(None))

    def variants(self) -> list[str]:
        """The variants that may be put behind a voice with a plus sign, `f3` for example."""
        specification = _Voice(languages=ctypes.cast(c_char_p(b"variant"), c_void_p))
        found = self._list(ctypes.byref(specification))
        return sorted(identifier.rpartition("/")[2] for identifier, _, _ in found if identifier.startswith("!v/"))

    def configure(self, *, voice: str, rate: int, pitch: int) -> None:
        """Choose voice, words per minute (80 to 450) and pitch (0 to 100). Raises ValueError."""
        if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise ValueError(f"no voice {voice}")
        for parameter, value in ((_RATE, rate), (_PITCH, pitch)):
            if self._library.espeak_SetParameter(parameter, value, 0) != 0:
                raise ValueError(f"parameter {parameter} refused {value}")

    def speak(self, text: str, *, end_pause: bool, on_samples: SampleSink, on_word: WordSink) -> None:
        """Speak plain text; `on_word` gets code-point offset and sample number, both from 0. Raises OSError."""
        self._on_samples, self._on_word = on_samples, on_word
        data = text.encode() + b"\0"
        flags = _CHARS_UTF8 | (_END_PAUSE if end_pause else 0)
        status = self._library.espeak_Synth(data, len(data), 0, _POS_CHARACTER, 0, flags, None, None)
        if status != 0:
            raise OSError(f"espeak_Synth returned {status}")

    def stretch(self, samples: bytes, factor: float) -> bytes:
        """Change the speed by `factor` but not the pitch, with the sonic code inside the library."""
        count = len(samples) // 2
        room = int(count / factor) + self.sample_rate
        buffer = (c_short * room).from_buffer_copy(samples + bytes(2 * (room - count)))
        made = self._library.sonicChangeShortSpeed(buffer, count, factor, 1.0, 1.0, 1.0, 0, self.sample_rate, 1)
        return bytes(buffer)[: 2 * made]

    def _receive(self, samples: "ctypes._Pointer[c_short]", count: int, events: "ctypes._Pointer[_Event]") -> int:
        index = 0
        while (event := events[index]).type != _EVENT_LIST_TERMINATED:
            if event.type == _EVENT_WORD:  # the library counts characters from 1
                self._on_word(max(event.text_position - 1, 0), event.sample)
            index += 1
        if samples and count > 0:
            self._on_samples(ctypes.string_at(samples, 2 * count))
        return 0

    def _list(self, specification: object) -> Iterator[tuple[str, str, str]]:
        entries = self._library.espeak_ListVoices(specification)
        index = 0
        while entries[index]:
            voice = entries[index].contents
            # `languages` is a list of (priority byte, C string); only the first is wanted.
            language = ctypes.string_at(voice.languages + 1).decode()
            yield voice.identifier.decode(), voice.name.decode().strip(), language
            index += 1

    def _declare(self) -> None:
        library = self._library
        library.espeak_Info.restype = c_char_p
        library.espeak_Info.argtypes = [c_void_p]
        library.espeak_ListVoices.restype = POINTER(POINTER(_Voice))
        library.espeak_ListVoices.argtypes = [c_void_p]
        library.espeak_Synth.argtypes = [c_char_p, c_size_t, c_uint, c_int, c_uint, c_uint, c_void_p, c_void_p]
        library.espeak_ng_SetRandSeed.argtypes = [c_long]
        library.sonicChangeShortSpeed.argtypes = [POINTER(c_short), c_int, *[ctypes.c_float] * 4, c_int, c_int, c_int]
