"""GET /api/v1/projects/."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Account
from projects.models import Project
from projects.services import archive_project, create_project
from projects.tests.conftest import As

URL = "/api/v1/projects/"


def names(answer: Any) -> list[str]:
    """Names of one page, in its order."""
    assert answer.status_code == 200, answer.data
    return [row["project_name"] for row in answer.data["results"]]


@pytest.mark.parametrize(
    ("who", "role"), [("owner", "owner"), ("member", "member"), ("viewer", "viewer"), ("staff", None)]
)
def test_people_see_the_project_with_their_role(
    project: Project, who: str, role: str | None, as_person: As, request: pytest.FixtureRequest
) -> None:
    answer = as_person(request.getfixturevalue(who)).get(URL)
    assert (names(answer), answer.data["results"][0]["my_role"]) == (["Station"], role)


def test_stranger_sees_nothing(project: Project, stranger: Account, as_person: As) -> None:
    assert names(as_person(stranger).get(URL)) == []


def test_bound_key_sees_its_project_only(bound: APIClient, owner: Account) -> None:
    create_project(user=owner, project_name="Other")
    assert names(bound.get(URL)) == ["Station"]


@pytest.mark.django_db
def test_anonymous_is_refused(api: APIClient) -> None:
    assert api.get(URL).status_code == 401


@pytest.fixture
def three(owner: Account) -> None:
    """Three projects, the first archived."""
    for name, priority in (("Alpha", 5), ("Beta", 5), ("Gamma", 1)):
        create_project(user=owner, project_name=name, priority=priority, project_description=f"about {name} things")
    archive_project(project=Project.objects.get(project_name="Alpha"), actor=owner)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Gamma", "Beta", "Alpha"]),
        ("?status=active", ["Gamma", "Beta"]),
        ("?status=archived", ["Alpha"]),
        ("?search=bet", ["Beta"]),
        ("?search=GAMMA THINGS", ["Gamma"]),
        ("?search=100%25", []),
        ("?ordering=project_name", ["Alpha", "Beta", "Gamma"]),
        ("?ordering=-priority", ["Beta", "Alpha", "Gamma"]),
        ("?ordering=password", ["Gamma", "Beta", "Alpha"]),
    ],
)
@pytest.mark.usefixtures("three")
def test_owner_filters_and_sorts(owner: Account, as_person: As, query: str, expected: list[str]) -> None:
    assert names(as_person(owner).get(URL + query)) == expected


@pytest.mark.usefixtures("three")
def test_unknown_state_is_a_field_error(owner: Account, as_person: As) -> None:
    answer = as_person(owner).get(f"{URL}?status=burning")
    assert (answer.status_code, list(answer.data["errors"])) == (400, ["status"])


@pytest.mark.usefixtures("three")
def test_pages_follow_each_other_without_gap_when_rows_tie(owner: Account, as_person: As) -> None:
    client = as_person(owner)
    answer, seen = client.get(f"{URL}?ordering=-priority&page_size=1"), []
    while True:
        seen += names(answer)
        if answer.data["next"] is None:
            break
        answer = client.get(answer.data["next"])
    assert seen == ["Beta", "Alpha", "Gamma"]


@pytest.mark.parametrize("rows", [1, 30])
def test_number_of_queries_does_not_grow(
    owner: Account, as_person: As, rows: int, django_assert_num_queries: Callable[[int], Any]
) -> None:
    for number in range(rows):
        create_project(user=owner, project_name=f"Project {number}")
    client = as_person(owner)
    with django_assert_num_queries(1):
        assert len(names(client.get(URL))) == rows
