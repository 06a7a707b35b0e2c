"""Pairs that say the same become one, and nothing of them is lost."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account
from config.common.problems import Conflict
from text2sql.models import EvaluationVerdict, QueryHistory, SqlKnowledge
from text2sql.services.knowledge import duplicates_of
from text2sql.services.knowledge_rows import MAX_TAGS, locked_pair

_SUMMED = ("usage_count", "success_count", "failure_count", "wrong_count", "confirmed_count")


class NotDuplicates(Conflict):
    """Some of the pairs ask or answer something else.

    Nothing was merged then: half of a merge could not be told from one that was meant.
    """

    code = "not_duplicates"
    title = "Only pairs that ask the same and have the same query can be merged."


@transaction.atomic
def merge_pairs(*, pair: SqlKnowledge, actor: Account, others: Sequence[UUID] | None = None) -> SqlKnowledge:
    """Merge `others`, or all its duplicates, into `pair`; needs `update`. Without any it stays as it is.

    Counts are added, tags and wordings united, questions and verdicts come over. Raises NotDuplicates.
    """
    row = locked_pair(pair=pair, actor=actor, ability="update")
    found = duplicates_of(row).select_for_update(of=("self",))
    merged = list(found if others is None else found.filter(pk__in=others))
    if others is not None and {other.pk for other in merged} != set(others):
        raise NotDuplicates(_("Only pairs that ask the same and have the same query can be merged."))
    if merged:
        _unite(row, merged)
        _bring_over(row, [other.pk for other in merged])
        # After the questions came over, since each of them was counted once more by the trigger.
        row.save()
        SqlKnowledge.objects.filter(pk__in=[other.pk for other in merged]).delete()
        row.refresh_from_db(fields=["is_correct", "updated_at"])
    return row


def _unite(row: SqlKnowledge, merged: Sequence[SqlKnowledge]) -> None:
    # An average of averages, each weighted with the runs behind it.
    everything = [row, *merged]
    successes = [(one.avg_execution_time_ms, one.success_count) for one in everything if one.avg_execution_time_ms]
    weight = sum(count for _time, count in successes)
    if weight:
        row.avg_execution_time_ms = round(sum(time_ms * count for time_ms, count in successes) / weight)
    for name in _SUMMED:
        setattr(row, name, sum(getattr(one, name) for one in everything))
    runs = row.success_count + row.failure_count
    row.success_rate = round(row.success_count * 100 / runs, 2) if runs else None
    row.last_used = max((one.last_used for one in everything if one.last_used), default=None)
    row.tags = list(dict.fromkeys(tag for one in everything for tag in one.tags))[:MAX_TAGS]
    wordings = (text for one in everything for text in (one.question, *one.wordings))
    row.wordings = [text for text in dict.fromkeys(wordings) if text != row.question]


def _bring_over(row: SqlKnowledge, merged: Sequence[UUID]) -> None:
    QueryHistory.objects.filter(kb_match_id__in=merged).update(kb_match=row)
    # One verdict for each run and pair: where the kept pair has its own, the other's says the same again.
    judged = EvaluationVerdict.objects.filter(knowledge=row).values("run_id")
    for other in merged:
        EvaluationVerdict.objects.filter(knowledge_id=other).exclude(run_id__in=judged).update(knowledge=row)
