"""Reads of imports, and the words of their reports."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, ApiKey
from chatbot.models import ImportItem, ImportRun
from chatbot.querysets import ImportRunQuerySet
from chatbot.states import ImportResult
from projects.selectors import key_scope

#: What a note means; `%(value)s` is its number or name. The codes are those of `chatbot.importing` and of the services.
REASONS: dict[str, str | Promise] = {
    "hidden_messages": _("Hidden messages left out: %(value)s."),
    "empty_messages": _("Empty messages left out: %(value)s."),
    "unknown_messages": _("Messages of an unknown kind left out: %(value)s."),
    "invalid_messages": _("Messages without a valid id or role left out: %(value)s."),
    "pictures_left_out": _("Pictures left out: %(value)s."),
    "no_messages": _("It has no messages."),
    "empty_memory": _("It has no question or no answer."),
    "cut": _("It was cut to %(value)s characters."),
    "other_project": _("It stands in another project, which this key may not change."),
    "unknown_version": _("It was written by a version that is not known here."),
    "not_a_conversation": _("Objects that are neither conversations nor memories: %(value)s."),
    "files_left_out": _("Files that are neither conversations nor memories: %(value)s."),
    "attached": _("Pictures and files: %(value)s."),
    "attached_missing": _("Only named, and not in the export: %(value)s."),
    "attached_too_large": _("Too large to be kept: %(value)s."),
    "attached_no_room": _("Left out, because your storage is full: %(value)s."),
    "attached_unreadable": _("Left out, because of a type that is not kept, or damaged: %(value)s."),
    "attached_refused": _("Left out, because you may not store files in this project: %(value)s."),
    "broken_json": _("The file is damaged near byte %(value)s. What comes before it was read."),
    "broken_entry": _("This part of the archive is damaged. What was read before is kept."),
    "too_deep": _("The file is nested too deeply near byte %(value)s. What comes before it was read."),
    "value_too_large": _("One text near byte %(value)s is too large. What comes before it was read."),
    "too_large": _("A conversation takes more than %(value)s MB and was left out."),
    "too_many_items": _("Only the first %(value)s items were read."),
    "refused": _("The database cannot hold it."),
}

#: Colour of each result's badge.
TONES: dict[str, str] = {
    ImportResult.IMPORTED.value: "success",
    ImportResult.UPDATED.value: "info",
    ImportResult.UNCHANGED.value: "muted",
    ImportResult.SKIPPED.value: "muted",
    ImportResult.FAILED.value: "danger",
}


@dataclass(frozen=True, slots=True)
class Count:
    """How many items of a run came out like this."""

    result: str
    label: str
    number: int


def imports_for(user: Account, key: ApiKey | None = None) -> ImportRunQuerySet:
    """What a request may see: one's own, and with a bound key only those into its project."""
    runs = ImportRun.objects.visible_to(user).filter(key_scope(key, "project_id"))
    return runs.select_related("task", "project", "user")


def report_of(run: ImportRun, *, result: str = "") -> QuerySet[ImportItem]:
    """The lines in the order of the file, all or those with one result."""
    lines = run.items.order_by("position")
    return lines.filter(result=result) if result else lines


def counts_of(run: ImportRun) -> list[Count]:
    """All results with their numbers, in one order."""
    return [
        Count(result.value, str(result.label), int(getattr(run, f"{result.value}_count"))) for result in ImportResult
    ]


def reasons_of(item: ImportItem) -> list[str]:
    """The notes of a line in words; a code that is no longer known is shown as it is."""
    notes: Sequence[Sequence[object]] = item.notes
    return [str(REASONS.get(str(code), str(code))) % {"value": value} for code, value in notes]
