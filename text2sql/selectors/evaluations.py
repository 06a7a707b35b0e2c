"""Reads of evaluations."""

from accounts.models import Account, ApiKey
from projects.selectors import key_scope
from text2sql.models import EvaluationRun
from text2sql.querysets import EvaluationRunQuerySet, EvaluationVerdictQuerySet


def evaluations_for(user: Account, key: ApiKey | None) -> EvaluationRunQuerySet:
    """The evaluations a request may see."""
    rows: EvaluationRunQuerySet = EvaluationRun.objects.visible_to(user).filter(key_scope(key, "project_id"))
    return rows


def verdicts_of(run: EvaluationRun) -> EvaluationVerdictQuerySet:
    """With the pairs they are about; the caller has seen the run.

    Without vectors and search words, which are large and shown nowhere.
    """
    rows: EvaluationVerdictQuerySet = run.verdicts.select_related("knowledge")
    return rows.defer("knowledge__embedding", "knowledge__search")
