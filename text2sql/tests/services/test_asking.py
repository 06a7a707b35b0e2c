"""Accepting work on databases: what is written with its task, and what is refused with nothing written."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import Account
from config.common.problems import DomainError, Forbidden
from projects.models import Project
from tasks.models import Task
from tasks.services import cancel_task, retry_task
from text2sql.errors import ConnectionNotFound, NotAnswered, QueryNotFound
from text2sql.models import DatabaseConnection, EvaluationRun, QueryExport, QueryHistory
from text2sql.selectors.queries import query_of_task
from text2sql.services import asking
from text2sql.services.asking import (
    Caller,
    ask_question,
    cancel_query,
    evaluate_connection,
    export_query,
    introspect_connection,
    run_statement,
)
from text2sql.tests.pairs import answered, make_connection
from text2sql.tests.working import Ask, Work

FAKE = {"question": "How many?", "engine": "fake"}


@pytest.fixture
def stored(owner: Account, project: Project) -> DatabaseConnection:
    return make_connection(owner, project)


def nothing_written() -> bool:
    return not any(model.objects.exists() for model in (Task, QueryHistory, QueryExport, EvaluationRun))


def test_question_is_written_with_its_task(caller: Caller, stored: DatabaseConnection) -> None:
    asked = ask_question(caller=caller, input_data=FAKE | {"question": " How\nmany? ", "connection_id": None})
    assert (asked.question, asked.sql_query, asked.source, asked.status, asked.connection) == (
        "How many?", "", "engine", "pending", stored,
    )  # fmt: skip
    assert (asked.task.task_type, asked.task.title, asked.task.input_data) == (
        "text2sql.ask", "How many?", FAKE,
    )  # fmt: skip


def test_query_by_hand_is_written_with_its_task(caller: Caller, stored: DatabaseConnection) -> None:
    asked = run_statement(caller=caller, input_data={"sql": "SELECT 1\r\n", "question": " One "})
    assert (asked.question, asked.sql_query, asked.source, asked.task.title) == (
        "One",
        "SELECT 1",
        "person",
        "SELECT 1",
    )


def test_follow_up_asks_the_same_database_again(caller: Caller, stored: DatabaseConnection, owner: Account) -> None:
    other = make_connection(owner, caller.project)
    first = answered(owner, caller.project, stored)
    follow = FAKE | {"follows": str(first.pk)}
    assert ask_question(caller=caller, input_data=follow).connection == stored
    chosen = ask_question(caller=caller, input_data=follow | {"connection_id": str(other.pk)})
    assert (chosen.connection, chosen.follows_id) == (other, first.pk)
    gone = answered(owner, caller.project, None)
    assert ask_question(caller=caller, input_data=FAKE | {"follows": str(gone.pk)}).connection == other


def test_nothing_is_written_where_the_question_cannot_be_asked(
    caller: Caller, stored: DatabaseConnection, stranger: Account, member: Account
) -> None:
    theirs = make_connection(stranger)
    DatabaseConnection.objects.filter(pk=stored.pk).update(is_active=False)
    refused = {
        "removed": FAKE | {"connection_id": str(stored.pk)}, "theirs": FAKE | {"connection_id": str(theirs.pk)},
        "nobody's": FAKE | {"connection_id": str(uuid4())}, "none at all": FAKE,
        "unknown thread": FAKE | {"follows": str(uuid4())},
    }  # fmt: skip
    codes = {}
    for name, data in refused.items():
        with pytest.raises(DomainError) as error:
            ask_question(caller=caller, input_data=data)
        codes[name] = error.value.code
    assert codes == dict.fromkeys(refused, "connection_not_found") | {"unknown thread": "query_not_found"}
    assert nothing_written()


def test_nobody_continues_another_person_s_thread(
    caller: Caller, stored: DatabaseConnection, member: Account, project: Project
) -> None:
    follows = {"follows": str(answered(member, project, stored).pk)}
    with pytest.raises(QueryNotFound):
        ask_question(caller=caller, input_data=FAKE | follows)
    with pytest.raises(QueryNotFound):
        run_statement(caller=caller, input_data={"sql": "SELECT 1"} | follows)
    assert QueryHistory.objects.count() == 1


def test_work_on_a_connection_is_written_as_a_task(caller: Caller, stored: DatabaseConnection) -> None:
    tasks = [start(caller=caller, connection=stored) for start in (asking.test_connection, introspect_connection)]
    assert [(task.task_type, task.queue_name, task.input_data) for task in tasks] == [
        ("text2sql.test", "text2sql_queue", {"connection_id": str(stored.pk)}),
        ("text2sql.introspect", "text2sql_queue", {"connection_id": str(stored.pk)}),
    ]  # fmt: skip


def test_only_managers_evaluate(caller: Caller, stored: DatabaseConnection, people: dict[str, Account]) -> None:
    told = {}
    for name in ("member", "viewer", "stranger"):
        with pytest.raises(Forbidden) as error:
            evaluate_connection(caller=Caller(people[name], caller.project), connection=stored)
        told[name] = str(error.value)
    assert set(told.values()) == {"Only who manages the project may evaluate its knowledge base."}
    assert nothing_written()
    runs = [evaluate_connection(caller=Caller(people[name], caller.project), connection=stored)
            for name in ("owner", "manager", "staff")]  # fmt: skip
    assert [(run.connection, run.project_id, run.finished_at) for run in runs] == [
        (stored, caller.project.pk, None)] * 3  # fmt: skip


def test_export_is_of_what_ran(caller: Caller, stored: DatabaseConnection, owner: Account) -> None:
    for status in ("pending", "error", "timeout", "unclear", "refused", "cancelled"):
        query = answered(owner, caller.project, stored, status=status)
        with pytest.raises(NotAnswered):
            export_query(caller=caller, query=query, file_format="csv")
    good = answered(owner, caller.project, stored)
    with pytest.raises(DomainError):
        export_query(caller=caller, query=good, file_format="pdf")
    assert not QueryExport.objects.exists()
    made = export_query(caller=caller, query=good, file_format="xlsx")
    assert (made.query, made.file_format, made.file_path, made.task.title) == (good, "xlsx", "", "xlsx")


def test_waiting_question_is_cancelled_by_who_may(
    caller: Caller, stored: DatabaseConnection, people: dict[str, Account]
) -> None:
    query = ask_question(caller=caller, input_data=FAKE)
    for name in ("member", "viewer", "stranger"):
        with pytest.raises(Forbidden):
            cancel_query(query=query, actor=people[name])
    assert QueryHistory.objects.get().status == "pending"
    assert cancel_query(query=query, actor=people["owner"]).status == "cancelled"
    assert cancel_query(query=query, actor=people["owner"]).status == "cancelled"


def test_cancelled_question_never_reaches_the_database(
    caller: Caller, read_shop: DatabaseConnection, work: Work, media: Any
) -> None:
    query = run_statement(caller=caller, input_data={"sql": "SELECT 1 AS n", "connection_id": str(read_shop.pk)})
    cancel_query(query=query, actor=caller.user)
    assert work(query.task) == "not_claimed"
    query.refresh_from_db()
    assert (query.status, query.result_file, query.rows_returned) == ("cancelled", "", None)


def test_cancelled_question_is_tried_again(
    caller: Caller, read_shop: DatabaseConnection, work: Work, media: Any
) -> None:
    query = run_statement(caller=caller, input_data={"sql": "SELECT 1 AS n", "connection_id": str(read_shop.pk)})
    cancel_task(task_id=query.task_id, actor=caller.user)
    retry_task(task_id=query.task_id, actor=caller.user)
    assert work(query.task) == "completed"
    query.refresh_from_db()
    assert (query.status, query.result_preview, query.error_code) == ("success", [[1]], "")


def test_failed_query_is_tried_again_and_forgets_its_error(run_sql: Ask, caller: Caller, work: Work) -> None:
    query = run_sql("SELECT nothing FROM customers")
    QueryHistory.objects.update(sql_query="SELECT count(*) AS n FROM customers")
    retry_task(task_id=query.task_id, actor=caller.user)
    work(query.task)
    again = QueryHistory.objects.get()
    assert (query.error_code, again.status, again.error_code, again.error_message) == (
        "unknown_column", "success", "", "",
    )  # fmt: skip


@pytest.mark.parametrize("change", [{"is_active": False}, {"project": None}])
def test_question_that_waited_until_the_connection_was_withdrawn_is_not_asked(
    member: Account, project: Project, read_shop: DatabaseConnection, work: Work, media: Any, change: dict[str, Any]
) -> None:
    caller = Caller(user=member, project=project)
    data = {"sql": "SELECT count(*) AS n FROM customers", "connection_id": str(read_shop.pk)}
    query = run_statement(caller=caller, input_data=data)
    DatabaseConnection.objects.update(**change)
    assert work(query.task) == "failed"
    query.refresh_from_db()
    assert (query.status, query.error_code, query.result_file) == ("error", "connection_not_found", "")


def test_removed_connection_is_neither_tested_nor_read(caller: Caller, shop: DatabaseConnection, work: Work) -> None:
    tasks = [start(caller=caller, connection=shop) for start in (asking.test_connection, introspect_connection)]
    DatabaseConnection.objects.update(is_active=False, password_encrypted="")
    assert [work(task) for task in tasks] == ["failed", "failed"]
    assert {task.error_code for task in Task.objects.all()} == {"connection_not_found"}
    assert (shop.schemas.count(), DatabaseConnection.objects.get().last_test_result) == (0, None)


def test_task_without_a_question_is_an_error_of_ours(db: None) -> None:
    with pytest.raises(LookupError):
        query_of_task(uuid4())


def test_connection_that_is_not_there_is_not_found(caller: Caller, stored: DatabaseConnection) -> None:
    DatabaseConnection.objects.update(is_active=False)
    starts: tuple[Callable[..., object], ...] = (asking.test_connection, introspect_connection, evaluate_connection)
    for start in starts:
        with pytest.raises(ConnectionNotFound):
            start(caller=caller, connection=stored)
    assert nothing_written()
