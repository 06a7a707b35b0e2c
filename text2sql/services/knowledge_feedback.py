"""The knowledge base learns: from what people say of answers, and from how known queries run."""

import logging
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.queries import prepared_cursor
from config.common.problems import NotFound
from projects.models import Project
from projects.selectors import get_abilities
from projects.services.activity import locked_project
from text2sql.knowledge.threads import stands_alone
from text2sql.models import Feedback, KnowledgeStatus, QueryHistory, QuerySource, QueryStatus, SqlKnowledge
from text2sql.services.knowledge import mark_approved, propose_pair
from text2sql.services.knowledge_rows import InvalidKnowledge, fresh_pair

logger = logging.getLogger(__name__)

APPROVALS = ("manager", "auto", "off")
#: Where a question's `answer` keeps what was learned from it.
LEARNED = "learned"
#: Edits of edits are followed so far back.
_MAX_EDITS = 50

_RECORD_RUN = """
UPDATE sql_knowledge_base
   SET success_count = success_count + %(ran)s,
       failure_count = failure_count + 1 - %(ran)s,
       success_rate = round(100.0 * (success_count + %(ran)s) / (success_count + failure_count + 1), 2),
       avg_execution_time_ms = CASE
           WHEN %(ran)s = 0 OR %(ms)s::integer IS NULL THEN avg_execution_time_ms
           ELSE round((coalesce(avg_execution_time_ms, %(ms)s)::numeric * success_count + %(ms)s) / (success_count + 1))
       END
 WHERE id = %(id)s
"""


class QueryNotFound(NotFound):
    """No such question, or somebody else's."""

    code = "query_not_found"
    title = "There is no such question."


def record_run(*, knowledge_id: UUID, succeeded: bool, execution_time_ms: int | None = None) -> None:
    """Count a run of a known query: success rate and, of runs that went well, the average time. One UPDATE."""
    with prepared_cursor() as cursor:
        cursor.execute(_RECORD_RUN, {"id": knowledge_id, "ran": int(succeeded), "ms": execution_time_ms})


def approval_policy(project: Project) -> str:
    """What becomes of answers that people call right: `manager` approves them, `auto`, or `off`: nothing is learned."""
    settings = project.settings.get("text2sql")
    policy = settings.get("approval") if isinstance(settings, dict) else None
    return policy if policy in APPROVALS else "manager"


@transaction.atomic
def record_feedback(*, query: QueryHistory, feedback: str, actor: Account) -> QueryHistory:
    """Note what the person says of an answer to their own question ("" takes it back), and learn from it.

    Saying the same again changes nothing; another word undoes what the last one did. Raises QueryNotFound or NotFound.
    """
    if query.user_id != actor.pk or feedback not in ("", *Feedback.values):
        raise QueryNotFound(_("There is no such question."))
    project = locked_project(project=query.project, actor=actor, ability="view")
    row = QueryHistory.objects.select_for_update(of=("self",)).filter(pk=query.pk).first()
    if row is None:
        raise QueryNotFound
    if row.feedback == feedback:
        return row
    # First as if nothing had been said: each word then has one meaning, whatever came before it.
    _undo(row)
    if feedback == Feedback.WRONG:
        _count(row.kb_match_id, "wrong_count", 1)
    elif feedback == Feedback.CORRECT and get_abilities(project=project, user=actor)["submit_tasks"]:
        learned = _learn(row, project, actor)
        row.answer = {**row.answer, LEARNED: learned} if learned else row.answer
    row.feedback = feedback
    row.save(update_fields=["feedback", "answer"])
    return row


def _count(knowledge_id: UUID | None, name: str, by: int) -> None:
    if knowledge_id is not None:
        SqlKnowledge.objects.filter(pk=knowledge_id).update(**{name: Greatest(F(name) + by, 0)})


def _undo(row: QueryHistory) -> None:
    """What the last feedback changed is as it was; a pair that has been used meanwhile waits for a decision instead."""
    if row.feedback == Feedback.WRONG:
        _count(row.kb_match_id, "wrong_count", -1)
    learned = row.answer.get(LEARNED)
    if row.feedback != Feedback.CORRECT or not isinstance(learned, dict):
        return
    row.answer = {name: value for name, value in row.answer.items() if name != LEARNED}
    _count(UUID(learned["id"]), "confirmed_count", -1)
    mine = SqlKnowledge.objects.filter(pk=learned["id"], confirmed_count=0) if learned["created"] else None
    if mine is None:
        return
    if not learned["approved"]:
        mine.filter(status=KnowledgeStatus.PROPOSED, usage_count=0).delete()
        return
    approved = mine.filter(status=KnowledgeStatus.APPROVED, approved_by=row.user)
    if not approved.filter(usage_count=0).delete()[0]:
        approved.update(status=KnowledgeStatus.PROPOSED, approved_by=None, approved_at=None)


def _learn(row: QueryHistory, project: Project, actor: Account) -> dict[str, Any] | None:
    """What becomes of a right answer; None where there is nothing to learn."""
    if row.kb_match_id is not None and row.source == QuerySource.KNOWLEDGE:
        _count(row.kb_match_id, "confirmed_count", 1)
        return {"id": str(row.kb_match_id), "created": False, "approved": False}
    policy = approval_policy(project)
    if policy == "off" or row.status != QueryStatus.SUCCESS or row.connection_id is None or not _stands_alone(row):
        return None
    try:
        proposal = propose_pair(
            project=project, actor=actor, question=row.question, sql_query=row.sql_query,
            connection_id=row.connection_id,
        )  # fmt: skip
    except (InvalidKnowledge, NotFound) as error:
        # The answer was right all the same: its query is only none that may be kept, or its database has gone.
        logger.info("text2sql.knowledge.not_learned", extra={"query_id": str(row.pk), "code": error.code})
        return None
    approves = policy == "auto" and proposal.pair.status == KnowledgeStatus.PROPOSED
    if approves:
        mark_approved(fresh_pair(proposal.pair.pk), actor)
    _count(proposal.pair.pk, "confirmed_count", 1)
    return {"id": str(proposal.pair.pk), "created": proposal.created, "approved": approves}


def _stands_alone(row: QueryHistory) -> bool:
    """Whether a question says all it asks: "and by month?" does not; an edited query has the first one's."""
    if not row.question.strip():
        return False
    first: QueryHistory = row
    for _edit in range(_MAX_EDITS):
        if first.source != QuerySource.PERSON or first.follows is None:
            break
        first = first.follows
    return first.follows_id is None or stands_alone(first.question)
