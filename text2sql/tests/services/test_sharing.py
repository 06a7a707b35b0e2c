"""Sharing a database with a project: from the first question of a member to the last one, on a real server."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Account
from config.common.problems import Forbidden
from projects.models import MemberRole, Project
from projects.services import add_member, create_project
from tasks.models import Task
from text2sql.errors import ConnectionNotFound
from text2sql.models import DatabaseConnection, QueryHistory
from text2sql.services.asking import Caller, run_statement
from text2sql.services.connections import create_connection, update_connection
from text2sql.services.results import read_rows
from text2sql.services.schemas import write_note
from text2sql.tests.working import Work
from tts.tests.conftest import As

COUNT = {"sql": "SELECT count(*) AS n FROM customers"}


def told(caller: Caller, connection: DatabaseConnection, work: Work) -> Any:
    """The rows of a query of this person, or the code of its refusal."""
    try:
        query = run_statement(caller=caller, input_data=COUNT | {"connection_id": str(connection.pk)})
    except (ConnectionNotFound, Forbidden) as error:
        return error.code
    work(query.task)
    query.refresh_from_db()
    return read_rows(query) if query.status == "success" else query.error_code


def test_who_is_in_the_project_asks_and_who_is_not_does_not(
    people: dict[str, Account], project: Project, read_shop: DatabaseConnection, work: Work, media: Any
) -> None:
    answers = {name: told(Caller(person, project), read_shop, work) for name, person in people.items()}
    assert answers == {
        "owner": [[60]], "manager": [[60]], "member": [[60]], "staff": [[60]], "viewer": "forbidden",
        "stranger": "forbidden",
    }  # fmt: skip


def test_sharing_ends_with_the_owner_s_word(
    owner: Account, member: Account, project: Project, read_shop: DatabaseConnection, work: Work, media: Any
) -> None:
    caller, answers = Caller(member, project), []
    for shared in (project, None, project):
        update_connection(connection=read_shop, actor=owner, project=shared)
        answers.append(told(caller, read_shop, work))
    assert answers == [[[60]], "connection_not_found", [[60]]]
    assert told(Caller(owner, project), read_shop, work) == [[60]]


def test_connection_moves_with_its_project(
    owner: Account, member: Account, project: Project, read_shop: DatabaseConnection, work: Work, media: Any
) -> None:
    other = create_project(user=owner, project_name="Other")
    add_member(project=other, user=member, role=MemberRole.MEMBER, actor=owner)
    update_connection(connection=read_shop, actor=owner, project=other)
    assert told(Caller(member, project), read_shop, work) == "connection_not_found"
    assert told(Caller(member, other), read_shop, work) == [[60]]


def test_only_who_may_work_in_a_project_shares_with_it(people: dict[str, Account], project: Project) -> None:
    fields: Any = {"type": "mysql", "host": "db.example.org", "project": project}
    shared = {}
    for name, person in people.items():
        try:
            shared[name] = create_connection(user=person, name=name, **fields).project == project
        except Forbidden:
            shared[name] = False
    assert shared == {
        "owner": True, "manager": True, "member": True, "staff": True, "viewer": False, "stranger": False,
    }  # fmt: skip
    assert set(DatabaseConnection.objects.values_list("name", flat=True)) == {"owner", "manager", "member", "staff"}


def test_words_of_the_owner_help_everybody(
    as_person: As, owner: Account, member: Account, read_shop: DatabaseConnection
) -> None:
    write_note(connection=read_shop, actor=owner, place=("public", "customers", "city"), synonyms=["town"])
    schema = as_person(member).get(f"/api/v1/database-connections/{read_shop.pk}/schema/").json()["schema_json"]
    [customers] = [table for table in schema["tables"] if table["name"] == "customers"]
    assert [column["synonyms"] for column in customers["columns"] if column["name"] == "city"] == [["town"]]


def test_member_s_questions_are_not_the_owner_s_to_see(
    as_person: As, owner: Account, member: Account, project: Project, read_shop: DatabaseConnection, work: Work,
    media: Any,
) -> None:  # fmt: skip
    told(Caller(member, project), read_shop, work)
    query = QueryHistory.objects.get()
    mine: APIClient = as_person(owner)
    assert mine.get(f"/api/v1/queries/{query.pk}/").status_code == 404
    assert mine.get(f"/api/v1/queries/{query.pk}/rows/").status_code == 404
    # The project's owner sees that work was done, and what it was called, as for every kind of work.
    assert mine.get(f"/api/v1/tasks/{query.task_id}/").status_code == 200


def test_task_of_a_question_holds_no_rows(
    owner: Account, project: Project, read_shop: DatabaseConnection, work: Work, media: Any
) -> None:
    query = run_statement(
        caller=Caller(owner, project),
        input_data={"sql": "SELECT name FROM customers WHERE id = 4", "connection_id": str(read_shop.pk)},
    )
    work(query.task)
    query.refresh_from_db()
    task = Task.objects.get()
    [[name]] = read_rows(query)
    assert task.output_data == {
        "query_id": str(query.pk), "status": "success", "sql": query.sql_query, "rows": 1, "confidence": None,
        "source": "person",
    }  # fmt: skip
    assert name not in str(task.output_data) + str(task.input_data) + task.title


@pytest.mark.parametrize("role", ["owner", "member"])
def test_new_password_counts_for_the_next_question(
    people: dict[str, Account], project: Project, read_shop: DatabaseConnection, work: Work, media: Any, role: str
) -> None:
    password, caller = read_shop.password_encrypted, Caller(people[role], project)
    answers = [told(caller, read_shop, work)]
    for given in ("wrong", password):
        update_connection(connection=read_shop, actor=people["owner"], password=given)
        answers.append(told(caller, read_shop, work))
    assert answers == [[[60]], "wrong_credentials", [[60]]]
