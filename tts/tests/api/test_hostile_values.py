"""Values that are well-formed JSON or URLs and still break naive code: each is refused, never an error of ours."""

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Account
from projects.models import Project
from tasks.services import submit_task
from tts.models import AudioRequest
from tts.services import InvalidSpeechInput
from tts.tests.conftest import As, nothing_written

pytestmark = pytest.mark.django_db

URL = "/api/v1/audio-requests/"
BODY = {"text_content": "Hello there", "engine": "fake"}
HUGE = 10**400  # an integer to JSON, an OverflowError to float()


@pytest.fixture
def client_of_owner(as_person: As, owner: Account, project: Project) -> APIClient:
    return as_person(owner)


@pytest.mark.parametrize("value", [HUGE, -HUGE, [1], {"a": 1}, "1,5", None])
@pytest.mark.parametrize("name", ["speed", "pitch"])
def test_number_that_is_none_is_named(name: str, value: Any, client_of_owner: APIClient) -> None:
    response = client_of_owner.post(URL, BODY | {name: value})
    assert (response.status_code, list(response.data["errors"])) == (400, [name])
    assert nothing_written()


@pytest.mark.parametrize("value", [HUGE, -HUGE])
@pytest.mark.parametrize("name", ["speed", "pitch"])
def test_huge_integer_is_out_of_range_for_tasks_too(name: str, value: int, owner: Account, project: Project) -> None:
    data = {"text": "Hello", "engine": "fake", name: value}
    with pytest.raises(InvalidSpeechInput) as caught:
        submit_task(user=owner, project=project, task_type="tts.speak", input_data=data)
    assert caught.value.code == f"invalid_{name}"
    assert nothing_written()


@pytest.mark.parametrize("value", [HUGE, -HUGE, True, None, [], "1"])
def test_huge_speed_is_refused_in_openais_words(value: Any, with_key: As, owner: Account, project: Project) -> None:
    body = {"model": "fake", "input": "Hello", "voice": "alto", "speed": value}
    response = with_key(owner, "tts:write").post("/v1/audio/speech", body)
    assert (response.status_code, response.json()["error"]["param"]) == (400, "speed")
    assert nothing_written()


def test_integer_of_ten_thousand_digits_is_no_json(client_of_owner: APIClient) -> None:
    raw = b'{"text_content": "a", "speed": ' + b"9" * 10_000 + b"}"
    response = client_of_owner.post(URL, raw, content_type="application/json")
    assert (response.status_code, json.loads(response.content)["code"]) == (400, "invalid_json")
    assert nothing_written()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"engines": "fake"}, "engines"),
        ({"engines": [["fake"]]}, "engines.0"),
        ({"engines": []}, "engines"),
        ({"engines": ["a"] * 5}, "engines"),
        ({"engine": "x" * 101}, "engine"),
        ({"engine": ["fake"]}, "engine"),
        ({"voice_name": {"fake": 5}}, "voice_name"),
        ({"voice_name": ["alto"]}, "voice_name"),
        ({"output_format": {}}, "output_format"),
        ({"text_content": ["Hello"]}, "text_content"),
        ({"text_content": None}, "text_content"),
        ({"metadata": "x"}, "metadata"),
        ({"project_id": 7.5}, "project_id"),
    ],
)
def test_wrong_type_is_named(change: dict[str, Any], field: str, client_of_owner: APIClient) -> None:
    response = client_of_owner.post(URL, BODY | change)
    assert (response.status_code, list(response.data["errors"])) == (400, [field])
    assert nothing_written()


@pytest.mark.parametrize("raw", [b"[]", b'"text"', b"5", b"null", b"true"])
def test_json_that_is_no_object_is_refused(raw: bytes, client_of_owner: APIClient) -> None:
    response = client_of_owner.post(URL, raw, content_type="application/json")
    assert response.status_code == 400
    assert nothing_written()


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml"])
def test_other_content_types_are_refused(content_type: str, client_of_owner: APIClient) -> None:
    response = client_of_owner.post(URL, b"text_content=Hello", content_type=content_type)
    assert response.status_code == 415
    assert nothing_written()


@pytest.mark.parametrize(
    "query",
    [
        "search=%00",
        "voice_name=%00",
        "output_format=exe",
        "project_id=1",
        "created_after=yesterday",
        "created_before=2026-13-40",
        "status=%00",
        "cursor=nonsense",
    ],
)
def test_list_names_what_it_cannot_filter_by(query: str, client_of_owner: APIClient) -> None:
    response = client_of_owner.get(f"{URL}?{query}")
    assert response.status_code in (400, 404)
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("query", ["page_size=0", "page_size=-1", "page_size=x", "page_size=999999", "unknown=1"])
def test_list_ignores_page_sizes_that_make_no_sense(query: str, client_of_owner: APIClient) -> None:
    assert client_of_owner.get(f"{URL}?{query}").data["results"] == []


@pytest.mark.parametrize("engine", ["%00", "fake%00", "%F0%9F%8E%89", "x" * 5_000])
def test_engine_that_cannot_exist_has_no_file(engine: str, client_of_owner: APIClient, spoken: AudioRequest) -> None:
    response = client_of_owner.get(f"{URL}{spoken.pk}/file/?engine={engine}")
    assert (response.status_code, response.data["code"]) == (404, "audio_file_not_found")


@pytest.mark.parametrize("query", ["language=%00", "engine=%00", "search=%00", "language=-", "search=%F0%9F%8E%89"])
def test_no_voice_answers_to_nonsense(query: str, client_of_owner: APIClient) -> None:
    response = client_of_owner.get(f"/api/v1/voices/?{query}")
    assert (response.status_code, response.data) == (200, [])


@pytest.mark.parametrize(
    "url", ["/voice/?q=%00", "/voice/?status=x", "/voice/?page=-1", "/voice/?page=x&q=" + "a" * 500]
)
def test_page_ignores_filters_it_does_not_know(url: str, browser_client: Any, project: Project) -> None:
    assert browser_client.get(url).status_code == 200


@pytest.mark.parametrize("size", [8_192, 8_193])
def test_metadata_is_accepted_to_the_last_byte(size: int, client_of_owner: APIClient) -> None:
    metadata = {"a": "x" * (size - len('{"a": ""}'))}
    response = client_of_owner.post(URL, BODY | {"metadata": metadata})
    assert response.status_code == (202 if size == 8_192 else 400)
    assert nothing_written() is (size != 8_192)


def test_metadata_in_vietnamese_comes_back_as_it_was(client_of_owner: APIClient) -> None:
    metadata = {"tên": "Đường số 5 🎉", "sâu": {"hơn": [1, None, True]}}
    made = client_of_owner.post(URL, BODY | {"metadata": metadata})
    assert client_of_owner.get(f"{URL}{made.data['id']}/").data["metadata"] == metadata


def test_project_left_empty_is_the_persons_own(client_of_owner: APIClient, project: Project) -> None:
    response = client_of_owner.post(URL, BODY | {"project_id": None})
    assert (response.status_code, response.data["project_id"]) == (202, str(project.pk))
