"""Which engines are asked for a query, in which order, and which of them a light worker may ask."""

from types import SimpleNamespace
from typing import Any

import pytest

from accounts.models import Account
from projects.models import Project
from tasks.engines.errors import EngineUnavailable
from tasks.models import Engine
from tasks.services import load_adapter, probe_engine
from tasks.services.errors import UnknownEngine
from text2sql.models import DatabaseConnection
from text2sql.selectors.engines import engines_for
from text2sql.services import answering
from text2sql.services.answering import _choices
from text2sql.services.language_models import needs_resident_model
from text2sql.services.probing import probe_sql_engine
from text2sql.tests.pairs import answered, make_connection, make_task
from text2sql.tests.working import Ask

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _catalogue(db: None) -> None:
    """The grammar engine by default, a language model's beside it, and the fake one of the tests."""
    Engine.objects.filter(domain="text2sql").delete()
    for name, adapter, is_default in (("grammar", "grammar", True), ("llm", "llm", False), ("fake", "fake", False)):
        Engine.objects.create(domain="text2sql", name=name, adapter=adapter, is_default=is_default)


def order(requested: str | None = None, project: Project | None = None) -> list[str]:
    return [choice.row.name for choice in engines_for(requested, project)]


def project_with(choice: Any) -> Project:
    return Project(settings={"engines": choice})


def test_language_model_goes_first_and_the_default_stands_behind_it() -> None:
    assert order() == ["llm", "grammar"]
    Engine.objects.filter(domain="text2sql", name="llm").update(is_enabled=False)
    assert order() == ["grammar"]


def test_named_engine_is_asked_alone() -> None:
    assert {name: order(name) for name in ("grammar", "llm", "fake")} == {
        "grammar": ["grammar"], "llm": ["llm"], "fake": ["fake"],
    }  # fmt: skip


def test_request_goes_before_the_project_and_the_project_before_the_house() -> None:
    mine = project_with({"text2sql": "fake"})
    assert (order(None, mine), order("grammar", mine)) == (["fake"], ["grammar"])
    ignored: list[Any] = [{}, None, "fake", {"tts": "fake"}, {"text2sql": ""}, {"text2sql": None}]
    assert [order(None, project_with(choice)) for choice in ignored] == [["llm", "grammar"]] * 6


def test_language_model_by_default_is_asked_alone() -> None:
    Engine.objects.filter(domain="text2sql", name="grammar").update(is_default=False)
    Engine.objects.filter(domain="text2sql", name="llm").update(is_default=True)
    assert order() == ["llm"]


def test_engine_that_is_not_there_is_refused_by_name() -> None:
    Engine.objects.filter(domain="text2sql", name="fake").update(is_enabled=False)
    for asked in (lambda: order("nobody"), lambda: order("fake"), lambda: order(None, project_with({"text2sql": "x"}))):
        with pytest.raises(UnknownEngine) as error:
            asked()
        assert list(error.value.errors) == ["engine"]
    Engine.objects.filter(domain="text2sql").delete()
    with pytest.raises(UnknownEngine):
        order()


def test_only_the_language_model_s_engine_needs_one() -> None:
    Engine.objects.filter(domain="text2sql", name="llm").update(model="gpt")
    facts = {choice.row.name: (choice.needs_model, choice.chat_engine) for choice in engines_for(None, None)}
    assert facts == {"llm": (True, "gpt"), "grammar": (False, None)}


def test_question_needs_a_heavy_worker_only_for_a_model_in_memory(settings: Any) -> None:
    Engine.objects.filter(domain="chat").update(is_default=False)
    asked: dict[str, Any] = {"default": None, "grammar": "grammar", "llm": "llm", "nobody": "nobody"}
    assert {name: needs_resident_model(requested, None) for name, requested in asked.items()} == dict.fromkeys(
        asked, False
    )
    Engine.objects.create(
        domain="chat", name="remote", adapter="openai_compatible", base_url="http://127.0.0.1:9/v1", is_default=True
    )
    assert needs_resident_model(None, None) is False


def choices_of(owner: Account, project: Project, **input_data: Any) -> list[tuple[str, str]]:
    """The engines that a light worker asks, with the model that each may ask."""
    task = make_task(owner, project)
    query = answered(owner, project, make_connection(owner, project))
    query.task = task
    context: Any = type("Context", (), {"input_data": input_data})()
    return [(choice.row.name, getattr(getattr(model, "chatter", None), "name", "")) for choice, model
            in _choices(query, context)]  # fmt: skip


def test_engine_without_its_model_makes_way(owner: Account, project: Project) -> None:
    assert choices_of(owner, project) == [("grammar", "")]
    assert choices_of(owner, project, engine="llm") == [("llm", "")]
    Engine.objects.create(
        domain="chat", name="remote", adapter="openai_compatible", base_url="http://127.0.0.1:9/v1", model="m"
    )
    assert choices_of(owner, project) == [("llm", "remote"), ("grammar", "")]


def test_light_worker_never_loads_a_model(owner: Account, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    chatter = SimpleNamespace(name="local", is_heavy=True)
    monkeypatch.setattr(answering, "language_model_for", lambda **_given: SimpleNamespace(chatter=chatter))
    assert choices_of(owner, project) == [("grammar", "")]
    # Alone, the engine says itself that it has no model.
    assert choices_of(owner, project, engine="llm") == [("llm", "")]
    monkeypatch.setattr(answering, "ASK_MODEL_KIND", "text2sql.ask")
    assert choices_of(owner, project) == [("llm", "local"), ("grammar", "")]


def test_project_without_a_language_model_sends_its_schema_to_none(owner: Account, project: Project) -> None:
    Engine.objects.create(
        domain="chat", name="remote", adapter="openai_compatible", base_url="http://127.0.0.1:9/v1", model="m"
    )
    Project.objects.filter(pk=project.pk).update(settings={"engines": {"chat": "librarian"}})
    project.refresh_from_db()
    assert choices_of(owner, project) == [("grammar", "")]


def test_probe_of_the_model_s_engine_tests_the_model() -> None:
    Engine.objects.filter(domain="chat").exclude(name="librarian").delete()
    row = Engine.objects.get(domain="text2sql", name="llm")
    with pytest.raises(EngineUnavailable) as error:
        probe_sql_engine(row, load_adapter(row))  # type: ignore[arg-type]  # the registry says what it holds
    assert (error.value.code, error.value.retryable) == ("no_language_model", False)
    probed = probe_engine(engine=row, actor=None)
    assert (probed.last_probe_result or {})["ok"] is False


@pytest.mark.parametrize("name", ["grammar", "fake"])
def test_probe_of_other_engines_is_their_own(name: str) -> None:
    probed = probe_engine(engine=Engine.objects.get(domain="text2sql", name=name), actor=None)
    result = probed.last_probe_result or {}
    assert (result["ok"], result["total_ms"] >= 0) == (True, True)


def test_question_goes_to_the_engine_that_it_names(ask: Ask, project: Project) -> None:
    assert ask("```SELECT 1 AS n```").engine_name == "fake"
    Project.objects.filter(pk=project.pk).update(settings={"engines": {"text2sql": "fake"}})
    query = ask("```SELECT 2 AS n```", engine=None)
    assert (query.engine_name, query.result_preview) == ("fake", [[2]])


def test_house_s_own_engine_answers_by_default(ask: Ask, read_shop: DatabaseConnection) -> None:
    query = ask("How many customers are there?", engine=None)
    assert (query.engine_name, query.status, query.result_preview) == ("grammar", "success", [[60]])
