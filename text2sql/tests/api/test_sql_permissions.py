"""Every action on connections and questions by every kind of caller; who may not changes nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Account
from projects.models import Project
from projects.services import create_project, create_project_key
from tasks.models import Task
from text2sql.models import DatabaseConnection, QueryExport, QueryHistory, SchemaNote
from text2sql.tests.pairs import answered, make_connection, read_schema
from text2sql.tests.services.test_schemas import CATALOG
from tts.tests.conftest import As

ROOT = "/api/v1"
NOTE = {"table_schema": "public", "table_name": "orders", "description": "What was bought"}
NEW = {"name": "Another", "type": "mysql", "host": "db.example.org"}

#: Method, path, body and scope.
ACTIONS: dict[str, tuple[str, str, Any, str]] = {
    "list": ("get", "/database-connections/", None, "read"),
    "retrieve": ("get", "/database-connections/{connection}/", None, "read"),
    "schema": ("get", "/database-connections/{connection}/schema/", None, "read"),
    "changes": ("get", "/database-connections/{connection}/schema-changes/", None, "read"),
    "questions": ("get", "/queries/", None, "read"),
    "question": ("get", "/queries/{query}/", None, "read"),
    "create": ("post", "/database-connections/", NEW, "write"),
    "test": ("post", "/database-connections/{connection}/test/", {}, "write"),
    "introspect": ("post", "/database-connections/{connection}/introspect/", {}, "write"),
    "ask": ("post", "/queries/", {"question": "How many?", "connection_id": "{connection}", "engine": "fake"}, "write"),
    "run": ("post", "/queries/run/", {"sql": "SELECT 1", "connection_id": "{connection}"}, "write"),
    "feedback": ("post", "/queries/{query}/feedback/", {"feedback": "partial"}, "write"),
    "export": ("post", "/queries/{query}/exports/", {"format": "csv"}, "write"),
    "note": ("put", "/database-connections/{connection}/notes/", NOTE, "write"),
    "change": ("patch", "/database-connections/{connection}/", {"ssl_enabled": True}, "write"),
    "cancel": ("delete", "/queries/{waiting}/", None, "write"),
    "remove": ("delete", "/database-connections/{connection}/", None, "write"),
}
READS = [name for name, action in ACTIONS.items() if action[3] == "read"]
WRITES = [name for name, action in ACTIONS.items() if action[3] == "write"]
#: Of a connection that is shared with the project; the question is the owner's.
OWNER = {
    "list": 200, "retrieve": 200, "schema": 200, "changes": 200, "questions": 200, "question": 200, "create": 201,
    "test": 202, "introspect": 202, "ask": 202, "run": 202, "feedback": 200, "export": 202, "note": 200, "change": 200,
    "cancel": 200, "remove": 204,
}  # fmt: skip
HIDDEN_QUESTION = {"question": 404, "feedback": 404, "export": 404, "cancel": 404}
MEMBER = OWNER | HIDDEN_QUESTION | {"note": 403, "change": 403, "remove": 403}
VIEWER = MEMBER | {"test": 403, "introspect": 403, "ask": 403, "run": 403}
STRANGER = HIDDEN_QUESTION | dict.fromkeys(
    ("retrieve", "schema", "changes", "test", "introspect", "ask", "run", "note", "change", "remove"), 404
)
STAFF = OWNER | {"feedback": 404}
Send = Callable[..., dict[str, int]]


@pytest.fixture
def connection(owner: Account, project: Project) -> DatabaseConnection:
    made = make_connection(owner, project, name="Shop")
    read_schema(made, CATALOG)
    return made


@pytest.fixture
def send(connection: DatabaseConnection, owner: Account, project: Project) -> Send:
    """`send(client, names)`: the statuses of these actions, one after the other."""
    ids = {"connection": connection.pk, "query": answered(owner, project, connection).pk,
           "waiting": answered(owner, project, connection, status="pending").pk}  # fmt: skip

    def call(client: APIClient, names: Any = ACTIONS) -> dict[str, int]:
        found = {}
        for name in names:
            method, path, body, _scope = ACTIONS[name]
            filled = body and {key: value.format(**ids) if isinstance(value, str) else value
                               for key, value in body.items()}  # fmt: skip
            # Everybody names the project, as a program would.
            given = filled and filled | ({"project_id": str(project.pk)} if name in ("ask", "run") else {})
            found[name] = getattr(client, method)(ROOT + path.format(**ids), given).status_code
        return found

    return call


def written() -> list[Any]:
    """All that the actions could write."""
    rows = DatabaseConnection.objects.order_by("pk").values_list("pk", "name", "ssl_enabled", "is_active")
    questions = QueryHistory.objects.order_by("pk").values_list("pk", "status", "feedback")
    return [*rows, *questions, Task.objects.count(), SchemaNote.objects.count(), QueryExport.objects.count()]


def test_owner_and_staff_may_all_but_speak_for_another(
    send: Send, as_person: As, owner: Account, staff: Account, connection: DatabaseConnection
) -> None:
    assert send(as_person(staff), [name for name in ACTIONS if name not in ("remove", "cancel")]) == {
        name: status for name, status in STAFF.items() if name not in ("remove", "cancel")
    }  # fmt: skip
    assert send(as_person(owner)) == OWNER
    assert DatabaseConnection.objects.get(pk=connection.pk).is_active is False


@pytest.mark.parametrize(("role", "expected"), [("manager", MEMBER), ("member", MEMBER), ("viewer", VIEWER)])
def test_members_ask_and_change_nothing_of_the_owner_s(
    send: Send, as_person: As, people: dict[str, Account], role: str, expected: dict[str, int]
) -> None:
    client = as_person(people[role])
    refused = [name for name, status in expected.items() if status >= 400]
    before = written()
    assert send(client, refused) == {name: expected[name] for name in refused}
    assert written() == before
    allowed = [name for name in expected if name not in refused]
    assert send(client, allowed) == {name: expected[name] for name in allowed}


def test_stranger_finds_nothing(send: Send, as_person: As, stranger: Account) -> None:
    client, before = as_person(stranger), written()
    assert send(client, STRANGER) == STRANGER
    assert [client.get(f"{ROOT}/{path}/").json()["results"] for path in ("database-connections", "queries")] == [[], []]
    assert written() == before


def test_former_member_is_a_stranger(send: Send, as_person: As, member: Account, project: Project) -> None:
    project.members.filter(user=member).update(status="removed")
    before = written()
    assert send(as_person(member), STRANGER) == STRANGER
    assert written() == before


def test_nobody_without_a_name_gets_anything(send: Send, api: APIClient) -> None:
    before = written()
    assert send(api) == dict.fromkeys(ACTIONS, 401)
    assert written() == before


def test_key_needs_its_scope(send: Send, with_key: As, owner: Account) -> None:
    before = written()
    assert send(with_key(owner, "text2sql:read"), WRITES) == dict.fromkeys(WRITES, 403)
    assert send(with_key(owner, "chat:write", "tts:write")) == dict.fromkeys(ACTIONS, 403)
    assert written() == before
    assert send(with_key(owner, "text2sql:read"), READS) == {name: OWNER[name] for name in READS}
    assert send(with_key(owner, "text2sql:write")) == OWNER


def test_key_of_another_project_finds_nothing(send: Send, owner: Account) -> None:
    key = create_project_key(project=create_project(user=owner, project_name="Other"), actor=owner, name="program")
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key.key_text}")
    before = written()
    assert send(client, STRANGER) == STRANGER
    assert [client.get(f"{ROOT}/{path}/").json()["results"] for path in ("database-connections", "queries")] == [[], []]
    assert written() == before


def test_key_of_the_project_asks_and_sees_its_connections(send: Send, bound: APIClient) -> None:
    reads_and_questions = [*READS, "test", "introspect", "ask", "run", "export"]
    assert send(bound, reads_and_questions) == {name: OWNER[name] for name in reads_and_questions}


def test_member_s_work_on_a_shared_connection_belongs_to_its_project(
    send: Send, as_person: As, member: Account, project: Project
) -> None:
    create_project(user=member, project_name="Own")
    send(as_person(member), ["test", "introspect"])
    assert list(Task.objects.filter(user=member).values_list("task_type", "project_id").order_by("pk")) == [
        ("text2sql.test", project.pk), ("text2sql.introspect", project.pk),
    ]  # fmt: skip


def test_viewer_s_own_project_is_no_way_round(send: Send, as_person: As, people: dict[str, Account]) -> None:
    own = create_project(user=people["viewer"], project_name="Own")
    before = written()
    assert send(as_person(people["viewer"]), ["test", "introspect"]) == {"test": 404, "introspect": 404}
    connection = DatabaseConnection.objects.get(name="Shop")
    asked = as_person(people["viewer"]).post(f"{ROOT}/queries/", {
        "question": "x", "connection_id": str(connection.pk), "project_id": str(own.pk), "engine": "fake",
    })  # fmt: skip
    assert (asked.status_code, asked.json()["code"]) == (404, "connection_not_found")
    assert written() == before


def test_general_tasks_are_no_way_round(
    as_person: As, people: dict[str, Account], connection: DatabaseConnection, project: Project
) -> None:
    query = answered(people["owner"], project, connection)
    body = {"project_id": str(project.pk), "task_type": "text2sql.evaluate",
            "input_data": {"connection_id": str(connection.pk)}}  # fmt: skip
    export = body | {"task_type": "text2sql.export", "input_data": {"query_id": str(query.pk), "format": "csv"}}
    before = written()
    refused = {
        "member evaluates": as_person(people["member"]).post(f"{ROOT}/tasks/", body).status_code,
        "viewer evaluates": as_person(people["viewer"]).post(f"{ROOT}/tasks/", body).status_code,
        "stranger evaluates": as_person(people["stranger"]).post(f"{ROOT}/tasks/", body).status_code,
        "member exports": as_person(people["member"]).post(f"{ROOT}/tasks/", export).status_code,
    }  # fmt: skip
    assert refused == {
        "member evaluates": 403, "viewer evaluates": 403, "stranger evaluates": 404, "member exports": 404,
    }  # fmt: skip
    assert written() == before
    assert as_person(people["manager"]).post(f"{ROOT}/tasks/", body).status_code == 202


def test_example_is_everybody_s_to_ask_and_nobody_s_to_change(
    as_person: As, people: dict[str, Account], owner: Account
) -> None:
    demo = make_connection(owner, is_demo=True, name="Example shop")
    create_project(user=people["stranger"], project_name="Own")
    path = f"{ROOT}/database-connections/{demo.pk}/"
    told = {}
    for name in ("owner", "stranger", "staff"):
        client = as_person(people[name])
        shown = client.get(path).json()
        told[name] = (shown["host"], shown["abilities"]["ask"], client.patch(path, {"name": "Mine"}).status_code)
    assert told == {"owner": (None, True, 403), "stranger": (None, True, 403), "staff": ("localhost", True, 200)}
    asked = as_person(people["stranger"]).post(f"{ROOT}/queries/", {"question": "x", "engine": "fake"})
    assert (asked.status_code, asked.json()["connection_id"]) == (202, str(demo.pk))
