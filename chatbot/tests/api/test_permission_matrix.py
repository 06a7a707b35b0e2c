"""Every action of the chat's REST face by every kind of caller: owner, member, stranger, staff, and keys."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Account
from accounts.services import block_account, create_api_key, revoke_api_key
from chatbot.models import Conversation, Memory, Message, UploadedFile
from chatbot.services import save_memory, upload_file
from chatbot.tests.conftest import As
from projects.models import Project
from projects.services import create_project, create_project_key

pytestmark = pytest.mark.django_db

ROOT = "/api/v1"
Call = Callable[[APIClient], Any]

#: method, path, body, scope that a key needs.
ACTIONS: dict[str, tuple[str, str, Any, str]] = {
    "conversation": ("get", "/conversations/{conversation}/", None, "chat:read"),
    "rename": ("patch", "/conversations/{conversation}/", {"title": "New"}, "chat:write"),
    "delete": ("delete", "/conversations/{conversation}/", None, "chat:write"),
    "branch": ("get", "/conversations/{conversation}/messages/", None, "chat:read"),
    "ask": ("post", "/conversations/{conversation}/messages/", {"content": "Hello"}, "chat:write"),
    "export": ("get", "/conversations/{conversation}/export/", None, "chat:read"),
    "message": ("get", "/messages/{reply}/", None, "chat:read"),
    "edit": ("post", "/messages/{question}/edit/", {"content": "Again"}, "chat:write"),
    "regenerate": ("post", "/messages/{reply}/regenerate/", {}, "chat:write"),
    "continue": ("post", "/messages/{reply}/continue/", {}, "chat:write"),
    "stop": ("post", "/messages/{reply}/stop/", {}, "chat:write"),
    "fork": ("post", "/messages/{reply}/fork/", {}, "chat:write"),
    "file": ("get", "/files/{file}/", None, "chat:read"),
    "content": ("get", "/files/{file}/content/", None, "chat:read"),
    "delete-file": ("delete", "/files/{file}/", None, "chat:write"),
    "memory": ("get", "/memories/{memory}/", None, "chat:read"),
    "change-memory": ("patch", "/memories/{memory}/", {"answer": "Other"}, "chat:write"),
    "forget": ("delete", "/memories/{memory}/", None, "chat:write"),
}
#: What these answer to who may: the reply is complete, so two of them refuse.
ALLOWED = {"continue": 400, "stop": 409, "ask": 201, "edit": 201, "regenerate": 201, "fork": 201}
EVERY = pytest.mark.parametrize("action", ACTIONS)
#: Memories belong to a person, not to a project.
IN_PROJECT = [name for name in ACTIONS if "memor" not in name and name != "forget"]


@pytest.fixture
def ids(owner: Account, project: Project, answered: Message) -> dict[str, Any]:
    """A conversation with an answer, a file and a memory of `owner`."""
    conversation = answered.conversation
    file = upload_file(
        user=owner, project=project, pieces=[b"A train leaves."], filename="a.txt", conversation=conversation
    )
    memory = save_memory(user=owner, question="Q", answer="A")
    return {
        "conversation": conversation.pk, "reply": answered.pk, "question": answered.parent_message_id,
        "file": file.pk, "memory": memory.pk,
    }  # fmt: skip


def send(client: APIClient, action: str, ids: dict[str, Any]) -> Any:
    method, path, body, _scope = ACTIONS[action]
    return getattr(client, method)(f"{ROOT}{path.format(**ids)}", body)


def rows() -> list[Any]:
    """Everything that a refused action could have changed."""
    return [
        list(model.objects.order_by("pk").values_list("pk", "updated_at" if hasattr(model, "updated_at") else "pk"))
        for model in (Conversation, Message, UploadedFile, Memory)
    ]


def keyed(token: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def allowed(action: str) -> int:
    """The status for who may."""
    return ALLOWED.get(action, 204 if ACTIONS[action][0] == "delete" else 200)


@EVERY
def test_owner_may(action: str, ids: dict[str, Any], as_: As, owner: Account) -> None:
    assert send(as_(owner), action, ids).status_code == allowed(action)


def told(client: APIClient, ids: dict[str, Any], actions: Iterable[str] = ACTIONS) -> dict[str, tuple[int, str]]:
    """Status and code of each refusal. Together in one test: a refused action leaves everything as it was."""
    before, answers = rows(), {action: send(client, action, ids) for action in actions}
    assert rows() == before
    return {action: (answer.status_code, answer.json()["code"]) for action, answer in answers.items()}


@pytest.mark.parametrize("who", ["member", "stranger", "staff"])
def test_nobody_else_finds_it(who: str, ids: dict[str, Any], as_: As, request: pytest.FixtureRequest) -> None:
    refusals = told(as_(request.getfixturevalue(who)), ids)
    assert {action: status for action, (status, _code) in refusals.items()} == dict.fromkeys(ACTIONS, 404)


def test_without_sign_in_nothing_is_told(ids: dict[str, Any], api: APIClient) -> None:
    assert told(api, ids) == dict.fromkeys(ACTIONS, (401, "not_authenticated"))


@pytest.mark.parametrize("scope", ["chat:read", "chat:write"])
def test_key_without_the_scope_may_not(scope: str, ids: dict[str, Any], with_key: As, owner: Account) -> None:
    # `chat:write` includes reading, therefore only the weaker scope of its own area is among the others.
    others = sorted({"chat:read", "tts:write", "tasks:write", "projects:write"} - {scope})
    actions = [action for action, (_method, _path, _body, needed) in ACTIONS.items() if needed == scope]
    assert told(with_key(owner, others), ids, actions) == dict.fromkeys(actions, (403, "scope_missing"))


@EVERY
def test_key_with_the_scope_may(action: str, ids: dict[str, Any], with_key: As, owner: Account) -> None:
    assert send(with_key(owner, [ACTIONS[action][3]]), action, ids).status_code == allowed(action)


def test_key_bound_elsewhere_does_not_find_it(ids: dict[str, Any], owner: Account) -> None:
    other = create_project(user=owner, project_name="Other")
    client = keyed(create_project_key(project=other, actor=owner, name="k").key_text)
    refusals = told(client, ids, IN_PROJECT)
    assert {action: status for action, (status, _code) in refusals.items()} == dict.fromkeys(IN_PROJECT, 404)


@pytest.mark.parametrize("action", IN_PROJECT)
def test_key_bound_to_the_project_may(action: str, ids: dict[str, Any], owner: Account, project: Project) -> None:
    client = keyed(create_project_key(project=project, actor=owner, name="k").key_text)
    assert send(client, action, ids).status_code == allowed(action)


@pytest.mark.parametrize("state", ["revoked", "blocked"])
def test_key_that_lost_its_rights_may_nothing(state: str, ids: dict[str, Any], owner: Account, staff: Account) -> None:
    key, token = create_api_key(user=owner, name="k", permissions=["*"])
    if state == "revoked":
        revoke_api_key(key=key, actor=owner)
    else:
        block_account(account=owner, actor=staff, reason="misuse")
    refusal = {"revoked": (401, "key_revoked"), "blocked": (403, "account_blocked")}[state]
    assert told(keyed(token), ids) == dict.fromkeys(ACTIONS, refusal)


@pytest.mark.parametrize("path", ["conversations", "messages", "files", "memories"])
@pytest.mark.parametrize("wrong", ["1", "x", "01900000-0000-7000-8000-00000000000g", "%00", "..%2f..%2fetc%2fpasswd"])
def test_nonsense_id_is_not_found(path: str, wrong: str, as_: As, owner: Account) -> None:
    assert as_(owner).get(f"{ROOT}/{path}/{wrong}/").status_code == 404


def test_wrong_method_is_refused(ids: dict[str, Any], as_: As, owner: Account) -> None:
    before, client = rows(), as_(owner)
    answers = {action: client.put(f"{ROOT}{ACTIONS[action][1].format(**ids)}", {}) for action in ACTIONS}
    refusals = {action: (answer.status_code, answer.json()["code"]) for action, answer in answers.items()}
    assert refusals == dict.fromkeys(ACTIONS, (405, "method_not_allowed"))
    assert rows() == before
