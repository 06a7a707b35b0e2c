"""GET /api/v1/audio-requests/{id}/file/."""

from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Account
from tasks.services import cancel_task
from tts.models import AudioRequest
from tts.tests.conftest import As, Run, Speak

pytestmark = [
    pytest.mark.django_db,
    # The test client is synchronous; the server is not.
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume asynchronous iterators"),
]


def url(request: AudioRequest) -> str:
    return f"/api/v1/audio-requests/{request.pk}/file/"


def content_of(spoken: AudioRequest, media: Path) -> bytes:
    return (media / spoken.files.get().file_path).read_bytes()


def body_of(response: Any) -> bytes:
    return b"".join(response)


def fetch(client: APIClient, request: AudioRequest, query: str = "", **headers: str) -> Any:
    return client.get(url(request) + query, headers={"Accept": "audio/*;q=0.9"} | headers)


def test_owner_member_and_staff_get_the_bytes(
    as_person: As, owner: Account, member: Account, staff: Account, spoken: AudioRequest, media: Path
) -> None:
    for person in (owner, member, staff):
        response = fetch(as_person(person), spoken)
        assert (response.status_code, response["Content-Type"]) == (200, "audio/wav")
        assert body_of(response) == content_of(spoken, media)


def test_headers_name_the_file_and_its_content(as_person: As, owner: Account, spoken: AudioRequest) -> None:
    response = fetch(as_person(owner), spoken, "?download=1")
    audio_file = spoken.files.get()
    assert response["ETag"] == f'"{audio_file.checksum}"'
    assert response["Content-Length"] == str(audio_file.file_size)
    assert response["Accept-Ranges"] == "bytes"
    assert response["Content-Disposition"] == 'attachment; filename="hello-there-alto.wav"'


def test_name_holds_nothing_of_a_hostile_text(as_person: As, owner: Account, speak: Speak, run: Run) -> None:
    request = speak('../../etc/passwd"\r\nSet-Cookie: a=b')
    run(request)
    response = fetch(as_person(owner), request, "?download=1")
    assert response["Content-Disposition"] == 'attachment; filename="etcpasswd-set-cookie-ab-alto.wav"'
    assert "Set-Cookie" not in response


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-99", 0, 99), ("bytes=100-", 100, -1), ("bytes=-50", -50, -1), ("bytes=10-9999999", 10, -1)],
)
def test_range_is_answered_in_part(
    asked: str, first: int, last: int, as_person: As, owner: Account, spoken: AudioRequest, media: Path
) -> None:
    whole = content_of(spoken, media)
    first, last = first % len(whole), last % len(whole)
    response = fetch(as_person(owner), spoken, Range=asked)
    assert (response.status_code, response["Content-Range"]) == (206, f"bytes {first}-{last}/{len(whole)}")
    assert body_of(response) == whole[first : last + 1]
    assert response["Content-Length"] == str(last + 1 - first)


@pytest.mark.parametrize("asked", ["bytes=0-", "bytes=5-2", "bytes=1-2,4-5", "lines=1-2", "bytes=-"])
def test_other_ranges_get_the_whole_file(
    asked: str, as_person: As, owner: Account, spoken: AudioRequest, media: Path
) -> None:
    response = fetch(as_person(owner), spoken, Range=asked)
    assert response.status_code in (200, 206)
    assert body_of(response) == content_of(spoken, media)


def test_range_behind_the_end_is_refused(as_person: As, owner: Account, spoken: AudioRequest) -> None:
    response = fetch(as_person(owner), spoken, Range="bytes=99999999-")
    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{spoken.files.get().file_size}"


def test_known_content_is_not_sent_again(as_person: As, owner: Account, spoken: AudioRequest) -> None:
    etag = f'"{spoken.files.get().checksum}"'
    assert fetch(as_person(owner), spoken, **{"If-None-Match": etag}).status_code == 304
    stale = fetch(as_person(owner), spoken, **{"If-Range": '"other"', "Range": "bytes=0-9"})
    assert stale.status_code == 200


def test_unready_file_conflicts_and_says_when_to_ask_again(as_person: As, owner: Account, speak: Speak) -> None:
    response = fetch(as_person(owner), speak())
    assert (response.status_code, response.data["code"]) == (409, "audio_not_ready")
    assert response["Retry-After"] == "1"


def test_cancelled_request_has_no_file(as_person: As, owner: Account, speak: Speak) -> None:
    request = speak()
    cancel_task(task_id=request.task_id, actor=owner)
    response = fetch(as_person(owner), request)
    assert (response.status_code, "Retry-After" in response) == (409, False)


def test_file_of_one_engine_among_two(as_person: As, owner: Account, speak: Speak, run: Run) -> None:
    request = speak("Hello", engines=["fake", "espeak"])
    run(request)
    response = fetch(as_person(owner), request, "?engine=espeak")
    assert response["ETag"] == f'"{request.files.get(engine_name="espeak").checksum}"'


@pytest.mark.parametrize("engine", ["nobody", "../fake", "%2e%2e%2ffake"])
def test_unknown_engine_has_no_file(engine: str, as_person: As, owner: Account, spoken: AudioRequest) -> None:
    response = fetch(as_person(owner), spoken, f"?engine={engine}")
    assert (response.status_code, response.data["code"]) == (404, "audio_file_not_found")


def test_stranger_does_not_find_the_file(as_person: As, stranger: Account, spoken: AudioRequest) -> None:
    response = fetch(as_person(stranger), spoken)
    assert (response.status_code, response.data["code"]) == (404, "audio_request_not_found")


def test_anonymous_is_refused(api: APIClient, spoken: AudioRequest) -> None:
    assert fetch(api, spoken).status_code == 401


def test_bound_key_gets_the_file(bound: APIClient, spoken: AudioRequest) -> None:
    assert fetch(bound, spoken).status_code == 200


def test_key_without_the_scope_is_refused(with_key: As, owner: Account, spoken: AudioRequest) -> None:
    assert fetch(with_key(owner, "results:read"), spoken).status_code == 403


@pytest.mark.parametrize("content", [None, b"", b"RIFF"])
def test_lost_or_cut_file_is_not_found_instead_of_breaking_off(
    content: bytes | None, as_person: As, owner: Account, spoken: AudioRequest, media: Path
) -> None:
    path = media / spoken.files.get().file_path
    path.unlink() if content is None else path.write_bytes(content)
    response = fetch(as_person(owner), spoken)
    assert (response.status_code, response.data["code"]) == (404, "audio_file_lost")
    assert str(media) not in response.data["detail"]


@pytest.mark.parametrize("accept", ["audio/wav", "*/*", "text/html", "application/xml", "nonsense"])
def test_what_the_player_accepts_decides_nothing(
    accept: str, as_person: As, owner: Account, spoken: AudioRequest
) -> None:
    assert fetch(as_person(owner), spoken, Accept=accept).status_code == 200
    refused = fetch(as_person(owner), spoken, "?engine=nobody", Accept=accept)
    assert (refused.status_code, refused["Content-Type"]) == (404, "application/problem+json")


def test_head_tells_the_size_without_the_bytes(as_person: As, owner: Account, spoken: AudioRequest) -> None:
    response = as_person(owner).head(url(spoken))
    assert (response.status_code, response["Content-Length"]) == (200, str(spoken.files.get().file_size))
    assert body_of(response) == b""
