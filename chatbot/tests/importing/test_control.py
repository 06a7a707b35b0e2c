"""Starting, confirming, cancelling and deleting imports; what is refused leaves nothing behind."""

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import Account
from accounts.services import create_api_key
from chatbot.models import Conversation, ImportRun, Message
from chatbot.services import (
    FileRefused,
    ImportNotFound,
    ImportNotReady,
    cancel_import,
    clean_imports,
    confirm_import,
    delete_import,
    start_import,
)
from chatbot.services.exporting import export_json
from chatbot.services.imports.receiving import STORE
from chatbot.tests.importing.conftest import Bring, RunImport, nothing_written, pieces, report, texts
from chatbot.tests.importing.exports import as_json, as_zip, chatgpt
from config.common.ids import uuid7
from config.common.problems import Forbidden
from projects.models import Project
from projects.services import create_project, create_project_key
from tasks.models import Task
from tasks.services import IllegalTransition, submit_task

pytestmark = pytest.mark.django_db
GOOD = as_json([chatgpt()])


def stored(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


def start(owner: Account, project: Project, content: bytes = GOOD, **fields: object) -> ImportRun:
    return start_import(user=owner, project=project, pieces=pieces(content), filename="e.json", **fields)  # type: ignore[arg-type]  # given by name


def refused(owner: Account, project: Project, content: bytes = GOOD, **fields: object) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        start(owner, project, content, **fields)
    assert not ImportRun.objects.exists()
    assert not Task.objects.exists()
    return caught.value


def test_file_is_kept_under_the_name_of_its_content(owner: Account, project: Project, media: Path) -> None:
    run = start(owner, project)
    checksum = hashlib.sha256(GOOD).hexdigest()
    assert (run.checksum, run.file_size, run.status, run.dry_run) == (checksum, len(GOOD), "waiting", True)
    assert [path.name for path in stored(media)] == [f"{checksum[2:]}.import"]
    assert run.task is not None
    assert run.task.input_data == {"run_id": str(run.pk)}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"%PDF", "unsupported_type"),
        (b"", "unsupported_type"),
        (as_zip({"a.json": b"[" + b" " * 9_000_000 + b"]"}), "file_too_complex"),
        (as_zip({"a.json": GOOD})[:-9], "file_damaged"),
    ],
)
def test_what_is_no_export_is_refused(owner: Account, project: Project, media: Path, content: bytes, code: str) -> None:
    assert refused(owner, project, content).code == code
    assert stored(media) == []


def test_too_large_a_file_is_refused_while_it_comes(
    owner: Account, project: Project, media: Path, settings: Settings
) -> None:
    settings.CHAT_MAX_IMPORT_BYTES = len(GOOD) - 1
    error = refused(owner, project)
    assert (error.code, error.status_code) == ("file_too_large", 413)
    assert stored(media) == []


def test_waiting_imports_together_have_a_limit(owner: Account, project: Project, settings: Settings) -> None:
    settings.CHAT_MAX_IMPORT_BYTES = 2 * len(GOOD) - 1
    start(owner, project)
    with pytest.raises(FileRefused) as caught:
        start(owner, project)
    assert (caught.value.code, caught.value.status_code) == ("storage_full", 413)
    assert ImportRun.objects.count() == 1


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../../etc/passwd", "\x00"])
def test_unknown_zone_is_refused(owner: Account, project: Project, zone: str) -> None:
    error = refused(owner, project, timezone=zone)
    assert error.code == "unknown_timezone"
    assert list(error.errors) == ["timezone"]


def test_stranger_may_not_import_into_a_project(stranger: Account, project: Project, media: Path) -> None:
    with pytest.raises(Forbidden):
        start(stranger, project)
    assert stored(media) == []
    assert not ImportRun.objects.exists()


def test_nobody_submits_the_kind_by_itself(owner: Account, project: Project) -> None:
    run = start(owner, project)
    for key in (str(run.pk), str(uuid7())):
        with pytest.raises(ImportNotFound):
            submit_task(user=owner, project=project, task_type="chatbot.import", input_data={"run_id": key})
    assert Task.objects.count() == 1


def test_confirmed_trial_is_done_with_the_file_that_was_kept(
    bring: Bring, run_import_task: RunImport, media: Path
) -> None:
    run = bring(GOOD, dry_run=True)
    assert nothing_written()
    confirmed = confirm_import(run=run)
    assert (confirmed.dry_run, confirmed.status, confirmed.items.count()) == (False, "waiting", 0)
    assert run_import_task(confirmed) == "completed"
    assert report(confirmed) == [("Lời chào", "imported", [])]
    assert texts(Conversation.objects.get()) == ["Xin chào", "Chào bạn!"]
    assert (confirmed.file_path, stored(media)) == ("", [])


