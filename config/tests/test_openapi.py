"""The description of the API: OpenAPI 3.1, complete, and true to the routes."""

import json
import re
from typing import Any

import pytest
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from accounts.models import Account
from config.common.problems import Conflict, problem_body
from config.tests.guards.test_routes import _api_views

SCHEMA: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, methods in SCHEMA["paths"].items()
    for method, operation in methods.items()
}
PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def _references(value: Any) -> set[str]:
    """Every $ref below `value`."""
    if isinstance(value, list):
        return set().union(*map(_references, value))
    if not isinstance(value, dict):
        return set()
    own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
    return own.union(*map(_references, value.values()))


def _arrays(value: Any) -> list[dict[str, Any]]:
    """Every schema of a list below `value`."""
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    own = [value] if isinstance(value, dict) and value.get("type") == "array" else []
    return own + [found for child in children for found in _arrays(child)]


def test_document_is_openapi_3_1_of_this_product() -> None:
    assert SCHEMA["openapi"] == "3.1.1"
    assert (SCHEMA["info"]["title"], SCHEMA["info"]["version"]) == ("Roundhouse", "1")
    assert {path.split("/")[1:3] == ["api", "v1"] for path in SCHEMA["paths"]} == {True}


def test_every_route_of_the_rest_face_is_described_with_its_methods() -> None:
    routes = {
        f"{method} /" + re.sub(r"\(\?P<\w+>[^)]*\)|<(?:\w+:)?\w+>", "{}", route).replace("^", "").replace("$", "")
        for route, _view, methods in _api_views()
        for method in methods
        if method != "HEAD"
    }
    assert {re.sub(r"\{\w+\}", "{}", name) for name in OPERATIONS} == routes


@pytest.mark.parametrize("name", OPERATIONS)
def test_operation_says_what_it_does(name: str) -> None:
    operation = OPERATIONS[name]
    assert 3 < len(operation["summary"]) <= 120
    assert operation["description"].startswith(operation["summary"])
    assert not operation["summary"].endswith(".")
    assert len(operation["tags"]) == 1


@pytest.mark.parametrize("name", OPERATIONS)
def test_operation_asks_for_a_key_or_a_session(name: str) -> None:
    assert OPERATIONS[name]["security"] == [{"apiKey": []}, {"session": []}]


@pytest.mark.parametrize("name", OPERATIONS)
def test_operation_names_its_refusals_as_problems(name: str) -> None:
    refusals = {status: body for status, body in OPERATIONS[name]["responses"].items() if status >= "400"}
    expected = {"400", "401", "403", "429", "503"} | ({"404"} if "{" in name else set())
    assert set(refusals) == expected | (set() if name.startswith("GET") else {"409"})
    assert [status for status, body in refusals.items() if body["content"] != PROBLEM or not body["description"]] == []


@pytest.mark.parametrize("name", OPERATIONS)
def test_operation_describes_exactly_one_kind_of_success(name: str) -> None:
    successes = [status for status in OPERATIONS[name]["responses"] if status < "400"]
    assert successes in (["200"], ["201"], ["202"], ["204"], ["200", "206"])
    assert ("content" in OPERATIONS[name]["responses"][successes[0]]) is (successes[0] != "204")


@pytest.mark.parametrize("name", OPERATIONS)
def test_parameters_of_the_path_are_declared_once_and_typed(name: str) -> None:
    declared = [entry for entry in OPERATIONS[name].get("parameters", []) if entry["in"] == "path"]
    assert sorted(entry["name"] for entry in declared) == sorted(re.findall(r"\{(\w+)\}", name))
    assert all(entry["required"] and entry["schema"]["type"] in ("string", "integer") for entry in declared)


def test_names_of_operations_are_unique() -> None:
    names = [operation["operationId"] for operation in OPERATIONS.values()]
    assert len(set(names)) == len(names)


def test_every_reference_leads_somewhere_and_no_schema_is_left_over() -> None:
    known = {f"#/components/schemas/{name}" for name in SCHEMA["components"]["schemas"]}
    assert _references(SCHEMA) == known


def test_every_list_says_what_it_holds() -> None:
    assert [array for array in _arrays(SCHEMA["components"]["schemas"]) if "items" not in array] == []


def test_no_schema_was_named_by_a_machine() -> None:
    """drf-spectacular numbers enumerations that it cannot tell apart: `Status7d3Enum`."""
    assert [name for name in SCHEMA["components"]["schemas"] if re.search(r"[0-9a-f]{3}Enum$", name)] == []


def test_problem_schema_is_what_we_send() -> None:
    schema = SCHEMA["components"]["schemas"]["Problem"]
    full = problem_body(Conflict("Taken.", errors={"name": ["x"]}))
    assert set(full) == set(schema["properties"])
    assert set(problem_body(Conflict())) == set(schema["required"])


def test_schemes_of_security_are_the_ones_that_work(api: APIClient, owner: Account) -> None:
    schemes = SCHEMA["components"]["securitySchemes"]
    assert set(schemes) == {"apiKey", "session"}
    api.cookies[schemes["session"]["name"]] = "made-up"
    assert api.get("/api/v1/account/").status_code == 401
    assert api.login(username="owner", password="owner-password")
    assert api.cookies[schemes["session"]["name"]].value
    assert api.get("/api/v1/account/").json()["username"] == "owner"


def test_stranger_reads_the_same_document_over_http_in_both_formats(client: Client, db: None) -> None:
    answer = client.get("/api/schema/", headers={"Accept": "application/vnd.oai.openapi+json"})
    assert json.loads(answer.content)["paths"].keys() == SCHEMA["paths"].keys()
    yaml = client.get("/api/schema/").content
    assert yaml.startswith(b"openapi: 3.1.1\n")
    assert b"&id0" not in yaml
