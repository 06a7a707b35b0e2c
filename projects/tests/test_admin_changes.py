"""The console's form and actions: what staff may change, what is refused, and that both are told truly."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages import get_messages
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from accounts.models import Account, ApiKey
from projects.admin import ProjectAdmin, actor_of
from projects.models import Project, ProjectActivity, ProjectKey
from projects.services import archive_project, create_project, create_project_key, update_project
from projects.tests.conftest import stored
from projects.tests.test_admin import console, form_of, run_action

__all__ = ["console"]

NUL = '{"client": "\\u0000"}'


def told(answer: Any) -> list[tuple[str, str]]:
    """Messages of the page one lands on."""
    return [(message.level_tag, str(message)) for message in answer.context["messages"]]


def change(console: Client, project: Project, **sent: str) -> Any:
    """Post the change form with some fields changed."""
    address = f"/admin/projects/project/{project.pk}/change/"
    return console.post(address, form_of(console, project) | sent, follow=True)


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        ("project_name", "Nhà ga Số 1", "Nhà ga Số 1"),
        ("project_description", " 🚂 ", "🚂"),
        ("priority", "-100", -100),
        ("allowed_intents", '["chào", "chào"]', ["chào"]),
        ("settings", '{"engines": {"tts": "espeak"}}', {"engines": {"tts": "espeak"}}),
        ("metadata", "{}", {}),
    ],
)
def test_staff_change_a_field(project: Project, console: Client, field: str, typed: str, value: Any) -> None:
    answer = change(console, project, **{field: typed})
    project.refresh_from_db()
    assert (answer.status_code, getattr(project, field)) == (200, value)
    assert [level for level, _text in told(answer)] == ["success"]


@pytest.mark.parametrize(
    ("field", "typed", "reason"),
    [
        ("priority", "101", "priority: Choose a priority from -100 to 100."),
        ("project_name", "Yard", "project_name: The owner already has a project of this name."),
        ("allowed_intents", '"greeting"', "allowed_intents: A list of texts is expected."),
        ("metadata", "[1]", "metadata: A JSON object is expected."),
        ("metadata", NUL, "metadata: The character U+0000 is not allowed."),
        ("settings", '{"half": "\\ud800"}', "settings: This is not valid JSON."),
        ("task_scope", "x" * 20_001, "task_scope: At most 20000 characters are accepted."),
    ],
)
def test_refusal_is_told_alone_and_nothing_is_written(
    project: Project, owner: Account, console: Client, field: str, typed: str, reason: str
) -> None:
    create_project(user=owner, project_name="Yard")
    before = stored()
    answer = change(console, project, **{field: typed})
    assert told(answer) == [("error", reason)]
    assert (stored(), LogEntry.objects.count()) == (before, 0)


def test_two_refusals_are_told_together(project: Project, console: Client) -> None:
    answer = change(console, project, priority="101", metadata="[1]")
    ((level, text),) = told(answer)
    assert (level, sorted(text.split("; "))) == (
        "error", ["metadata: A JSON object is expected.", "priority: Choose a priority from -100 to 100."]
    )  # fmt: skip


def test_refused_staff_stay_on_the_form(project: Project, console: Client) -> None:
    answer = change(console, project, priority="101")
    assert answer.redirect_chain == [(f"/admin/projects/project/{project.pk}/change/", 302)]


def test_archived_project_is_not_changed_by_staff_either(project: Project, owner: Account, console: Client) -> None:
    archive_project(project=project, actor=owner)
    answer = change(console, project, priority="5")
    assert told(answer) == [("error", "The project is archived. Restore it first.")]
    assert Project.objects.get().priority == 1


def test_untouched_form_writes_no_line_of_the_project_log(project: Project, owner: Account, console: Client) -> None:
    update_project(project=project, actor=owner, settings={"b": 1, "a": [1]}, allowed_intents=["x"])
    before = stored()
    change(console, project)
    assert stored() == before


@pytest.mark.parametrize("field", ["project_id", "user", "api_key", "status", "created_at"])
def test_staff_cannot_slip_in_what_the_form_does_not_have(
    project: Project, stranger: Account, console: Client, field: str
) -> None:
    before = stored()["projects"]
    change(console, project, **{field: str(stranger.pk)})
    assert stored()["projects"] == before


def test_change_names_the_staff_member_in_both_logs(project: Project, console: Client, staff: Account) -> None:
    change(console, project, priority="3", task_scope="Announcements")
    entry = ProjectActivity.objects.get(activity_type="project.updated")
    assert (entry.user, sorted(entry.metadata["changes"])) == (staff, ["priority", "task_scope"])
    assert LogEntry.objects.get().user == staff


def test_action_counts_projects_and_repeats_without_harm(project: Project, owner: Account, console: Client) -> None:
    other = create_project(user=owner, project_name="Other")
    for _time in range(2):
        assert run_action(console, "project", "archive", project.pk, other.pk) == 302
    assert set(Project.objects.values_list("status", flat=True)) == {"archived"}
    assert ProjectActivity.objects.filter(activity_type="project.archived").count() == 2


def test_project_that_vanished_is_told_and_the_others_are_done(
    project: Project, owner: Account, staff: Account, rf: RequestFactory
) -> None:
    other = create_project(user=owner, project_name="Other")
    chosen = Project.objects.order_by("pk")
    assert len(chosen) == 2
    Project.objects.filter(pk=project.pk).delete()
    request = rf.post("/admin/projects/project/")
    request.user, request.session = staff, SessionStore()
    MessageMiddleware(lambda _request: HttpResponse()).process_request(request)
    ProjectAdmin.actions[0](ProjectAdmin(Project, admin.site), request, chosen)
    assert [str(message) for message in get_messages(request)] == ["Station: Not found.", "1 projects changed."]
    other.refresh_from_db()
    assert other.status == "archived"


def test_keys_are_revoked_by_action_once(project: Project, owner: Account, console: Client) -> None:
    create_project_key(project=project, actor=owner, name="further")
    links = list(ProjectKey.objects.values_list("pk", flat=True))
    for _time in range(2):
        assert run_action(console, "projectkey", "revoke", *links) == 302
    assert set(ApiKey.objects.values_list("status", flat=True)) == {"revoked"}
    assert ProjectActivity.objects.filter(activity_type="key.revoked").count() == 2


@pytest.mark.parametrize("action", ["archive", "restore", "delete_selected"])
def test_person_who_is_no_staff_acts_on_nothing(project: Project, browser_client: Client, action: str) -> None:
    before = stored()
    assert run_action(browser_client, "project", action, project.pk) == 302
    assert stored() == before


def test_staff_have_no_action_that_deletes(project: Project, console: Client) -> None:
    before = stored()
    for model, row in (("project", project.pk), ("projectkey", ProjectKey.objects.get().pk)):
        run_action(console, model, "delete_selected", row)
    assert stored() == before


@pytest.mark.parametrize("model", ["projectactivity", "projectkey"])
@pytest.mark.parametrize("verb", ["add", "change", "delete"])
def test_logs_and_keys_are_not_edited(project: Project, console: Client, model: str, verb: str) -> None:
    models: dict[str, Any] = {"projectactivity": ProjectActivity, "projectkey": ProjectKey}
    row = models[model].objects.first()
    before = stored()
    address = f"/admin/projects/{model}/" + ("add/" if verb == "add" else f"{row.pk}/{verb}/")
    assert console.post(address, {"post": "yes", "activity_description": "x"}).status_code == 403
    assert stored() == before


@pytest.mark.parametrize("query", ["?status__exact=archived", "?q=yard", "?priority=9", "?q=nobody"])
def test_filters_of_the_list_leave_others_out(project: Project, console: Client, query: str) -> None:
    assert b"Station" not in console.get(f"/admin/projects/project/{query}").content


@pytest.mark.parametrize("words", ["Station", "owner@example", "{id}"])
def test_search_finds_by_name_owner_and_id(project: Project, console: Client, words: str) -> None:
    answer = console.get("/admin/projects/project/", {"q": words.format(id=project.pk)})
    assert list(answer.context["cl"].result_list) == [project]


@pytest.mark.parametrize("model", ["project", "projectactivity", "projectkey"])
def test_number_of_queries_of_the_lists_does_not_grow(
    project: Project, owner: Account, console: Client, model: str, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    for number in range(12):
        create_project(user=owner, project_name=f"P{number}")
    # Session, account and its last activity, the chosen filters' values, count, rows.
    with django_assert_max_num_queries(9):
        assert len(console.get(f"/admin/projects/{model}/").context["cl"].result_list) >= 13


def test_console_without_a_person_is_a_programming_error(rf: RequestFactory) -> None:
    request: HttpRequest = rf.get("/admin/")
    request.user = AnonymousUser()
    with pytest.raises(TypeError, match="signed-in staff"):
        actor_of(request)
