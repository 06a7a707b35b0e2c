"""What the OpenAPI document says about speech: every address, answer and field that programs are made from."""

from functools import cache
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator

pytestmark = pytest.mark.django_db

ROOT = "/api/v1/audio-requests/"


@cache
def schema() -> dict[str, Any]:
    """The whole document, made once: it takes about a second."""
    made: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return made


def operation(path: str, method: str) -> dict[str, Any]:
    found: dict[str, Any] = schema()["paths"][path][method]
    return found


def component(name: str) -> dict[str, Any]:
    found: dict[str, Any] = schema()["components"]["schemas"][name]
    return found


def parameters(path: str, method: str = "get") -> dict[str, str]:
    """Where each parameter is given, by name."""
    return {entry["name"]: entry["in"] for entry in operation(path, method).get("parameters", [])}


def one_path() -> str:
    """The address of one request; its parameter is called as the router calls it."""
    (path,) = [path for path in schema()["paths"] if path.startswith(ROOT + "{") and path.count("/") == 5]
    return str(path)


@pytest.mark.parametrize(
    ("part", "methods"),
    [("", {"get", "delete"}), ("status/", {"get"}), ("file/", {"get"})],
)
def test_one_request_has_these_methods(part: str, methods: set[str]) -> None:
    assert {name for name in schema()["paths"][one_path() + part] if name != "parameters"} == methods


def test_collection_lists_and_accepts() -> None:
    assert set(schema()["paths"][ROOT]) == {"get", "post"}
    assert {status for status in operation(ROOT, "post")["responses"] if status < "300"} == {"202"}


@pytest.mark.parametrize("path", [ROOT, "/api/v1/voices/"])
def test_refusals_are_problem_details(path: str) -> None:
    refusals = {code: answer for code, answer in operation(path, "get")["responses"].items() if code >= "400"}
    assert {"401", "403"} <= set(refusals)
    assert {kind for answer in refusals.values() for kind in answer["content"]} == {"application/problem+json"}


def test_submitting_takes_an_idempotency_key() -> None:
    assert parameters(ROOT, "post") == {"Idempotency-Key": "header"}


def test_list_is_filtered_by_these_and_no_others() -> None:
    assert set(parameters(ROOT)) == {
        "created_after", "created_before", "cursor", "output_format", "page_size", "project_id", "search", "status",
        "voice_name",
    }  # fmt: skip


def test_file_is_sound_whole_or_in_part() -> None:
    path = one_path() + "file/"
    responses = operation(path, "get")["responses"]
    assert {status: list(answer["content"]) for status, answer in responses.items() if status < "300"} == {
        "200": ["audio/*"],
        "206": ["audio/*"],
    }
    assert {name for name, place in parameters(path).items() if place == "query"} == {"engine", "download"}


def test_voices_are_a_plain_list() -> None:
    answer = operation("/api/v1/voices/", "get")["responses"]["200"]["content"]["application/json"]["schema"]
    assert (answer["type"], answer["items"]) == ("array", {"$ref": "#/components/schemas/Voice"})
    assert parameters("/api/v1/voices/") == {"engine": "query", "language": "query", "search": "query"}


def test_body_needs_nothing_but_the_text() -> None:
    body = component("SubmitAudioRequestRequest")
    assert body["required"] == ["text_content"]
    assert set(body["properties"]) == {
        "text_content", "voice_name", "output_format", "speed", "pitch", "engine", "engines", "project_id", "metadata",
    }  # fmt: skip


def test_voice_is_a_name_or_one_per_engine() -> None:
    voice = component("SubmitAudioRequestRequest")["properties"]["voice_name"]
    assert [option["type"] for option in voice["oneOf"]] == ["string", "object"]


def test_answer_with_files_is_the_answer_without_and_two_more() -> None:
    short, long = (set(component(name)["properties"]) for name in ("AudioRequest", "AudioRequestDetail"))
    assert long - short == {"queue_position", "files"}
    assert short <= long


@pytest.mark.parametrize("name", ["AudioFile", "AudioRequest", "AudioRequestDetail", "AudioRequestStatus"])
def test_nothing_of_the_server_is_shown(name: str) -> None:
    assert not {"file_path", "request", "task", "user", "api_key"} & set(component(name)["properties"])


@pytest.mark.parametrize("method", ["get", "post"])
def test_every_operation_says_what_it_does(method: str) -> None:
    speech = {path: item for path, item in schema()["paths"].items() if path.startswith((ROOT, "/api/v1/voices/"))}
    assert len(speech) == 5
    assert all(item[method]["description"] for item in speech.values() if method in item)
