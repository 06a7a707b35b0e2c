"""Methods, addresses and pages: what a program may get wrong without breaking anything."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Account
from config.common.ids import uuid7
from conftest import make_account
from projects.models import Project
from projects.services import add_member, create_project, create_project_key, update_project
from projects.tests.conftest import As, stored

LIST = "/api/v1/projects/"
ROUTES = ["", "restore/", "transfer/", "members/", "activity/", "keys/", "keys/rotate/"]


@pytest.mark.parametrize(
    ("method", "route"),
    [
        ("post", ""),
        ("get", "restore/"),
        ("put", "transfer/"),
        ("delete", "members/"),
        ("put", "members/"),
        ("post", "activity/"),
        ("delete", "activity/"),
        ("get", "keys/rotate/"),
        ("patch", "keys/"),
    ],
)
def test_method_a_route_does_not_have_changes_nothing(
    url: str, owner: Account, as_person: As, method: str, route: str
) -> None:
    before = stored()
    answer = getattr(as_person(owner), method)(url + route, {"project_name": "Mine"})
    assert (answer.status_code, answer.data["code"]) == (405, "method_not_allowed")
    assert stored() == before


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("who", ["owner", "viewer", "stranger"])
def test_options_describe_the_route_and_show_no_row(
    url: str, route: str, who: str, as_person: As, request: pytest.FixtureRequest
) -> None:
    answer = as_person(request.getfixturevalue(who)).options(url + route)
    assert answer.status_code == 200
    assert b"Station" not in answer.content


@pytest.mark.parametrize("route", ["", "members/", "activity/", "keys/"])
def test_ids_in_capitals_mean_nothing_and_invented_ones_are_not_found(
    project: Project, owner: Account, as_person: As, route: str
) -> None:
    client = as_person(owner)
    for name in (str(project.pk).upper(), str(uuid7()), "17", "%00", "..%2f"):
        assert client.get(f"{LIST}{name}/{route}").status_code == 404


@pytest.mark.parametrize(
    ("query", "rows"), [("page_size=2", 2), ("page_size=0", 4), ("page_size=-1", 4), ("page_size=x", 4), ("", 4)]
)
def test_size_of_a_page_is_what_was_asked_or_the_usual(owner: Account, as_person: As, query: str, rows: int) -> None:
    for name in "abcd":
        create_project(user=owner, project_name=name)
    assert len(as_person(owner).get(f"{LIST}?{query}").data["results"]) == rows


@pytest.mark.parametrize("cursor", ["x", "bz0tMQ==", "é", "cD1ub3QtYW4taWQ="])
def test_broken_cursor_is_not_found(project: Project, owner: Account, as_person: As, cursor: str) -> None:
    answer = as_person(owner).get(f"{LIST}?cursor={cursor}")
    assert (answer.status_code, answer.data["code"]) == (404, "not_found")


@pytest.mark.parametrize("query", ["search=%00", "search=a%00b"])
def test_nul_in_a_search_is_a_field_error(project: Project, owner: Account, as_person: As, query: str) -> None:
    answer = as_person(owner).get(f"{LIST}?{query}")
    assert (answer.status_code, list(answer.data["errors"])) == (400, ["search"])


@pytest.mark.parametrize("order", ["project_name", "-project_name", "priority", "-updated_at", "created_at"])
def test_every_order_pages_through_all_rows_once(owner: Account, as_person: As, order: str) -> None:
    made = {create_project(user=owner, project_name=f"Ga {number}").pk for number in range(5)}
    client, seen = as_person(owner), []
    address: str | None = f"{LIST}?ordering={order}&page_size=2"
    while address:
        answer = client.get(address)
        seen += [row["project_id"] for row in answer.data["results"]]
        address = answer.data["next"]
    assert (sorted(seen), len(seen)) == (sorted(map(str, made)), 5)


def test_page_stays_where_it_is_while_newer_rows_arrive(owner: Account, as_person: As) -> None:
    for name in "abcd":
        create_project(user=owner, project_name=name)
    client = as_person(owner)
    first = client.get(f"{LIST}?page_size=2").data
    create_project(user=owner, project_name="e")
    second = client.get(first["next"]).data
    assert [row["project_name"] for row in first["results"] + second["results"]] == ["d", "c", "b", "a"]
    back = client.get(second["previous"]).data
    assert [row["project_name"] for row in back["results"]] == ["d", "c"]


def test_members_and_keys_come_in_pages_too(project: Project, url: str, owner: Account, as_person: As) -> None:
    for number in range(3):
        create_project_key(project=project, actor=owner, name=f"k{number}")
        update_project(project=project, actor=owner, priority=number + 2)
    for route, total in {"members/": 2, "keys/": 4, "activity/": 8}.items():
        answer = as_person(owner).get(f"{url}{route}?page_size=1").data
        assert (len(answer["results"]), answer["previous"], bool(answer["next"])) == (1, None, total > 1)


@pytest.mark.parametrize("rows", [1, 15])
def test_number_of_queries_of_members_and_keys_does_not_grow(
    project: Project, url: str, owner: Account, as_person: As, rows: int, django_assert_num_queries: Callable[..., Any]
) -> None:
    for number in range(rows):
        add_member(project=project, user=make_account(f"p{number}"), role="viewer", actor=owner)
        create_project_key(project=project, actor=owner, name=f"k{number}")
    client = as_person(owner)
    with django_assert_num_queries(2):
        assert len(client.get(f"{url}members/").data["results"]) == rows + 2
    # The project, one's membership for the ability, the rows.
    with django_assert_num_queries(2):
        assert len(client.get(f"{url}keys/").data["results"]) == rows + 1


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        ("project_name=Yard", "application/x-www-form-urlencoded", 415),
        ("<project/>", "application/xml", 415),
        ("", "application/json", 400),
        ("null", "application/json", 400),
        ('"Yard"', "application/json", 400),
        ('{"project_name": "Yard"} {"project_name": "Two"}', "application/json", 400),
    ],
)
def test_body_that_is_no_json_object_is_refused(
    stranger: Account, as_person: As, body: str, content_type: str, status: int
) -> None:
    answer = as_person(stranger).post(LIST, body, content_type=content_type)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert not Project.objects.exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "user_id"),
        ({"user_id": "owner"}, "user_id"),
        ({"user_id": None}, "user_id"),
        ({"user_id": ["x"]}, "user_id"),
    ],
)
def test_transfer_needs_an_id(url: str, owner: Account, as_person: As, body: dict[str, Any], field: str) -> None:
    before = stored()
    answer = as_person(owner).post(f"{url}transfer/", body)
    assert (answer.status_code, list(answer.data["errors"])) == (400, [field])
    assert stored() == before


@pytest.mark.parametrize("who", ["stranger", "former"])
def test_transfer_to_people_outside_is_not_found(
    url: str, owner: Account, as_person: As, who: str, request: pytest.FixtureRequest
) -> None:
    person, before = request.getfixturevalue(who), stored()
    answer = as_person(owner).post(f"{url}transfer/", {"user_id": str(person.pk)})
    assert (answer.status_code, answer.data["code"]) == (404, "member_not_found")
    assert stored() == before


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"username": "stranger", "role": "captain"}, "role"),
        ({"username": "", "role": "viewer"}, "username"),
        ({"role": "viewer"}, "username"),
        ({"username": "nul\x00", "role": "viewer"}, "username"),
        ({"username": "x" * 256}, "username"),
        ({"username": 17}, "username"),
        ({"username": None}, "username"),
    ],
)
def test_bad_new_member_is_a_field_error(
    url: str, owner: Account, stranger: Account, as_person: As, body: dict[str, Any], field: str
) -> None:
    before = stored()
    answer = as_person(owner).post(f"{url}members/", body)
    assert answer.status_code == 400
    assert list(answer.data.get("errors", {"username": []})) == [field]
    assert stored() == before
