"""clean_fields: each limit at its edge, and what PostgreSQL could not store."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from django.utils import timezone as clock

from accounts.models import Account
from projects.services import create_project
from projects.services.fields import (
    INTENTS_MAX,
    JSON_MAX_BYTES,
    NAME_MAX_CHARS,
    TEXT_MAX_CHARS,
    InvalidProject,
    as_json,
    clean_fields,
)
from projects.tests.conftest import refusal, stored

UNSTORABLE = ["nul \x00", "\ud800 half a pair", "other half \udfff"]


def told(**fields: Any) -> dict[str, list[str]]:
    """Messages by field; {} when the fields are accepted."""
    try:
        clean_fields(fields)
    except InvalidProject as error:
        return error.errors
    return {}


def object_of(size_bytes: int, letter: str = "x") -> dict[str, str]:
    """An object whose JSON has exactly this size in UTF-8."""
    frame = len(json.dumps({"t": ""}))
    return {"t": letter * ((size_bytes - frame) // len(letter.encode()))}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("project_name", "ồ" * NAME_MAX_CHARS),
        ("project_description", "🚂" * TEXT_MAX_CHARS),
        ("task_scope", "x" * TEXT_MAX_CHARS),
        ("priority", 100),
        ("priority", -100),
        ("priority", 0),
        ("allowed_intents", [str(number) for number in range(INTENTS_MAX)]),
        ("allowed_intents", ["x" * 100]),
        ("metadata", object_of(JSON_MAX_BYTES)),
        ("settings", object_of(JSON_MAX_BYTES - 2, "ồ")),
        ("metadata", {"n": 12345678901234567890, "x": [True, None, 0.5]}),
    ],
)
def test_largest_accepted_value_is_kept_whole(field: str, value: Any) -> None:
    assert clean_fields({field: value}) == {field: value}


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("project_name", "ồ" * 256, "At most 255 characters are accepted."),
        ("project_name", None, "A project needs a name."),
        ("task_scope", "x" * 20_001, "At most 20000 characters are accepted."),
        ("priority", 101, "Choose a priority from -100 to 100."),
        ("allowed_intents", ["x" * 101], "At most 100 characters are accepted."),
        ("allowed_intents", [str(number) for number in range(51)], "At most 50 intents are accepted."),
        ("allowed_intents", {"greeting": True}, "A list of texts is expected."),
        ("allowed_intents", ["  "], "An intent may not be empty."),
        ("metadata", object_of(JSON_MAX_BYTES + 1), "At most 65536 bytes are accepted."),
        ("metadata", object_of(JSON_MAX_BYTES + 3, "ồ"), "At most 65536 bytes are accepted."),
        ("metadata", "{}", "A JSON object is expected."),
        ("metadata", {"n": float("-inf")}, "This is not valid JSON."),
        ("settings", {"when": datetime(2124, 1, 1, tzinfo=UTC)}, "This is not valid JSON."),
        ("deadline", datetime(2124, 1, 1, tzinfo=UTC).replace(tzinfo=None), "The deadline needs a time zone."),
        ("deadline", datetime(1970, 1, 1, tzinfo=UTC), "The deadline lies in the past."),
    ],
)
def test_first_refused_value_is_told_in_words(field: str, value: Any, message: str) -> None:
    assert told(**{field: value}) == {field: [message]}


@pytest.mark.parametrize("text", UNSTORABLE)
@pytest.mark.parametrize("field", ["project_name", "project_description", "task_scope"])
def test_text_that_cannot_be_stored_is_a_field_error(field: str, text: str) -> None:
    assert told(**{field: text}) == {field: ["The text holds characters that cannot be stored."]}


@pytest.mark.parametrize("text", UNSTORABLE)
@pytest.mark.parametrize("field", ["metadata", "settings", "allowed_intents"])
def test_unstorable_text_inside_a_structure_is_a_field_error(owner: Account, field: str, text: str) -> None:
    value: Any = [text] if field == "allowed_intents" else {"deep": [{"in": text}]}
    before = stored()
    error = refusal(create_project, user=owner, **{"project_name": "Yard", field: value})
    assert (error.status_code, list(error.errors)) == (400, [field])
    assert stored() == before


def test_unstorable_name_of_a_member_is_refused_too() -> None:
    assert list(told(metadata={"nul \x00": 1})) == ["metadata"]


def test_escaped_backslash_before_u0000_is_no_nul(owner: Account) -> None:
    project = create_project(user=owner, project_name="Yard", metadata={"path": "\\u0000"})
    project.refresh_from_db()
    assert project.metadata == {"path": "\\u0000"}


@pytest.mark.parametrize(("depth", "accepted"), [(64, True), (65, False), (5_000, False)])
def test_objects_may_be_as_deep_as_the_api_allows(depth: int, accepted: bool) -> None:
    value: Any = {}
    for _level in range(depth - 1):
        value = {"n": value}
    assert (told(settings=value) == {}) is accepted


def test_object_that_contains_itself_is_refused() -> None:
    value: dict[str, Any] = {}
    value["self"] = value
    assert told(metadata=value) == {"metadata": ["This is not valid JSON."]}


@pytest.mark.parametrize(
    ("given", "kept"),
    [(["b", " b", "a "], ["b", "a"]), (("a",), ["a"]), (None, []), ([], []), (["Chào", "chào"], ["Chào", "chào"])],
)
def test_intents_are_trimmed_and_named_once(given: Any, kept: list[str]) -> None:
    assert clean_fields({"allowed_intents": given}) == {"allowed_intents": kept}


def test_blanks_around_names_go_and_those_inside_stay() -> None:
    # U+3000 and U+00A0 are blanks as well: CJK keyboards and copied web pages bring them.
    assert clean_fields({"project_name": "\u3000 Nhà  ga\u00a0"}) == {"project_name": "Nhà  ga"}


def test_unknown_field_is_a_programming_error() -> None:
    with pytest.raises(TypeError, match=r"\['colour'\]"):
        clean_fields({"project_name": "Yard", "colour": "red"})


def test_name_is_asked_for_when_creating_only() -> None:
    assert clean_fields({}) == {}
    with pytest.raises(InvalidProject) as caught:
        clean_fields({"priority": 1}, creating=True)
    assert caught.value.errors == {"project_name": ["A project needs a name."]}


def test_deadline_of_another_zone_is_the_same_moment() -> None:
    hanoi = timezone(timedelta(hours=7))
    deadline = (clock.now() + timedelta(hours=1)).astimezone(hanoi)
    assert clean_fields({"deadline": deadline}) == {"deadline": deadline}
    assert list(told(deadline=deadline - timedelta(hours=2))) == ["deadline"]


def test_deadline_is_logged_with_its_zone() -> None:
    assert as_json(datetime(2124, 1, 2, 3, tzinfo=UTC)) == "2124-01-02T03:00:00+00:00"
    assert as_json({"a": 1}) == {"a": 1}
