"""`manage.py add_engine` and its service: a model is one line away."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tasks.models import Engine
from tasks.services import InvalidEngine, add_engine

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("add_engine", *arguments, stdout=out)
    return out.getvalue()


def test_engine_is_added_and_probed() -> None:
    said = run("gpt", "--base-url", "http://127.0.0.1:9/v1", "--model", "gpt-5")
    row = Engine.objects.get(domain="chat", name="gpt")
    assert (row.adapter, row.model, row.base_url) == ("openai_compatible", "gpt-5", "http://127.0.0.1:9/v1")
    assert (row.is_enabled, row.is_default) == (True, False)
    assert (row.last_probe_result or {})["code"] == "upstream_unreachable"
    assert said.startswith("gpt is added. Probe: ")


def test_credential_comes_from_the_environment_and_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENGINE_KEY", "sk-very-secret")
    said = run("gpt", "--base-url", "http://127.0.0.1:9/v1")
    assert Engine.objects.get(domain="chat", name="gpt").credential == "sk-very-secret"
    assert "sk-very-secret" not in said


def test_it_can_become_the_default() -> None:
    run("gpt", "--base-url", "http://127.0.0.1:9/v1", "--default")
    assert Engine.objects.get(domain="chat", is_default=True).name == "gpt"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["x", "--adapter", "nothing"], "There is no adapter nothing"),
        (["x", "--domain", "nothing"], "There is no adapter openai_compatible"),
        (["x", "--base-url", "not an address"], "base_url"),
        (["librarian", "--base-url", "http://127.0.0.1:9/v1"], "already exists"),
    ],
)
def test_refusals_add_nothing(arguments: list[str], said: str) -> None:
    before = Engine.objects.count()
    with pytest.raises(CommandError, match=said):
        run(*arguments)
    assert Engine.objects.count() == before


def test_service_refuses_an_unknown_adapter() -> None:
    with pytest.raises(InvalidEngine):
        add_engine(domain="tts", name="x", adapter="openai_compatible", actor=None)


def test_remote_adapters_are_switched_off_until_they_have_an_address() -> None:
    row = Engine.objects.get(domain="chat", name="openai_compatible")
    assert (row.is_enabled, row.is_default, row.base_url) == (False, False, "")
