"""POST /api/v1/audio-requests/."""

import json
from typing import Any

import pytest
from rest_framework.response import Response
from rest_framework.test import APIClient

from accounts.models import Account, ApiKey
from accounts.services import create_api_key, revoke_api_key, set_quota
from config.common.ids import uuid7
from projects.models import Project
from projects.services import create_project
from tts.models import AudioRequest
from tts.tests.conftest import As, nothing_written

pytestmark = pytest.mark.django_db

URL = "/api/v1/audio-requests/"
BODY = {"text_content": "Hello there", "engine": "fake"}


def post(client: APIClient, body: Any = None, **headers: str) -> Response:
    return client.post(URL, BODY if body is None else body, headers=headers)


def post_raw(client: APIClient, raw: bytes) -> Any:
    return client.post(URL, raw, content_type="application/json")


def test_owner_submits_and_gets_links_to_follow(as_person: As, owner: Account, project: Project) -> None:
    response = post(as_person(owner), BODY | {"voice_name": "tenor", "output_format": "mp3", "metadata": {"a": 1}})
    made = AudioRequest.objects.get()
    assert response.status_code == 202
    assert response["Location"] == response.data["links"]["self"] == f"http://testserver{URL}{made.pk}/"
    assert response.data["links"]["file"] == f"http://testserver{URL}{made.pk}/file/"
    assert response.data["task_id"] == str(made.task_id)
    assert response.data["project_id"] == str(project.pk)
    shown = {name: response.data[name] for name in ("text_content", "voice_name", "output_format", "metadata")}
    assert shown == {"text_content": "Hello there", "voice_name": "tenor", "output_format": "mp3", "metadata": {"a": 1}}
    assert (response.data["progress"], response.data["files"], response.data["speed"]) == (0, [], 1.0)


def test_member_submits(as_person: As, member: Account, project: Project) -> None:
    assert post(as_person(member), BODY | {"project_id": str(project.pk)}).status_code == 202
    assert AudioRequest.objects.get().user == member


def test_stranger_may_not_submit_into_the_project(as_person: As, stranger: Account, project: Project) -> None:
    response = post(as_person(stranger), BODY | {"project_id": str(project.pk)})
    assert (response.status_code, response.data["code"]) == (404, "project_not_found")
    assert nothing_written()


def test_staff_may_submit_anywhere(as_person: As, staff: Account, project: Project) -> None:
    assert post(as_person(staff), BODY | {"project_id": str(project.pk)}).status_code == 202


def test_anonymous_is_refused(api: APIClient, project: Project) -> None:
    assert post(api).status_code == 401
    assert nothing_written()


def test_key_with_the_scope_submits(with_key: As, owner: Account, project: Project) -> None:
    assert post(with_key(owner, "tts:write")).status_code == 202
    assert AudioRequest.objects.get().task.api_key is not None


def test_key_without_the_scope_is_refused(with_key: As, owner: Account, project: Project) -> None:
    assert post(with_key(owner, "tts:read")).status_code == 403
    assert nothing_written()


def test_bound_key_submits_into_its_project(bound: APIClient, owner: Account, project: Project) -> None:
    assert post(bound).data["project_id"] == str(project.pk)


def test_bound_key_may_not_submit_elsewhere(bound: APIClient, owner: Account) -> None:
    other = create_project(user=owner, project_name="Other")
    assert post(bound, BODY | {"project_id": str(other.pk)}).status_code == 404
    assert nothing_written()


