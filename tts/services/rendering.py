"""From a prepared order to sound on the disk: the cache, else the engine, chunk by chunk into the encoder."""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction

from accounts.queries import insert_row
from config.common.problems import DomainError
from tasks.engines.cancel import CancelToken
from tasks.engines.errors import EngineError, WorkInterrupted
from tasks.registry import EngineOutcome, Outcome
from tts.audio import encode_to_file
from tts.engines.base import AudioChunk, Progress, SpeechEvent, SpeechRequest, WordTiming
from tts.models import AudioFile, AudioRequest
from tts.selectors.speakers import DOMAIN, Speaker, choose_speaker
from tts.services.cache import find_cached, remember, request_checksum
from tts.services.files import download_name, keep_file, lock_kept_files, partial_path
from tts.services.inputs import SpeechOrder
from tts.services.status import forget_status

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

logger = logging.getLogger(__name__)

ProgressReport = Callable[[float], None]
_FACTS = ("file_path", "mime_type", "file_size", "checksum", "duration", "sample_rate", "channels", "word_timings")


@dataclass(frozen=True, slots=True)
class Rendering:
    """One engine's answer: an unsaved row whose file is on the disk, or what went wrong."""

    engine_name: str
    engine_version: str
    processing_time_ms: int
    audio_file: AudioFile | None = None
    cache_checksum: str = ""
    is_cached: bool = False
    error: EngineError | None = None


def speak_order(
    order: SpeechOrder, *, request_id: UUID, cancel: CancelToken, report: ProgressReport
) -> list[Rendering]:
    """Ask every engine of the order in turn; `report` gets percentages of the whole.

    One engine's failure becomes a failed rendering; when all fail the first error is raised. WorkInterrupted passes.
    """
    renderings: list[Rendering] = []
    # In turn and not at once: a worker has the memory and the processor of one synthesis.
    for position, name in enumerate(order.engines):
        cancel.raise_if_cancelled()
        share = 100 / len(order.engines)
        renderings.append(_attempt(order, name, request_id, cancel, _share_of(report, position * share, share)))
    errors = [rendering.error for rendering in renderings if rendering.error is not None]
    if len(errors) == len(renderings):
        raise errors[0]
    return renderings


def _share_of(report: ProgressReport, start: float, share: float) -> ProgressReport:
    return lambda fraction: report(start + share * fraction)


def cached_renderings(order: SpeechOrder, *, request_id: UUID) -> list[Rendering] | None:
    """The answers of all engines if every one of them is in the cache, else None; it never speaks."""
    renderings = []
    for name in order.engines:
        started = perf_counter()
        try:
            speaker = choose_speaker(name)
        except (EngineError, DomainError):
            return None
        checksum = request_checksum(speaker, order.request_for(name), order.output_format)
        known = find_cached(checksum)
        if known is None:
            return None
        audio_file = _new_row(order, name, request_id, _facts_of(known))
        renderings.append(Rendering(name, speaker.version, _elapsed_ms(started), audio_file, checksum, is_cached=True))
    return renderings


def _attempt(order: SpeechOrder, name: str, request_id: UUID, cancel: CancelToken, report: ProgressReport) -> Rendering:
    started = perf_counter()
    version = ""
    try:
        speaker = choose_speaker(name)
        version, request = speaker.version, order.request_for(name)
        checksum = request_checksum(speaker, request, order.output_format)
        known = find_cached(checksum)
        facts = _facts_of(known) if known else _synthesize(speaker, request, order.output_format, cancel, report)
    except WorkInterrupted:  # an EngineError too, but nobody's failure: the whole task stops
        raise
    except EngineError as error:
        logger.warning("tts.speak.failed", extra={"engine": name, "error_code": error.code})
        return Rendering(name, version, _elapsed_ms(started), error=error)
    audio_file = _new_row(order, name, request_id, facts)
    return Rendering(name, version, _elapsed_ms(started), audio_file, checksum, is_cached=known is not None)


def _new_row(order: SpeechOrder, name: str, request_id: UUID, facts: dict[str, Any]) -> AudioFile:
    filename = download_name(order.text, order.voices[name], order.output_format)
    return AudioFile(request_id=request_id, engine_name=name, filename=filename, **facts)


