"""GET /api/v1/interactions/."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Account, ApiKey
from config.common.ids import uuid7
from monitoring.models import Interaction
from monitoring.tests.api.conftest import As, WithKey
from monitoring.tests.calls import ago, answered, id_at, record, record_open
from projects.models import Project, ProjectKey
from projects.services import create_project

pytestmark = pytest.mark.django_db

URL = "/api/v1/interactions/"


def models(answer: Any) -> list[str]:
    """Models of one page's calls, in its order."""
    assert answer.status_code == 200, answer.data
    return [row["model"] for row in answer.data["results"]]


@pytest.fixture
def calls(owner: Account, member: Account, stranger: Account, project: Project) -> None:
    """A call of each; the owner's and the member's in `project`."""
    record(owner, project_id=project.pk, model="owners")
    record(member, project_id=project.pk, model="members")
    record(stranger, model="strangers")


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("owner", ["members", "owners"]),
        ("member", ["members"]),
        ("stranger", ["strangers"]),
        ("staff", ["strangers", "members", "owners"]),
    ],
)
def test_people_see_what_they_may_newest_first(
    calls: None, who: str, seen: list[str], as_person: As, request: pytest.FixtureRequest
) -> None:
    assert models(as_person(request.getfixturevalue(who)).get(URL)) == seen


def test_anonymous_is_refused(calls: None, api: APIClient) -> None:
    assert api.get(URL).status_code == 401


@pytest.mark.parametrize(
    ("scope", "status"), [("interactions:read", 200), ("*", 200), ("tasks:write", 403), ("account:read", 403)]
)
def test_key_needs_the_scope(calls: None, owner: Account, with_key: WithKey, scope: str, status: int) -> None:
    assert with_key(owner, scope).get(URL).status_code == status


def test_bound_key_sees_its_project_only(calls: None, owner: Account, project: Project, with_key: WithKey) -> None:
    record(owner, project_id=create_project(user=owner, project_name="Other").pk, model="elsewhere")
    client = with_key(owner, "interactions:read")
    assert models(client.get(URL)) == ["elsewhere", "members", "owners"]
    ProjectKey.objects.create(project=project, api_key=ApiKey.objects.get(name="program"))
    assert models(client.get(URL)) == ["members", "owners"]


def test_line_says_what_happened_but_not_what_was_said(owner: Account, project: Project, as_person: As) -> None:
    end = answered(prompt_tokens=3, completion_tokens=4, amounts={"tokens": 7}, response_time_ms=120)
    call = record(owner, project_id=project.pk, ip_address="10.0.0.1", user_agent="sdk", request_id="r1", end=end)
    [row] = as_person(owner).get(URL).data["results"]
    assert {"prompt", "response", "system_message", "ip_address", "user_agent"} & set(row) == set()
    assert row == row | {
        "id": str(call.pk), "user_id": str(owner.pk), "project_id": str(project.pk), "status": "success",
        "total_tokens": 7, "prompt_tokens": 3, "completion_tokens": 4, "usage": {"tokens": 7}, "response_time_ms": 120,
        "request_id": "r1", "endpoint": "chat.completions", "model": "small",
    }  # fmt: skip


def test_filters_narrow_the_list(owner: Account, project: Project, as_person: As) -> None:
    talk = uuid7()
    record(owner, model="old", id=id_at(ago(days=2)), engine_name="ollama", conversation_id=talk)
    record(owner, model="odd", endpoint="embeddings", intent_classification="travel", request_id="r1",
           end=answered(status="error", error_code="timeout"))  # fmt: skip
    record_open(owner, model="new", project_id=project.pk)
    yesterday = f"{ago(days=1):%Y-%m-%dT%H:%M:%SZ}"
    client = as_person(owner)
    for query, expected in {
        "status=error": ["odd"], "status=error&status=started": ["new", "odd"], "model=old": ["old"],
        "engine_name=ollama": ["old"], "endpoint=embeddings": ["odd"], "intent_classification=travel": ["odd"],
        f"project_id={project.pk}": ["new"], f"user_id={owner.pk}": ["new", "odd", "old"], f"user_id={talk}": [],
        f"conversation_id={talk}": ["old"], "request_id=r1": ["odd"],
        f"timestamp_before={yesterday}": ["old"], f"timestamp_after={yesterday}": ["new", "odd"],
    }.items():  # fmt: skip
        assert models(client.get(f"{URL}?{query}")) == expected, query


def test_windows_of_time_are_half_open(owner: Account, as_person: As) -> None:
    call = record(owner)
    moment, client = call.timestamp.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), as_person(owner)
    assert len(models(client.get(f"{URL}?timestamp_after={moment}"))) == 1
    assert models(client.get(f"{URL}?timestamp_before={moment}")) == []
    assert call.timestamp + timedelta(0) == Interaction.objects.get().timestamp


@pytest.mark.parametrize("query", ["status=burning", "project_id=17", "timestamp_after=soon"])
def test_bad_filter_is_a_field_error(calls: None, owner: Account, as_person: As, query: str) -> None:
    answer = as_person(owner).get(f"{URL}?{query}")
    assert (answer.status_code, list(answer.data["errors"])) == (400, [query.partition("=")[0]])


def test_pages_follow_each_other_across_partitions_without_gap(owner: Account, as_person: As) -> None:
    for days in (0, 1, 40, 80, 800):
        record(owner, model=str(days), id=id_at(ago(days=days)))
    client, seen = as_person(owner), []
    address: str | None = f"{URL}?page_size=2"
    while address:
        answer = client.get(address)
        seen += models(answer)
        address = answer.data["next"]
    assert seen == ["0", "1", "40", "80", "800"]


@pytest.mark.parametrize("cursor", ["cD1zb29u", "cD0lMDA=", "cD0yMDI2LTEzLTAx", "cD0x"])
def test_made_up_cursor_is_not_found(calls: None, owner: Account, as_person: As, cursor: str) -> None:
    assert as_person(owner).get(f"{URL}?cursor={cursor}").status_code == 404


@pytest.mark.parametrize("rows", [1, 30])
def test_number_of_queries_does_not_grow(
    owner: Account, as_person: As, rows: int, django_assert_num_queries: Callable[[int], Any]
) -> None:
    for _ in range(rows):
        record(owner)
    client = as_person(owner)
    with django_assert_num_queries(2):
        assert len(models(client.get(URL))) == rows


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_audit_cannot_be_written(calls: None, staff: Account, as_person: As, method: str) -> None:
    assert getattr(as_person(staff), method)(URL, {"model": "x"}).status_code == 405
    assert Interaction.objects.count() == 3
