"""Pairs of the knowledge base: members propose, whoever may change the project decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Account
from config.common.problems import Forbidden
from projects.models import Project
from projects.selectors import get_abilities
from projects.services.activity import locked_project
from text2sql.models import KnowledgeStatus, SqlKnowledge
from text2sql.querysets import SqlKnowledgeQuerySet
from text2sql.services.knowledge_rows import (
    DuplicateKnowledge,
    InvalidKnowledge,
    checked_tags,
    checked_texts,
    derived_fields,
    locked_pair,
    meanings_of,
    schema_of,
    usable_connection,
)

EDITABLE = frozenset({"question", "sql_query", "tags"})
#: They tell of the query that was; another one begins anew.
_COUNTS: dict[str, Any] = {
    "success_count": 0, "failure_count": 0, "wrong_count": 0, "confirmed_count": 0, "success_rate": None,
    "avg_execution_time_ms": None,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Proposal:
    """A pair, and whether it is new: the same question with the same query is not kept twice."""

    pair: SqlKnowledge
    created: bool


def propose_pair(
    *,
    project: Project,
    actor: Account,
    question: str,
    sql_query: str,
    database_type: str = "",
    connection_id: UUID | None = None,
    tags: Sequence[str] = (),
) -> Proposal:
    """A pair for a database, or without one for all of `database_type`, to be approved; needs `submit_tasks`.

    Raises NotFound, Forbidden, InvalidKnowledge (also for what the safety check refuses) or ConnectionNotFound.
    """
    question, sql_query = checked_texts(question, sql_query)
    cleaned = checked_tags(tags)
    with transaction.atomic():
        locked_project(project=project, actor=actor, ability="submit_tasks")
        connection = None
        if connection_id is not None:
            connection = usable_connection(connection_id=connection_id, actor=actor, project=project)
            database_type = connection.type
        catalog, schema_hash = schema_of(connection)
        derived = derived_fields(question=question, sql=sql_query, database_type=database_type, catalog=catalog)
        pair = SqlKnowledge(
            project=project, connection=connection, created_by=actor, question=question, sql_query=sql_query,
            database_type=database_type, schema_hash=schema_hash, tags=cleaned, **derived,
        )  # fmt: skip
        # Behind the project's lock, so that two proposals at the same moment find each other.
        known = duplicates_of(pair).first()
        if known is not None:
            return Proposal(known, created=False)
        pair.embedding = meanings_of([question])[0]
        pair.save(force_insert=True)
        return Proposal(pair, created=True)


def duplicates_of(pair: SqlKnowledge) -> SqlKnowledgeQuerySet:
    """Other pairs of the same project and database that ask the same and have the same query, but for its values.

    Pairs of one connection and pairs of every database of the type are not duplicates: the latter answer elsewhere,
    too.
    """
    rows: SqlKnowledgeQuerySet = SqlKnowledge.objects.filter(
        project_id=pair.project_id,
        database_type=pair.database_type,
        connection_id=pair.connection_id,
        mask_hash=pair.mask_hash,
        sql_hash=pair.sql_hash,
    )
    return rows.exclude(pk=pair.pk).defer("search").order_by("pk")


@transaction.atomic
def approve_pair(*, pair: SqlKnowledge, actor: Account) -> SqlKnowledge:
    """From now on it answers; needs `update`. Its query is checked again, because the rules may have changed."""
    row = locked_pair(pair=pair, actor=actor, ability="update")
    if row.status != KnowledgeStatus.APPROVED:
        derived_fields(question=row.question, sql=row.sql_query, database_type=row.database_type, catalog=None)
        mark_approved(row, actor)
    return row


def mark_approved(row: SqlKnowledge, actor: Account) -> None:
    """Write the state, for a row that is locked and allowed."""
    row.status, row.approved_by, row.approved_at = KnowledgeStatus.APPROVED, actor, timezone.now()
    row.save(update_fields=["status", "approved_by", "approved_at"])
    row.refresh_from_db(fields=["is_correct", "updated_at"])


@transaction.atomic
def reject_pair(*, pair: SqlKnowledge, actor: Account) -> SqlKnowledge:
    """It answers no more, and the same proposal does not come back; needs `update`.

    A row that stays is what keeps it away: a proposal that is made again finds it.
    """
    row = locked_pair(pair=pair, actor=actor, ability="update")
    if row.status != KnowledgeStatus.REJECTED:
        row.status, row.approved_by, row.approved_at = KnowledgeStatus.REJECTED, None, None
        row.save(update_fields=["status", "approved_by", "approved_at"])
        row.refresh_from_db(fields=["is_correct", "updated_at"])
    return row


@transaction.atomic
def update_pair(*, pair: SqlKnowledge, actor: Account, changes: dict[str, Any]) -> SqlKnowledge:
    """Change fields of EDITABLE; needs `update`, or to be one's own proposal. Another query begins its counts anew.

    Raises InvalidKnowledge, or DuplicateKnowledge when there is such a pair already.
    """
    if unknown := sorted(set(changes) - EDITABLE):
        raise InvalidKnowledge(errors={name: [_("This cannot be changed.")] for name in unknown})
    row = _changeable(pair, actor)
    question, sql = checked_texts(changes.get("question", row.question), changes.get("sql_query", row.sql_query))
    fields: dict[str, Any] = {"tags": checked_tags(changes["tags"])} if "tags" in changes else {}
    if question != row.question:
        fields |= {"question": question, "embedding": meanings_of([question])[0]}
    if sql != row.sql_query:
        fields |= {"sql_query": sql, **_COUNTS}
    if {"question", "sql_query"} & set(fields):
        catalog, schema_hash = schema_of(row.connection)
        fields |= {"schema_hash": schema_hash} if catalog else {}
        fields |= derived_fields(question=question, sql=sql, database_type=row.database_type, catalog=catalog)
    for name, value in fields.items():
        setattr(row, name, value)
    if "mask_hash" in fields and duplicates_of(row).exists():
        raise DuplicateKnowledge
    row.save(update_fields=list(fields))
    row.refresh_from_db(fields=["updated_at"])
    return row


@transaction.atomic
def remove_pair(*, pair: SqlKnowledge, actor: Account) -> None:
    """Forget it; needs `update`, or to be one's own proposal. Questions that it answered stay.

    A proposal that was rejected can come back after this; rejecting keeps it away.
    """
    _changeable(pair, actor).delete()


def _changeable(pair: SqlKnowledge, actor: Account) -> SqlKnowledge:
    """The locked row, if the person may change it; members may take back and mend what nobody has decided on."""
    row = locked_pair(pair=pair, actor=actor, ability="view")
    abilities = get_abilities(project=row.project, user=actor)
    is_own_proposal = row.created_by_id == actor.pk and row.status == KnowledgeStatus.PROPOSED
    if not (abilities["update"] or (is_own_proposal and abilities["submit_tasks"])):
        raise Forbidden(_("Your role in this project does not allow this."))
    return row
