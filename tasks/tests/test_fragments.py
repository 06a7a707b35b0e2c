"""What pages and fragments show of tasks in every state, and what htmx is answered."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Account
from projects.models import Project
from tasks.models import Task
from tasks.registry import kind_title
from tasks.services import cancel_task, pause_task, submit_task
from tasks.tests.conftest import Submit, insert_tasks, status_of
from tasks.views import elapsed_seconds

pytestmark = pytest.mark.django_db


def text_of(client: Client, path: str, **query: str) -> str:
    """Page as text."""
    return client.get(path, query).content.decode()


def press(client: Client, task: Task, verb: str, **data: str) -> dict[str, str]:
    """An htmx button; returns its toast."""
    response = client.post(f"/tasks/{task.pk}/{verb}/", data, headers={"HX-Request": "true"})
    assert (response.status_code, response.content) == (204, b"")
    toast: dict[str, str] = json.loads(response.headers["HX-Trigger"])["rh:toast"]
    return toast


@pytest.mark.parametrize(
    ("verb", "before", "text", "after"),
    [
        ("cancel", None, "Cancelled, or asked to stop.", "cancelled"),
        ("pause", None, "Paused, or asked to pause.", "paused"),
        ("resume", pause_task, "Resumed.", "pending"),
        ("retry", cancel_task, "Started again.", "pending"),
    ],
)
def test_each_button_has_its_toast(
    browser_client: Client, submit: Submit, owner: Account, verb: str, before: Any, text: str, after: str
) -> None:
    task = submit()
    if before:
        before(task_id=task.pk, actor=owner)
    assert press(browser_client, task, verb) == {"level": "success", "text": text}
    assert status_of(task) == after


def test_toast_speaks_vietnamese(browser_client: Client, submit: Submit) -> None:
    task = submit()
    headers = {"HX-Request": "true", "Accept-Language": "vi"}
    response = browser_client.post(f"/tasks/{task.pk}/resume/", headers=headers)
    toast = json.loads(response.headers["HX-Trigger"])["rh:toast"]
    assert (toast["level"], toast["text"] != "The task is not paused.") == ("error", True)
    assert response.headers["HX-Trigger"].isascii()


def test_member_is_told_why_the_button_does_nothing(submit: Submit, member: Account) -> None:
    task, client = submit(), Client()
    client.force_login(member)
    assert press(client, task, "cancel") == {"level": "error", "text": "You may not change this task."}
    assert task.history.count() == 1


def test_overlong_reason_of_a_form_is_cut(browser_client: Client, submit: Submit) -> None:
    task = submit()
    press(browser_client, task, "cancel", reason="ạ" * 600)
    entry = task.history.last()
    assert entry is not None
    assert entry.reason == "ạ" * 500


def test_strangers_button_finds_no_task(submit: Submit, stranger: Account) -> None:
    task, client = submit(), Client()
    client.force_login(stranger)
    assert client.post(f"/tasks/{task.pk}/cancel/").status_code == 404
    assert status_of(task) == "pending"


def test_button_needs_the_csrf_token(submit: Submit, owner: Account) -> None:
    task, client = submit(), Client(enforce_csrf_checks=True)
    client.force_login(owner)
    assert client.post(f"/tasks/{task.pk}/cancel/").status_code == 403
    assert status_of(task) == "pending"


@pytest.mark.parametrize(
    ("status", "buttons"),
    [
        ("pending", {"pause", "cancel"}),
        ("retrying", {"pause", "cancel"}),
        ("paused", {"resume", "cancel"}),
        ("failed", {"retry"}),
        ("cancelled", {"retry"}),
    ],
)
def test_detail_offers_what_the_state_permits(
    browser_client: Client, submit: Submit, status: str, buttons: set[str]
) -> None:
    task, now = submit(), timezone.now()
    path = {"retrying": ["in_queue", "processing", "retrying"]}.get(status, [status] if status != "pending" else [])
    for step in path:
        Task.objects.filter(pk=task.pk).update(
            status=step,
            enqueued_at=now if step == "in_queue" else None,
            lease_expires_at=now if step == "processing" else None,
            next_retry_at=now if step == "retrying" else None,
            completed_at=now if step in ("failed", "cancelled") else None,
        )
    text = text_of(browser_client, f"/tasks/{task.pk}/")
    assert {verb for verb in ("cancel", "pause", "resume", "retry") if f"/{task.pk}/{verb}/" in text} == buttons


def test_detail_of_a_chain_links_its_steps_and_they_link_back(browser_client: Client, submit: Submit) -> None:
    parent = submit("tasks.chain", {"steps": [{"task_type": "test.echo", "input_data": {}}] * 2})
    children = list(parent.children.all())
    text = text_of(browser_client, f"/tasks/{parent.pk}/")
    assert all(f'href="/tasks/{child.pk}/"' in text for child in children)
    assert f'href="/tasks/{parent.pk}/"' in text_of(browser_client, f"/tasks/{children[0].pk}/")


def test_detail_tells_what_went_wrong_and_escapes_it(
    browser_client: Client, submit: Submit, run: Callable[[Task], str]
) -> None:
    task = submit("test.fail")
    run(task)
    Task.objects.filter(pk=task.pk).update(error_message="<b>Lỗi</b> & more")
    text = text_of(browser_client, f"/tasks/{task.pk}/")
    assert "&lt;b&gt;Lỗi&lt;/b&gt; &amp; more" in text


def test_detail_costs_the_same_queries_for_one_and_fifty_transitions(
    browser_client: Client, submit: Submit, django_assert_max_num_queries: Any
) -> None:
    task = submit()
    for status in ("paused", "pending") * 25:
        Task.objects.filter(pk=task.pk).update(status=status)
    with django_assert_max_num_queries(11):
        text = text_of(browser_client, f"/tasks/{task.pk}/")
    assert text.count('class="timeline-item"') == 51


def test_running_menu_shows_eight_newest_and_the_way_to_all(browser_client: Client, project: Project) -> None:
    tasks = insert_tasks(10, project)
    text = text_of(browser_client, "/tasks/running/")
    assert [str(task.pk) in text for task in tasks] == [False, False, *[True] * 8]
    assert 'href="/tasks/"' in text
    assert "<html" not in text


def test_running_menu_of_an_idle_person_says_so(submit: Submit, member: Account, owner: Account) -> None:
    cancel_task(task_id=submit().pk, actor=owner)
    for person in (member, owner):
        client = Client()
        client.force_login(person)
        assert "Nothing is running." in text_of(client, "/tasks/running/")


@pytest.mark.parametrize(("page", "rows"), [("1", 25), ("2", 5), ("3", 5), ("0", 5), ("-1", 5), ("x", 25)])
def test_list_pages_by_25_and_bad_pages_lead_somewhere(
    browser_client: Client, project: Project, page: str, rows: int
) -> None:
    insert_tasks(30, project)
    assert text_of(browser_client, "/tasks/", page=page).count("data-row ") == rows


def test_pager_keeps_the_filters(browser_client: Client, project: Project) -> None:
    insert_tasks(30, project)
    text = text_of(browser_client, "/tasks/", status="pending", q="echo")
    assert "status=pending" in text
    assert "page=2" in text


@pytest.mark.parametrize(
    ("query", "found"),
    [("said_no", True), ("SAID", True), ("100%", False), ("_", True), ("'; --", False), ("giọng", False)],
)
def test_search_looks_into_kinds_and_errors(
    browser_client: Client, submit: Submit, run: Callable[[Task], str], query: str, found: bool
) -> None:
    task = submit("test.fail")
    run(task)
    assert (f'data-task-id="{task.pk}"' in text_of(browser_client, "/tasks/", q=query)) is found


def test_list_that_a_filter_empties_offers_the_way_back(browser_client: Client, submit: Submit) -> None:
    submit()
    text = text_of(browser_client, "/tasks/", status="failed")
    assert "No task fits" in text
    assert "No tasks yet" not in text


def test_filter_by_project_offers_own_projects_only(
    browser_client: Client, submit: Submit, stranger: Account, project: Project
) -> None:
    task = submit()
    assert f'data-task-id="{task.pk}"' in text_of(browser_client, "/tasks/", project=str(project.pk))
    client = Client()
    client.force_login(stranger)
    assert project.project_name not in text_of(client, "/tasks/", project=str(project.pk))


def test_kind_whose_app_is_gone_is_shown_by_its_name(submit: Submit, browser_client: Client) -> None:
    task = submit()
    Task.objects.filter(pk=task.pk).update(task_type="old.kind")
    assert (kind_title("old.kind"), kind_title("test.echo")) == ("old.kind", "Echo")
    assert "old.kind" in text_of(browser_client, f"/tasks/{task.pk}/")


def test_time_in_work_counts_until_now_or_until_the_end() -> None:
    started = timezone.now() - timedelta(seconds=90)
    assert elapsed_seconds(Task()) is None
    assert 90 <= (elapsed_seconds(Task(started_at=started)) or 0) < 100
    assert elapsed_seconds(Task(started_at=started, completed_at=started + timedelta(seconds=7.5))) == 7.5


def test_member_sees_who_started_a_shared_task(submit: Submit, member: Account, project: Project) -> None:
    own = submit_task(user=member, project=project, task_type="test.echo", input_data={})
    submit()
    client = Client()
    client.force_login(member)
    text = text_of(client, "/tasks/")
    assert (text.count('data-label="Person">owner<'), text.count('data-label="Person">member<')) == (1, 1)
    assert f"/tasks/{own.pk}/cancel/" in text_of(client, f"/tasks/{own.pk}/")
