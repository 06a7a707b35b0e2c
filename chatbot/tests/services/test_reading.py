"""From an uploaded file to its passages, on a worker."""

import zipfile
from pathlib import Path

import pytest
from pytest_django import Settings

from chatbot.models import Passage, UploadedFile
from chatbot.services import FileRefused, delete_file, reading
from chatbot.services.reading import read_uploaded_file
from chatbot.tests.conftest import Run, Upload
from chatbot.tests.extraction.files import pdf, pdf_lines, pdf_pages, zipped
from config.common.ids import uuid7
from tasks.models import Task
from tasks.registry import Outcome
from tasks.services import cancel_task
from tasks.services.running import Claim
from tasks.worker.context import RunningTask

pytestmark = pytest.mark.django_db

PAGES = [pdf_lines("The rent is 940 euro."), pdf_lines("It ends on 30 June.")]
ENCRYPTED = b"/Encrypt << /Filter /Standard /V 1 /R 2 /O (%s) /U (%s) /P -4 >> /ID [(a) (b)]" % (b"x" * 32, b"y" * 32)


def test_text_becomes_passages_with_their_meaning(upload: Upload, run: Run) -> None:
    file = upload()
    assert run(file) == "completed"
    passage = Passage.objects.get(file=file)
    assert (passage.position, passage.page, passage.content) == (0, None, "The lease ends on 30 June 2027.")
    assert passage.embedding is not None
    assert (file.status, file.character_count > 0, file.is_truncated, file.error_code) == ("ready", True, False, "")
    assert file.analysis_result


def test_pages_of_a_pdf_are_kept(upload: Upload, run: Run) -> None:
    file = upload(pdf(pdf_pages(PAGES)), "lease.pdf")
    assert run(file) == "completed"
    rows = Passage.objects.filter(file=file).order_by("position").values_list("page", "content")
    assert list(rows) == [(1, "The rent is 940 euro."), (2, "It ends on 30 June.")]
    assert file.page_count == 2


def test_scripts_of_a_page_are_left_out(upload: Upload, run: Run) -> None:
    file = upload(b"<!doctype html><script>steal()</script><p>Hello</p><style>p{}</style>", "a.html")
    run(file)
    assert list(Passage.objects.values_list("content", flat=True)) == ["Hello"]


def failed(file: UploadedFile, run: Run) -> str:
    """The reason; fails unless nothing of it was kept."""
    assert run(file) == "failed"
    assert (file.status, Passage.objects.count()) == ("failed", 0)
    assert file.error_message
    return file.error_code


def test_encrypted_pdf_says_so(upload: Upload, run: Run) -> None:
    assert failed(upload(pdf(pdf_pages(PAGES), trailer=ENCRYPTED), "a.pdf"), run) == "file_encrypted"


def test_damaged_pdf_says_so(upload: Upload, run: Run) -> None:
    assert failed(upload(b"%PDF-1.4\n" + b"garbage " * 50, "a.pdf"), run) == "file_damaged"


def test_zip_bomb_is_refused_at_the_door(upload: Upload, tmp_path: Path) -> None:
    path = tmp_path / "bomb.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b"0" * 300_000_000)
    with pytest.raises(FileRefused) as caught:
        upload(path.read_bytes(), "bomb.docx")
    assert (caught.value.code, UploadedFile.objects.count()) == ("file_too_complex", 0)


def test_archive_that_is_no_document_is_refused(upload: Upload) -> None:
    with pytest.raises(FileRefused) as caught:
        upload(zipped({"a.txt": b"x"}), "a.zip")
    assert caught.value.code == "unsupported_type"
    assert not UploadedFile.objects.exists()


def test_lost_bytes_name_no_path(upload: Upload, run: Run, media: Path) -> None:
    file = upload()
    (media / file.file_path).unlink()
    Task.objects.update(max_retries=0)
    assert failed(file, run)
    assert "chat" not in file.error_message


def test_file_deleted_while_it_waited_is_no_error(upload: Upload, run: Run) -> None:
    file = upload()
    task = Task.objects.get()
    context = RunningTask(claim_of(task))
    delete_file(file=file)
    assert read_uploaded_file(context).output_data == {
        "file_id": str(context.input_data["file_id"]),
        "status": "deleted",
    }
    assert not Passage.objects.exists()


def claim_of(task: Task) -> Claim:
    return Claim(
        task.pk, task.task_type, task.queue_name, task.project_id, task.user_id, 1, 0, None, "", task.input_data,
        uuid7(),
    )  # fmt: skip


def begun(file: UploadedFile) -> Outcome:
    """The work of a reading, before its transaction."""
    return read_uploaded_file(RunningTask(claim_of(Task.objects.get(pk=file.task.pk if file.task else uuid7()))))


def test_file_deleted_while_it_is_read_gets_no_passages(upload: Upload) -> None:
    file = upload()
    outcome = begun(file)
    delete_file(file=file)
    assert outcome.in_transaction is not None
    outcome.in_transaction()
    assert (UploadedFile.objects.count(), Passage.objects.count()) == (0, 0)


def test_second_attempt_replaces_the_passages_of_the_first(upload: Upload) -> None:
    file = upload()
    for _ in range(2):
        outcome = begun(file)
        assert outcome.in_transaction is not None
        outcome.in_transaction()
    assert Passage.objects.filter(file=file).count() == 1


def test_long_file_is_read_up_to_a_limit_and_says_so(
    upload: Upload, run: Run, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setattr(reading, "MAX_PASSAGES", 3)
    file = upload("\n\n".join(f"Paragraph {n}. " + "word " * 200 for n in range(20)).encode(), "long.txt")
    assert run(file) == "completed"
    assert (Passage.objects.count(), file.is_truncated) == (3, True)


def test_cancelled_reading_leaves_the_file_failed(upload: Upload) -> None:
    file = upload()
    assert file.task is not None
    cancel_task(task_id=file.task.pk, actor=file.user)
    file.refresh_from_db()
    assert (file.status, Passage.objects.count()) == ("failed", 0)
