"""Which databases one sees and asks, and what one may do with them."""

from typing import Any
from uuid import uuid4

import pytest
from django.db.models.functions import Now

from accounts.models import Account
from accounts.services import create_api_key
from projects.models import Project, ProjectKey
from projects.services import create_project
from tasks.models import Task
from text2sql.errors import ConnectionNotFound
from text2sql.models import DatabaseConnection
from text2sql.selectors.asking import askable_connections
from text2sql.selectors.connections import (
    connection_abilities,
    connections_for,
    get_connection,
    know_memberships,
    usable_connection,
    work_in_hand,
)
from text2sql.services.asking import project_of_work
from text2sql.tests.pairs import make_connection, make_task, move_task

Rows = dict[str, DatabaseConnection]


@pytest.fixture
def rows(owner: Account, stranger: Account, project: Project) -> Rows:
    """Connections by what they are: own, shared, somebody's, the example, and one that was removed."""
    made = {
        "private": make_connection(owner), "shared": make_connection(owner, project),
        "foreign": make_connection(stranger), "demo": make_connection(stranger, is_demo=True),
        "removed": make_connection(owner, project, is_active=False),
    }  # fmt: skip
    for name, connection in made.items():
        DatabaseConnection.objects.filter(pk=connection.pk).update(name=name)
        connection.name = name
    return made


def names(found: Any) -> set[str]:
    return {connection.name for connection in found}


def test_everybody_sees_own_shared_and_the_example(rows: Rows, people: dict[str, Account]) -> None:
    assert {name: names(connections_for(person)) for name, person in people.items()} == {
        "owner": {"private", "shared", "demo"}, "manager": {"shared", "demo"}, "member": {"shared", "demo"},
        "viewer": {"shared", "demo"}, "stranger": {"foreign", "demo"},
        "staff": {"private", "shared", "foreign", "demo"},
    }  # fmt: skip


def test_bound_key_sees_what_is_shared_with_its_project(rows: Rows, owner: Account, project: Project) -> None:
    free, _text = create_api_key(user=owner, name="free", permissions=["text2sql:read"])
    bound, _text = create_api_key(user=owner, name="bound", permissions=["text2sql:read"])
    ProjectKey.objects.create(project=project, api_key=bound)
    assert names(connections_for(owner, free)) == {"private", "shared", "demo"}
    assert names(connections_for(owner, bound)) == {"shared", "demo"}
    with pytest.raises(ConnectionNotFound):
        get_connection(rows["private"].pk, owner, bound)


def test_what_is_not_seen_is_not_found(rows: Rows, member: Account) -> None:
    for pk in (rows["private"].pk, rows["foreign"].pk, rows["removed"].pk, uuid4()):
        with pytest.raises(ConnectionNotFound):
            get_connection(pk, member)
    assert get_connection(rows["shared"].pk, member).project is not None


def test_connection_is_asked_where_it_is_shared(rows: Rows, people: dict[str, Account], project: Project) -> None:
    elsewhere = create_project(user=people["owner"], project_name="Elsewhere")

    def usable(person: str, where: Project) -> set[str]:
        found = set()
        for name, connection in rows.items():
            try:
                usable_connection(connection.pk, user=people[person], project=where)
            except ConnectionNotFound:
                continue
            found.add(name)
        return found

    assert usable("owner", project) == {"private", "shared", "demo"}
    assert usable("owner", elsewhere) == {"private", "shared", "demo"}
    assert (usable("member", project), usable("member", elsewhere)) == ({"shared", "demo"}, {"demo"})
    assert (usable("staff", project), usable("staff", elsewhere)) == ({"shared", "demo"}, {"demo"})
    assert usable("stranger", project) == {"foreign", "demo"}


def test_bound_key_asks_no_private_connection(rows: Rows, owner: Account, project: Project) -> None:
    key, _text = create_api_key(user=owner, name="bound", permissions=["text2sql:write"])
    ProjectKey.objects.create(project=project, api_key=key)
    assert usable_connection(None, user=owner, project=project, key=key).name == "shared"
    with pytest.raises(ConnectionNotFound):
        usable_connection(rows["private"].pk, user=owner, project=project, key=key)


