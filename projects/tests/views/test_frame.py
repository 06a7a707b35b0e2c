"""What the pages offer to whom, how refusals look, and what a browser cannot be tricked into."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import Client, RequestFactory

from accounts.models import Account, ApiKey
from config.common.ids import uuid7
from config.common.problems import Conflict, Forbidden, NotFound
from projects.context import SESSION_KEY
from projects.models import Project, ProjectMember
from projects.services import archive_project, create_project, remove_member, update_project
from projects.tests.conftest import Browser, stored
from projects.views.frame import account_of, as_http

TABS = ["", "members/", "scope/", "activity/", "usage/"]
WRITES = [
    "new/", "{id}/edit/", "{id}/archive/", "{id}/restore/", "{id}/members/", "{id}/members/{member}/role/",
    "{id}/members/{member}/remove/", "{id}/members/{member}/make-owner/", "{id}/keys/", "{id}/keys/rotate/",
    "{id}/keys/{key}/revoke/",
]  # fmt: skip
FORM = {"project_name": "New", "priority": "2", "username": "stranger", "role": "viewer", "name": "key"}


def actions(answer: Any, page: str) -> set[str]:
    """Where forms of the page lead, below the project's own address; the switcher of the frame is no part of it."""
    found = re.findall(r'<form[^>]* action="([^"]+)"', answer.content.decode())
    return {address.removeprefix(page) for address in found if address.startswith(page)} - {"switch/"}


def filled(route: str, project: Project, member: Account) -> str:
    """Address of a write."""
    return "/projects/" + route.format(id=project.pk, member=member.pk, key=project.api_key_id)


@pytest.mark.parametrize(
    ("who", "forms", "edit"),
    [
        ("owner", {"archive/"}, True),
        ("manager", set(), True),
        ("member", set(), False),
        ("viewer", set(), False),
        ("staff", {"archive/"}, True),
    ],
)
def test_overview_offers_what_the_person_may_do(
    page: str, who: str, forms: set[str], edit: bool, browser: Browser, request: pytest.FixtureRequest
) -> None:
    answer = browser(request.getfixturevalue(who)).get(page)
    assert actions(answer, page) == forms
    assert (f'href="{page}edit/"' in answer.content.decode()) is edit


@pytest.mark.parametrize(
    ("who", "verbs"),
    [
        ("owner", {"role/", "remove/", "make-owner/"}),
        ("manager", {"role/", "remove/"}),
        ("member", {"remove/"}),
        ("viewer", set()),
        ("staff", {"role/", "remove/", "make-owner/"}),
    ],
)
def test_members_tab_offers_what_the_person_may_do_to_a_member(
    page: str, member: Account, who: str, verbs: set[str], browser: Browser, request: pytest.FixtureRequest
) -> None:
    answer = browser(request.getfixturevalue(who)).get(f"{page}members/")
    assert actions(answer, f"{page}members/{member.pk}/") == verbs


@pytest.mark.parametrize("who", ["owner", "staff", "manager", "member"])
def test_nobody_is_offered_to_touch_the_owner(
    page: str, owner: Account, who: str, browser: Browser, request: pytest.FixtureRequest
) -> None:
    answer = browser(request.getfixturevalue(who)).get(f"{page}members/")
    assert actions(answer, f"{page}members/{owner.pk}/") == set()


def test_manager_is_not_offered_to_appoint_managers(page: str, manager: Account, browser: Browser) -> None:
    content = browser(manager).get(f"{page}members/").content.decode()
    offered = content[content.index("members-title") : content.index("add-title")]
    assert ('<option value="member"' in offered, '<option value="manager"' in offered) == (True, False)


@pytest.mark.parametrize(
    ("who", "tab", "form"), [("owner", True, True), ("manager", True, True), ("member", False, False)]
)
def test_keys_are_offered_to_people_who_manage_them(
    page: str, who: str, tab: bool, form: bool, browser: Browser, request: pytest.FixtureRequest
) -> None:
    client = browser(request.getfixturevalue(who))
    assert (f'href="{page}keys/"' in client.get(page).content.decode()) is tab
    assert ("keys/rotate/" in actions(client.get(f"{page}keys/"), page)) is form


def test_extra_permission_shows_its_button(project: Project, page: str, viewer: Account, browser: Browser) -> None:
    ProjectMember.objects.filter(user=viewer).update(permissions={"archive": True})
    assert actions(browser(viewer).get(page), page) == {"archive/"}


def test_archived_project_offers_its_owner_to_restore_only(
    project: Project, page: str, owner: Account, browser: Browser
) -> None:
    archive_project(project=project, actor=owner)
    answer = browser(owner).get(page)
    assert actions(answer, page) == {"restore/"}
    assert f"{page}edit/" not in answer.content.decode()


def test_page_of_another_project_offers_to_work_there(project: Project, owner: Account, browser: Browser) -> None:
    other = create_project(user=owner, project_name="Other")
    client, page = browser(owner), f"/projects/{other.pk}/"
    assert b"Work here" in client.get(page).content
    client.post(f"{page}switch/")
    assert b"Work here" not in client.get(page).content


def test_archived_project_is_not_switched_to(project: Project, page: str, owner: Account, browser: Browser) -> None:
    archive_project(project=project, actor=owner)
    client = browser(owner)
    assert client.post(f"{page}switch/")["Location"] == page
    assert SESSION_KEY not in client.session


