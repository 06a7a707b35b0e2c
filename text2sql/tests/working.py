"""What tests of the house's side share: a connection to the test's shop, and a worker in this process."""

from collections.abc import Callable, Iterator
from typing import Any, Protocol

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import Account
from projects.models import Project
from tasks.engines.cancel import NeverCancelled
from tasks.models import Task
from tasks.services import sweep
from tasks.services.workers import register_worker
from tasks.worker.keeper import LeaseKeeper
from tasks.worker.runner import run_task
from text2sql.connectors.base import Target
from text2sql.models import DatabaseConnection, QueryHistory
from text2sql.services.access import session_pool
from text2sql.services.asking import Caller, ask_question, run_statement
from text2sql.services.inputs import QUEUE
from text2sql.services.schemas import read_schema

Work = Callable[[Task], str]


class Ask(Protocol):
    """Asks as `owner`, of the fake engine unless told otherwise, and works it off."""

    def __call__(self, text: str, /, **input_data: Any) -> QueryHistory: ...


@pytest.fixture
def shop(owner: Account, project: Project, shop_pg: Target) -> Iterator[DatabaseConnection]:
    """The owner's connection to the shop on PostgreSQL, shared with `project`; its schema is read when it is asked."""
    made = DatabaseConnection.objects.create(
        user=owner, project=project, name="Shop", type="postgresql", host=shop_pg.host, port=shop_pg.port,
        database_name=shop_pg.database_name, username=shop_pg.username, password_encrypted=shop_pg.password,
        allows_private=True,
    )  # fmt: skip
    yield made
    session_pool().forget(made.pk)


@pytest.fixture
def read_shop(shop: DatabaseConnection) -> DatabaseConnection:
    """The shop with its schema."""
    read_schema(shop, cancel=NeverCancelled())
    return shop


@pytest.fixture
def caller(owner: Account, project: Project) -> Caller:
    """The owner in `project`."""
    return Caller(user=owner, project=project)


@pytest.fixture
def work(db: None, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> Work:
    """Dispatch and run one task in this process, commit hooks included; returns the state it reached."""
    keeper = LeaseKeeper(profile="light", queues=[QUEUE], concurrency=1, exit_process=lambda code: None)
    register_worker(worker_id=keeper.worker_id, profile="light", queues=[QUEUE], concurrency=1)

    def execute(task: Task) -> str:
        sweep()
        with django_capture_on_commit_callbacks(execute=True):
            return run_task(task_id=task.pk, keeper=keeper)

    return execute


@pytest.fixture
def ask(caller: Caller, read_shop: DatabaseConnection, work: Work, media: object) -> Ask:
    """`ask("```SELECT 1```")`: the question as it stands after its work."""

    def submit(question: str, /, **input_data: Any) -> QueryHistory:
        data = {"question": question, "connection_id": str(read_shop.pk), "engine": "fake"} | input_data
        query = ask_question(caller=caller, input_data=data)
        work(query.task)
        return QueryHistory.objects.select_related("task").get(pk=query.pk)

    return submit


@pytest.fixture
def run_sql(caller: Caller, read_shop: DatabaseConnection, work: Work, media: object) -> Ask:
    """`run_sql("SELECT 1")`: the query as it stands after its work."""

    def submit(sql: str, /, **input_data: Any) -> QueryHistory:
        data = {"sql": sql, "connection_id": str(read_shop.pk)} | input_data
        query = run_statement(caller=caller, input_data=data)
        work(query.task)
        return QueryHistory.objects.select_related("task").get(pk=query.pk)

    return submit
