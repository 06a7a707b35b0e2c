"""Refusals of POST /v1/audio/speech; what it speaks is tested with the official SDK in `faults`."""

import json
from typing import Any

import pytest
from django.test import Client

from accounts.models import Account, ApiKey
from accounts.services import block_account, create_api_key, revoke_api_key, set_quota
from projects.models import Project
from tasks.models import Engine
from tts.tests.conftest import nothing_written

pytestmark = pytest.mark.django_db

URL = "/v1/audio/speech"
BODY = {"model": "fake", "input": "Hello there", "voice": "alto"}


@pytest.fixture
def key(owner: Account, project: Project) -> tuple[ApiKey, str]:
    return create_api_key(user=owner, name="program", permissions=["tts:write"])


def post(token: str, body: Any, **headers: str) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {token}"} | headers
    return Client().post(URL, raw, content_type="application/json", headers=headers)


def error_of(response: Any) -> tuple[int, str | None, str | None]:
    error = json.loads(response.content)["error"]
    assert set(error) == {"message", "type", "param", "code"}
    return response.status_code, error["code"], error["param"]


@pytest.mark.parametrize(
    ("change", "status", "code", "param"),
    [
        ({"input": ""}, 400, "empty_text", "input"),
        ({"input": "a" * 200_000}, 400, "text_too_long", "input"),
        ({"input": "a\x07"}, 400, "control_characters", "input"),
        ({"input": 5}, 400, "invalid_parameter", "input"),
        ({"input": None}, 400, "invalid_parameter", "input"),
        ({"voice": "nobody"}, 400, "unknown_voice", "voice"),
        ({"voice": ""}, 400, "invalid_parameter", "voice"),
        ({"voice": {"id": "nobody"}}, 400, "unknown_voice", "voice"),
        ({"voice": ["alto"]}, 400, "invalid_parameter", "voice"),
        ({"response_format": "exe"}, 400, "unknown_format", "response_format"),
        ({"speed": 0}, 400, "invalid_speed", "speed"),
        ({"speed": 99}, 400, "invalid_speed", "speed"),
        ({"speed": "fast"}, 400, "invalid_parameter", "speed"),
        ({"model": "gpt-9"}, 404, "model_not_found", "model"),
        ({"model": None}, 400, "invalid_parameter", "model"),
    ],
)
def test_bad_parameter_is_named_and_nothing_is_written(
    change: dict[str, Any], status: int, code: str, param: str, key: tuple[ApiKey, str]
) -> None:
    response = post(key[1], BODY | change)
    assert error_of(response) == (status, code, param)
    assert len(response.content) < 1_000
    assert nothing_written()


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b"not json", 400, "invalid_json"),
        (b"[]", 400, "invalid_json"),
        (b'{"speed": NaN}', 400, "invalid_json"),
        (b'{"input": "' + b"a" * 10_000_000 + b'"}', 413, "body_too_large"),
        (b"[" * 10_000 + b"]" * 10_000, 400, "invalid_json"),
    ],
)
def test_hostile_body_is_refused(raw: bytes, status: int, code: str, key: tuple[ApiKey, str]) -> None:
    assert error_of(post(key[1], raw)) == (status, code, None)
    assert nothing_written()


@pytest.mark.parametrize("token", ["", "sk-12345", "rh_" + "x" * 43])
def test_wrong_key_is_refused(token: str, project: Project) -> None:
    assert error_of(post(token, BODY)) == (401, "invalid_api_key", None)
    assert nothing_written()


def test_revoked_key_is_refused(key: tuple[ApiKey, str], owner: Account) -> None:
    revoke_api_key(key=key[0], actor=owner)
    assert error_of(post(key[1], BODY)) == (401, "invalid_api_key", None)
    assert nothing_written()


def test_expired_key_is_refused(key: tuple[ApiKey, str]) -> None:
    ApiKey.objects.update(expires_at="2020-01-01T00:00Z")
    assert error_of(post(key[1], BODY)) == (401, "invalid_api_key", None)
    assert nothing_written()


def test_key_without_the_scope_is_refused(owner: Account, project: Project) -> None:
    _key, token = create_api_key(user=owner, name="reader", permissions=["tts:read"])
    assert error_of(post(token, BODY))[0] == 403
    assert nothing_written()


def test_blocked_account_is_refused(key: tuple[ApiKey, str], owner: Account, staff: Account) -> None:
    block_account(account=owner, actor=staff, reason="misuse")
    assert error_of(post(key[1], BODY))[0] == 403
    assert nothing_written()


def test_used_up_quota_says_when_to_come_back(key: tuple[ApiKey, str], owner: Account) -> None:
    set_quota(account=owner, quota_type="characters", period="daily", limit=10, actor=None)
    response = post(key[1], BODY)
    assert error_of(response) == (429, "insufficient_quota", None)
    assert int(response["Retry-After"]) > 0
    assert nothing_written()


def test_foreign_project_is_not_found(key: tuple[ApiKey, str]) -> None:
    for project_id in ("not-a-uuid", "01900000-0000-7000-8000-000000000000"):
        assert error_of(post(key[1], BODY, **{"OpenAI-Project": project_id})) == (404, "project_not_found", None)
    assert nothing_written()


def test_without_any_engine_no_model_is_found(key: tuple[ApiKey, str]) -> None:
    Engine.objects.update(is_enabled=False, is_default=False)
    assert error_of(post(key[1], BODY | {"model": "tts-1"})) == (404, "model_not_found", "model")
    assert nothing_written()


def test_get_is_not_allowed() -> None:
    response = Client().get(URL)
    assert error_of(response) == (405, "method_not_allowed", None)
    assert response["Allow"] == "POST"
