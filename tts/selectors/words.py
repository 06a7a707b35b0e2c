"""Word timings as the player wants them."""

from typing import TypedDict

from tts.models import AudioFile


class SpokenWord(TypedDict):
    """One word and when it is heard."""

    text: str
    start_ms: int
    end_ms: int


def spoken_words(audio_file: AudioFile, text: str) -> list[SpokenWord]:
    """Words with start and end; a word ends where the next one starts, the last one with the file.

    `word_timings` holds [offset, length, seconds] with offsets in code points of `text`, as it was stored.
    """
    timings = audio_file.word_timings
    starts_ms = [round(timing[2] * 1000) for timing in timings] + [round(audio_file.duration * 1000)]
    return [
        {"text": text[start : start + length], "start_ms": starts_ms[index], "end_ms": starts_ms[index + 1]}
        for index, (start, length, _seconds) in enumerate(timings)
    ]
