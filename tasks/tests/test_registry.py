"""Kinds and engines that apps register."""

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import SchemaError

from tasks import registry
from tasks.engines.loader import EngineRegistry
from tasks.registry import (
    Outcome,
    TaskKind,
    UnknownKind,
    engine_domains,
    engine_registry,
    kind_named,
    kinds,
    queue_profiles,
    register,
    register_engines,
    unregister,
)
from tasks.states import WorkerProfile


def kind(name: str = "test.made", **fields: Any) -> TaskKind:
    """A kind that answers nothing."""
    return TaskKind(name, "Made", lambda context: Outcome({}), fields.pop("schema", {}), **fields)


@pytest.fixture(autouse=True)
def _forget_made() -> Iterator[None]:
    yield
    unregister("test.made")


def test_registered_kind_is_found_and_listed_by_name() -> None:
    made = kind()
    register(made)
    assert kind_named("test.made") is made
    names = [known.name for known in kinds()]
    assert names == sorted(names)
    assert "test.made" in names


def test_same_kind_twice_is_no_error_but_another_one_of_its_name_is() -> None:
    made = kind()
    register(made)
    register(made)
    with pytest.raises(ValueError, match=r"The task kind 'test\.made' is registered twice\."):
        register(kind())
    assert kind_named("test.made") is made


@pytest.mark.parametrize("name", ["", "test", "TEST.ECHO", "test.echo ", "tést.echo"])
def test_unknown_kind_is_named(name: str) -> None:
    with pytest.raises(UnknownKind) as error:
        kind_named(name)
    assert error.value.args == (name,)


def test_unregistering_twice_is_no_error() -> None:
    register(kind())
    unregister("test.made")
    unregister("test.made")
    with pytest.raises(UnknownKind):
        kind_named("test.made")


def test_new_queue_is_known_with_its_workers() -> None:
    register(kind(queue_name="gpu", profile=WorkerProfile.HEAVY))
    assert queue_profiles()["gpu"] == "heavy"


def test_default_queue_is_there_even_without_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_kinds", {})
    assert queue_profiles() == {"default": "light"}


def test_schema_is_compiled_once_and_a_broken_one_says_so() -> None:
    made = kind(schema={"type": "object"})
    assert made.validator is made.validator
    with pytest.raises(SchemaError):
        kind(schema={"type": "nothing"}).validator.check_schema({"type": "nothing"})


@pytest.mark.parametrize("known", list(kinds()), ids=lambda known: known.name)
def test_schema_of_every_kind_is_valid_and_wants_an_object(known: TaskKind) -> None:
    known.validator.check_schema(known.input_schema)
    assert not known.validator.is_valid([])


@pytest.mark.parametrize("known", list(kinds()), ids=lambda known: known.name)
def test_every_kind_has_a_title_a_domain_and_fits_its_columns(known: TaskKind) -> None:
    domain, _, verb = known.name.partition(".")
    assert domain
    assert verb
    assert str(known.title) != ""
    assert len(known.name) <= 50
    assert len(known.queue_name) <= 50


def test_kind_cannot_be_changed_after_its_registration() -> None:
    with pytest.raises(AttributeError):
        kind().__setattr__("max_retries", 9)


def test_engines_of_a_domain_are_offered_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    for kept in ("_engine_registries", "_probes"):
        monkeypatch.setattr(registry, kept, {})
    monkeypatch.setattr(registry, "_unlisted", set())
    made = EngineRegistry[Any]("chat", [], accepts=lambda engine: None)
    register_engines(made)
    register_engines(EngineRegistry[Any]("art", [], accepts=lambda engine: None))
    assert engine_domains() == ("art", "chat")
    assert engine_registry("chat") is made
    with pytest.raises(LookupError):
        engine_registry("nothing")
