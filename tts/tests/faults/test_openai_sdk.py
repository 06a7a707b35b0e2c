"""The official `openai` SDK against a real web process and a real worker."""

import base64
import io
import json
from concurrent.futures import ThreadPoolExecutor

import httpx
import openai
import pytest
import soundfile
from openai import OpenAI

from accounts.models import Account
from accounts.services import set_quota
from tasks.models import Task
from tasks.tests.conftest import eventually
from tts.models import AudioFile, AudioRequest

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]

TEXT = "Hello there"
SECONDS = len(TEXT) * 0.06  # the fake engine's pace


def seconds_of(content: bytes) -> float:
    with soundfile.SoundFile(io.BytesIO(content)) as file:
        return float(len(file) / file.samplerate)


def test_unchanged_program_gets_an_mp3_from_the_default_engine(sdk: OpenAI) -> None:
    response = sdk.audio.speech.create(model="gpt-4o-mini-tts", voice="nova", input=TEXT, instructions="Be kind.")
    assert response.response.headers["content-type"] == "audio/mpeg"
    assert response.response.headers["x-request-id"]
    assert int(response.response.headers["x-ratelimit-remaining-requests"]) > 0
    spoken = AudioFile.objects.get()
    assert (spoken.engine_name, spoken.request.voice_name) == ("espeak", "en-us+f3")
    assert seconds_of(response.content) == pytest.approx(spoken.duration, abs=0.1)


@pytest.mark.parametrize("output_format", ["wav", "flac", "opus"])
def test_format_decodes_to_the_right_duration(output_format: str, sdk: OpenAI) -> None:
    response = sdk.audio.speech.create(model="fake", voice="alto", input=TEXT, response_format=output_format)  # type: ignore[arg-type]
    assert seconds_of(response.content) == pytest.approx(SECONDS, abs=0.02)


def test_pcm_is_24_khz_mono(sdk: OpenAI) -> None:
    response = sdk.audio.speech.create(model="fake", voice="alto", input=TEXT, response_format="pcm", speed=2)
    assert len(response.content) / 2 / 24_000 == pytest.approx(SECONDS / 2, abs=0.01)


def test_streaming_response_arrives_whole(sdk: OpenAI) -> None:
    with sdk.audio.speech.with_streaming_response.create(
        model="fake", voice="alto", input=TEXT * 100, response_format="wav"
    ) as response:
        content = b"".join(response.iter_bytes())
    assert len(content) == AudioFile.objects.get().file_size == int(response.headers["content-length"])
    assert seconds_of(content) == pytest.approx(SECONDS * 100, abs=0.02)


def test_server_sent_events_hold_the_same_sound(sdk: OpenAI) -> None:
    response = sdk.audio.speech.create(
        model="fake", voice="alto", input=TEXT, response_format="wav", stream_format="sse"
    )
    events = [json.loads(line.removeprefix("data: ")) for line in response.text.split("\n\n") if line]
    sound = b"".join(base64.b64decode(event["audio"]) for event in events if event["type"] == "speech.audio.delta")
    assert events[-1]["type"] == "speech.audio.done"
    assert seconds_of(sound) == pytest.approx(SECONDS, abs=0.02)


def test_models_are_listed_and_retrieved(sdk: OpenAI) -> None:
    assert [model.id for model in sdk.models.list()] == ["librarian", "fake", "minilm", "espeak"]
    assert sdk.models.retrieve("fake").owned_by == "roundhouse"


def test_refusals_become_the_sdks_exceptions(sdk: OpenAI, owner: Account) -> None:
    with pytest.raises(openai.BadRequestError) as bad:
        sdk.audio.speech.create(model="fake", voice="nobody", input=TEXT)
    assert (bad.value.param, bad.value.code) == ("voice", "unknown_voice")
    with pytest.raises(openai.NotFoundError):
        sdk.models.retrieve("gpt-9")
    with pytest.raises(openai.AuthenticationError):
        sdk.with_options(api_key="rh_" + "x" * 43).models.list()
    set_quota(account=owner, quota_type="characters", period="daily", limit=1, actor=None)
    with pytest.raises(openai.RateLimitError) as limited:
        sdk.audio.speech.create(model="fake", voice="alto", input=TEXT)
    assert int(limited.value.response.headers["retry-after"]) > 0
    assert not Task.objects.exists()


def test_text_without_sound_is_a_bad_request(sdk: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as bad:
        sdk.audio.speech.create(model="fake", voice="alto", input="...")
    assert (bad.value.param, bad.value.code) == ("input", "nothing_to_speak")
    assert Task.objects.get().status == "failed"


def test_caller_that_hangs_up_cancels_the_work(web: str, token: str) -> None:
    body = {"model": "fake", "voice": "alto", "input": TEXT}
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{web}/v1/audio/speech", json=body, headers={"Authorization": f"Bearer {token}"}, timeout=2)
    eventually(lambda: Task.objects.filter(status="cancelled").exists(), sweeping=False)
    assert not AudioFile.objects.exists()


def test_twenty_equal_requests_at_once_give_twenty_whole_files(sdk: OpenAI) -> None:
    def ask(_number: int) -> bytes:
        return sdk.audio.speech.create(model="fake", voice="alto", input=TEXT, response_format="wav").content

    with ThreadPoolExecutor(20) as pool:
        contents = set(pool.map(ask, range(20)))
    assert len(contents) == 1
    assert AudioRequest.objects.count() == AudioFile.objects.count() == 20
    assert AudioFile.objects.values("file_path").distinct().count() == 1
