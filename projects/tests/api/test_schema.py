"""The description of the API: every route of projects, its parameters, bodies and answers."""

from functools import cache
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator

from projects.api.serializers import ProjectSerializer
from projects.api.urls import urlpatterns
from projects.selectors import ABILITIES

ONE = "/projects/{project_id}/"
PAGED = {"cursor", "page_size"}

#: Method and route: parameters, request body, status, answer.
OPERATIONS: dict[tuple[str, str], tuple[set[str], str | None, str, str | None]] = {
    ("get", "/projects/"): ({*PAGED, "ordering", "search", "status"}, None, "200", "PaginatedProjectList"),
    ("post", "/projects/"): (set(), "ProjectWriteRequest", "201", "CreatedProject"),
    ("get", ONE): ({"project_id"}, None, "200", "Project"),
    ("put", ONE): ({"project_id"}, "ProjectWriteRequest", "200", "Project"),
    ("patch", ONE): ({"project_id"}, "PatchedProjectWriteRequest", "200", "Project"),
    ("delete", ONE): ({"project_id"}, None, "204", None),
    ("post", f"{ONE}restore/"): ({"project_id"}, None, "200", "Project"),
    ("post", f"{ONE}transfer/"): ({"project_id"}, "NewOwnerRequest", "200", "Project"),
    ("get", f"{ONE}activity/"): ({*PAGED, "project_id"}, None, "200", "PaginatedActivityList"),
    ("get", f"{ONE}quotas/"): ({"project_id"}, None, "200", "QuotaUsage"),
    ("get", f"{ONE}members/"): ({*PAGED, "project_id"}, None, "200", "PaginatedMemberList"),
    ("post", f"{ONE}members/"): ({"project_id"}, "MemberAddRequest", "201", "Member"),
    ("patch", ONE + "members/{user_id}/"): ({"project_id", "user_id"}, "PatchedMemberRoleRequest", "200", "Member"),
    ("delete", ONE + "members/{user_id}/"): ({"project_id", "user_id"}, None, "204", None),
    ("get", f"{ONE}keys/"): ({*PAGED, "project_id"}, None, "200", "PaginatedProjectKeyList"),
    ("post", f"{ONE}keys/"): ({"project_id"}, "ProjectKeyWriteRequest", "201", "NewProjectKey"),
    ("post", f"{ONE}keys/rotate/"): ({"project_id"}, None, "201", "NewProjectKey"),
    ("delete", ONE + "keys/{key_id}/"): ({"project_id", "key_id"}, None, "204", None),
}


@cache
def schema() -> dict[str, Any]:
    """OpenAPI 3.1 of the routes of projects alone."""
    made: dict[str, Any] = SchemaGenerator(patterns=urlpatterns).get_schema(request=None, public=True)
    return made


def component(name: str) -> dict[str, Any]:
    """Properties of one component."""
    properties: dict[str, Any] = schema()["components"]["schemas"][name]["properties"]
    return properties


def name_of(part: dict[str, Any]) -> str | None:
    """Name of the component that a body or an answer refers to."""
    schema = part.get("content", {}).get("application/json", {}).get("schema")
    # A list without pages is described by its items.
    return schema.get("items", schema)["$ref"].rpartition("/")[2] if schema else None


def test_every_route_is_described_and_no_other() -> None:
    described = {(method, path) for path, methods in schema()["paths"].items() for method in methods}
    assert described == set(OPERATIONS)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_operation_names_parameters_body_and_answer(method: str, path: str) -> None:
    operation = schema()["paths"][path][method]
    (success,) = [(code, answer) for code, answer in operation["responses"].items() if code < "300"]
    found = (
        {parameter["name"] for parameter in operation.get("parameters", [])},
        name_of(operation.get("requestBody", {})),
        success[0],
        name_of(success[1]),
    )
    assert found == OPERATIONS[method, path]


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_operation_names_its_refusals_as_problems(method: str, path: str) -> None:
    answers = schema()["paths"][path][method]["responses"]
    refusals = {code: answer["content"] for code, answer in answers.items() if code >= "300"}
    missing, conflict = {"404"} if "{" in path else set(), {"409"} if method != "get" else set()
    assert set(refusals) == {"400", "401", "403", "429", "503"} | missing | conflict
    assert {kind for content in refusals.values() for kind in content} == {"application/problem+json"}


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_operation_says_who_may_call_it_and_what_it_does(method: str, path: str) -> None:
    operation = schema()["paths"][path][method]
    assert operation["security"] == [{"apiKey": []}, {"session": []}]
    assert operation["description"].strip() != ""


def test_names_of_operations_are_unique() -> None:
    names = [operation["operationId"] for methods in schema()["paths"].values() for operation in methods.values()]
    assert len(names) == len(set(names)) == len(OPERATIONS)


def test_limits_of_the_services_are_told_to_programs() -> None:
    fields = component("ProjectWriteRequest")
    assert (fields["project_name"]["maxLength"], fields["task_scope"]["maxLength"]) == (255, 20_000)
    assert (fields["priority"]["minimum"], fields["priority"]["maximum"]) == (-100, 100)
    assert (fields["allowed_intents"]["maxItems"], fields["allowed_intents"]["items"]["maxLength"]) == (50, 100)


def test_project_has_the_fields_it_is_answered_with() -> None:
    assert list(component("Project")) == ProjectSerializer.Meta.fields
    assert list(component("Abilities")) == list(ABILITIES)


def test_text_of_a_key_is_in_answers_to_its_making_only() -> None:
    names = [
        name for name, made in schema()["components"]["schemas"].items() if "api_key_text" in made.get("properties", {})
    ]
    assert names == ["CreatedProject", "NewProjectKey"]


def test_nothing_secret_is_described() -> None:
    told = {field for made in schema()["components"]["schemas"].values() for field in made.get("properties", {})}
    assert not told & {"key_hash", "password", "email"}


def test_list_tells_that_it_comes_in_pages() -> None:
    assert "it comes in pages" in schema()["paths"]["/projects/"]["get"]["description"].replace("\n", " ")
    assert list(component("PaginatedProjectList")) == ["next", "previous", "results"]
