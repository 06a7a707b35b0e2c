"""The OpenAPI description of the queue's endpoints: programs are generated from it."""

from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator

from tasks.states import ChildPolicy, TaskStatus

JSON = "application/json"


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """The whole document, made once."""
    document: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return document


def operation(schema: dict[str, Any], method: str, path: str) -> dict[str, Any]:
    """One operation of /api/v1."""
    found: dict[str, Any] = schema["paths"][f"/api/v1{path}"][method]
    return found


def component_of(schema: dict[str, Any], content: dict[str, Any]) -> str:
    """Name of the component that a body or an answer is."""
    return str(content["content"][JSON]["schema"]["$ref"]).rpartition("/")[2]


ENDPOINTS = [
    ("get", "/tasks/", "200", "PaginatedTaskListList"),
    ("post", "/tasks/", "202", "Task"),
    ("get", "/tasks/{task_id}/", "200", "Task"),
    ("post", "/tasks/{task_id}/cancel/", "200", "Task"),
    ("post", "/tasks/{task_id}/pause/", "200", "Task"),
    ("post", "/tasks/{task_id}/resume/", "200", "Task"),
    ("post", "/tasks/{task_id}/retry/", "200", "Task"),
    ("get", "/engines/", "200", "PaginatedEngineList"),
    ("get", "/engines/{engine_id}/", "200", "Engine"),
]


@pytest.mark.parametrize(("method", "path", "status", "component"), ENDPOINTS)
def test_endpoint_describes_its_answer_and_asks_for_credentials(
    schema: dict[str, Any], method: str, path: str, status: str, component: str
) -> None:
    described = operation(schema, method, path)
    assert component_of(schema, described["responses"][status]) == component
    assert described["security"] == [{"apiKey": []}, {"session": []}]
    assert described["description"] != ""


@pytest.mark.parametrize(
    ("path", "component"), [("/tasks/{task_id}/history/", "TaskHistory"), ("/task-kinds/", "TaskKind")]
)
def test_plain_lists_are_described_as_arrays(schema: dict[str, Any], path: str, component: str) -> None:
    answer = operation(schema, "get", path)["responses"]["200"]["content"][JSON]["schema"]
    assert answer == {"type": "array", "items": {"$ref": f"#/components/schemas/{component}"}}


def test_submission_names_what_is_required_and_its_bounds(schema: dict[str, Any]) -> None:
    body = component_of(schema, operation(schema, "post", "/tasks/")["requestBody"])
    described = schema["components"]["schemas"][body]
    assert sorted(described["required"]) == ["input_data", "task_type"]
    fields = described["properties"]
    assert (fields["priority"]["minimum"], fields["priority"]["maximum"]) == (-100, 100)
    assert (fields["max_retries"]["minimum"], fields["max_retries"]["maximum"]) == (0, 20)
    assert (fields["execution_order"]["maximum"], fields["task_type"]["maxLength"]) == (10_000, 50)


def test_submission_may_carry_an_idempotency_key(schema: dict[str, Any]) -> None:
    parameters = operation(schema, "post", "/tasks/")["parameters"]
    assert [(p["in"], p["name"], p.get("required", False)) for p in parameters] == [
        ("header", "Idempotency-Key", False)
    ]


@pytest.mark.parametrize("verb", ["cancel", "pause", "resume", "retry"])
def test_steering_takes_a_reason_that_may_be_left_out(schema: dict[str, Any], verb: str) -> None:
    body = component_of(schema, operation(schema, "post", f"/tasks/{{task_id}}/{verb}/")["requestBody"])
    described = schema["components"]["schemas"][body]
    assert described["properties"]["reason"]["maxLength"] == 500
    assert "required" not in described


def test_list_offers_exactly_these_filters(schema: dict[str, Any]) -> None:
    parameters = {parameter["name"] for parameter in operation(schema, "get", "/tasks/")["parameters"]}
    assert parameters == {
        "status", "task_type", "project_id", "parent_task_id", "user_id", "created_after", "created_before", "cursor",
        "page_size",
    }  # fmt: skip


@pytest.mark.parametrize("path", ["/tasks/{task_id}/", "/tasks/{task_id}/cancel/", "/tasks/{task_id}/history/"])
def test_id_of_a_task_is_a_uuid(schema: dict[str, Any], path: str) -> None:
    [(_method, described)] = schema["paths"][f"/api/v1{path}"].items()
    [parameter] = [p for p in described["parameters"] if p["in"] == "path"]
    assert (parameter["name"], parameter["schema"]["format"]) == ("task_id", "uuid")


@pytest.mark.parametrize(("name", "values"), [("TaskStatus", TaskStatus.values), ("ChildPolicy", ChildPolicy.values)])
def test_states_and_policies_are_named_enums(schema: dict[str, Any], name: str, values: list[str]) -> None:
    [component] = [key for key in schema["components"]["schemas"] if key in (name, f"{name}Enum")]
    assert schema["components"]["schemas"][component]["enum"] == values


@pytest.mark.parametrize("component", ["Task", "TaskList", "TaskHistory", "Engine"])
def test_what_is_only_read_is_marked_so(schema: dict[str, Any], component: str) -> None:
    fields = schema["components"]["schemas"][component]["properties"]
    assert [name for name, field in fields.items() if field.get("readOnly") is not True] == []


@pytest.mark.parametrize("field", ["credential", "base_url", "options", "adapter"])
def test_engine_tells_no_secret(schema: dict[str, Any], field: str) -> None:
    assert field not in schema["components"]["schemas"]["Engine"]["properties"]


def test_operations_have_names_of_their_own(schema: dict[str, Any]) -> None:
    ids = [described["operationId"] for path in schema["paths"].values() for described in path.values()]
    assert len(ids) == len(set(ids))
    assert {"tasks_list", "tasks_create", "tasks_retrieve", "tasks_cancel_create"} <= set(ids)
