"""The part of a project's page that says how requests are watched: read by members, changed by who may."""

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from accounts.models import Account
from chatbot.selectors.scope import policy_of
from chatbot.tests.conftest import AsBrowser
from chatbot.tests.scoping import watch_scope
from conftest import make_account
from projects.models import MemberRole, Project, ProjectActivity
from projects.services import add_member, archive_project

pytestmark = pytest.mark.django_db

HX = {"HX-Request": "true"}


def url_of(project: Project) -> str:
    return f"/chat/projects/{project.pk}/scope/"


@pytest.fixture
def viewer(project: Project, owner: Account) -> Account:
    """May only look at `project`."""
    person = make_account("viewer")
    add_member(project=project, user=person, role=MemberRole.VIEWER, actor=owner)
    return person


def unchanged(project: Project) -> bool:
    """No setting, no entry in the log."""
    project.refresh_from_db()
    is_logged = ProjectActivity.objects.filter(activity_type="project.updated").exists()
    return (project.settings, project.allowed_intents, is_logged) == ({}, [], False)


def shown_values(client: Client, project: Project) -> dict[str, Any]:
    """What the browser would send if nothing was touched."""
    page = client.get(url_of(project)).content.decode()
    own = re.findall(r"(?s)<textarea[^>]*>\s*(.*?)</textarea>", page)[0]
    values: dict[str, Any] = {"own_intents": unescape(own)}
    for tag in re.findall(r"<input[^>]*>", page):
        given = {name: unescape(value) for name, value in re.findall(r'(\w+)="([^"]*)"', tag)}
        is_choice = given["type"] in ("radio", "checkbox")
        if is_choice and "checked" in tag:
            values.setdefault(given["name"], []).append(given.get("value", "on"))
        elif not is_choice:
            values[given["name"]] = given.get("value", "")
    return values


def test_page_of_the_project_asks_for_this_part(browser_client: Client, project: Project) -> None:
    page = browser_client.get(f"/projects/{project.pk}/scope/").content.decode()
    assert f'hx-get="{url_of(project)}"' in page


def test_owner_sees_each_mode_with_its_meaning_and_the_values_of_the_house(
    browser_client: Client, project: Project
) -> None:
    page = browser_client.get(url_of(project)).content.decode()
    assert "Requests are not judged: every intent is allowed." in page
    assert "Enforce: who strays further is blocked here until staff lift it." in page
    assert re.search(r'name="intent_warn_score"[^>]*placeholder="50"', page)
    assert re.search(r'name="intent_mode" value="observe"[^>]*checked', page)
    assert 'value="coding"' in page
    assert 'value="small_talk"' not in page


def test_owner_sets_mode_intents_threshold_and_what_is_kept(
    browser_client: Client, project: Project, owner: Account
) -> None:
    sent = {
        "intent_mode": "enforce",
        "known_intents": ["coding"],
        "own_intents": "knitting\n",
        "intent_block_score": 20,
    }
    answer = browser_client.post(url_of(project), sent, headers=HX)
    assert (answer.status_code, answer["HX-Redirect"]) == (200, f"/projects/{project.pk}/scope/")
    project.refresh_from_db()
    assert project.allowed_intents == ["coding", "knitting"]
    assert project.settings == {"intent_mode": "enforce", "intent_block_score": 20.0, "store_content": False}
    policy = policy_of(project)
    assert policy is not None
    assert (policy.mode, policy.block_score, policy.warn_score) == ("enforce", 20.0, 50.0)
    assert ProjectActivity.objects.get(activity_type="project.updated").user == owner


def test_form_that_was_not_touched_changes_nothing(browser_client: Client, project: Project) -> None:
    watch_scope(project, "warn", ["coding", "knitting"], intent_warn_score=5, store_content=False)
    sent = shown_values(browser_client, project)
    assert (sent["known_intents"], sent["own_intents"]) == (["coding"], "knitting")
    assert browser_client.post(url_of(project), sent).status_code == 302
    assert not ProjectActivity.objects.filter(activity_type="project.updated").exists()


def test_emptied_number_goes_back_to_the_value_of_the_house(browser_client: Client, project: Project) -> None:
    watch_scope(project, "warn", ["coding"], intent_warn_score=5)
    browser_client.post(url_of(project), shown_values(browser_client, project) | {"intent_warn_score": ""})
    project.refresh_from_db()
    assert project.settings == {"intent_mode": "warn"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"intent_mode": "shout"}, {"intent_warn_score": "0"}, {"intent_warn_score": "nan"}, {"known_intents": ["x"]},
        {"intent_hopping_intents": "1"}, {"own_intents": "x" * 101},
    ],
)  # fmt: skip
def test_wrong_value_comes_back_with_its_error(browser_client: Client, project: Project, wrong: dict[str, Any]) -> None:
    sent = {"intent_mode": "warn", "store_content": "on"} | wrong
    answer = browser_client.post(url_of(project), sent, headers=HX)
    assert (answer.status_code, "errorlist" in answer.content.decode()) == (422, True)
    assert unchanged(project)


def test_viewer_reads_what_holds_and_changes_nothing(
    as_browser: AsBrowser, project: Project, viewer: Account, member: Account
) -> None:
    for person in (viewer, member):
        page = as_browser(person).get(url_of(project)).content.decode()
        assert ("Observe: scores are counted" in page, "<form" in page) == (True, False)
        assert as_browser(person).post(url_of(project), {"intent_mode": "off"}).status_code == 403
    assert unchanged(project)


def test_stranger_finds_nothing(as_browser: AsBrowser, project: Project, stranger: Account) -> None:
    client = as_browser(stranger)
    assert client.get(url_of(project)).status_code == 404
    assert client.post(url_of(project), {"intent_mode": "off"}).status_code == 404
    assert unchanged(project)


def test_staff_may_change_it(as_browser: AsBrowser, project: Project, staff: Account) -> None:
    assert as_browser(staff).post(url_of(project), {"intent_mode": "off", "store_content": "on"}).status_code == 302
    project.refresh_from_db()
    assert project.settings == {"intent_mode": "off"}


def test_archived_project_is_read_only(browser_client: Client, project: Project, owner: Account) -> None:
    archive_project(project=project, actor=owner)
    assert "<form" not in browser_client.get(url_of(project)).content.decode()
    assert browser_client.post(url_of(project), {"intent_mode": "off"}).status_code == 403
    assert unchanged(project)
