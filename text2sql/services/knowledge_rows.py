"""What the services of the knowledge base share: refusals, locks, and the fields that follow from a pair's texts."""

import importlib
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import Account
from chatbot.selectors.embedders import as_vector, embed_texts
from config.common.problems import Conflict, DomainError, NotFound
from projects.models import Project
from projects.services.activity import locked_project
from tasks.engines.errors import EngineError
from text2sql.catalog import Catalog
from text2sql.knowledge.jsonl import MAX_QUESTION_CHARACTERS, MAX_SQL_CHARACTERS, MAX_TAG_CHARACTERS
from text2sql.knowledge.literals import QueryUnreadable, database_type_of
from text2sql.knowledge.masking import slots_to_json
from text2sql.knowledge.pairs import read_pair
from text2sql.knowledge.words import fold
from text2sql.models import DatabaseConnection, DatabaseSchema, SqlKnowledge
from text2sql.safety.base import Policy, StatementRefused

MAX_TAGS = 20


class KnowledgeNotFound(NotFound):
    """No such pair, or not for this person."""

    code = "knowledge_not_found"
    title = "There is no such known question."


class ConnectionNotFound(NotFound):
    """No such connection, or none that may be asked in this project."""

    code = "connection_not_found"
    title = "There is no such connection."


class InvalidKnowledge(DomainError):
    """A field that cannot be accepted."""

    code = "invalid_knowledge"
    title = "The known question cannot be accepted."


class DuplicateKnowledge(Conflict):
    """Another pair asks the same and has the same query."""

    code = "duplicate_knowledge"
    title = "The same question with the same query is known already."


def check_query(query: str, database_type: str) -> None:
    """The house's own check; raises StatementRefused."""
    # By its name, because the check parses with sqlglot, which no web process should import at its start.
    checking = importlib.import_module("text2sql.safety.checking")
    checking.check_statement(query, database_type=database_type, policy=Policy())


def locked_pair(*, pair: SqlKnowledge, actor: Account, ability: str) -> SqlKnowledge:
    """Fresh copy of the row, its project locked before it; raises KnowledgeNotFound or Forbidden.

    Always in this order, project and then pair, so that two who decide at once never wait for each other crosswise.
    """
    try:
        locked_project(project=Project(pk=pair.project_id), actor=actor, ability=ability)
    except NotFound as error:
        raise KnowledgeNotFound from error
    return fresh_pair(pair.pk)


def fresh_pair(knowledge_id: UUID) -> SqlKnowledge:
    """The row, locked; raises KnowledgeNotFound."""
    row = SqlKnowledge.objects.select_for_update(of=("self",)).defer("search").filter(pk=knowledge_id).first()
    if row is None:
        raise KnowledgeNotFound
    return row


def usable_connection(*, connection_id: UUID, actor: Account, project: Project) -> DatabaseConnection:
    """The connection, if the person may ask it in this project; raises ConnectionNotFound.

    A pair names tables: who may not ask the database should not learn by trial what it holds.
    """
    found = DatabaseConnection.objects.usable_in(user=actor, project_id=project.pk).filter(pk=connection_id).first()
    if found is None:
        raise ConnectionNotFound
    return found


def schema_of(connection: DatabaseConnection | None) -> tuple[Catalog | None, str]:
    """The present schema of a connection with its hash; None where it was never read.

    Without one, a pair's names are taken as they are written, and fit every schema.
    """
    rows = DatabaseSchema.objects.filter(connection=connection) if connection else DatabaseSchema.objects.none()
    row = rows.latest_first().first()
    return (Catalog.from_json(row.schema_json), row.schema_hash) if row else (None, "")


def checked_texts(question: str, sql: str) -> tuple[str, str]:
    """Both without space around them; raises InvalidKnowledge by field."""
    question, sql = question.replace("\0", "").strip(), sql.replace("\0", "").strip()
    errors = {}
    for name, text, most in (("question", question, MAX_QUESTION_CHARACTERS), ("sql_query", sql, MAX_SQL_CHARACTERS)):
        if not text:
            errors[name] = [_("This must not be empty.")]
        elif len(text) > most:
            errors[name] = [_("At most %(limit)d characters are accepted.") % {"limit": most}]
    if errors:
        raise InvalidKnowledge(errors=errors)
    return question, sql


def checked_tags(tags: Sequence[str]) -> list[str]:
    """Trimmed, without repetition, in their order; raises InvalidKnowledge."""
    cleaned = list(dict.fromkeys(tag.replace("\0", "").strip() for tag in tags if tag.strip()))
    if len(cleaned) > MAX_TAGS:
        raise InvalidKnowledge(errors={"tags": [_("At most %(limit)d tags are accepted.") % {"limit": MAX_TAGS}]})
    if any(len(tag) > MAX_TAG_CHARACTERS for tag in cleaned):
        message = _("At most %(limit)d characters are accepted.") % {"limit": MAX_TAG_CHARACTERS}
        raise InvalidKnowledge(errors={"tags": [message]})
    return cleaned


def derived_fields(*, question: str, sql: str, database_type: str, catalog: Catalog | None) -> dict[str, Any]:
    """Mask, hashes, slots and names of a pair whose query is allowed; raises InvalidKnowledge."""
    try:
        check_query(sql, database_type)
        pair = read_pair(question, sql, database_type=database_type_of(database_type), catalog=catalog)
    except StatementRefused as error:
        raise InvalidKnowledge(error.message, code=error.code, errors={"sql_query": [error.message]}) from error
    except QueryUnreadable as error:
        raise InvalidKnowledge(str(error), code="unreadable", errors={"sql_query": [str(error)]}) from error
    return {
        "question_mask": pair.mask,
        "mask_hash": pair.mask_hash,
        "question_hash": pair.question_hash,
        "sql_hash": pair.sql_hash,
        "slots": slots_to_json(pair.slots),
        "schema_references": [list(reference) for reference in pair.references],
    }


def meanings_of(questions: Sequence[str]) -> list[list[float]] | list[None]:
    """A vector for each question; None while no engine can embed: `embed_missing_knowledge` gives it later.

    Accents are folded, so that a question typed without them has the same meaning.
    """
    try:
        return [as_vector(vector) for vector in embed_texts([fold(question) for question in questions])]
    except EngineError:
        return [None] * len(questions)


def embed_missing_knowledge(*, limit: int = 200) -> int:
    """Give pairs their meaning that have none; returns how many, 0 when none is left or no engine can embed."""
    rows = list(SqlKnowledge.objects.filter(embedding=None).order_by("pk").values_list("pk", "question")[:limit])
    meanings = meanings_of([question for _pk, question in rows]) if rows else []
    given = [(pk, meaning) for (pk, _question), meaning in zip(rows, meanings, strict=True) if meaning is not None]
    for pk, meaning in given:
        SqlKnowledge.objects.filter(pk=pk).update(embedding=meaning)
    return len(given)
