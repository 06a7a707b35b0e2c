"""Every page and button by every kind of person; who may not changes nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Account
from projects.models import Project
from projects.services import create_project
from tasks.models import Task
from text2sql.models import DatabaseConnection, EvaluationRun, QueryHistory, SchemaNote, SqlKnowledge
from text2sql.tests.pairs import answered, make_connection, make_task, propose, read_schema
from text2sql.tests.services.test_schemas import CATALOG
from text2sql.tests.views.test_connection_pages import FORM, signed_in

LINE = b'{"question": "Imported", "sql": "SELECT 8"}\n'
PAIR = {"question": "New?", "sql_query": "SELECT 9", "database_type": "postgresql", "tags": ""}

#: Method, path and form.
ACTIONS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "ask page": ("get", "", {}),
    "history": ("get", "history/", {}),
    "connections": ("get", "connections/", {}),
    "connection form": ("get", "connections/new/", {}),
    "connection": ("get", "connections/{connection}/", {}),
    "pairs": ("get", "knowledge/", {}),
    "pair form": ("get", "knowledge/new/", {}),
    "pair": ("get", "knowledge/{pair}/", {}),
    "import form": ("get", "knowledge/import/", {}),
    "pairs as a file": ("get", "knowledge/export/", {}),
    "evaluations": ("get", "evaluations/", {}),
    "evaluation": ("get", "evaluations/{run}/", {}),
    "question": ("get", "q/{query}/", {}),
    "card": ("get", "q/{query}/card/", {}),
    "edit form": ("get", "connections/{connection}/edit/", {}),
    "ask": ("post", "", {"question": "x", "engine": "fake", "connection_id": "{connection}"}),
    "feedback": ("post", "q/{query}/feedback/", {"feedback": "partial"}),
    "test": ("post", "connections/{connection}/test/", {}),
    "introspect": ("post", "connections/{connection}/introspect/", {}),
    "note": ("post", "connections/{connection}/notes/", {"table_schema": "public", "table_name": "orders"}),
    "edit": ("post", "connections/{connection}/edit/", FORM),
    "propose": ("post", "knowledge/new/", PAIR),
    "change": ("post", "knowledge/{pair}/", PAIR | {"question": "Changed?", "sql_query": "SELECT 7"}),
    "approve": ("post", "knowledge/{pair}/approve/", {}),
    "reject": ("post", "knowledge/{pair}/reject/", {}),
    "merge": ("post", "knowledge/{pair}/merge/", {}),
    "import": ("post", "knowledge/import/", {"database_type": "postgresql"}),
    "evaluate": ("post", "evaluations/", {"connection": "{connection}"}),
    "forget": ("post", "knowledge/{pair}/remove/", {}),
    "remove": ("post", "connections/{connection}/remove/", {}),
}
OWNER = {name: 200 if method == "get" else 302 for name, (method, _path, _form) in ACTIONS.items()} | {"import": 200}
OTHERS_QUESTION = dict.fromkeys(("question", "card", "feedback"), 404)
MANAGER = OWNER | OTHERS_QUESTION | dict.fromkeys(("edit form", "edit", "note", "remove"), 403)
MEMBER = MANAGER | dict.fromkeys(
    ("change", "approve", "reject", "merge", "import form", "import", "evaluate", "forget"), 403
)
VIEWER = MEMBER | {"ask": 403, "test": 403, "introspect": 403, "propose": 403}
#: What belongs to nobody in particular is there for everybody, and empty.
OPEN = ("ask page", "history", "connections", "connection form")
STRANGER = {name: 404 for name in ACTIONS if name not in OPEN} | {"ask": 400}
Go = Callable[..., dict[str, int]]


@pytest.fixture
def go(owner: Account, project: Project) -> Go:
    """`go(client, names)`: the statuses of these pages and buttons, one after the other."""
    connection = make_connection(owner, project, name="Shop")
    read_schema(connection, CATALOG)
    run = EvaluationRun.objects.create(project=project, connection=connection, task=make_task(owner, project))
    ids = {"connection": connection.pk, "query": answered(owner, project, connection).pk, "run": run.pk,
           "pair": propose(project, owner).pk}  # fmt: skip

    def call(client: Client, names: Any) -> dict[str, int]:
        found = {}
        for name in names:
            method, path, form = ACTIONS[name]
            data = {key: value.format(**ids) if "{connection}" in value else value for key, value in form.items()}
            if name == "import":
                data["file"] = SimpleUploadedFile("pairs.jsonl", LINE)
            answer = getattr(client, method)(f"/sql/{path.format(**ids)}", data)
            found[name] = answer.status_code
        return found

    return call


def written() -> list[Any]:
    """All that the buttons could write."""
    pairs = SqlKnowledge.objects.order_by("pk").values_list("pk", "status", "updated_at")
    rows = DatabaseConnection.objects.order_by("pk").values_list("pk", "name", "is_active", "updated_at")
    feedback = QueryHistory.objects.order_by("pk").values_list("pk", "feedback")
    return [*pairs, *rows, *feedback, Task.objects.count(), SchemaNote.objects.count(), EvaluationRun.objects.count()]


def test_owner_may_everything(go: Go, browser_client: Client) -> None:
    assert go(browser_client, ACTIONS) == OWNER
    assert list(DatabaseConnection.objects.values_list("is_active", flat=True)) == [False]


@pytest.mark.parametrize(("role", "expected"), [("manager", MANAGER), ("member", MEMBER), ("viewer", VIEWER)])
def test_members_may_what_their_role_says(
    go: Go, people: dict[str, Account], role: str, expected: dict[str, int]
) -> None:
    client = signed_in(people[role])
    refused = [name for name, status in expected.items() if status >= 400]
    before = written()
    assert go(client, refused) == {name: expected[name] for name in refused}
    assert written() == before
    allowed = [name for name in expected if name not in refused]
    assert go(client, allowed) == {name: expected[name] for name in allowed}


def test_stranger_finds_nothing_even_with_a_project_of_their_own(go: Go, stranger: Account) -> None:
    client, before = signed_in(stranger), written()
    assert go(client, STRANGER) == STRANGER
    assert go(client, OPEN) == dict.fromkeys(OPEN, 200)
    create_project(user=stranger, project_name="Own")
    hidden = [name for name in STRANGER if "{" in ACTIONS[name][1]]
    assert go(client, hidden) == dict.fromkeys(hidden, 404)
    assert written() == before


def test_without_a_name_every_door_leads_to_the_sign_in(go: Go, client: Client) -> None:
    before = written()
    assert go(client, ACTIONS) == dict.fromkeys(ACTIONS, 302)
    assert written() == before


def test_forms_of_other_sites_are_refused(go: Go, owner: Account) -> None:
    client, before = Client(enforce_csrf_checks=True), written()
    client.force_login(owner)
    buttons = [name for name, (method, _path, _form) in ACTIONS.items() if method == "post"]
    assert go(client, buttons) == dict.fromkeys(buttons, 403)
    assert written() == before
