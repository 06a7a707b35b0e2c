"""Fixtures of the result tests: tasks whose engines answered, a catalogue row, and clients of each person."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Protocol

import psycopg
import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Account
from config.common.problems import DomainError
from conftest import make_account
from projects.models import MemberRole, Project
from projects.services import add_member, create_project_key
from results.models import Result
from results.services import record_results
from tasks.events import CompletedAttempt
from tasks.models import Engine, Task
from tasks.registry import EngineOutcome
from tasks.services import submit_task, sweep
from tasks.services.workers import register_worker
from tasks.worker.keeper import LeaseKeeper
from tasks.worker.runner import run_task

As = Callable[[Account], APIClient]
Browser = Callable[[Account], Client]


class Answer(Protocol):
    """Records that engines answered a new task of `owner`; returns the results by engine."""

    def __call__(self, *names: str, project: Project | None = ..., **fields: Any) -> list[Result]: ...


def outcome(name: str = "quick", **fields: Any) -> EngineOutcome:
    """What an engine named `name` of kind `test` answered."""
    values: dict[str, Any] = {
        "engine_type": "test", "engine_name": name, "engine_version": "1.2", "output_data": {"text": "Hello"},
        "processing_time_ms": 40, "usage": {"characters": 200}, "confidence": 0.9,
    }  # fmt: skip
    return EngineOutcome(**(values | fields))


def attempt_of(task: Task, *outcomes: EngineOutcome, number: int = 1) -> CompletedAttempt:
    """A completed attempt of a task."""
    return CompletedAttempt(task.pk, task.user_id, task.project_id, number, outcomes)


@pytest.fixture
def engine(db: None) -> Engine:
    """Catalogue row of the engine `quick`: 0.000015 USD per character."""
    return Engine.objects.create(domain="test", name="quick", adapter="quick", prices={"characters": "0.000015"})


@pytest.fixture
def task(owner: Account, project: Project) -> Task:
    """A task of `owner` that no engine has answered."""
    return submit_task(user=owner, project=project, task_type="test.echo", input_data={})


@pytest.fixture
def answer(project: Project) -> Answer:
    """`answer("quick", "slow", processing_time_ms=70)`."""
    in_project = project

    def make(*names: str, project: Project | None = None, **fields: Any) -> list[Result]:
        place = project or in_project
        task = submit_task(user=place.user, project=place, task_type="test.echo", input_data={})
        record_results(attempt=attempt_of(task, *(outcome(name, **fields) for name in names)))
        return list(Result.objects.filter(task=task).order_by("engine_name"))

    return make


@pytest.fixture
def result(engine: Engine, answer: Answer) -> Result:
    """The answer of `quick` to a task of `owner`."""
    (made,) = answer("quick")
    assert made.cost == Decimal("0.003")
    return made


@pytest.fixture
def viewer(project: Project, owner: Account) -> Account:
    """May only look at `project`."""
    person = make_account("viewer")
    add_member(project=project, user=person, role=MemberRole.VIEWER, actor=owner)
    return person


@pytest.fixture
def as_person() -> As:
    """REST client acting as a person with a session."""

    def client_of(person: Account) -> APIClient:
        client = APIClient()
        client.force_authenticate(person)
        return client

    return client_of


@pytest.fixture
def browser() -> Browser:
    """Browser signed in as a person."""

    def client_of(person: Account) -> Client:
        client = Client()
        client.force_login(person)
        return client

    return client_of


@pytest.fixture
def bound(project: Project, owner: Account) -> APIClient:
    """REST client with a key of the owner that is bound to `project`."""
    client = APIClient()
    made = create_project_key(project=project, actor=owner, name="program")
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {made.key_text}")
    return client


def refusal(call: Callable[..., Any], **arguments: Any) -> DomainError:
    """The error by which `call` refuses."""
    with pytest.raises(DomainError) as caught:
        call(**arguments)
    return caught.value


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """Statements that psycopg has executed since, Django's own and those of `tasks.queue`."""
    seen: list[str] = []
    execute = psycopg.Cursor.execute

    def watch(cursor: Any, statement: Any, *arguments: Any, **options: Any) -> Any:
        seen.append(str(statement))
        return execute(cursor, statement, *arguments, **options)

    monkeypatch.setattr(psycopg.Cursor, "execute", watch)
    return lambda: seen


@pytest.fixture
def run(db: None) -> Callable[[Task], str]:
    """Dispatch and run one task in this process; returns the state it reached."""
    keeper = LeaseKeeper(profile="light", queues=["default"], concurrency=1, exit_process=lambda code: None)
    register_worker(worker_id=keeper.worker_id, profile="light", queues=["default"], concurrency=1)

    def execute(task: Task) -> str:
        sweep()
        return run_task(task_id=task.pk, keeper=keeper)

    return execute
