"""GET /api/v1/projects/{project_id}/activity/."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Account
from projects.models import Project
from projects.services import update_project
from projects.tests.conftest import As


@pytest.mark.parametrize("who", ["owner", "member", "viewer", "staff"])
def test_people_see_who_did_what_newest_first(
    project: Project, url: str, owner: Account, who: str, as_person: As, request: pytest.FixtureRequest
) -> None:
    person = request.getfixturevalue(who)
    update_project(project=project, actor=owner, priority=9)
    first = as_person(person).get(f"{url}activity/").data["results"][0]
    assert (first["activity_type"], first["username"]) == ("project.updated", "owner")
    assert first["metadata"] == {"changes": {"priority": {"old": 1, "new": 9}}}


def test_stranger_sees_none(url: str, stranger: Account, as_person: As) -> None:
    assert as_person(stranger).get(f"{url}activity/").status_code == 404


def test_bound_key_sees_it(url: str, bound: APIClient) -> None:
    kinds = [row["activity_type"] for row in bound.get(f"{url}activity/").data["results"]]
    assert kinds == ["key.created", "member.added", "project.created"]


def test_log_cannot_be_written(url: str, owner: Account, as_person: As) -> None:
    assert as_person(owner).post(f"{url}activity/", {"activity_type": "praise"}).status_code == 405


@pytest.mark.parametrize("rows", [1, 30])
def test_number_of_queries_does_not_grow(
    project: Project,
    url: str,
    owner: Account,
    as_person: As,
    rows: int,
    django_assert_num_queries: Callable[[int], Any],
) -> None:
    for number in range(rows):
        update_project(project=project, actor=owner, priority=number + 2)
    client = as_person(owner)
    with django_assert_num_queries(2):
        assert len(client.get(f"{url}activity/").data["results"]) == rows + 2