@pytest.mark.parametrize("state", ["wrong", "revoked", "expired"])
def test_unusable_key_is_refused(state: str, api: APIClient, owner: Account, project: Project) -> None:
    key, token = create_api_key(user=owner, name="k", permissions=["*"])
    if state == "revoked":
        revoke_api_key(key=key, actor=owner)
    elif state == "expired":
        ApiKey.objects.filter(pk=key.pk).update(expires_at="2020-01-01T00:00Z")
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {'rh_' + 'x' * 43 if state == 'wrong' else token}")
    response = post(api)
    code = {"wrong": "key_unknown", "revoked": "key_revoked", "expired": "key_expired"}[state]
    assert (response.status_code, response.data["code"]) == (401, code)
    assert nothing_written()


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"text_content": ""}, "empty_text", "text_content"),
        ({"text_content": "  \n"}, "empty_text", "text_content"),
        ({"text_content": "a" * 200_000}, "text_too_long", "text_content"),
        ({"text_content": "a\x1bb"}, "control_characters", "text_content"),
        ({"voice_name": "nobody"}, "unknown_voice", "voice_name"),
        ({"output_format": "exe"}, "unknown_format", "output_format"),
        ({"speed": 0}, "invalid_speed", "speed"),
        ({"speed": 99}, "invalid_speed", "speed"),
        ({"speed": "nan"}, "invalid_request", "speed"),
        ({"pitch": 13}, "invalid_pitch", "pitch"),
        ({"engine": "../espeak"}, "unknown_engine", "engine"),
        ({"voice_name": 5}, "invalid_request", "voice_name"),
        ({"metadata": []}, "invalid_request", "metadata"),
        ({"project_id": "x"}, "invalid_request", "project_id"),
    ],
)
def test_bad_field_is_named_and_nothing_is_written(
    change: dict[str, Any], code: str, field: str, as_person: As, owner: Account, project: Project
) -> None:
    response = post(as_person(owner), BODY | change)
    assert (response.status_code, list(response.data["errors"])) == (400, [field])
    assert response["Content-Type"] == "application/problem+json"
    assert response.data["code"] == code
    assert len(response.content) < 1_000
    assert nothing_written()


def test_missing_text_is_named(as_person: As, owner: Account, project: Project) -> None:
    response = post(as_person(owner), {"text": "wrong name"})
    assert response.data["errors"] == {"text_content": ["This field is required."]}


@pytest.mark.parametrize("text", ["مرحبا", "🎉🎉", "Hello thế giới 世界 مرحبا", "../../etc/passwd"])
def test_any_script_is_accepted(text: str, as_person: As, owner: Account, project: Project) -> None:
    assert post(as_person(owner), BODY | {"text_content": text}).status_code == 202
    assert AudioRequest.objects.get().text_content == text


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b'{"text_content": "a", "speed": NaN}', 400, "invalid_json"),
        (b'{"text_content": "a\\u0000"}', 400, "invalid_json"),
        (b'{"text_content": "\\ud800"}', 400, "invalid_json"),
        (b'{"text_content": "' + b"a" * 10_000_000 + b'"}', 413, "body_too_large"),
        (b'{"metadata": ' + b"[" * 10_000 + b"]" * 10_000 + b"}", 400, "invalid_json"),
        (b"\x00\xff\xfe", 400, "invalid_json"),
        (b"", 400, "invalid_request"),
    ],
)
def test_hostile_body_is_refused(
    raw: bytes, status: int, code: str, as_person: As, owner: Account, project: Project
) -> None:
    response = post_raw(as_person(owner), raw)
    assert (response.status_code, json.loads(response.content)["code"]) == (status, code)
    assert nothing_written()


def test_same_idempotency_key_gives_the_first_answer(as_person: As, owner: Account, project: Project) -> None:
    client = as_person(owner)
    first, again = (post(client, **{"Idempotency-Key": "k"}) for _ in range(2))
    assert (again.status_code, again.data["id"]) == (202, first.data["id"])
    assert AudioRequest.objects.count() == 1


def test_same_idempotency_key_with_another_body_is_refused(as_person: As, owner: Account, project: Project) -> None:
    client = as_person(owner)
    post(client, **{"Idempotency-Key": "k"})
    response = post(client, BODY | {"text_content": "Other"}, **{"Idempotency-Key": "k"})
    assert (response.status_code, response.data["code"]) == (422, "idempotency_key_reused")
    assert AudioRequest.objects.get().text_content == "Hello there"


def test_text_beyond_the_quota_is_refused(as_person: As, owner: Account, project: Project) -> None:
    set_quota(account=owner, quota_type="characters", period="daily", limit=10, actor=None)
    response = post(as_person(owner))
    assert (response.status_code, response.data["code"]) == (429, "quota_exceeded")
    assert int(response["Retry-After"]) > 0
    assert nothing_written()


def test_person_without_a_project_is_told(as_person: As, stranger: Account) -> None:
    response = post(as_person(stranger), BODY | {"project_id": str(uuid7())})
    assert (response.status_code, response.data["code"]) == (404, "project_not_found")
