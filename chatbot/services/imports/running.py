"""An import on a worker: item by item, each in a transaction of its own, so that what is done stays done."""

from dataclasses import replace
from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

from django.db import DataError, transaction
from django.db.models import F, Max
from django.db.models.functions import Now

from chatbot.importing.base import ImportedConversation, ImportedItem, ImportedMemory, Note, Skipped
from chatbot.importing.reading import Export
from chatbot.importing.values import Clock
from chatbot.models import Conversation, ImportItem, ImportRun
from chatbot.services.imports.attaching import counted
from chatbot.services.imports.matching import Plan, hash_of, plan_conversation, plan_memory
from chatbot.services.imports.receiving import STORE, lock_imports, most_unpacked
from chatbot.services.imports.writing import write_conversation, write_memory
from chatbot.states import ImportResult, ImportStatus
from projects.models import ProjectKey
from tasks.engines.errors import Cancelled, EngineError, WorkInterrupted
from tasks.models import Task
from tasks.registry import Outcome, TaskContext

#: Lines of a report; a file with more is cut there, and says so.
MAX_ITEMS = 100_000
#: What the file itself says that is broken, rather than left out on purpose.
_FAILURES = frozenset({"broken_json", "broken_entry", "too_deep", "value_too_large", "too_large", "refused"})


class _Deleted(Exception):
    """The run was deleted while it was running."""


def run_import(context: TaskContext) -> Outcome:
    """Try the file, or do it; a second attempt goes on where the first one stopped."""
    run_id = context.input_data["run_id"]
    run = ImportRun.objects.select_related("user", "project").filter(pk=run_id).first()
    if run is None or not run.file_path:
        return Outcome({"run_id": run_id, "status": "deleted"})
    ImportRun.objects.filter(pk=run.pk).update(status=ImportStatus.WAITING, error_code="", error_message="")
    try:
        with STORE.local_path(run.file_path) as path:
            export = Export(path, name=run.original_filename, max_unpacked_bytes=most_unpacked())
            _Importer(run, context).take(export)
    except _Deleted:
        return Outcome({"run_id": run_id, "status": "deleted"})
    except EngineError as error:
        _note_end(run, error)
        raise
    run.refresh_from_db()
    counts = {name: getattr(run, f"{name}_count") for name in ImportResult.values}
    output = {"run_id": run_id, "status": "completed", "dry_run": run.dry_run, "messages": run.message_count}
    return Outcome(output | counts, in_transaction=lambda: _finish(run))


def _note_end(run: ImportRun, error: EngineError) -> None:
    """Say at once that it ended: the queue tells receivers only of tasks that hold quota. A retry begins anew."""
    if isinstance(error, Cancelled):
        changes: dict[str, Any] = {"status": ImportStatus.CANCELLED}
    elif isinstance(error, WorkInterrupted) or error.retryable:
        return
    else:
        changes = {"status": ImportStatus.FAILED, "error_code": error.code, "error_message": error.message}
    ImportRun.objects.filter(pk=run.pk).update(**changes, finished_at=Now())


def _finish(run: ImportRun) -> None:
    """Part of the transaction that completes the task. The file is needed only to confirm a trial run."""
    name = "" if run.dry_run else run.file_path
    changes: dict[str, Any] = {"status": ImportStatus.COMPLETED, "finished_at": Now()}
    ImportRun.objects.filter(pk=run.pk).update(**changes, **({"file_path": ""} if name else {}))
    if name:
        transaction.on_commit(lambda: STORE.let_go(name))


