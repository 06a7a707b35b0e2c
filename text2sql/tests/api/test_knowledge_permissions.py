"""Every action on the knowledge base by every kind of caller; who may not changes nothing."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.models import Account
from accounts.services import create_api_key
from projects.models import MemberRole, Project, ProjectKey
from projects.services import add_member, create_project
from text2sql.models import EvaluationRun, SqlKnowledge
from text2sql.tests.pairs import known, make_connection, make_task
from text2sql.tests.streams import whole

pytestmark = [pytest.mark.django_db, pytest.mark.urls("text2sql.tests.api.urls")]
ROOT = "/api/v1"
LINE = json.dumps({"question": "Imported", "sql": "SELECT 8"}).encode()

#: Method, path, body, scope, and the status for owner, member and viewer.
ACTIONS: dict[str, tuple[str, str, Any, str, tuple[int, int, int]]] = {
    "list": ("get", "/sql-knowledge/", None, "text2sql:read", (200, 200, 200)),
    "retrieve": ("get", "/sql-knowledge/{pair}/", None, "text2sql:read", (200, 200, 200)),
    "export": ("get", "/sql-knowledge/export/", None, "text2sql:read", (200, 200, 200)),
    "runs": ("get", "/sql-evaluations/", None, "text2sql:read", (200, 200, 200)),
    "run": ("get", "/sql-evaluations/{run}/", None, "text2sql:read", (200, 200, 200)),
    "verdicts": ("get", "/sql-evaluations/{run}/verdicts/", None, "text2sql:read", (200, 200, 200)),
    "propose": (
        "post",
        "/sql-knowledge/",
        {"question": "New", "sql_query": "SELECT 9"},
        "text2sql:write",
        (201, 200, 403),
    ),
    "approve": ("post", "/sql-knowledge/{pair}/approve/", {}, "text2sql:write", (200, 403, 403)),
    "reject": ("post", "/sql-knowledge/{pair}/reject/", {}, "text2sql:write", (200, 403, 403)),
    "merge": ("post", "/sql-knowledge/{pair}/merge/", {}, "text2sql:write", (200, 403, 403)),
    "change": ("patch", "/sql-knowledge/{pair}/", {"tags": ["new"]}, "text2sql:write", (200, 403, 403)),
    "import": ("post", "/sql-knowledge/import/", {"dry_run": False}, "text2sql:write", (200, 403, 403)),
    "remove": ("delete", "/sql-knowledge/{pair}/", None, "text2sql:write", (204, 403, 403)),
}
#: Lists and new things know no row that could be hidden: strangers get empty lists, and other projects.
WITH_ROW = [name for name, action in ACTIONS.items() if "{" in action[1]]
Send = Callable[[APIClient, str], Any]


@pytest.fixture
def send(project: Project, owner: Account) -> Send:
    """`send(client, action)` on a pair and a run of `project`."""
    run = EvaluationRun.objects.create(
        project=project, connection=make_connection(owner, project), task=make_task(owner, project)
    )
    ids = {"pair": known(project).pk, "run": run.pk}

    def call(client: APIClient, action: str) -> Any:
        method, path, body, _scope, _statuses = ACTIONS[action]
        if method == "post" and "{" not in path:
            body = body | {"project_id": str(project.pk)}
        if action == "import":
            return client.post(ROOT + path, body | {"file": SimpleUploadedFile("pairs.txt", LINE)}, format="multipart")
        return getattr(client, method)(ROOT + path.format(**ids), body, format="json" if body is not None else None)

    return call


def signed_in(account: Account) -> APIClient:
    client = APIClient()
    client.force_authenticate(account)
    return client


def keyed(token: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def bound_to(project: Project) -> APIClient:
    key, token = create_api_key(user=project.user, name="k", permissions=["text2sql:write"])
    ProjectKey.objects.create(project=project, api_key=key)
    return keyed(token)


def statuses(send: Send, client: APIClient, actions: Any = ACTIONS) -> dict[str, int]:
    found = {}
    for action in actions:
        answer = send(client, action)
        if answer.streaming:
            whole(answer)
        found[action] = answer.status_code
    return found


def rows() -> list[Any]:
    return list(SqlKnowledge.objects.order_by("pk").values_list("pk", "updated_at"))


def test_owner_may_everything(send: Send, owner: Account) -> None:
    assert statuses(send, signed_in(owner)) == {name: action[4][0] for name, action in ACTIONS.items()}


def test_member_reads_and_proposes(send: Send, project: Project, owner: Account, member: Account) -> None:
    statuses(send, signed_in(owner), ["propose"])
    before = rows()
    assert statuses(send, signed_in(member)) == {name: action[4][1] for name, action in ACTIONS.items()}
    assert rows() == before


def test_viewer_only_reads(send: Send, project: Project, owner: Account, stranger: Account) -> None:
    add_member(project=project, user=stranger, role=MemberRole.VIEWER, actor=owner)
    before = rows()
    assert statuses(send, signed_in(stranger)) == {name: action[4][2] for name, action in ACTIONS.items()}
    assert rows() == before


def test_stranger_finds_nothing(send: Send, stranger: Account) -> None:
    before, client = rows(), signed_in(stranger)
    hidden = [*WITH_ROW, "propose", "import"]
    assert statuses(send, client, hidden) == dict.fromkeys(hidden, 404)
    assert [send(client, name).json()["results"] for name in ("list", "runs")] == [[], []]
    assert whole(send(client, "export")) == b""
    assert rows() == before


def test_without_sign_in_nothing_is_told(send: Send, api: APIClient) -> None:
    before = rows()
    assert statuses(send, api) == dict.fromkeys(ACTIONS, 401)
    assert rows() == before


def test_key_needs_the_scope(send: Send, owner: Account) -> None:
    reading = keyed(create_api_key(user=owner, name="r", permissions=["text2sql:read"])[1])
    other = keyed(create_api_key(user=owner, name="o", permissions=["chat:write", "tts:write"])[1])
    writes = [name for name, action in ACTIONS.items() if action[3] == "text2sql:write"]
    before = rows()
    assert statuses(send, reading, writes) == dict.fromkeys(writes, 403)
    assert statuses(send, other) == dict.fromkeys(ACTIONS, 403)
    assert rows() == before
    writing = keyed(create_api_key(user=owner, name="w", permissions=["text2sql:write"])[1])
    assert statuses(send, writing) == {name: action[4][0] for name, action in ACTIONS.items()}


def test_key_bound_elsewhere_finds_nothing(send: Send, owner: Account) -> None:
    other = create_project(user=owner, project_name="Other")
    client = bound_to(other)
    before, hidden = rows(), [*WITH_ROW, "propose", "import"]
    assert statuses(send, client, hidden) == dict.fromkeys(hidden, 404)
    assert [send(client, name).json()["results"] for name in ("list", "runs")] == [[], []]
    assert whole(send(client, "export")) == b""
    assert rows() == before


def test_key_bound_to_the_project_may(send: Send, owner: Account, project: Project) -> None:
    client = bound_to(project)
    assert statuses(send, client) == {name: action[4][0] for name, action in ACTIONS.items()}