def test_import_is_confirmed_once(bring: Bring, run_import_task: RunImport) -> None:
    run = confirm_import(run=bring(GOOD, dry_run=True))
    with pytest.raises(ImportNotReady):
        confirm_import(run=run)
    run_import_task(run)
    with pytest.raises(ImportNotReady):
        confirm_import(run=run)
    assert Task.objects.count() == 2


def test_trial_that_runs_still_cannot_be_confirmed(owner: Account, project: Project) -> None:
    with pytest.raises(ImportNotReady):
        confirm_import(run=start(owner, project))


def test_person_who_left_the_project_cannot_confirm(bring: Bring, member: Account, project: Project) -> None:
    run = bring(GOOD, dry_run=True, user=member)
    project.members.filter(user=member).update(status="removed")
    with pytest.raises(Forbidden):
        confirm_import(run=run)
    assert ImportRun.objects.get().dry_run


def test_waiting_import_is_cancelled(owner: Account, project: Project) -> None:
    run = start(owner, project)
    cancel_import(run=run, actor=owner)
    run.refresh_from_db()
    assert run.status == "cancelled"
    assert run.finished_at is not None
    assert nothing_written()


def test_import_that_has_ended_is_not_cancelled(bring: Bring, owner: Account) -> None:
    run = bring(GOOD)
    with pytest.raises(IllegalTransition):
        cancel_import(run=run, actor=owner)
    run.refresh_from_db()
    assert run.status == "completed"


def test_deleting_keeps_what_was_imported(bring: Bring, owner: Account) -> None:
    delete_import(run=bring(GOOD), actor=owner)
    assert not ImportRun.objects.exists()
    assert Message.objects.count() == 2


def test_deleting_a_trial_removes_the_file(
    bring: Bring, owner: Account, media: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    run = bring(GOOD, dry_run=True)
    with django_capture_on_commit_callbacks(execute=True):
        delete_import(run=run, actor=owner)
    assert stored(media) == []


def test_file_of_two_imports_goes_with_the_last(
    bring: Bring, owner: Account, media: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    first, second = bring(GOOD, dry_run=True), bring(GOOD, dry_run=True)
    for run, left in ((first, 1), (second, 0)):
        with django_capture_on_commit_callbacks(execute=True):
            delete_import(run=run, actor=owner)
        assert len(stored(media)) == left


def test_deleting_a_waiting_import_stops_it(owner: Account, project: Project, run_import_task: RunImport) -> None:
    run = start(owner, project)
    delete_import(run=run, actor=owner)
    assert Task.objects.get().status == "cancelled"
    assert nothing_written()


def test_file_that_nobody_confirms_is_removed_after_a_week(bring: Bring, media: Path) -> None:
    run = bring(GOOD, dry_run=True)
    assert clean_imports() == 0
    ImportRun.objects.update(created_at=timezone.now() - timedelta(days=8))
    clean_imports()
    run.refresh_from_db()
    assert run.file_path == ""
    assert STORE.remove_orphans(older_than=timedelta(0)) == 1
    assert stored(media) == []
    with pytest.raises(ImportNotReady) as caught:
        confirm_import(run=run)
    assert caught.value.code == "import_file_removed"


def test_damage_that_shows_only_later_fails_the_import(
    owner: Account, project: Project, media: Path, run_import_task: RunImport
) -> None:
    run = start(owner, project)
    stored(media)[0].write_bytes(b"gone bad")
    assert run_import_task(run) == "failed"
    assert (run.status, run.error_code) == ("failed", "unsupported_type")
    assert run.error_message == "The file is neither JSON nor a zip archive."


def test_bound_key_changes_nothing_in_another_project(bring: Bring, owner: Account, project: Project) -> None:
    bring(GOOD)
    other = create_project(user=owner, project_name="Other")
    key = create_project_key(project=other, actor=owner, name="program").key
    more = as_json([chatgpt(*chatgpt()["mapping"].values(), title="More")])
    run = bring(more.replace(b'"a"', b'"z"'), project=other, api_key=key)
    assert report(run) == [("More", "skipped", [["other_project", ""]])]
    assert Message.objects.count() == 2


def test_free_key_reaches_all_projects(bring: Bring, owner: Account) -> None:
    bring(GOOD)
    other = create_project(user=owner, project_name="Other")
    key, _token = create_api_key(user=owner, name="free", permissions=["chat:write"])
    assert bring(GOOD, project=other, api_key=key).unchanged_count == 1


def test_export_of_an_imported_conversation_holds_no_bookkeeping(bring: Bring) -> None:
    bring(GOOD)
    assert "origin" not in export_json(Conversation.objects.get())
