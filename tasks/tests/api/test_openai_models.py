"""GET /v1/models and /v1/models/{name}."""

import json
from typing import Any

import pytest
from django.test import Client

from accounts.models import Account
from accounts.services import create_api_key
from tasks.models import Engine

pytestmark = pytest.mark.django_db


def get(url: str, person: Account | None = None) -> tuple[int, dict[str, Any]]:
    headers = {}
    if person is not None:
        _key, token = create_api_key(user=person, name="program", permissions=["tts:read"])
        headers = {"Authorization": f"Bearer {token}"}
    response = Client().get(url, headers=headers)
    return response.status_code, json.loads(response.content)


def test_any_key_lists_the_enabled_engines(stranger: Account) -> None:
    status, body = get("/v1/models", stranger)
    assert (status, body["object"]) == (200, "list")
    assert [model["id"] for model in body["data"]] == ["librarian", "fake", "minilm", "espeak"]
    assert set(body["data"][0]) == {"id", "object", "created", "owned_by"}


def test_disabled_engine_is_neither_listed_nor_found(stranger: Account) -> None:
    Engine.objects.filter(name="fake").update(is_enabled=False)
    assert [model["id"] for model in get("/v1/models", stranger)[1]["data"]] == ["librarian", "minilm", "espeak"]
    status, body = get("/v1/models/fake", stranger)
    assert (status, body["error"]["code"], body["error"]["param"]) == (404, "model_not_found", "model")


def test_one_engine_is_retrieved(stranger: Account) -> None:
    status, body = get("/v1/models/espeak", stranger)
    created = int(Engine.objects.get(name="espeak").created_at.timestamp())
    assert (status, body) == (
        200, {"id": "espeak", "object": "model", "created": created, "owned_by": "roundhouse"},
    )  # fmt: skip


@pytest.mark.parametrize("url", ["/v1/models", "/v1/models/espeak"])
def test_without_a_key_nothing_is_told(url: str, db: None) -> None:
    status, body = get(url)
    assert (status, body["error"]["code"]) == (401, "invalid_api_key")


def test_answer_carries_the_rate_limit(stranger: Account) -> None:
    _key, token = create_api_key(user=stranger, name="program", permissions=["*"])
    response = Client().get("/v1/models", headers={"Authorization": f"Bearer {token}"})
    assert int(response["x-ratelimit-remaining-requests"]) < int(response["x-ratelimit-limit-requests"])
