"""The operations console of the queue."""

import pytest
from django.test import Client

from accounts.models import Account
from tasks.models import Engine, Queue
from tasks.tests.conftest import Submit, status_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def console(staff: Account) -> Client:
    """A signed-in administrator."""
    client = Client()
    client.force_login(staff)
    return client


def act(console: Client, model: str, action: str, *keys: object) -> str:
    """Run an admin action on rows; returns the page it leads to."""
    data = {"action": action, "_selected_action": [str(key) for key in keys]}
    return console.post(f"/admin/tasks/{model}/", data, follow=True).content.decode()


def test_dashboard_shows_depth_workers_and_failures(console: Client, submit: Submit) -> None:
    submit()
    text = console.get("/admin/").content.decode()
    for words in ("default", "tts_queue", "Oldest waiting", "Workers alive", "Failed in the last day"):
        assert words in text


@pytest.mark.parametrize("model", ["task", "taskhistory", "queue", "worker", "engine"])
def test_lists_and_search_work(console: Client, submit: Submit, model: str) -> None:
    submit()
    assert console.get(f"/admin/tasks/{model}/").status_code == 200
    assert console.get(f"/admin/tasks/{model}/", {"q": "something"}).status_code == 200


def test_task_is_read_only_and_shows_its_history(console: Client, submit: Submit) -> None:
    task = submit()
    text = console.get(f"/admin/tasks/task/{task.pk}/change/").content.decode()
    assert "submitted" in text
    assert 'name="_save"' not in text
    assert console.get("/admin/tasks/task/add/").status_code == 403


def test_actions_call_the_services(console: Client, submit: Submit) -> None:
    task = submit()
    for action, state in [("pause_task", "paused"), ("resume_task", "pending"), ("cancel_task", "cancelled"),
                          ("retry_task", "pending")]:  # fmt: skip
        act(console, "task", action, task.pk)
        assert status_of(task) == state
    assert set(task.history.values_list("actor", flat=True)) == {"owner", "staff"}


def test_refused_action_is_reported(console: Client, submit: Submit) -> None:
    task = submit()
    assert "Only failed and cancelled tasks can be retried." in act(console, "task", "retry_task", task.pk)
    assert status_of(task) == "pending"


def test_queue_is_paused_and_resumed(console: Client, staff: Account) -> None:
    queue = Queue.objects.get(queue_name="default")
    act(console, "queue", "pause", queue.pk)
    queue.refresh_from_db()
    assert (queue.is_paused, queue.paused_by) == (True, staff)
    act(console, "queue", "resume", queue.pk)
    queue.refresh_from_db()
    assert queue.is_paused is False


def test_engine_is_probed_and_made_default(console: Client) -> None:
    engine = Engine.objects.get(domain="tts", name="fake")
    assert "&#x27;ok&#x27;: True" in act(console, "engine", "probe", engine.pk)
    act(console, "engine", "set_default", engine.pk)
    engine.refresh_from_db()
    assert engine.is_default
    assert engine.last_probe_result is not None
    assert engine.last_probe_result["ok"] is True


def test_credential_is_never_shown_and_kept_when_left_empty(console: Client) -> None:
    engine = Engine.objects.create(domain="x", name="remote", adapter="remote", credential="sk-secret")
    url = f"/admin/tasks/engine/{engine.pk}/change/"
    assert "sk-secret" not in console.get(url).content.decode()
    form = {"domain": "x", "name": "remote", "title": "New", "adapter": "remote", "options": "{}", "prices": "{}",
            "currency": "USD", "credential": "", "is_enabled": "on"}  # fmt: skip
    assert console.post(url, form).status_code == 302
    engine.refresh_from_db()
    assert (engine.title, engine.credential) == ("New", "sk-secret")


def test_console_is_closed_to_everybody_else(owner: Account) -> None:
    client = Client()
    client.force_login(owner)
    response = client.get("/admin/tasks/task/")
    assert (response.status_code, response.headers["Location"][:13]) == (302, "/admin/login/")


def test_console_signs_in_at_the_door_that_counts_guesses() -> None:
    response = Client().get("/admin/login/?next=/admin/")
    assert (response.status_code, response.headers["Location"]) == (302, "/account/login/?next=/admin/")
    assert Client().post("/admin/login/", {"username": "staff", "password": "guess"}).status_code == 405


def test_signed_in_person_is_refused_at_the_door_instead_of_sent_in_circles(owner: Account) -> None:
    client = Client()
    client.force_login(owner)
    assert client.get("/admin/", follow=True).status_code == 403
