"""The operations console of the chat: states and figures for staff, never what people say."""

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from accounts.models import Account
from chatbot.models import Memory, Message, StoredCompletion
from chatbot.services import save_memory
from chatbot.services.stored import store_completion
from chatbot.tests.conftest import Ask, Upload
from projects.models import Project

pytestmark = pytest.mark.django_db
SECRET = "the word that nobody else may read"


@pytest.fixture
def console(client: Client, staff: Account) -> Client:
    """Signed in as staff."""
    client.force_login(staff)
    return client


@pytest.mark.parametrize("model", ["conversation", "message", "memory", "uploadedfile"])
def test_lists_and_rows_open_without_texts(
    model: str, console: Client, ask: Ask, owner: Account, upload: Upload
) -> None:
    reply = ask(SECRET)
    memory = save_memory(user=owner, question=SECRET, answer=SECRET)
    rows = {"conversation": reply.conversation_id, "message": reply.parent_message_id, "memory": memory.pk}
    rows["uploadedfile"] = upload(SECRET.encode()).pk
    for address in (f"/admin/chatbot/{model}/", f"/admin/chatbot/{model}/{rows[model]}/change/"):
        page = console.get(address)
        assert (page.status_code, SECRET in page.content.decode()) == (200, False), address


@pytest.mark.parametrize("model", ["conversation", "message", "memory", "uploadedfile"])
def test_nothing_is_added_or_deleted_here(model: str, console: Client) -> None:
    assert console.get(f"/admin/chatbot/{model}/add/").status_code == 403
    assert Memory.objects.count() == 0


def test_running_replies_are_stopped(console: Client, ask: Ask) -> None:
    reply = ask()
    console.post("/admin/chatbot/message/", {"action": "stop_replies", "_selected_action": [str(reply.pk)]})
    reply.refresh_from_db()
    assert reply.status == "stopped"


def test_ended_replies_are_left_alone(console: Client, answered: Message) -> None:
    body = {"action": "stop_replies", "_selected_action": [str(answered.pk)]}
    page = console.post("/admin/chatbot/message/", body, follow=True)
    answered.refresh_from_db()
    assert (answered.status, "The reply has ended already." in page.content.decode()) == ("completed", True)


def test_people_find_no_console(client: Client, owner: Account) -> None:
    client.force_login(owner)
    assert client.get("/admin/chatbot/message/").status_code == 302


def test_stored_completions_show_no_texts_and_are_deleted(console: Client, owner: Account, project: Project) -> None:
    for name in ("one", "two"):
        store_completion(
            user_id=owner.pk, project_id=project.pk, api_key_id=None, completion_id=name, model="m",
            messages=[{"content": SECRET}], response={"choices": [SECRET]}, metadata={"note": SECRET},
        )  # fmt: skip
    row, address = StoredCompletion.objects.get(completion_id="one"), "/admin/chatbot/storedcompletion/"
    for page in (console.get(address, {"q": "one"}), console.get(f"{address}{row.pk}/change/")):
        text = page.content.decode()
        assert (page.status_code, "one" in text, SECRET in text) == (200, True, False)
    assert console.get(f"{address}add/").status_code == 403
    console.post(address, {"action": "delete_stored", "_selected_action": [str(row.pk)]})
    assert StoredCompletion.objects.get().completion_id == "two"
    assert LogEntry.objects.get().object_id == str(row.pk)
