"""From order to files: rows and bytes together, the cache, failures and cancellation."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from accounts.models import Account, UsageQuota
from config.common.redis import redis_client
from projects.models import Project
from results.models import Result
from tasks.engines.cancel import CancelFlag
from tasks.engines.errors import Cancelled
from tasks.models import Task
from tts.models import AudioFile, AudioRequest
from tts.services.cache import CACHE_SECONDS, find_cached
from tts.services.inputs import SpeechOrder
from tts.services.rendering import speak_order
from tts.tests.conftest import Run, Speak

pytestmark = pytest.mark.django_db


def files_on_disk(media: Path) -> list[Path]:
    return sorted(path for path in media.rglob("*") if path.is_file())


def test_completed_request_has_a_file_that_plays(spoken: AudioRequest, media: Path) -> None:
    audio_file = spoken.files.get()
    samples, sample_rate = soundfile.read(media / audio_file.file_path)
    assert (sample_rate, audio_file.sample_rate, audio_file.channels) == (16_000, 16_000, 1)
    assert len(samples) / sample_rate == audio_file.duration == pytest.approx(11 * 0.06)
    assert np.abs(samples).max() > 0.1


def test_file_row_tells_name_type_size_and_words(spoken: AudioRequest, media: Path) -> None:
    audio_file = spoken.files.get()
    assert (audio_file.filename, audio_file.mime_type) == ("hello-there-alto.wav", "audio/wav")
    assert audio_file.file_size == (media / audio_file.file_path).stat().st_size
    assert audio_file.file_path == f"tts/{audio_file.checksum[:2]}/{audio_file.checksum[2:]}.wav"
    assert audio_file.word_timings == [[0, 5, 0.0], [6, 5, 0.36]]


def test_result_tells_engine_version_usage_and_file(spoken: AudioRequest) -> None:
    result, audio_file = Result.objects.get(task_id=spoken.task_id), spoken.files.get()
    assert (result.engine_type, result.engine_name, result.engine_version) == ("tts", "fake", "1")
    assert result.token_usage == {"requests": 1, "characters": 11, "audio_seconds": 0.66}
    assert result.output_data["audio_file_id"] == str(audio_file.pk)
    assert (result.confidence_score, result.output_data["cached"]) == (None, False)


def test_task_output_names_request_and_files(spoken: AudioRequest) -> None:
    output = spoken.task.output_data or {}
    assert output["audio_request_id"] == str(spoken.pk)
    assert [entry["engine"] for entry in output["files"]] == ["fake"]


def test_quota_is_settled_with_the_characters_spoken(spoken: AudioRequest, owner: Account) -> None:
    quotas = UsageQuota.objects.filter(user=owner, quota_type="characters")
    assert {quota.current_usage for quota in quotas} == {11}


def test_worker_answers_from_the_cache_what_became_known_meanwhile(speak: Speak, run: Run) -> None:
    first, second = speak(), speak()
    assert [run(first), run(second)] == ["completed", "completed"]
    assert Result.objects.get(task_id=second.task_id).output_data["cached"] is True
    assert first.files.get().file_path == second.files.get().file_path


@pytest.mark.parametrize(
    "change", [{"voice": "tenor"}, {"speed": 1.5}, {"pitch": 1}, {"output_format": "flac"}, {"text": "Hello There"}]
)
def test_any_other_setting_is_spoken_anew(change: dict[str, str], spoken: AudioRequest, speak: Speak, run: Run) -> None:
    again = speak(**change)
    assert run(again) == "completed"
    assert Result.objects.get(task_id=again.task_id).output_data["cached"] is False


def test_cache_entry_is_one_string_that_ends(spoken: AudioRequest) -> None:
    (key,) = redis_client().keys("audio_cache:*")
    assert redis_client().get(key) == str(spoken.files.get().pk).encode()
    assert 0 < redis_client().ttl(key) <= CACHE_SECONDS


def test_cached_file_that_was_lost_is_made_again(spoken: AudioRequest, speak: Speak, run: Run, media: Path) -> None:
    (media / spoken.files.get().file_path).unlink()
    again = speak()
    assert run(again) == "completed"
    assert (media / again.files.get().file_path).stat().st_size == again.files.get().file_size


def test_cached_file_that_was_cut_short_is_made_again(
    spoken: AudioRequest, speak: Speak, run: Run, media: Path
) -> None:
    (media / spoken.files.get().file_path).write_bytes(b"RIFF")
    again = speak()
    assert run(again) == "completed"
    assert (media / spoken.files.get().file_path).stat().st_size == again.files.get().file_size


def test_cache_entry_of_a_deleted_row_counts_for_nothing(spoken: AudioRequest) -> None:
    (key,) = redis_client().keys("audio_cache:*")
    spoken.delete()
    assert find_cached(f"{key!r}".split(":")[1].rstrip("'")) is None


def test_two_engines_give_two_results_and_two_files(speak: Speak, run: Run) -> None:
    request = speak("Hello", engines=["fake", "espeak"])
    assert run(request) == "completed"
    assert set(request.files.values_list("engine_name", flat=True)) == {"fake", "espeak"}
    assert set(Result.objects.filter(task_id=request.task_id, status="completed").values_list("engine_name")) == {
        ("fake",), ("espeak",),
    }  # fmt: skip


def test_one_engine_that_fails_leaves_the_others_answer(speak: Speak, run: Run, owner: Account) -> None:
    request = speak("世界 🎉", engines=["fake", "espeak"])
    Task.objects.filter(pk=request.task_id).update(
        input_data=request.task.input_data | {"voice": {"fake": "alto", "espeak": "gone"}}
    )
    assert run(request) == "completed"
    failed = Result.objects.get(task_id=request.task_id, engine_name="espeak")
    assert (failed.status, failed.output_data) == ("failed", {"error_code": "unknown_voice"})
    assert failed.error_message == "The engine espeak has no voice called 'gone'."
    assert request.files.get().engine_name == "fake"
    assert {quota.current_usage for quota in UsageQuota.objects.filter(user=owner, quota_type="characters")} == {4}


def test_text_without_sound_fails_with_its_reason(speak: Speak, run: Run, media: Path, owner: Account) -> None:
    request = speak("... !!!")
    assert run(request) == "failed"
    request.task.refresh_from_db()
    assert request.task.error_code == "nothing_to_speak"
    assert (AudioFile.objects.count(), Result.objects.count(), files_on_disk(media)) == (0, 0, [])
    assert {quota.current_usage for quota in UsageQuota.objects.filter(user=owner)} <= {0}


def test_cancel_leaves_nothing_on_the_disk(project: Project, media: Path, speak: Speak) -> None:
    request, flag = speak("Hello " * 1000), CancelFlag()
    order = SpeechOrder.from_input(request.task.input_data)
    with pytest.raises(Cancelled):
        speak_order(order, request_id=request.pk, cancel=flag, report=lambda percent: flag.cancel())
    assert files_on_disk(media) == []


def test_progress_of_two_engines_grows_to_the_whole(speak: Speak, media: Path) -> None:
    request, seen = speak("Hello there", engines=["fake", "espeak"]), list[float]()
    order = SpeechOrder.from_input(request.task.input_data)
    speak_order(order, request_id=request.pk, cancel=CancelFlag(), report=seen.append)
    assert seen == sorted(seen)
    assert (50 in seen, seen[-1]) == (True, 100)
