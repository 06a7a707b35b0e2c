"""REST: `/api/v1/conversations/`."""

import pytest
from rest_framework.test import APIClient

from accounts.models import Account
from chatbot.models import Conversation, Message
from chatbot.services import create_conversation
from chatbot.tests.conftest import As, Ask, Run
from projects.models import MemberRole, Project
from projects.services import create_project, create_project_key
from projects.services.members import change_member_role

pytestmark = pytest.mark.django_db
LIST = "/api/v1/conversations/"


def one(conversation: Conversation) -> str:
    return f"{LIST}{conversation.pk}/"


def test_owner_begins_a_conversation(as_: As, owner: Account, project: Project) -> None:
    body = {"project_id": str(project.pk), "model": "fake", "temperature": 0.5, "tags": [" a ", "a", "b"]}
    answer = as_(owner).post(LIST, body, format="json")
    assert answer.status_code == 201
    made = Conversation.objects.get()
    assert (made.model, made.temperature, made.tags, made.user_id) == ("fake", 0.5, ["a", "b"], owner.pk)
    assert (answer.json()["id"], answer.json()["is_temporary"]) == (str(made.pk), False)


def test_without_a_project_it_is_ones_own(as_: As, owner: Account, project: Project) -> None:
    answer = as_(owner).post(LIST, {}, format="json")
    assert answer.json()["project_id"] == str(project.pk)


def test_strangers_project_does_not_exist(as_: As, stranger: Account, project: Project) -> None:
    answer = as_(stranger).post(LIST, {"project_id": str(project.pk)}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (404, "project_not_found")
    assert not Conversation.objects.exists()


def test_viewer_may_not_begin_one(as_: As, owner: Account, member: Account, project: Project) -> None:
    change_member_role(project=project, user=member, role=MemberRole.VIEWER, actor=owner)
    answer = as_(member).post(LIST, {"project_id": str(project.pk)}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert not Conversation.objects.exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"temperature": 3}, "temperature"),
        ({"temperature": -0.1}, "temperature"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"tags": [str(number) for number in range(21)]}, "tags"),
        ({"system_prompt": "x" * 50_001}, "system_prompt"),
        ({"folder": "x" * 101}, "folder"),
        ({"model": "nobody"}, "engine"),
    ],
)
def test_bad_settings_are_named(body: dict[str, object], field: str, as_: As, owner: Account, project: Project) -> None:
    answer = as_(owner).post(LIST, body, format="json")
    assert (answer.status_code // 100, field in answer.json()["errors"]) == (4, True)
    assert not Conversation.objects.exists()


def test_list_holds_ones_own_only(as_: As, owner: Account, member: Account, conversation: Conversation) -> None:
    assert [row["id"] for row in as_(owner).get(LIST).json()["results"]] == [str(conversation.pk)]
    assert as_(member).get(LIST).json()["results"] == []


def test_staff_see_no_chats_of_others(as_: As, staff: Account, conversation: Conversation) -> None:
    assert as_(staff).get(LIST).json()["results"] == []
    assert as_(staff).get(one(conversation)).status_code == 404


def test_temporary_chats_are_not_listed(as_: As, owner: Account, project: Project) -> None:
    made = as_(owner).post(LIST, {"is_temporary": True}, format="json").json()
    assert as_(owner).get(LIST).json()["results"] == []
    assert as_(owner).get(f"{LIST}{made['id']}/").json()["is_temporary"] is True


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("folder=Work", True), ("folder=Home", False), ("tag=red", True), ("tag=blue", False), ("archived=true", True),
        ("archived=false", False), ("pinned=true", True), ("q=station", True), ("q=stat", True), ("q=harbour", False),
    ],
)  # fmt: skip
def test_filters(query: str, found: bool, as_: As, owner: Account, conversation: Conversation) -> None:
    changes = {"folder": "Work", "tags": ["red"], "is_archived": True, "is_pinned": True, "title": "Central station"}
    as_(owner).patch(one(conversation), changes, format="json")
    assert bool(as_(owner).get(f"{LIST}?{query}").json()["results"]) is found


def test_search_reads_messages_without_accents(as_: As, owner: Account, stranger: Account, ask: Ask, run: Run) -> None:
    run(ask("Đường Nguyễn Huệ"))
    assert len(as_(owner).get(f"{LIST}?q=duong+nguyen").json()["results"]) == 1
    assert as_(stranger).get(f"{LIST}?q=duong").json()["results"] == []


def test_only_named_settings_change(as_: As, owner: Account, conversation: Conversation) -> None:
    as_(owner).patch(one(conversation), {"folder": "Work"}, format="json")
    answer = as_(owner).patch(one(conversation), {"is_pinned": True}, format="json")
    assert (answer.json()["folder"], answer.json()["is_pinned"], answer.json()["model"]) == ("Work", True, "fake")


def test_a_title_by_hand_is_not_replaced(as_: As, owner: Account, conversation: Conversation, ask: Ask) -> None:
    as_(owner).patch(one(conversation), {"title": "Mine"}, format="json")
    ask("Something else")
    conversation.refresh_from_db()
    assert (conversation.title, conversation.title_is_manual) == ("Mine", True)


@pytest.mark.parametrize("method", ["get", "patch", "delete"])
def test_stranger_finds_nothing(method: str, as_: As, stranger: Account, conversation: Conversation) -> None:
    answer = getattr(as_(stranger), method)(one(conversation), {"title": "x"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (404, "conversation_not_found")
    conversation.refresh_from_db()
    assert conversation.title == ""


def test_deletion_takes_the_messages_along(as_: As, owner: Account, answered: Message) -> None:
    assert as_(owner).delete(one(answered.conversation)).status_code == 204
    assert not Message.objects.exists()


def test_reading_key_cannot_write(with_key: As, owner: Account, conversation: Conversation) -> None:
    client = with_key(owner, ["chat:read"])
    assert client.get(one(conversation)).status_code == 200
    answer = client.patch(one(conversation), {"title": "x"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
    conversation.refresh_from_db()
    assert conversation.title == ""


def test_bound_key_sees_its_project_only(with_key: As, owner: Account, project: Project) -> None:
    elsewhere = create_project(user=owner, project_name="Elsewhere")
    here = create_conversation(user=owner, project=project)
    create_conversation(user=owner, project=elsewhere)
    made = create_project_key(project=project, actor=owner, name="bound", permissions=["chat:read"])
    client = with_key(owner, ["chat:read"])
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {made.key_text}")
    assert [row["id"] for row in client.get(LIST).json()["results"]] == [str(here.pk)]


def test_without_sign_in_nothing(api: APIClient, conversation: Conversation) -> None:
    assert api.get(LIST).status_code == 401
