"""The operations console by person: administrators without superuser rights, everybody else, and hostile requests."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import Account
from tasks.models import Engine, Queue, Task, TaskHistory
from tasks.services import cancel_task
from tasks.tests.conftest import Submit, status_of, worker_processes
from tasks.worker.keeper import LeaseKeeper

pytestmark = pytest.mark.django_db

MODELS = ("task", "taskhistory", "queue", "worker", "engine")
Form = dict[str, str]


@pytest.fixture
def operator(db: None) -> Client:
    """An administrator by role, without superuser rights."""
    account = Account.objects.create_user("operator", "operator@example.org", "operator-password", role="admin")
    client = Client()
    client.force_login(account)
    return client


def act(client: Client, model: str, action: str, *keys: object) -> int:
    """Run an admin action; the status before any redirect is followed."""
    data = {"action": action, "_selected_action": [str(key) for key in keys]}
    return client.post(f"/admin/tasks/{model}/", data).status_code


def engine_form(engine: Engine, **changes: str) -> Form:
    """What the change page sends."""
    form = {"domain": engine.domain, "name": engine.name, "title": engine.title, "adapter": engine.adapter,
            "options": "{}", "prices": "{}", "currency": "USD", "credential": "", "is_enabled": "on"}  # fmt: skip
    return form | changes


@pytest.mark.parametrize("model", MODELS)
def test_administrator_without_superuser_rights_reads_every_list(operator: Client, model: str) -> None:
    assert operator.get(f"/admin/tasks/{model}/").status_code == 200


@pytest.mark.parametrize("model", MODELS)
def test_developer_is_sent_to_sign_in(model: str) -> None:
    client = Client()
    client.force_login(Account.objects.create_user("dev", "dev@example.org", role="developer"))
    response = client.get(f"/admin/tasks/{model}/")
    assert (response.status_code, response.headers["Location"][:13]) == (302, "/admin/login/")


def test_administrators_name_stands_in_the_history(operator: Client, submit: Submit) -> None:
    task = submit()
    act(operator, "task", "pause_task", task.pk)
    entry = task.history.last()
    assert entry is not None
    assert (entry.status_to, entry.actor, entry.reason) == ("paused", "operator", "operations")


@pytest.mark.parametrize("action", ["cancel_task", "pause_task", "resume_task", "retry_task"])
def test_action_of_somebody_who_is_no_administrator_changes_nothing(
    submit: Submit, owner: Account, action: str
) -> None:
    task, client = submit(), Client()
    client.force_login(owner)
    assert act(client, "task", action, task.pk) == 302
    assert (status_of(task), task.history.count()) == ("pending", 1)


@pytest.mark.parametrize("action", ["pause", "resume"])
def test_queue_is_steered_by_administrators_only(owner: Account, action: str) -> None:
    queue = Queue.objects.get(queue_name="default")
    Queue.objects.filter(pk=queue.pk).update(is_paused=action == "resume")
    client = Client()
    client.force_login(owner)
    act(client, "queue", action, queue.pk)
    queue.refresh_from_db()
    assert queue.is_paused is (action == "resume")


def test_console_needs_the_csrf_token(operator: Client, submit: Submit, staff: Account) -> None:
    task, strict = submit(), Client(enforce_csrf_checks=True)
    strict.force_login(staff)
    assert act(strict, "task", "cancel_task", task.pk) == 403
    assert status_of(task) == "pending"


def test_many_tasks_are_steered_at_once_and_what_is_refused_is_counted_out(
    operator: Client, submit: Submit, owner: Account
) -> None:
    ended, first, second = submit(), submit(), submit()
    Task.objects.filter(pk=ended.pk).update(status="failed", completed_at=ended.created_at)
    data = {"action": "cancel_task", "_selected_action": [str(task.pk) for task in (ended, first, second)]}
    text = operator.post("/admin/tasks/task/", data, follow=True).content.decode()
    assert "2 tasks changed." in text
    assert "The task has ended already." in text
    assert [status_of(task) for task in (ended, first, second)] == ["failed", "cancelled", "cancelled"]


@pytest.mark.parametrize("model", ["task", "taskhistory", "worker"])
@pytest.mark.parametrize("page", ["change", "delete"])
def test_rows_that_the_product_writes_can_be_neither_edited_nor_deleted(
    operator: Client, submit: Submit, keeper: LeaseKeeper, model: str, page: str
) -> None:
    task = submit()
    key = {"task": task.pk, "taskhistory": task.history.get().pk, "worker": keeper.worker_id}[model]
    assert (
        operator.post(f"/admin/tasks/{model}/{key}/{page}/", {"status": "completed", "post": "yes"}).status_code == 403
    )
    assert (status_of(task), TaskHistory.objects.count(), worker_processes().count()) == ("pending", 1, 1)


@pytest.mark.parametrize("model", ["task", "taskhistory", "worker", "queue"])
def test_nothing_is_added_by_hand(operator: Client, model: str) -> None:
    assert operator.get(f"/admin/tasks/{model}/add/").status_code == 403


def test_queue_cannot_be_deleted_and_only_its_window_edited(operator: Client) -> None:
    queue = Queue.objects.get(queue_name="heavy")
    url = f"/admin/tasks/queue/{queue.pk}"
    assert operator.post(f"{url}/delete/", {"post": "yes"}).status_code == 403
    assert operator.post(f"{url}/change/", {"window": "7", "queue_name": "x", "is_paused": "on"}).status_code == 302
    queue.refresh_from_db()
    assert (queue.window, queue.queue_name, queue.is_paused) == (7, "heavy", False)


@pytest.mark.parametrize("window", ["-1", "many", "1.5"])
def test_window_that_is_no_number_is_refused(operator: Client, window: str) -> None:
    queue = Queue.objects.get(queue_name="heavy")
    assert operator.post(f"/admin/tasks/queue/{queue.pk}/change/", {"window": window}).status_code == 200
    queue.refresh_from_db()
    assert queue.window is None


def test_new_credential_replaces_the_stored_one(operator: Client) -> None:
    engine = Engine.objects.create(domain="x", name="remote", adapter="remote", credential="old")
    operator.post(f"/admin/tasks/engine/{engine.pk}/change/", engine_form(engine, credential="new"))
    engine.refresh_from_db()
    assert engine.credential == "new"


@pytest.mark.parametrize(
    ("field", "value"), [("options", "{"), ("prices", "[}"), ("base_url", "no url"), ("name", ""), ("currency", "EURO")]
)
def test_engine_form_names_the_field_and_stores_nothing(operator: Client, field: str, value: str) -> None:
    engine = Engine.objects.create(domain="x", name="remote", adapter="remote", title="Before")
    form = engine_form(engine, title="After", **{field: value})
    response = operator.post(f"/admin/tasks/engine/{engine.pk}/change/", form)
    assert list(response.context["adminform"].form.errors) == [field]
    engine.refresh_from_db()
    assert engine.title == "Before"


def test_engine_of_a_name_that_is_taken_is_refused(operator: Client) -> None:
    espeak = Engine.objects.get(name="espeak")
    response = operator.post("/admin/tasks/engine/add/", engine_form(espeak))
    assert response.status_code == 200
    assert Engine.objects.filter(domain="tts", name="espeak").count() == 1


def test_default_engine_is_not_chosen_by_the_form(operator: Client) -> None:
    fake = Engine.objects.get(domain="tts", name="fake")
    operator.post(f"/admin/tasks/engine/{fake.pk}/change/", engine_form(fake, is_default="on"))
    assert Engine.objects.get(domain="tts", is_default=True).name == "espeak"


def test_default_engine_that_is_switched_off_is_refused_with_a_sentence(operator: Client) -> None:
    espeak = Engine.objects.get(name="espeak", domain="tts")
    form = engine_form(espeak)
    del form["is_enabled"]
    response = operator.post(f"/admin/tasks/engine/{espeak.pk}/change/", form)
    assert response.status_code == 200
    espeak.refresh_from_db()
    assert (espeak.is_enabled, espeak.is_default) == (True, True)


def test_probe_of_an_engine_that_is_not_installed_is_shown_as_a_failure(operator: Client) -> None:
    gone = Engine.objects.create(domain="tts", name="gone", adapter="gone")
    assert act(operator, "engine", "probe", gone.pk) == 302
    text = operator.get("/admin/tasks/engine/").content.decode()
    assert "unknown_engine" in text
    gone.refresh_from_db()
    assert gone.last_probed_at is not None


def test_hostile_input_is_shown_as_text(operator: Client, submit: Submit) -> None:
    task = submit("test.echo", {"text": "<script>alert(1)</script>"})
    cancel_task(task_id=task.pk, actor=None, reason="<img src=x onerror=alert(2)>")
    text = operator.get(f"/admin/tasks/task/{task.pk}/change/").content.decode()
    assert "<script>alert(1)" not in text
    assert "<img src=x" not in text
    assert "&lt;img src=x" in text


@pytest.mark.parametrize(
    ("query", "found"),
    [({"q": "Station"}, 1), ({"q": "owner"}, 1), ({"q": "nobody"}, 0), ({"status__exact": "failed"}, 0)],
)
def test_console_finds_tasks_by_project_person_and_state(
    operator: Client, submit: Submit, query: dict[str, Any], found: int
) -> None:
    task = submit()
    assert (str(task.pk) in operator.get("/admin/tasks/task/", query).content.decode()) is bool(found)
