"""Speaking 1,000 characters: what the house adds to the bare engine and encoder, and answers from the cache."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from django.conf import settings

from bench.house import House
from bench.options import Options
from bench.table import Row, percentile
from bench.web import Web, start_web
from tasks.engines.cancel import NeverCancelled
from tts.audio import encode_to_file
from tts.engines.base import AudioChunk, SpeechRequest
from tts.engines.espeak import EspeakEngine

SENTENCE = "The roundhouse keeps its engines around one turntable and sends each of them out when it is asked for. "
CHARACTERS = 1_000
ROUNDS = 25
WARM_UP = 3
#: Seldom enough not to keep one of two cores busy with being asked.
POLL_SECONDS = 0.01


def measure(house: House, options: Options) -> list[Row]:
    """Interleaved: each round speaks a new text bare, then through the API, then asks the API for the same again."""
    web = start_web(house)
    house.start_sweeper()
    house.start_worker("--profile", "light")
    engine = EspeakEngine()
    engine.load()
    bare_ms, added_ms, cached_ms = [], [], []
    for number in range(WARM_UP + ROUNDS):
        text = (f"Round {number}. " + SENTENCE * 12)[:CHARACTERS]
        bare = _bare_ms(engine, text)
        spoken, known = _spoken_ms(web, text), _spoken_ms(web, text)
        if number >= WARM_UP:
            bare_ms.append(bare)
            added_ms.append(spoken - bare)
            cached_ms.append(known)
    engine.close()
    house.stop_all()
    return [
        Row("speech", "bare engine and encoder, median", percentile(bare_ms, 0.5), "ms"),
        Row("speech", "added by the house, median", percentile(added_ms, 0.5), "ms", at_most=60.0),
        Row("speech", "from the cache, median", percentile(cached_ms, 0.5), "ms", at_most=15.0),
    ]


def _bare_ms(engine: EspeakEngine, text: str) -> float:
    began = time.perf_counter()
    encode_to_file(
        _chunks(engine, text), sample_rate=22_050, output_format="wav", path=Path(settings.DATA_DIR) / "bare.wav"
    )
    return (time.perf_counter() - began) * 1000


def _chunks(engine: EspeakEngine, text: str) -> "Iterator[np.ndarray[tuple[int], np.dtype[np.int16]]]":
    request = SpeechRequest(text=text, voice="en-us")
    for event in engine.synthesize(request, cancel=NeverCancelled()):
        if isinstance(event, AudioChunk):
            yield event.samples


def _spoken_ms(web: Web, text: str) -> float:
    """From the POST until the file can be played: the status is polled, then the file is fetched."""
    began = time.perf_counter()
    made = web.post("/api/v1/audio-requests/", {"text_content": text, "output_format": "wav"})
    path = f"/api/v1/audio-requests/{made['id']}/"
    while made["status"] != "completed":
        time.sleep(POLL_SECONDS)
        made = json.loads(web.get(f"{path}status/"))
    assert len(web.get(f"{path}file/")) > CHARACTERS
    return (time.perf_counter() - began) * 1000
