"""What the kinds of work accept: by schema, and after it by the services' own words."""

from typing import Any
from uuid import uuid4

import pytest

from tasks.registry import kind_named, kinds
from tasks.states import WorkerProfile
from text2sql.errors import InvalidQuestion
from text2sql.selectors.connections import CONNECTION_KINDS
from text2sql.services.inputs import MAX_QUESTION_CHARS, MAX_SQL_CHARS, prepare_question, prepare_statement

ID = "01a22fdc-c274-7908-b983-4a654f689b93"
#: By kind: inputs that are accepted, and inputs that are not.
INPUTS: dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]]]] = {
    "text2sql.ask": (
        [
            {"question": "x"}, {"question": ""}, {"question": "x", "connection_id": ID, "follows": ID},
            {"question": "x", "connection_id": ID.upper()}, {"question": "x", "choices": {}},
            {"question": "x", "choices": {"which": "a" * 200}, "language": "vi", "engine": "fake"},
            {"question": "x", "choices": {str(number): "a" for number in range(20)}},
        ],
        [
            {}, {"question": 5}, {"question": None}, {"question": "x", "sql": "SELECT 1"},
            {"question": "x", "connection_id": "1"}, {"question": "x", "connection_id": f"{ID}0"},
            {"question": "x", "connection_id": None}, {"question": "x", "follows": f" {ID}"},
            {"question": "x", "choices": {"which": "a" * 201}}, {"question": "x", "choices": {"which": 1}},
            {"question": "x", "choices": {str(number): "a" for number in range(21)}}, {"question": "x", "choices": []},
            {"question": "x", "engine": "e" * 101}, {"question": "x", "language": "l" * 21},
        ],
    ),
    "text2sql.run": (
        [{"sql": ""}, {"sql": "SELECT 1", "question": "one", "connection_id": ID, "follows": ID}],
        [{}, {"sql": 1}, {"sql": ["SELECT 1"]}, {"sql": "SELECT 1", "engine": "fake"}, {"sql": "x", "choices": {}}],
    ),
    "text2sql.test": ([{"connection_id": ID}], [{}, {"connection_id": "x"}, {"connection_id": ID, "force": True}]),
    "text2sql.introspect": ([{"connection_id": ID}], [{}, {"connection_id": None}]),
    "text2sql.evaluate": ([{"connection_id": ID}], [{}, {"connection_id": 7}]),
    "text2sql.export": (
        [{"query_id": ID, "format": name} for name in ("csv", "xlsx", "parquet", "json")],
        [{"query_id": ID}, {"format": "csv"}, {"query_id": ID, "format": "pdf"}, {"query_id": ID, "format": "CSV"},
         {"query_id": "x", "format": "csv"}, {"query_id": ID, "format": "csv", "path": "/etc"}],
    ),
}  # fmt: skip


def test_schemas_accept_what_they_say_and_nothing_else() -> None:
    for name, (good, bad) in INPUTS.items():
        validator = kind_named(name).validator
        assert [data for data in good if not validator.is_valid(data)] == [], name
        assert [data for data in bad if validator.is_valid(data)] == [], name


def test_every_kind_of_work_has_its_place() -> None:
    ours = {kind.name: kind for kind in kinds() if kind.name.startswith("text2sql.")}
    facts = {
        name: (kind.queue_name, kind.profile, kind.max_retries, kind.is_quiet, kind.metered)
        for name, kind in ours.items() if name != "text2sql.ask_model"
    }  # fmt: skip
    light = ("text2sql_queue", WorkerProfile.LIGHT)
    assert facts == {
        "text2sql.ask": (*light, 3, False, ("requests",)), "text2sql.run": (*light, 3, False, ("requests",)),
        "text2sql.introspect": (*light, 3, False, ()), "text2sql.test": (*light, 0, True, ()),
        "text2sql.export": (*light, 3, False, ()), "text2sql.evaluate": (*light, 3, False, ()),
    }  # fmt: skip
    assert {kind.scope for kind in ours.values()} == {"text2sql:write"}
    assert set(CONNECTION_KINDS) <= set(ours)


def test_question_of_a_resident_model_is_the_same_work_on_another_worker(settings: Any) -> None:
    if not settings.HAS_MODEL_PACKAGES:
        pytest.skip("The model packages are not installed here.")
    light, heavy = kind_named("text2sql.ask"), kind_named("text2sql.ask_model")
    assert (heavy.queue_name, heavy.profile) == ("chat_models", WorkerProfile.HEAVY)
    same = ("handler", "input_schema", "prepare", "on_submit", "estimate", "metered", "scope", "max_retries")
    assert [name for name in same if getattr(light, name) is not getattr(heavy, name)] == []


