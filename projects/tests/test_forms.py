"""Forms of the project pages: what they read, what they call a change, where refusals appear."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django import forms
from django.http import QueryDict

from accounts.models import Account
from config.common.problems import Conflict, DomainError
from projects.forms import (
    IntentsField,
    JsonObjectField,
    KeyForm,
    MemberForm,
    ProjectFilterForm,
    ProjectForm,
    RoleForm,
    add_errors,
)
from projects.models import Project
from projects.services import update_project
from projects.services.keys import PROJECT_KEY_SCOPES

TEXTS = {"project_name": "Yard", "priority": "1"}


@pytest.mark.parametrize(
    ("typed", "value"),
    [("", {}), ("  ", {}), ("{}", {}), ('{"a": [1, null]}', {"a": [1, None]}), ('{"ga": "Hà Nội"}', {"ga": "Hà Nội"})],
)
def test_json_field_reads_objects(typed: str, value: dict[str, Any]) -> None:
    assert JsonObjectField(required=False).clean(typed) == value


@pytest.mark.parametrize(
    "typed", ["{", "{'a': 1}", '{"n": NaN}', '{"n": 1e999}', '{"t": "\\u0000"}', '{"t": "\\ud800"}']
)
def test_json_field_refuses_what_the_api_refuses(typed: str) -> None:
    field = JsonObjectField(required=False)
    with pytest.raises(forms.ValidationError):
        field.clean(typed)
    assert field.has_changed({}, typed) is True


@pytest.mark.parametrize(
    ("initial", "typed", "changed"),
    [
        ({"a": 1, "b": 2}, '{"b":2,\n"a":1}', False),
        ({}, "", False),
        (None, "{}", False),
        ({"a": 1}, "", True),
        ({"a": 1}, '{"a": "1"}', True),
        ({"a": True}, '{"a": false}', True),
    ],
)
def test_spacing_and_order_of_keys_are_no_change(initial: Any, typed: str, changed: bool) -> None:
    assert JsonObjectField(required=False).has_changed(initial, typed) is changed


def test_stored_object_is_shown_readable_and_typed_text_as_typed() -> None:
    field = JsonObjectField()
    assert field.prepare_value({"ga": "Huế"}) == '{\n  "ga": "Huế"\n}'
    assert (field.prepare_value(None), field.prepare_value("{ broken")) == ("{}", "{ broken")


@pytest.mark.parametrize(
    ("typed", "intents"),
    [("", []), ("\n \n", []), ("chào\r\n tạm biệt \n\n", ["chào", "tạm biệt"]), ("a\x0bb", ["a", "b"])],
)
def test_intents_are_lines_that_are_not_empty(typed: str, intents: list[str]) -> None:
    assert IntentsField(required=False).clean(typed) == intents


def test_empty_lines_between_intents_are_no_change() -> None:
    field = IntentsField(required=False)
    assert field.has_changed(["a", "b"], "a\n\n b\n") is False
    assert field.has_changed(["a", "b"], "b\na") is True
    assert (field.prepare_value(["a", "b"]), field.prepare_value("a\n\n")) == ("a\nb", "a\n\n")


def test_untouched_fields_are_no_changes(project: Project, owner: Account) -> None:
    deadline = datetime(2124, 5, 6, 7, 8, 9, tzinfo=UTC)
    update_project(project=project, actor=owner, deadline=deadline, settings={"b": 1, "a": 2})
    fresh = Project.objects.get()
    shown = ProjectForm.of(fresh)
    data = {name: shown[name].value() or "" for name in shown.fields} | {"deadline": "2124-05-06T07:08:09"}
    form = ProjectForm.of(fresh, data | {"project_name": "Depot"})
    assert form.is_valid()
    assert form.changes == {"project_name": "Depot"}


@pytest.mark.parametrize(
    ("field", "typed", "valid"),
    [
        ("priority", "100", True),
        ("priority", "101", False),
        ("priority", "-100", True),
        ("priority", "-101", False),
        ("priority", "1.5", False),
        ("project_name", "x" * 255, True),
        ("project_name", "x" * 256, False),
        ("project_name", " \t ", False),
        ("project_name", "a\x00b", False),
        ("task_scope", "ồ" * 20_000, True),
        ("task_scope", "ồ" * 20_001, False),
        ("deadline", "tomorrow", False),
    ],
)
def test_limits_are_met_exactly(field: str, typed: str, valid: bool) -> None:
    form = ProjectForm(TEXTS | {field: typed})
    assert (form.is_valid(), list(form.errors)) == (valid, [] if valid else [field])


@pytest.mark.parametrize("query", ["q=" + "x" * 101, "status=burning", "q=a%00b", "status=", "unknown=1"])
def test_filters_that_make_no_sense_are_ignored(project: Project, query: str) -> None:
    form = ProjectFilterForm(QueryDict(query))
    assert list(form.apply(Project.objects.all())) == [project]


def test_valid_filter_works_beside_an_invalid_one(project: Project) -> None:
    assert list(ProjectFilterForm(QueryDict("q=nothing&status=burning")).apply(Project.objects.all())) == []


def values_of(field: Any) -> list[str]:
    """What a field offers to choose."""
    return [value for value, _label in field.choices]


@pytest.mark.parametrize("form", [MemberForm, RoleForm])
def test_ownership_is_no_role_to_give(form: type[forms.Form]) -> None:
    assert values_of(form.base_fields["role"]) == ["manager", "member", "viewer"]
    assert list(form({"username": "x", "role": "owner"}).errors) == ["role"]


def test_key_form_offers_project_scopes_only_and_all_at_first() -> None:
    field = KeyForm().fields["permissions"]
    assert values_of(field) == list(PROJECT_KEY_SCOPES) == field.initial
    assert not {"*", "account:read"} & set(values_of(field))


def test_refusals_appear_beside_their_fields_and_the_rest_above() -> None:
    form = MemberForm({"username": "x", "role": "member"})
    assert form.is_valid()
    add_errors(form, DomainError(errors={"role": ["No.", "Never."], "elsewhere": ["Hm."]}))
    assert form.errors == {"role": ["No.", "Never."], "__all__": ["Hm."]}


def test_refusal_without_fields_appears_above_the_form() -> None:
    form = RoleForm({"role": "member"})
    add_errors(form, Conflict("Taken."))
    assert form.errors == {"__all__": ["Taken."]}
