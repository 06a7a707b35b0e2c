"""The description of the API: every route of results, its parameters, bodies and answers."""

from functools import cache
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator

from results.api.serializers import FeedbackSerializer, ResultListSerializer, ResultSerializer
from results.api.urls import urlpatterns

ONE = "/results/{result_id}/"
PERIOD = {"created_after", "created_before", "engine_type", "project_id"}

#: Method and route: parameters, request body, status, answer ("*" before a plain list's rows).
OPERATIONS: dict[tuple[str, str], tuple[set[str], str, str, str]] = {
    ("get", "/results/"): (
        {*PERIOD, "cursor", "page_size", "engine_name", "is_final", "status", "task_id"},
        "", "200", "PaginatedResultListList",
    ),
    ("get", ONE): ({"result_id"}, "", "200", "Result"),
    ("get", f"{ONE}feedback/"): ({"result_id"}, "", "200", "*Feedback"),
    ("put", f"{ONE}feedback/"): ({"result_id"}, "FeedbackWriteRequest", "200", "Feedback"),
    ("delete", f"{ONE}feedback/"): ({"result_id"}, "", "204", ""),
    ("get", "/results/engines/summary/"): (PERIOD, "", "200", "*EngineSummary"),
}  # fmt: skip


@cache
def schema() -> dict[str, Any]:
    """OpenAPI 3.1 of the routes of results alone."""
    made: dict[str, Any] = SchemaGenerator(patterns=urlpatterns).get_schema(request=None, public=True)
    return made


def name_of(part: dict[str, Any]) -> str:
    """Name of the component that a body or an answer refers to."""
    described: dict[str, Any] = part.get("content", {}).get("application/json", {}).get("schema", {})
    mark = "*" if described.get("type") == "array" else ""
    target: str = described.get("items", described).get("$ref", "")
    return mark + target.rpartition("/")[2]


def test_every_route_is_described_and_no_other() -> None:
    described = {(method, path) for path, methods in schema()["paths"].items() for method in methods}
    assert described == set(OPERATIONS)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_operation_names_parameters_body_and_answer(method: str, path: str) -> None:
    operation = schema()["paths"][path][method]
    ((status, answer),) = [answered for answered in operation["responses"].items() if answered[0] < "300"]
    parameters = {parameter["name"] for parameter in operation.get("parameters", [])}
    body = name_of(operation.get("requestBody", {}))
    assert (parameters, body, status, name_of(answer)) == OPERATIONS[method, path]
    assert operation["security"] == [{"apiKey": []}, {"session": []}]


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("Result", ResultSerializer.Meta.fields),
        ("ResultList", ResultListSerializer.Meta.fields),
        ("Feedback", FeedbackSerializer.Meta.fields),
    ],
)
def test_rows_have_the_fields_they_are_answered_with(name: str, fields: list[str]) -> None:
    assert list(schema()["components"]["schemas"][name]["properties"]) == fields


def test_stars_and_comment_tell_their_limits_and_time_its_unit() -> None:
    parts = schema()["components"]["schemas"]
    rating = parts["FeedbackWriteRequest"]["properties"]["rating"]
    assert (rating["minimum"], rating["maximum"]) == (1, 5)
    assert parts["FeedbackWriteRequest"]["properties"]["feedback_text"]["maxLength"] == 5_000
    assert "Milliseconds" in parts["Result"]["properties"]["processing_time"]["description"]
