"""Serializers whose fields are worked out once: the same fields as DRF's own, and none of them shared."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import translation
from django.utils.functional import Promise
from rest_framework.fields import ChoiceField, Field
from rest_framework.serializers import ListSerializer, ModelSerializer, Serializer

import accounts.api.serializers
import projects.api.serializers
import results.api.serializers
import tasks.api.serializers
import tts.api.serializers
from accounts.models import Account
from config.common import rest
from config.common.rest import KnownFieldsSerializer
from tasks.models import Task

MODULES = (accounts, projects, results, tasks, tts)
CLASSES: list[type[KnownFieldsSerializer[Any]]] = sorted(
    {
        value
        for module in MODULES
        for value in vars(module.api.serializers).values()
        if isinstance(value, type) and issubclass(value, KnownFieldsSerializer) and value is not KnownFieldsSerializer
    },
    key=lambda known: known.__name__,
)


@pytest.fixture(autouse=True)
def _nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rest, "_known_fields", {})


def plain_fields(known: type[KnownFieldsSerializer[Any]]) -> dict[str, Field[Any, Any, Any, Any]]:
    """What DRF works out by itself."""
    return ModelSerializer.get_fields(known())


def parts(serializer: Serializer[Any]) -> Iterator[Field[Any, Any, Any, Any]]:
    """Its fields, and the fields of the serializers among them."""
    for field in serializer.fields.values():
        yield field
        inner = field.child if isinstance(field, ListSerializer) else field
        if isinstance(inner, Serializer):
            yield from parts(inner)


def told(fields: dict[str, Any]) -> dict[str, str]:
    """DRF's own text of each field: its class and all its arguments."""
    return {name: repr(field) for name, field in fields.items()}


def test_there_are_serializers_to_look_at() -> None:
    assert len(CLASSES) >= 14


@pytest.mark.django_db
@pytest.mark.parametrize("known", CLASSES, ids=lambda known: known.__name__)
def test_fields_are_those_of_a_plain_model_serializer(known: type[KnownFieldsSerializer[Any]]) -> None:
    first, second = known().get_fields(), known().get_fields()
    assert list(first) == list(second) == list(plain_fields(known))
    assert told(first) == told(second) == told(plain_fields(known))


@pytest.mark.parametrize("known", CLASSES, ids=lambda known: known.__name__)
def test_two_serializers_share_no_field(known: type[KnownFieldsSerializer[Any]]) -> None:
    first, second = known(), known()
    assert not {id(part) for part in parts(first)} & {id(part) for part in parts(second)}
    assert all(field.parent is first for field in first.fields.values())
    assert all(field.parent is second for field in second.fields.values())


def test_change_of_one_serializers_field_does_not_reach_the_next() -> None:
    first = tasks.api.serializers.TaskSerializer()
    first.fields["title"].read_only = False
    first.fields["title"].label = "changed"
    del first.fields["status"]
    second = tasks.api.serializers.TaskSerializer()
    assert (second.fields["title"].read_only, str(second.fields["title"].label)) == (True, "Title")
    assert "status" in second.fields


def test_subclass_has_fields_of_its_own() -> None:
    class Narrow(KnownFieldsSerializer[Task]):
        class Meta:
            model = Task
            fields = ["title"]

    class Wide(Narrow):
        class Meta(Narrow.Meta):
            fields = ["title", "priority"]

    assert [list(kind().fields) for kind in (Narrow, Wide, Narrow)] == [["title"], ["title", "priority"], ["title"]]


def test_fields_are_asked_of_the_model_once(monkeypatch: pytest.MonkeyPatch, owner: Account) -> None:
    asked: list[type[object]] = []
    real = ModelSerializer.get_fields

    def get_fields(self: ModelSerializer[Any]) -> dict[str, Field[Any, Any, Any, Any]]:
        asked.append(type(self))
        return real(self)

    monkeypatch.setattr(ModelSerializer, "get_fields", get_fields)
    for _ in range(3):
        assert accounts.api.serializers.AccountSerializer(owner).data["username"] == "owner"
    assert asked == [accounts.api.serializers.AccountSerializer]


class NamedSerializer(KnownFieldsSerializer[Task]):
    """Fields whose English names differ from their columns, and fields whose names do not."""

    class Meta:
        model = Task
        fields = ["task_type", "max_retries", "status", "title", "priority"]


def labels() -> dict[str, str]:
    """As shown now."""
    return {name: str(field.label) for name, field in NamedSerializer().fields.items()}


def test_labels_stay_lazy_and_follow_the_language_of_each_answer() -> None:
    with translation.override("en"):
        assert labels()["task_type"] == "Kind"
    with translation.override("vi"):
        assert isinstance(NamedSerializer().fields["task_type"].label, Promise)
        assert labels()["task_type"] == "Loại"
    with translation.override("en"):
        assert labels()["task_type"] == "Kind"


@pytest.mark.parametrize(("first", "then"), [("en", "vi"), ("vi", "en")])
def test_labels_do_not_depend_on_who_asked_first(first: str, then: str) -> None:
    with translation.override(first):
        labels()
    with translation.override(then):
        shown = labels()
        rest._known_fields.clear()
        assert shown == labels()


def test_choices_stay_lazy() -> None:
    with translation.override("en"):
        labels()
    with translation.override("vi"):
        status = NamedSerializer().fields["status"]
        assert isinstance(status, ChoiceField)
        assert str(status.choices["paused"]) == "Tạm dừng"
