"""What can be chosen beside a question, and what a question continues."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import Account
from projects.models import Project
from projects.services import create_project
from tasks.models import Engine
from text2sql.models import DatabaseConnection, QueryHistory
from text2sql.selectors import threads
from text2sql.selectors.asking import askable_connections, chosen_connection, engine_choices
from text2sql.selectors.threads import thread_of
from text2sql.services.asking import Caller, ask_question

pytestmark = pytest.mark.django_db


def connect(user: Account, name: str, **fields: Any) -> DatabaseConnection:
    """A connection to nowhere."""
    usual = {"type": "mysql", "host": "db.example.org", "port": 3306}
    return DatabaseConnection.objects.create(user=user, name=name, **(usual | fields))


def names(user: Account, project: Project | None) -> list[str]:
    """Of the databases that can be asked."""
    return [connection.name for connection in askable_connections(user, project)]


def test_own_shared_and_example_databases_can_be_asked(
    owner: Account, member: Account, stranger: Account, staff: Account, project: Project
) -> None:
    other = create_project(user=owner, project_name="Other")
    connect(owner, "Shared", project=project)
    connect(owner, "Elsewhere", project=other)
    connect(member, "Own")
    connect(member, "Removed", is_active=False)
    connect(staff, "Example", is_demo=True)
    assert names(member, project) == ["Own", "Shared", "Example"]
    assert names(member, None) == ["Own", "Example"]
    assert names(owner, other) == ["Elsewhere", "Shared", "Example"]
    assert names(stranger, project) == ["Example"]


def test_the_one_tested_last_stands_first_and_the_example_last(owner: Account) -> None:
    now = timezone.now()
    connect(owner, "Example", is_demo=True, last_tested=now)
    connect(owner, "Long ago", last_tested=now - timedelta(days=9))
    connect(owner, "Just now", last_tested=now)
    connect(owner, "Never")
    assert names(owner, None) == ["Just now", "Long ago", "Never", "Example"]


def test_the_first_wanted_one_that_can_be_asked_is_chosen(owner: Account) -> None:
    first, second = connect(owner, "First"), connect(owner, "Second")
    wanted: dict[tuple[object, ...], DatabaseConnection] = {
        (): first, (None, ""): first, (uuid4(), str(second.pk)): second, (second.pk, first.pk): second,
        ("nonsense",): first,
    }  # fmt: skip
    assert {ids: chosen_connection([first, second], *ids) for ids in wanted} == wanted
    assert chosen_connection([], first.pk) is None


def test_enabled_engines_can_be_chosen_the_default_first() -> None:
    Engine.objects.filter(domain="text2sql").update(is_enabled=True, is_default=False)
    Engine.objects.filter(domain="text2sql", name="grammar").update(is_default=True)
    Engine.objects.filter(domain="text2sql", name="llm").update(is_enabled=False)
    assert [engine.name for engine in engine_choices()] == ["grammar", "fake"]


def thread(caller: Caller, connection: DatabaseConnection, length: int) -> list[QueryHistory]:
    """Questions of which each continues the one before."""
    made: list[QueryHistory] = []
    for number in range(length):
        data = {"question": f"Question {number}?", "connection_id": str(connection.pk)}
        follows = {"follows": str(made[-1].pk)} if made else {}
        made.append(ask_question(caller=caller, input_data=data | follows))
    return made


def test_thread_is_what_led_to_the_question(
    caller: Caller, owner: Account, project: Project, django_assert_num_queries: Any
) -> None:
    made = thread(caller, connect(owner, "Any"), 4)
    with django_assert_num_queries(2):
        assert thread_of(made[2], owner) == made[:3]
    with django_assert_num_queries(0):
        assert thread_of(made[0], owner) == made[:1]


def test_long_thread_shows_its_end(
    caller: Caller, owner: Account, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads, "MAX_SHOWN", 2)
    made = thread(caller, connect(owner, "Any"), 4)
    assert thread_of(made[-1], owner) == made[2:]


def test_thread_holds_nothing_of_somebody_else(
    caller: Caller, owner: Account, member: Account, project: Project
) -> None:
    made = thread(caller, connect(owner, "Any", project=project), 2)
    QueryHistory.objects.filter(pk=made[0].pk).update(user=member)
    assert thread_of(made[1], owner) == made[1:]
