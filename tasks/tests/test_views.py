"""Browser pages of tasks."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Account
from projects.models import Project
from tasks.models import Task
from tasks.services import pause_task
from tasks.tests.conftest import Submit, insert_tasks, status_of

pytestmark = pytest.mark.django_db


def page_of(account: Account, path: str, **query: str) -> tuple[int, str]:
    """Status and text of a page as this person sees it."""
    client = Client()
    client.force_login(account)
    response = client.get(path, query)
    return response.status_code, response.content.decode()


def test_list_shows_own_and_shared_tasks(submit: Submit, member: Account, project: Project) -> None:
    task = submit()
    status, text = page_of(member, "/tasks/")
    assert status == 200
    assert f'data-task-id="{task.pk}"' in text
    assert project.project_name in text


def test_list_of_a_stranger_is_empty_and_says_what_to_do(submit: Submit, stranger: Account) -> None:
    task = submit()
    _status, text = page_of(stranger, "/tasks/")
    assert str(task.pk) not in text
    assert "No tasks yet" in text


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({"status": "pending"}, True),
        ({"status": "failed"}, False),
        ({"status": "nonsense"}, True),
        ({"kind": "test.echo"}, True),
        ({"q": "echo"}, True),
        ({"q": "zzz"}, False),
        ({"project": "nonsense"}, True),
        ({"page": "99999"}, True),
        ({"page": "x"}, True),
    ],
)
def test_filters_live_in_the_url(submit: Submit, owner: Account, query: dict[str, str], shown: bool) -> None:
    task = submit()
    status, text = page_of(owner, "/tasks/", **query)
    assert (status, f'data-task-id="{task.pk}"' in text) == (200, shown)


def test_task_is_found_by_its_id(submit: Submit, owner: Account) -> None:
    task, other = submit(), submit()
    _status, text = page_of(owner, "/tasks/", q=str(task.pk))
    assert f'data-task-id="{task.pk}"' in text
    assert f'data-task-id="{other.pk}"' not in text


@pytest.mark.parametrize("rows", [1, 25])
def test_list_costs_the_same_queries_for_one_and_a_full_page(
    browser_client: Client, project: Project, rows: int, django_assert_max_num_queries: Any
) -> None:
    insert_tasks(rows, project)
    with django_assert_max_num_queries(9):
        assert browser_client.get("/tasks/").status_code == 200


def test_detail_tells_the_timeline_attempts_and_output(
    submit: Submit, run: Callable[[Task], str], owner: Account
) -> None:
    task = submit("test.echo", {"text": "<b>xin chào</b>"})
    run(task)
    status, text = page_of(owner, f"/tasks/{task.pk}/")
    assert status == 200
    assert text.count('class="timeline-item"') == 4
    assert "&lt;b&gt;xin chào&lt;/b&gt;" in text
    assert "<b>xin chào</b>" not in text


def test_detail_of_a_strangers_task_does_not_exist(submit: Submit, stranger: Account) -> None:
    assert page_of(stranger, f"/tasks/{submit().pk}/")[0] == 404


def test_pages_ask_for_sign_in(submit: Submit, client: Client) -> None:
    task = submit()
    for path in ("/tasks/", f"/tasks/{task.pk}/", "/tasks/running/"):
        response = client.get(path)
        assert (response.status_code, response.headers["Location"]) == (302, f"/account/login/?next={path}")


def test_buttons_follow_the_abilities(submit: Submit, owner: Account, member: Account) -> None:
    task = submit()
    assert f"/tasks/{task.pk}/cancel/" in page_of(owner, f"/tasks/{task.pk}/")[1]
    assert f"/tasks/{task.pk}/cancel/" not in page_of(member, f"/tasks/{task.pk}/")[1]


def test_owner_cancels_by_button(submit: Submit, browser_client: Client) -> None:
    task = submit()
    response = browser_client.post(f"/tasks/{task.pk}/cancel/", {"reason": "no more"})
    assert (response.status_code, response.headers["Location"]) == (302, f"/tasks/{task.pk}/")
    assert status_of(task) == "cancelled"


def test_htmx_button_answers_with_a_toast(submit: Submit, browser_client: Client) -> None:
    task = submit()
    response = browser_client.post(f"/tasks/{task.pk}/pause/", headers={"HX-Request": "true"})
    assert response.status_code == 204
    assert json.loads(response.headers["HX-Trigger"])["rh:toast"]["level"] == "success"


def test_refused_button_says_why_and_changes_nothing(submit: Submit, browser_client: Client) -> None:
    task = submit()
    response = browser_client.post(f"/tasks/{task.pk}/resume/", headers={"HX-Request": "true"})
    toast = json.loads(response.headers["HX-Trigger"])["rh:toast"]
    assert toast == {"level": "error", "text": "The task is not paused."}
    assert status_of(task) == "pending"


def test_member_may_not_cancel_by_button(submit: Submit, member: Account) -> None:
    task, client = submit(), Client()
    client.force_login(member)
    client.post(f"/tasks/{task.pk}/cancel/")
    assert status_of(task) == "pending"


def test_unknown_verb_does_not_exist(submit: Submit, browser_client: Client) -> None:
    task = submit()
    assert browser_client.post(f"/tasks/{task.pk}/explode/").status_code == 404
    assert browser_client.get(f"/tasks/{task.pk}/cancel/").status_code == 405


def test_running_menu_lists_the_persons_unfinished_tasks(submit: Submit, owner: Account, member: Account) -> None:
    task = submit()
    pause_task(task_id=task.pk, actor=owner)
    assert str(task.pk) in page_of(owner, "/tasks/running/")[1]
    assert str(task.pk) not in page_of(member, "/tasks/running/")[1]


def test_pages_speak_vietnamese(submit: Submit, browser_client: Client) -> None:
    submit()
    text = browser_client.get("/tasks/", headers={"Accept-Language": "vi"}).content.decode()
    assert '<html lang="vi"' in text