def _facts_of(audio_file: AudioFile) -> dict[str, Any]:
    return {name: getattr(audio_file, name) for name in _FACTS}


def _synthesize(
    speaker: Speaker, request: SpeechRequest, output_format: str, cancel: CancelToken, report: ProgressReport
) -> dict[str, Any]:
    timings: list[WordTiming] = []
    events = speaker.adapter.synthesize(request, cancel=cancel)
    encoded = encode_to_file(
        _samples(events, timings, report),
        sample_rate=int(speaker.adapter.card.limits["sample_rate_hz"]),
        output_format=output_format,
        path=partial_path(output_format),
    )
    return {
        "file_path": keep_file(encoded.path, checksum=encoded.checksum, output_format=output_format),
        "mime_type": encoded.mime_type,
        "file_size": encoded.file_size,
        "checksum": encoded.checksum,
        "duration": encoded.duration,
        "sample_rate": encoded.sample_rate,
        "channels": encoded.channels,
        "word_timings": [[word.text_start, word.text_length, round(word.start_seconds, 3)] for word in timings],
    }


def _samples(
    events: Iterable[SpeechEvent], timings: list[WordTiming], report: ProgressReport
) -> "Iterator[NDArray[np.int16]]":
    for event in events:
        match event:
            case AudioChunk():
                yield event.samples
            case WordTiming():
                timings.append(event)
            case Progress():
                report(event.fraction)


def _elapsed_ms(started: float) -> int:
    return round((perf_counter() - started) * 1000)


def outcome_of(
    order: SpeechOrder, request: AudioRequest, renderings: list[Rendering], *, is_new: bool = False
) -> Outcome:
    """What ends the task: a result per engine, the usage of those that spoke, and the rows of their files.

    Of a request that `is_new` in this transaction nobody has a status yet that must be forgotten, and nothing waits:
    the caller checks that the files are still there (`check_kept_files`) after the next answer.
    """
    spoken = [rendering for rendering in renderings if rendering.audio_file is not None]
    return Outcome(
        output_data={"audio_request_id": str(request.pk), "files": [_file_facts(item) for item in spoken]},
        results=tuple(_result(order, rendering) for rendering in renderings),
        usage={"requests": 1, "characters": len(order.text) * len(spoken)},
        in_transaction=lambda: _record_files(request, spoken, is_new=is_new),
    )


def _file_facts(rendering: Rendering) -> dict[str, Any]:
    audio_file = rendering.audio_file
    if audio_file is None:
        return {}
    return {
        "audio_request_id": str(audio_file.request_id),
        "audio_file_id": str(audio_file.pk),
        "engine": rendering.engine_name,
        "mime_type": audio_file.mime_type,
        "file_size": audio_file.file_size,
        "checksum": audio_file.checksum,
        "duration": round(audio_file.duration, 3),
        "cached": rendering.is_cached,
    }


def _result(order: SpeechOrder, rendering: Rendering) -> EngineOutcome:
    audio_file, error = rendering.audio_file, rendering.error
    seconds = round(audio_file.duration, 3) if audio_file else 0.0
    return EngineOutcome(
        engine_type=DOMAIN,
        engine_name=rendering.engine_name,
        engine_version=rendering.engine_version,
        output_data=_file_facts(rendering) if error is None else {"error_code": error.code},
        processing_time_ms=rendering.processing_time_ms,
        usage={"requests": 1, "characters": len(order.text), "audio_seconds": seconds} if audio_file else {},
        error_message="" if error is None else error.message,
    )


def _record_files(request: AudioRequest, spoken: list[Rendering], *, is_new: bool) -> None:
    """Insert the rows, in the transaction that completes the task."""
    rows = [rendering.audio_file for rendering in spoken if rendering.audio_file is not None]
    lock_kept_files({row.file_path for row in rows}, ahead=is_new)
    for row in rows:
        insert_row(row)
    # The cache must not lead to rows that a rollback takes back.
    transaction.on_commit(lambda: _after_commit(request, spoken, is_new=is_new))


def _after_commit(request: AudioRequest, spoken: list[Rendering], *, is_new: bool) -> None:
    if not is_new:
        forget_status(request.pk)
    for rendering in spoken:
        if rendering.audio_file is not None and not rendering.is_cached:
            remember(rendering.cache_checksum, rendering.audio_file)
