"""DELETE /v1/models/{name}: staff withdraw an engine, nobody else does, and no engine of the house goes."""

import json
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from accounts.models import Account
from accounts.services import create_api_key
from projects.services import create_project, create_project_key
from tasks.models import Engine
from tasks.services import add_engine

pytestmark = pytest.mark.django_db

NAME = "ft:gpt-4o-mini:acemeco:suffix:abc123"


@pytest.fixture
def tuned(db: None) -> Engine:
    """An engine that staff added."""
    return add_engine(domain="tts", name=NAME, adapter="fake", actor=None, base_url="https://tuned.example/v1")


def delete(name: str, token: str) -> tuple[int, dict[str, Any]]:
    response = Client().delete(f"/v1/models/{name}", headers={"Authorization": f"Bearer {token}"})
    return response.status_code, json.loads(response.content)


def token_of(person: Account, *permissions: str) -> str:
    return create_api_key(user=person, name="program", permissions=list(permissions or ("*",)))[1]


def test_staff_withdraw_an_engine_and_the_console_says_who(staff: Account, tuned: Engine) -> None:
    token = token_of(staff)
    assert delete(NAME, token) == (200, {"id": NAME, "object": "model", "deleted": True})
    listed = Client().get("/v1/models", headers={"Authorization": f"Bearer {token}"}).json()["data"]
    assert NAME not in {model["id"] for model in listed}
    assert (delete(NAME, token)[0], delete("nobody", token)[0], delete("a%00b", token)[0]) == (404, 404, 404)
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id, entry.change_message) == (staff, str(tuned.pk), "DELETE /v1/models")
    tuned.refresh_from_db()
    assert (tuned.is_enabled, tuned.base_url) == (False, "https://tuned.example/v1")  # staff can bring it back


def test_nobody_else_does(owner: Account, staff: Account, tuned: Engine) -> None:
    project = create_project(user=staff, project_name="Staff's")
    bound = create_project_key(project=project, actor=staff, name="k", permissions=["tts:write"]).key_text
    tokens = [token_of(owner), token_of(staff, "chat:write"), bound, "rh_" + "x" * 43]
    answers = [delete(NAME, token) for token in tokens]
    assert [(status, body["error"]["code"]) for status, body in answers] == [
        (403, "forbidden"), (403, "scope_missing"), (403, "scope_missing"), (401, "invalid_api_key"),
    ]  # fmt: skip
    tuned.refresh_from_db()
    assert (tuned.is_enabled, LogEntry.objects.count()) == (True, 0)


def test_engines_of_the_house_and_defaults_stay(staff: Account, tuned: Engine) -> None:
    Engine.objects.filter(domain="tts", is_default=True).update(is_default=False)
    Engine.objects.filter(pk=tuned.pk).update(is_default=True)
    token = token_of(staff)
    answers = {name: delete(name, token) for name in ("librarian", "espeak", "minilm", "fake", NAME)}
    assert {(status, body["error"]["code"]) for status, body in answers.values()} == {(409, "engine_in_use")}
    assert "part of the house" in answers["minilm"][1]["error"]["message"]
    assert "default engine" in answers[NAME][1]["error"]["message"]
    assert Engine.objects.filter(is_enabled=True, name__in=answers).count() == 7  # three are named `fake`


def test_other_methods_are_refused(db: None) -> None:
    response = Client().put(f"/v1/models/{NAME}")
    assert (response.status_code, response["Allow"]) == (405, "GET, DELETE")