def test_latest_tested_is_asked_by_default_and_the_example_last(
    rows: Rows, owner: Account, stranger: Account, project: Project
) -> None:
    chosen = [usable_connection(None, user=owner, project=project).name]
    DatabaseConnection.objects.filter(name="private").update(last_tested=Now())
    chosen.append(usable_connection(None, user=owner, project=project).name)
    DatabaseConnection.objects.filter(name__in=["private", "shared"]).update(is_active=False)
    chosen.append(usable_connection(None, user=owner, project=project).name)
    assert chosen[1:] == ["private", "demo"]
    DatabaseConnection.objects.update(is_active=False)
    with pytest.raises(ConnectionNotFound):
        usable_connection(None, user=owner, project=project)


def test_abilities_of_each_person(rows: Rows, people: dict[str, Account]) -> None:
    able = {
        name: [ability for ability, may in connection_abilities(rows["shared"], person).items() if may]
        for name, person in people.items()
    }
    assert able == {
        "owner": ["view", "ask", "details", "update", "delete"], "manager": ["view", "ask"], "member": ["view", "ask"],
        "viewer": ["view"], "stranger": ["view"],
        "staff": ["view", "ask", "details", "update", "delete", "allow_private"],
    }  # fmt: skip
    demo = {name: connection_abilities(rows["demo"], people[name]) for name in ("stranger", "owner", "staff")}
    assert {name: (able["ask"], able["update"]) for name, able in demo.items()} == {
        "stranger": (True, False), "owner": (True, False), "staff": (True, True),
    }  # fmt: skip


def test_archived_project_s_members_ask_no_more(rows: Rows, member: Account, owner: Account, project: Project) -> None:
    Project.objects.filter(pk=project.pk).update(status="archived")
    shared = get_connection(rows["shared"].pk, member)
    assert connection_abilities(shared, member)["ask"] is False
    assert connection_abilities(shared, owner)["ask"] is True
    assert (project_of_work(shared, member), project_of_work(rows["private"], owner)) == (None, None)


def test_roles_are_read_once_for_a_whole_list(
    rows: Rows, people: dict[str, Account], django_assert_num_queries: Any
) -> None:
    found = list(connections_for(people["viewer"]).select_related("project"))
    with django_assert_num_queries(1):
        know_memberships(found, people["viewer"])
        able = {connection.name: connection_abilities(connection, people["viewer"])["ask"] for connection in found}
    assert able == {"shared": False, "demo": True}


def test_page_offers_what_may_be_asked_in_the_project(rows: Rows, people: dict[str, Account], project: Project) -> None:
    offered = {
        "owner": names(askable_connections(people["owner"], project)),
        "member": names(askable_connections(people["member"], project)),
        "member without a project": names(askable_connections(people["member"], None)),
        "staff": names(askable_connections(people["staff"], project)),
        "staff without a project": names(askable_connections(people["staff"], None)),
    }
    assert offered == {
        "owner": {"private", "shared", "demo"}, "member": {"shared", "demo"}, "member without a project": {"demo"},
        "staff": {"shared", "demo"}, "staff without a project": {"demo"},
    }  # fmt: skip


def test_work_in_hand_is_the_person_s_own_and_has_not_ended(
    rows: Rows, owner: Account, member: Account, project: Project
) -> None:
    shared = rows["shared"]

    def begun(user: Account, kind: str, connection: DatabaseConnection) -> Task:
        task = make_task(user, project)
        given = {"task_type": kind, "queue_name": "text2sql_queue", "input_data": {"connection_id": str(connection.pk)}}
        Task.objects.filter(pk=task.pk).update(**given)
        return task

    begun(member, "text2sql.test", shared)
    begun(owner, "text2sql.ask", shared)
    begun(owner, "text2sql.test", rows["private"])
    move_task(begun(owner, "text2sql.introspect", shared).pk, "in_queue", "processing", "completed")
    assert work_in_hand(shared, owner) is None
    waiting = begun(owner, "text2sql.introspect", shared)
    assert work_in_hand(shared, owner) == waiting
