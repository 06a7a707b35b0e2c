"""An import that is interrupted goes on where it stopped; one that is cancelled keeps what it has done."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest

from accounts.models import Account
from chatbot.models import Conversation, ImportRun, Message
from chatbot.services import delete_import, start_import
from chatbot.services.imports import run_import
from chatbot.tests.importing.conftest import RunImport, nothing_written, pieces, report
from chatbot.tests.importing.exports import as_json, chatgpt, claude
from projects.models import Project
from tasks.engines.errors import Cancelled, WorkInterrupted
from tasks.worker.context import Drained

pytestmark = pytest.mark.django_db
FILE = as_json([*(chatgpt(id=f"g{number}", title=f"T{number}") for number in range(5)), claude()])
ALL: list[tuple[str, str, list[Any]]] = [
    (title, "imported", []) for title in ("T0", "T1", "T2", "T3", "T4", "Greeting")
]


@dataclass
class Interrupted:
    """A task's context whose worker is told to stop when `left` checkpoints have passed."""

    run: ImportRun
    left: int
    error: type[WorkInterrupted] = Drained
    attempt: int = 1
    seen: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        assert self.run.task_id is not None
        self.task_id: UUID = self.run.task_id
        self.project_id, self.user_id = self.run.project_id, self.run.user_id
        self.input_data: dict[str, Any] = {"run_id": str(self.run.pk)}

    def report_progress(self, percent: float, message: str = "") -> None:
        self.seen.append(percent)

    def is_cancelled(self) -> bool:
        return self.left < 0

    def raise_if_cancelled(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise self.error("stopped")


@pytest.fixture
def run(owner: Account, project: Project) -> ImportRun:
    return begin(owner, project)


def begin(owner: Account, project: Project, *, dry_run: bool = False) -> ImportRun:
    return start_import(user=owner, project=project, pieces=pieces(FILE), filename="e.json", dry_run=dry_run)


def interrupt(run: ImportRun, checkpoints: int, error: type[WorkInterrupted] = Drained) -> None:
    with pytest.raises(error):
        run_import(Interrupted(run, checkpoints, error))
    run.refresh_from_db()


@pytest.mark.parametrize("checkpoints", [0, 1, 2, 4, 6])
def test_second_attempt_goes_on_where_the_first_one_stopped(
    run: ImportRun, run_import_task: RunImport, checkpoints: int
) -> None:
    interrupt(run, checkpoints)
    done = max(0, checkpoints - 1)
    assert report(run) == ALL[:done]
    assert (run.status, Conversation.objects.count()) == ("waiting", done)
    assert run_import_task(run) == "completed"
    assert report(run) == ALL
    assert (run.imported_count, run.message_count, Message.objects.count()) == (6, 12, 12)


def test_interrupted_trial_begins_anew(owner: Account, project: Project, run_import_task: RunImport) -> None:
    run = begin(owner, project, dry_run=True)
    interrupt(run, 4)
    assert len(report(run)) == 3
    run_import_task(run)
    assert report(run) == ALL
    assert run.imported_count == 6
    assert nothing_written()


def test_cancelled_import_keeps_what_it_has_done(run: ImportRun) -> None:
    interrupt(run, 3, Cancelled)
    assert (run.status, run.finished_at is not None) == ("cancelled", True)
    assert report(run) == ALL[:2]
    assert Conversation.objects.count() == 2


def test_import_that_is_deleted_while_it_runs_ends_quietly(run: ImportRun, owner: Account) -> None:
    context = Interrupted(run, 100)
    items = run.items.model.objects

    def stop(percent: float, message: str = "") -> None:
        delete_import(run=run, actor=owner)

    context.report_progress = stop  # type: ignore[method-assign]  # the moment after the file was opened
    key = str(run.pk)
    assert run_import(context).output_data == {"run_id": key, "status": "deleted"}
    assert not items.exists()
    assert nothing_written()


def test_import_that_was_deleted_before_it_began_ends_quietly(run: ImportRun, owner: Account) -> None:
    context = Interrupted(run, 100)
    delete_import(run=run, actor=owner)
    assert run_import(context).output_data["status"] == "deleted"


def test_progress_goes_up_to_the_end(run: ImportRun) -> None:
    context = Interrupted(run, 100)
    run_import(context)
    assert context.seen == sorted(context.seen)
    assert context.seen[-1] == 99


def test_report_has_an_end(run: ImportRun, run_import_task: RunImport, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatbot.services.imports.running.MAX_ITEMS", 2)
    assert run_import_task(run) == "completed"
    assert report(run) == [*ALL[:2], ("e.json", "skipped", [["too_many_items", 2]])]
    assert Conversation.objects.count() == 2