@pytest.mark.parametrize("tab", TABS)
def test_current_tab_is_marked_and_no_other(page: str, owner: Account, tab: str, browser: Browser) -> None:
    content = browser(owner).get(page + tab).content.decode()
    tabs = content[content.index('<nav class="tabs"') :].partition("</nav>")[0]
    marked = re.findall(r'<a href="([^"]+)" aria-current="page">', tabs)
    assert marked == [page + tab]


def test_settings_are_readable_in_every_script(project: Project, page: str, owner: Account, browser: Browser) -> None:
    update_project(project=project, actor=owner, settings={"ga": "Đà Nẵng"}, metadata={"🚂": "</pre><script>"})
    content = browser(owner).get(page).content.decode()
    assert "&quot;ga&quot;: &quot;Đà Nẵng&quot;" in content
    assert "🚂&quot;: &quot;&lt;/pre&gt;&lt;script&gt;" in content


def test_empty_parts_of_the_overview_are_left_out(page: str, owner: Account, browser: Browser) -> None:
    content = browser(owner).get(page).content.decode()
    assert ("No description yet." in content, "settings-title" in content, "metadata-title" in content) == (
        True, False, False
    )  # fmt: skip


@pytest.mark.parametrize("route", WRITES)
def test_form_without_its_csrf_token_changes_nothing(
    project: Project, owner: Account, member: Account, stranger: Account, route: str
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    before = stored()
    assert client.post(filled(route, project, member), FORM).status_code == 403
    assert stored() == before


@pytest.mark.parametrize("route", WRITES)
def test_anonymous_form_leads_to_sign_in_and_changes_nothing(
    project: Project, member: Account, client: Client, route: str
) -> None:
    before = stored()
    answer = client.post(filled(route, project, member), FORM)
    assert answer["Location"].startswith("/account/login/?next=/projects/")
    assert stored() == before


@pytest.mark.parametrize("route", WRITES[1:])
@pytest.mark.parametrize("who", ["stranger", "former"])
def test_people_outside_find_no_page_to_write_to(
    project: Project, member: Account, who: str, route: str, browser: Browser, request: pytest.FixtureRequest
) -> None:
    client = browser(request.getfixturevalue(who))
    before = stored()
    assert client.post(filled(route, project, member), FORM).status_code == 404
    assert stored() == before


def test_project_lost_between_two_clicks_is_not_found(
    project: Project, page: str, owner: Account, manager: Account, browser: Browser
) -> None:
    client = browser(manager)
    assert client.get(f"{page}edit/").status_code == 200
    remove_member(project=project, user=manager, actor=owner)
    assert client.post(f"{page}edit/", FORM).status_code == 404
    assert Project.objects.get().project_name == "Station"


@pytest.mark.parametrize(
    ("change", "field"),
    [({"project_name": "Yard"}, "project_name"), ({"deadline": "2020-01-01T00:00"}, "deadline")],
)
def test_refused_edit_keeps_what_was_typed(
    project: Project, page: str, owner: Account, browser: Browser, change: dict[str, str], field: str
) -> None:
    create_project(user=owner, project_name="Yard")
    before = stored()
    answer = browser(owner).post(f"{page}edit/", FORM | {"task_scope": "typed with care"} | change)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert "typed with care" in answer.content.decode()
    assert stored() == before


def test_key_of_elsewhere_is_not_revoked_here(project: Project, page: str, owner: Account, browser: Browser) -> None:
    other = create_project(user=owner, project_name="Other")
    client = browser(owner)
    for key_id in (other.api_key_id, uuid7()):
        assert client.post(f"{page}keys/{key_id}/revoke/").status_code == 404
    assert set(ApiKey.objects.values_list("status", flat=True)) == {"active"}


def test_manager_meets_403_where_only_owners_act(
    page: str, manager: Account, member: Account, browser: Browser
) -> None:
    client, before = browser(manager), stored()
    assert client.post(f"{page}members/{member.pk}/make-owner/").status_code == 403
    assert client.post(f"{page}members/{member.pk}/role/", {"role": "manager"}).status_code == 403
    assert client.post(f"{page}members/", {"username": "staff", "role": "manager"}).status_code == 422
    assert stored() == before


def test_owner_leaving_is_told_why_not(page: str, owner: Account, browser: Browser) -> None:
    before = stored()
    answer = browser(owner).post(f"{page}members/{owner.pk}/remove/", follow=True)
    told = [(message.level_tag, str(message)) for message in answer.context["messages"]]
    assert told == [("error", "The owner cannot be removed. Transfer the ownership first.")]
    assert stored() == before


def test_refusals_become_the_pages_people_know() -> None:
    told = as_http(Forbidden("Not you."))
    assert (type(told), str(told)) == (PermissionDenied, "Not you.")
    assert isinstance(as_http(NotFound()), Http404)
    conflict = Conflict("Taken.")
    assert as_http(conflict) is conflict


def test_page_without_a_person_is_refused(rf: RequestFactory) -> None:
    request = rf.get("/projects/")
    request.user = AnonymousUser()
    with pytest.raises(PermissionDenied):
        account_of(request)
