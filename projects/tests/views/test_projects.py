"""Pages of projects: list, create, one project, change, archive, switch."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Account
from accounts.services.keys import authenticate_key
from projects.context import SESSION_KEY
from projects.models import Project
from projects.services import archive_project, create_project, update_project
from projects.tests.conftest import Browser

TABS = ["", "members/", "scope/", "keys/", "activity/", "usage/"]


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("who", ["owner", "member", "viewer", "staff"])
def test_people_open_every_tab(page: str, tab: str, who: str, browser: Browser, request: pytest.FixtureRequest) -> None:
    answer = browser(request.getfixturevalue(who)).get(page + tab)
    assert answer.status_code == 200
    assert b"Station" in answer.content


@pytest.mark.parametrize("tab", [*TABS, "edit/"])
def test_stranger_finds_nothing_and_anonymous_signs_in(
    page: str, tab: str, stranger: Account, browser: Browser, client: Client
) -> None:
    assert browser(stranger).get(page + tab).status_code == 404
    answer = client.get(page + tab)
    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/account/login/")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Gamma", "Beta", "Alpha"]),
        ("?q=bet", ["Beta"]),
        ("?status=archived", ["Alpha"]),
        ("?status=burning", ["Gamma", "Beta", "Alpha"]),
        ("?order=project_name", ["Alpha", "Beta", "Gamma"]),
        ("?order=password", ["Gamma", "Beta", "Alpha"]),
        ("?page=99", ["Gamma", "Beta", "Alpha"]),
        ("?q=nothing", []),
    ],
)
def test_owner_searches_and_sorts(owner: Account, browser: Browser, query: str, expected: list[str]) -> None:
    for name in ("Alpha", "Beta", "Gamma"):
        create_project(user=owner, project_name=name)
    archive_project(project=Project.objects.get(project_name="Alpha"), actor=owner)
    Project.objects.filter(project_name="Beta").update(priority=2)
    Project.objects.filter(project_name="Gamma").update(priority=3)
    answer = browser(owner).get(f"/projects/{query}")
    assert [project.project_name for project in answer.context["page_obj"]] == expected


@pytest.mark.parametrize("rows", [1, 30])
def test_number_of_queries_of_the_list_does_not_grow(
    owner: Account, browser: Browser, rows: int, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    for number in range(rows):
        create_project(user=owner, project_name=f"Project {number}")
    client = browser(owner)
    # Session, account and its last activity, count, rows, switcher.
    with django_assert_max_num_queries(6):
        assert client.get("/projects/").status_code == 200


def test_list_of_a_newcomer_offers_the_first_step(stranger: Account, browser: Browser) -> None:
    answer = browser(stranger).get("/projects/")
    assert b"No projects yet" in answer.content
    assert b'href="/projects/new/"' in answer.content


FORM = {
    "project_name": "Yard", "priority": "3", "allowed_intents": "greeting\n\n farewell ",
    "settings": '{"engines": {"tts": "espeak"}}', "deadline": "2124-01-02T03:04:05",
}  # fmt: skip


def test_person_creates_a_project_and_sees_the_key_once(stranger: Account, browser: Browser) -> None:
    client = browser(stranger)
    answer = client.post("/projects/new/", FORM)
    project = Project.objects.get()
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert authenticate_key(answer.context["key_text"]).key == project.api_key
    assert answer.context["key_text"] in answer.content.decode()
    assert (project.priority, project.allowed_intents) == (3, ["greeting", "farewell"])
    assert (project.settings, project.metadata) == ({"engines": {"tts": "espeak"}}, {})
    assert client.session[SESSION_KEY] == str(project.pk)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("project_name", ""),
        ("project_name", "x" * 256),
        ("priority", "101"),
        ("deadline", "2020-01-01T00:00"),
        ("settings", "[1]"),
        ("settings", '{"ratio": NaN}'),
        ("metadata", '{"n":' + "[" * 20_000 + "]" * 20_000 + "}"),
        ("allowed_intents", "x" * 101),
    ],
)
def test_bad_field_is_shown_beside_it_and_nothing_is_written(
    stranger: Account, browser: Browser, field: str, value: str
) -> None:
    answer = browser(stranger).post("/projects/new/", FORM | {field: value})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert not Project.objects.exists()


def test_name_taken_is_shown_beside_the_name(project: Project, owner: Account, browser: Browser) -> None:
    answer = browser(owner).post("/projects/new/", FORM | {"project_name": "Station"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["project_name"])
    assert Project.objects.count() == 1


def shown_values(client: Client, page: str) -> dict[str, str]:
    """What the browser would send back from the untouched form."""
    form = client.get(f"{page}edit/").context["form"]
    return {name: form[name].value() or "" for name in form.fields}


def test_owner_changes_what_was_changed_in_the_form_only(
    project: Project, page: str, owner: Account, browser: Browser
) -> None:
    client = browser(owner)
    sent = shown_values(client, page) | {"task_scope": "Announcements"}
    update_project(project=project, actor=owner, priority=9)
    answer = client.post(f"{page}edit/", sent | {"priority": "9"})
    project.refresh_from_db()
    assert (answer.status_code, project.task_scope, project.priority) == (302, "Announcements", 9)
    assert project.activities.count() == 4


def test_untouched_form_changes_nothing(page: str, project: Project, owner: Account, browser: Browser) -> None:
    update_project(
        project=project, actor=owner, allowed_intents=["a", "b"], settings={"b": 1, "a": [True]}, metadata={"x": None}
    )
    client = browser(owner)
    assert client.post(f"{page}edit/", shown_values(client, page)).status_code == 302
    assert project.activities.filter(activity_type="project.updated").count() == 1


@pytest.mark.parametrize("who", ["member", "viewer"])
@pytest.mark.parametrize("route", ["edit/", "archive/", "restore/"])
def test_people_without_the_ability_are_refused(
    project: Project, page: str, who: str, route: str, browser: Browser, request: pytest.FixtureRequest
) -> None:
    answer = browser(request.getfixturevalue(who)).post(page + route, FORM)
    project.refresh_from_db()
    assert (answer.status_code, project.project_name, project.status) == (403, "Station", "active")


def test_owner_archives_and_restores(project: Project, page: str, owner: Account, browser: Browser) -> None:
    client = browser(owner)
    assert client.post(f"{page}archive/").status_code == 302
    project.refresh_from_db()
    assert project.status == "archived"
    assert b"everything can be read" in client.get(page).content
    client.post(f"{page}restore/")
    project.refresh_from_db()
    assert project.status == "active"


def test_links_do_nothing_by_get(page: str, owner: Account, browser: Browser) -> None:
    client = browser(owner)
    assert [client.get(page + route).status_code for route in ("archive/", "restore/", "switch/")] == [405] * 3


@pytest.mark.parametrize(
    ("target", "lands"),
    [("/tasks/", "/tasks/"), ("https://evil.example/", None), ("//evil.example", None), ("", None)],
)
def test_switching_goes_back_to_pages_of_ours_only(
    project: Project, page: str, member: Account, browser: Browser, target: str, lands: str | None
) -> None:
    client = browser(member)
    answer = client.post(f"{page}switch/", {"next": target})
    assert (answer["Location"], client.session[SESSION_KEY]) == (lands or page, str(project.pk))


def test_stranger_cannot_switch(page: str, stranger: Account, browser: Browser) -> None:
    client = browser(stranger)
    assert client.post(f"{page}switch/").status_code == 404
    assert SESSION_KEY not in client.session


def test_markup_in_a_name_is_shown_as_text(owner: Account, browser: Browser) -> None:
    create_project(user=owner, project_name="<script>alert(1)</script>")
    content = browser(owner).get("/projects/").content
    assert b"<script>alert(1)" not in content
    assert b"&lt;script&gt;alert(1)" in content
