"""From a stored file to passages with their meaning, on a worker."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from chatbot.extraction.base import Extraction, Limits, describe
from chatbot.extraction.base import Passage as ReadPassage
from chatbot.extraction.passages import split
from chatbot.extraction.reading import read_file
from chatbot.models import Passage, UploadedFile
from chatbot.selectors.embedders import as_vector, embed_texts
from chatbot.services.files import STORE
from chatbot.states import FileStatus
from tasks.registry import Outcome, TaskContext

#: Passages are embedded and reported in batches of this size.
BATCH = 32
#: Of the progress bar, what reading takes; the rest is embedding.
READING_PERCENT = 30
#: Beyond this many passages a file is too large to be searched well.
MAX_PASSAGES = 5_000


def read_uploaded_file(context: TaskContext) -> Outcome:
    """Read the file in a child process, embed its passages, store them with the file's facts in one transaction."""
    file = UploadedFile.objects.filter(pk=context.input_data["file_id"]).first()
    if file is None:
        # Deleted while it waited: nothing is left to read.
        return Outcome({"file_id": context.input_data["file_id"], "status": "deleted"})
    with STORE.local_path(file.file_path) as path:
        extraction = read_file(path, file.original_filename, limits=Limits(), cancel=context)
    context.report_progress(READING_PERCENT)
    passages = list(split(extraction.blocks))[:MAX_PASSAGES]
    rows = _embedded(file.pk, passages, context)
    return Outcome(
        {"file_id": str(file.pk), "status": "ready", "passages": len(rows), "found": describe(extraction)},
        in_transaction=lambda: _store(file.pk, extraction, rows, len(passages) == MAX_PASSAGES),
    )


def _embedded(file_id: UUID, passages: Sequence[ReadPassage], context: TaskContext) -> list[Passage]:
    rows: list[Passage] = []
    for start in range(0, len(passages), BATCH):
        context.raise_if_cancelled()
        batch = passages[start : start + BATCH]
        vectors = embed_texts([_with_heading(passage) for passage in batch])
        rows += [_row(file_id, passage, vector) for passage, vector in zip(batch, vectors, strict=True)]
        context.report_progress(READING_PERCENT + (100 - READING_PERCENT) * len(rows) / len(passages))
    return rows


def _with_heading(passage: ReadPassage) -> str:
    return f"{passage.heading}\n{passage.text}" if passage.heading else passage.text


def _row(file_id: UUID, passage: ReadPassage, vector: Any) -> Passage:
    return Passage(
        file_id=file_id,
        position=passage.position,
        page=passage.page,
        heading=passage.heading[:300],
        content=passage.text,
        embedding=as_vector(vector),
    )


def _store(file_id: UUID, extraction: Extraction, rows: list[Passage], is_cut: bool) -> None:
    """Part of the transaction that completes the task; a file deleted meanwhile gets nothing."""
    with transaction.atomic():
        found = UploadedFile.objects.select_for_update().filter(pk=file_id)
        if not found.exists():
            return
        Passage.objects.filter(file_id=file_id).delete()
        Passage.objects.bulk_create(rows, batch_size=500)
        found.update(
            status=FileStatus.READY,
            analysis_result=describe(extraction),
            page_count=extraction.pages,
            character_count=extraction.characters,
            is_truncated=extraction.truncated or is_cut,
        )
