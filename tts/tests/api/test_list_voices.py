"""GET /api/v1/voices/."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Account
from tasks.models import Engine
from tts.tests.conftest import As

pytestmark = pytest.mark.django_db

URL = "/api/v1/voices/"


def names(client: APIClient, **filters: str) -> list[str]:
    voices: list[dict[str, Any]] = client.get(URL, filters).data
    return [voice["name"] for voice in voices]


def test_everybody_signed_in_sees_all_voices(as_person: As, stranger: Account) -> None:
    voices = as_person(stranger).get(URL).data
    assert {"name": "alto", "title": "Alto", "language": "en", "gender": "female", "engine": "fake"} in voices
    assert {voice["engine"] for voice in voices} == {"espeak", "fake"}
    assert len(voices) > 100


def test_filters(as_person: As, owner: Account) -> None:
    client = as_person(owner)
    assert names(client, engine="fake") == ["alto", "tenor"]
    assert names(client, language="VI", engine="fake") == ["tenor"]
    assert {"vi", "vi-central", "vi-south"} <= set(names(client, language="vi", engine="espeak"))
    assert "en-us" not in names(client, language="en-gb")
    assert names(client, search="scotland") == ["en-gb-scotland"]
    assert names(client, search="no such voice") == []


def test_voices_of_a_disabled_engine_are_not_offered(as_person: As, owner: Account) -> None:
    Engine.objects.filter(name="fake").update(is_enabled=False)
    assert names(as_person(owner), engine="fake") == []


def test_anonymous_is_refused(api: APIClient) -> None:
    assert api.get(URL).status_code == 401


def test_key_needs_the_scope(with_key: As, owner: Account) -> None:
    assert with_key(owner, "tasks:read").get(URL).status_code == 403
    assert with_key(owner, "tts:read").get(URL).status_code == 200
