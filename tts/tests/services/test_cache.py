"""The checksum that leads to known sound, and what an entry is worth."""

from dataclasses import replace
from pathlib import Path

import pytest

from config.common.ids import uuid7
from config.common.redis import redis_client
from tasks.models import Engine
from tts.engines.base import SpeechRequest
from tts.models import AudioRequest
from tts.selectors.speakers import choose_speaker
from tts.services.cache import CACHE_SECONDS, find_cached, remember, request_checksum
from tts.services.inputs import SpeechOrder
from tts.services.rendering import cached_renderings
from tts.tests.conftest import Run, Speak

pytestmark = pytest.mark.django_db

REQUEST = SpeechRequest("Xin chào", "alto", speed=1.5, pitch=-2.0)


def checksum(request: SpeechRequest = REQUEST, output_format: str = "wav") -> str:
    return request_checksum(choose_speaker("fake"), request, output_format)


def test_equal_requests_have_equal_checksums() -> None:
    assert checksum() == checksum(SpeechRequest("Xin chào", "alto", 1.5, -2.0))
    assert len(checksum()) == 64


def test_checksum_stays_the_same_from_release_to_release() -> None:
    # A change of this value throws every installation's cache away: make it on purpose or not at all.
    assert checksum() == "30048fdb6e8bc5ff22d40c37e3ed5d5bfe865baed1f9dafbad60c74242c833ec"


@pytest.mark.parametrize("speed", [2, 2.0])
def test_whole_numbers_are_numbers_like_others(speed: float) -> None:
    assert checksum(replace(REQUEST, speed=speed, pitch=0)) == checksum(replace(REQUEST, speed=2.0, pitch=0.0))


@pytest.mark.parametrize(
    "other",
    [
        replace(REQUEST, text="Xin chao"),
        replace(REQUEST, text="Xin chào "),
        replace(REQUEST, text="xin chào"),
        replace(REQUEST, voice="tenor"),
        replace(REQUEST, speed=1.51),
        replace(REQUEST, pitch=2.0),
    ],
)
def test_everything_that_is_heard_counts(other: SpeechRequest) -> None:
    assert checksum(other) != checksum()


def test_fields_cannot_run_into_each_other() -> None:
    assert checksum(replace(REQUEST, text='a","b', voice="c")) != checksum(replace(REQUEST, text="a", voice='b","c'))


def test_formats_are_kept_apart() -> None:
    assert len({checksum(output_format=name) for name in ("wav", "mp3", "flac", "opus", "aac", "pcm")}) == 6


@pytest.mark.parametrize("change", [{"model": "large"}, {"base_url": "http://127.0.0.1:9"}, {"options": {"a": 1}}])
def test_engine_set_up_otherwise_is_another_engine(change: dict[str, object]) -> None:
    before = checksum()
    Engine.objects.filter(domain="tts", name="fake").update(**change)
    assert checksum() != before


def test_name_and_title_of_the_row_do_not_count() -> None:
    before = checksum()
    Engine.objects.filter(domain="tts", name="fake").update(title="Renamed", is_default=False)
    assert checksum() == before


def test_same_adapter_under_another_name_shares_the_sound() -> None:
    Engine.objects.create(domain="tts", name="second", adapter="fake")
    assert request_checksum(choose_speaker("second"), REQUEST, "wav") == checksum()


def test_hit_starts_the_time_again(spoken: AudioRequest) -> None:
    audio_file = spoken.files.get()
    remember("0" * 64, audio_file)
    redis_client().expire("audio_cache:" + "0" * 64, 10)
    assert find_cached("0" * 64) == audio_file
    assert CACHE_SECONDS - 5 <= redis_client().ttl("audio_cache:" + "0" * 64) <= CACHE_SECONDS


def test_unknown_checksum_leads_nowhere() -> None:
    assert find_cached("f" * 64) is None
    assert redis_client().keys("audio_cache:*") == []


def test_entry_without_its_row_leads_nowhere(spoken: AudioRequest) -> None:
    redis_client().set("audio_cache:" + "1" * 64, str(uuid7()))
    assert find_cached("1" * 64) is None


@pytest.mark.parametrize("change", [None, b"", b"x" * 10_000_000])
def test_entry_whose_file_changed_its_size_leads_nowhere(
    change: bytes | None, spoken: AudioRequest, media: Path
) -> None:
    audio_file = spoken.files.get()
    remember("2" * 64, audio_file)
    path = media / audio_file.file_path
    path.unlink() if change is None else path.write_bytes(change)
    assert find_cached("2" * 64) is None


def test_engine_that_was_switched_off_answers_nothing_from_the_cache(spoken: AudioRequest) -> None:
    order = SpeechOrder.from_input(spoken.task.input_data)
    assert cached_renderings(order, request_id=spoken.pk) is not None
    Engine.objects.filter(domain="tts", name="fake").update(is_enabled=False)
    assert cached_renderings(order, request_id=spoken.pk) is None


def test_failed_request_leaves_no_entry(speak: Speak, run: Run) -> None:
    assert run(speak("...")) == "failed"
    assert redis_client().keys("audio_cache:*") == []


def test_two_engines_leave_two_entries_that_answer_together(speak: Speak, run: Run) -> None:
    engines = ["fake", "espeak"]
    run(speak("Hello", engines=engines))
    assert len(redis_client().keys("audio_cache:*")) == 2
    again = speak("Hello", engines=engines)
    assert again.task.status == "completed"
    assert set(again.files.values_list("engine_name", flat=True)) == set(engines)