class _Importer:
    """The state of one attempt."""

    def __init__(self, run: ImportRun, context: TaskContext) -> None:
        self.run = run
        self.context = context
        self.read_bytes = 0
        self.total_bytes = 1
        # In a trial run nothing is written that a second copy in the same file could be compared with.
        self.seen: dict[tuple[str, str], str] = {}
        key_id = Task.objects.values_list("api_key_id", flat=True).get(pk=context.task_id)
        is_bound = key_id is not None and ProjectKey.objects.filter(api_key_id=key_id).exists()
        self.project_id = run.project_id if is_bound else None

    def take(self, export: Export) -> None:
        """All items, from the one after the last that is reported. Raises WorkInterrupted."""
        self.total_bytes = max(1, export.total_bytes)
        if self.run.dry_run:
            self._start_anew()
        done = self.run.items.aggregate(last=Max("position"))["last"] or 0
        zone = UTC if self.run.timezone == "UTC" else ZoneInfo(self.run.timezone)
        for position, item in enumerate(export.items(Clock(zone), self._note_bytes), start=1):
            self.context.raise_if_cancelled()
            if position > MAX_ITEMS:
                self._report(position, Skipped(self.run.original_filename, Note("too_many_items", MAX_ITEMS)))
                return
            if position > done:
                self._take_one(position, item)

    def _start_anew(self) -> None:
        with transaction.atomic():
            self.run.items.all().delete()
            zeros = dict.fromkeys((f"{name}_count" for name in ImportResult.values), 0)
            ImportRun.objects.filter(pk=self.run.pk).update(**zeros, message_count=0)

    def _note_bytes(self, count: int) -> None:
        self.context.raise_if_cancelled()
        self.read_bytes += count
        self.context.report_progress(min(99, 100 * self.read_bytes / self.total_bytes))

    def _take_one(self, position: int, item: ImportedItem) -> None:
        try:
            self._report(position, item)
        except DataError:
            # PostgreSQL cannot hold it, whatever it is; the others are not to suffer for it.
            self._report(position, Skipped(_title_of(item), Note("refused")))

    @transaction.atomic
    def _report(self, position: int, item: ImportedItem) -> None:
        """Plan, write unless it is a trial run, and add the line of the report, all or nothing."""
        lock_imports(self.run.user)
        if not ImportRun.objects.select_for_update().filter(pk=self.run.pk).exists():
            raise _Deleted
        plan, conversation = self._done(item)
        ImportItem.objects.create(
            run=self.run,
            position=position,
            kind=_kind_of(item),
            title=_title_of(item)[:255],
            result=plan.result,
            message_count=len(plan.messages),
            notes=[[note.code, note.value] for note in plan.notes],
            conversation=conversation,
        )
        count = f"{plan.result}_count"
        changes: dict[str, Any] = {count: F(count) + 1, "message_count": F("message_count") + len(plan.messages)}
        if not self.run.source_format and not isinstance(item, Skipped):
            self.run.source_format = changes["source_format"] = item.origin
        ImportRun.objects.filter(pk=self.run.pk).update(**changes)

    def _done(self, item: ImportedItem) -> tuple[Plan, Conversation | None]:
        if isinstance(item, Skipped):
            failed = item.why.code in _FAILURES
            return Plan(ImportResult.FAILED if failed else ImportResult.SKIPPED, (item.why,)), None
        if isinstance(item, ImportedMemory):
            return self._memory(item), None
        plan = plan_conversation(user=self.run.user, item=item, project_id=self.project_id)
        if plan.result in (ImportResult.SKIPPED, ImportResult.UNCHANGED):
            return plan, plan.conversation
        if self.run.dry_run:
            told = self._told_before(item, plan)
            if told.result != ImportResult.UNCHANGED:
                told = replace(told, notes=(*told.notes, *counted(told.messages)))
            return told, plan.conversation
        conversation, notes = write_conversation(self.run, item, plan)
        return replace(plan, notes=(*plan.notes, *notes)), conversation

    def _memory(self, item: ImportedMemory) -> Plan:
        plan = plan_memory(user=self.run.user, item=item)
        if plan.result != ImportResult.IMPORTED:
            return plan
        if self.run.dry_run:
            return self._told_before(item, plan)
        return Plan(plan.result, (*plan.notes, *write_memory(self.run, item)))

    def _told_before(self, item: ImportedConversation | ImportedMemory, plan: Plan) -> Plan:
        """A second copy in the same file changes nothing, as it will be when the first one is there."""
        key, content = (item.origin, item.origin_id), hash_of(item)
        known, self.seen[key] = self.seen.get(key), content
        return Plan(ImportResult.UNCHANGED, plan.notes) if known == content else plan


def _kind_of(item: ImportedItem) -> str:
    if isinstance(item, Skipped):
        return "other"
    return "memory" if isinstance(item, ImportedMemory) else "conversation"


def _title_of(item: ImportedItem) -> str:
    if isinstance(item, Skipped):
        return item.what
    return item.question if isinstance(item, ImportedMemory) else item.title
