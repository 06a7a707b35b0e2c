"""The description of the API: what callers of accounts may send, get and prove themselves with."""

from functools import cache
from typing import Any

import pytest
from django.conf import settings
from drf_spectacular.generators import SchemaGenerator

from accounts.api.urls import urlpatterns
from accounts.models import QuotaPeriod, QuotaScope, QuotaType
from accounts.scopes import SCOPES

#: Method and route: request body, status, answer.
OPERATIONS = {
    ("get", "/account/"): ("", "200", "Account"),
    ("patch", "/account/"): ("PatchedAccountUpdateRequest", "200", "Account"),
    ("get", "/account/usage/"): ("", "200", "Usage"),
    ("get", "/api-keys/"): ("", "200", "PaginatedApiKeyList"),
    ("post", "/api-keys/"): ("ApiKeyCreateRequest", "201", "NewApiKey"),
    ("get", "/api-keys/{key_id}/"): ("", "200", "ApiKey"),
    ("delete", "/api-keys/{key_id}/"): ("", "204", ""),
}


@cache
def schema() -> dict[str, Any]:
    """OpenAPI of the routes of accounts alone."""
    made: dict[str, Any] = SchemaGenerator(patterns=urlpatterns).get_schema(request=None, public=True)
    return made


def component(name: str) -> dict[str, Any]:
    """One described object."""
    found: dict[str, Any] = schema()["components"]["schemas"][name]
    return found


def name_of(part: dict[str, Any]) -> str:
    """The component that a body or an answer refers to."""
    target: str = part.get("content", {}).get("application/json", {}).get("schema", {}).get("$ref", "")
    return target.rpartition("/")[2]


def choices(properties: dict[str, Any], field: str) -> set[str]:
    """What a field may be, through a shared enumeration if it refers to one."""
    described = properties[field]
    for reference in [described, *described.get("allOf", [])]:
        if "$ref" in reference:
            described = component(reference["$ref"].rpartition("/")[2])
    return set(described["enum"])


def test_every_route_is_described_and_no_other() -> None:
    described = {(method, path) for path, methods in schema()["paths"].items() for method in methods}

    assert described == set(OPERATIONS)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_an_operation_takes_and_gives_what_is_described(method: str, path: str) -> None:
    operation = schema()["paths"][path][method]
    body, status, answer = OPERATIONS[method, path]

    assert name_of(operation.get("requestBody", {})) == body
    done = {code: name_of(found) for code, found in operation["responses"].items() if code < "300"}
    assert done == {status: answer}
    assert operation["security"] == [{"apiKey": []}, {"session": []}]
    assert operation["description"]


def test_both_ways_to_prove_oneself_are_described() -> None:
    schemes = schema()["components"]["securitySchemes"]

    assert (schemes["apiKey"]["type"], schemes["apiKey"]["scheme"]) == ("http", "bearer")
    assert schemes["session"] == {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}


def test_the_text_of_a_key_is_in_the_answer_to_its_creation_alone() -> None:
    holders = [
        name for name, found in schema()["components"]["schemas"].items() if "api_key" in found.get("properties", {})
    ]

    assert holders == ["NewApiKey"]


@pytest.mark.parametrize("name", ["Account", "ApiKey", "NewApiKey"])
def test_no_answer_describes_a_secret(name: str) -> None:
    fields = set(component(name)["properties"])

    assert not fields & {"password", "key_hash", "session_epoch", "is_superuser", "blocked_reason", "last_ip"}


def test_a_new_key_is_described_with_scopes_and_limits() -> None:
    body = component("ApiKeyCreateRequest")
    limit = component("KeyLimitRequest")

    assert set(body["required"]) == {"name", "permissions"}
    assert set(body["properties"]) == {"name", "permissions", "expires_at", "limits"}
    assert choices(body["properties"]["permissions"], "items") == set(SCOPES)
    assert choices(limit["properties"], "quota_type") == set(QuotaType.values)
    assert choices(limit["properties"], "period") == set(QuotaPeriod.values)
    assert (limit["properties"]["limit"]["minimum"], limit["properties"]["limit"]["maximum"]) == (0, 2**53 - 1)


def test_usage_says_whose_quota_it_is() -> None:
    quota = component("QuotaUsage")

    assert choices(quota["properties"], "scope") == set(QuotaScope.values)
    assert set(quota["required"]) == {
        "scope", "scope_id", "quota_type", "period", "limit", "current_usage", "reserved", "remaining", "reset_date",
    }  # fmt: skip