def test_tasks_are_recognised_by_their_words() -> None:
    words = {
        "text2sql.ask": {"question": "How many?"}, "text2sql.run": {"sql": "SELECT 1"},
        "text2sql.export": {"format": "csv"},
    }  # fmt: skip
    told = {name: (kind_named(name).summarize or str)(data) for name, data in words.items()}
    assert told == {"text2sql.ask": "How many?", "text2sql.run": "SELECT 1", "text2sql.export": "csv"}


def test_question_loses_line_breaks_and_keeps_its_accents() -> None:
    cases = {
        "  How\n many\t customers? ": "How many customers?",
        "Hue\u0302\u0301": "Huế",  # decomposed, as macOS types it
        "Bao nhiêu\u00a0khách\u3000hàng?": "Bao nhiêu khách hàng?",
        "😀 how many?": "😀 how many?",
        "a" * MAX_QUESTION_CHARS: "a" * MAX_QUESTION_CHARS,
    }
    prepared = {text: prepare_question({"question": text})["question"] for text in cases}
    assert prepared == cases
    assert [prepare_question({"question": text})["question"] for text in cases.values()] == list(cases.values())


def test_preparing_a_question_leaves_the_rest_alone() -> None:
    given = {"question": " x ", "connection_id": str(uuid4()), "choices": {"a": "b"}, "language": "vi"}
    assert prepare_question(given) == given | {"question": "x"}
    assert given["question"] == " x "


def test_questions_that_say_nothing_are_refused_by_field() -> None:
    cases = {
        "": "empty_question", " \n\u3000": "empty_question", "a" * (MAX_QUESTION_CHARS + 1): "text_too_long",
        "a\x00b": "control_characters", "a\x1bb": "control_characters", "a\x7f": "control_characters",
        "\ud800": "control_characters", "a\ufffe": "control_characters",
    }  # fmt: skip
    refused = {}
    for text in cases:
        with pytest.raises(InvalidQuestion) as error:
            prepare_question({"question": text})
        refused[text] = error.value.code
        assert list(error.value.errors) == ["question"]
    assert refused == cases


def test_choices_hold_nothing_that_cannot_be_kept() -> None:
    for choices in ({"which": "a\x00"}, {"a\ud800": "b"}, {"a" * 2_001: ""}):
        with pytest.raises(InvalidQuestion) as error:
            prepare_question({"question": "x", "choices": choices})
        assert list(error.value.errors) == ["choices"]


def test_control_character_is_told_by_its_place() -> None:
    with pytest.raises(InvalidQuestion, match=r"U\+0007 at position 5"):
        prepare_question({"question": "Count\x07 them"})


def test_query_is_kept_as_it_was_typed() -> None:
    cases = {
        "SELECT 1\r\n  , 2\rFROM t  ": "SELECT 1\n  , 2\nFROM t", "\n\tSELECT '  a  '": "SELECT '  a  '",
        "SELECT 'Hue\u0302\u0301'": "SELECT 'Hue\u0302\u0301'", "x" * MAX_SQL_CHARS: "x" * MAX_SQL_CHARS,
    }  # fmt: skip
    prepared = {text: prepare_statement({"sql": text}) for text in cases}
    assert {text: data["sql"] for text, data in prepared.items()} == cases
    assert {data["question"] for data in prepared.values()} == {""}


@pytest.mark.parametrize(
    ("data", "field", "code"),
    [
        ({"sql": " \r\n"}, "sql", "empty_query"),
        ({"sql": "x" * (MAX_SQL_CHARS + 1)}, "sql", "text_too_long"),
        ({"sql": "SELECT '\x00'"}, "sql", "control_characters"),
        ({"sql": "SELECT '\ud800'"}, "sql", "control_characters"),
        ({"sql": "SELECT 1", "question": "q" * (MAX_QUESTION_CHARS + 1)}, "question", "text_too_long"),
        ({"sql": "SELECT 1", "question": "a\x08"}, "question", "control_characters"),
    ],
)
def test_query_that_cannot_be_sent_is_refused_by_field(data: dict[str, Any], field: str, code: str) -> None:
    with pytest.raises(InvalidQuestion) as error:
        prepare_statement(data)
    assert (list(error.value.errors), error.value.code, error.value.status_code) == ([field], code, 400)
