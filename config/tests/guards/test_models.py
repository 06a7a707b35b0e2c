"""What import-linter cannot see: string foreign keys, models without an owner's view, unnamed migrations."""

import ast
import re
import tomllib
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import models

from config.tests.guards.sources import ROOT, sources

FLOORS = ("accounts", "projects", "tasks", "results", "monitoring")
APPS = (*FLOORS, "chatbot", "text2sql", "speech", "imagegen", "tts", "backups")
#: "self" and the model's own app are no way around the floors.
_RELATIONS = frozenset({"ForeignKey", "OneToOneField", "ManyToManyField"})

#: Models without `visible_to`, and why nobody can own their rows.
WITHOUT_OWNER = {
    "accounts.UsageReservation": "never shown: it only rebuilds Redis' counters",
}


def own_models() -> list[type[models.Model]]:
    return [model for name in APPS if apps.is_installed(name) for model in apps.get_app_config(name).get_models()]


def _string_relations() -> Iterator[str]:
    for source in sources():
        if source.is_test or source.is_migration:
            continue
        for node in ast.walk(source.tree):
            if not (isinstance(node, ast.Call) and getattr(node.func, "attr", "") in _RELATIONS and node.args):
                continue
            target = node.args[0]
            if isinstance(target, ast.Constant) and target.value != "self":
                yield f"{source.path}:{node.lineno} {target.value!r}"


def test_foreign_keys_name_classes_not_strings() -> None:
    assert list(_string_relations()) == []


@pytest.mark.parametrize("model", own_models(), ids=lambda model: model._meta.label)
def test_foreign_keys_point_down(model: type[models.Model]) -> None:
    own = model._meta.app_label
    for field in model._meta.get_fields():
        target = field.related_model if isinstance(field, models.ForeignKey) else None
        if isinstance(target, type) and target._meta.app_label != own and target._meta.app_label in APPS:
            assert _height(target._meta.app_label) < _height(own), field


def _height(app: str) -> int:
    """Floors of DESIGN section 2; the domain apps share the roof."""
    return FLOORS.index(app) if app in FLOORS else len(FLOORS) + (app != "chatbot")


@pytest.mark.parametrize("model", own_models(), ids=lambda model: model._meta.label)
def test_model_says_who_may_see_its_rows(model: type[models.Model]) -> None:
    has_view = callable(getattr(model._default_manager, "visible_to", None))
    assert has_view is (model._meta.label not in WITHOUT_OWNER)


def test_exceptions_are_still_models() -> None:
    assert set(WITHOUT_OWNER) <= {model._meta.label for model in own_models()}


def test_migrations_are_named_by_people() -> None:
    unnamed = re.compile(r"/\d{4}_(auto_\d|alter_|remove_|rename_\w+_and_|\w+_and_more)")
    assert [source.path for source in sources() if source.is_migration and unnamed.search(source.path)] == []


def test_migrations_import_no_code_of_ours() -> None:
    allowed = ("config.common",)
    wrong = [
        f"{source.path}: {name}"
        for source in sources()
        if source.is_migration
        for name in _imports(source.tree)
        if name.split(".")[0] in (*APPS, "config") and not name.startswith(allowed)
    ]
    assert wrong == []


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_every_app_stands_in_the_import_contract() -> None:
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    floors, rooms = contract["contracts"][:2]
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"bench"}
    assert packages == set(contract["root_packages"])
    on_floors = {name.strip() for layer in floors["layers"] for name in layer.split("|")}
    assert set(APPS) <= on_floors
    assert {name for name in APPS if apps.is_installed(name)} <= set(rooms["containers"])
