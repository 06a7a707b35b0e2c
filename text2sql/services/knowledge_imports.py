"""Files of pairs come in, line by line, and go out again."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Literal, TypeAlias
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from config.common.ids import uuid7
from projects.models import Project
from projects.services.activity import locked_project
from text2sql.catalog import Catalog
from text2sql.knowledge.jsonl import ImportedPair, Problem, ReadLine, read_lines, write_line
from text2sql.models import DatabaseConnection, DatabaseKind, KnowledgeStatus, SqlKnowledge
from text2sql.services.knowledge_rows import (
    MAX_TAGS,
    InvalidKnowledge,
    derived_fields,
    meanings_of,
    schema_of,
    usable_connection,
)

BATCH = 200
#: Pairs of one import that get their meaning at once; those of a long file get it later (`embed_missing_knowledge`).
EMBEDDED_AT_ONCE = 2_000
#: Pairs that a trial run remembers to tell duplicates within the file; about 40 MB.
REMEMBERED = 500_000

#: What is wrong with a line, for people.
PROBLEMS: dict[Problem, Promise] = {
    "line_too_long": _("The line is too long."),
    "not_utf8": _("The line is not UTF-8."),
    "not_json": _("The line is not JSON."),
    "not_an_object": _("The line is not a JSON object."),
    "no_question": _("There is no question in it."),
    "no_sql": _("There is no query in it."),
    "question_too_long": _("The question is too long."),
    "sql_too_long": _("The query is too long."),
    "bad_characters": _("It holds characters that no text may hold."),
    "not_run": _("Its query did not run."),
    "not_saved": _("It was not saved as correct."),
}

LineResult: TypeAlias = Literal["created", "duplicate", "refused"]


@dataclass(frozen=True, slots=True)
class LineReport:
    """What became, or would become, of a line. `code` and `message` say why one was refused.

    `number` counts lines from 1, as editors do; `knowledge_id` is the pair that is there, also for a duplicate.
    """

    number: int
    result: LineResult
    code: str = ""
    message: str = ""
    knowledge_id: UUID | None = None


@dataclass
class _Import:
    project: Project
    actor: Account
    connection: DatabaseConnection | None
    database_type: str
    dry_run: bool
    tags: Sequence[str] = ()
    catalog: Catalog | None = None
    schema_hash: str = ""
    embedded: int = 0
    remembered: set[int] = field(default_factory=set)


def import_pairs(
    *,
    project: Project,
    actor: Account,
    pieces: Iterable[bytes],
    connection_id: UUID | None = None,
    database_type: str = DatabaseKind.POSTGRESQL,
    dry_run: bool = False,
    tags: Sequence[str] = (),
) -> Iterator[LineReport]:
    """Reports line by line, importing as they are read; needs `update`. The same file again creates nothing.

    Pairs are approved unless their line has another status, and are of `connection` or of `database_type` (a line's
    own type counts more). Each batch of lines is one transaction, so whoever stops reading keeps what was reported.
    Raises NotFound, Forbidden or ConnectionNotFound before the first line is read.
    """
    with transaction.atomic():
        locked_project(project=project, actor=actor, ability="update")
    connection = None
    if connection_id is not None:
        connection = usable_connection(connection_id=connection_id, actor=actor, project=project)
        database_type = connection.type
    catalog, schema_hash = schema_of(connection)
    run = _Import(
        project, actor, connection, database_type, dry_run, tags=tags, catalog=catalog, schema_hash=schema_hash
    )
    return _reports(run, read_lines(pieces))


def _reports(run: _Import, lines: Iterator[ReadLine]) -> Iterator[LineReport]:
    while batch := list(islice(lines, BATCH)):
        # Parsed before the project is locked: nobody waits for it.
        prepared = [_prepared(run, line) for line in batch]
        rows = [entry for entry in prepared if isinstance(entry, SqlKnowledge)]
        results = iter(_tried(run, rows) if run.dry_run else _stored(run, rows))
        for line, entry in zip(batch, prepared, strict=True):
            if isinstance(entry, LineReport):
                yield entry
            else:
                result, knowledge_id = next(results)
                yield LineReport(line.number, result, knowledge_id=knowledge_id)


def _prepared(run: _Import, line: ReadLine) -> SqlKnowledge | LineReport:
    pair = line.pair
    if pair is None:
        said = str(PROBLEMS[line.problem]) if line.problem else ""
        return LineReport(line.number, "refused", code=str(line.problem), message=said)
    database_type = pair.database_type or run.database_type
    if database_type not in DatabaseKind.values or (run.connection and database_type != run.database_type):
        said = gettext("It is a query for %(type)s.") % {"type": database_type}
        return LineReport(line.number, "refused", code="other_database_type", message=said)
    try:
        derived = derived_fields(question=pair.question, sql=pair.sql, database_type=database_type, catalog=run.catalog)
    except InvalidKnowledge as error:
        return LineReport(line.number, "refused", code=error.code, message=str(error.detail))
    return _row(run, pair, database_type, derived)


def _row(run: _Import, pair: ImportedPair, database_type: str, derived: dict[str, Any]) -> SqlKnowledge:
    status = pair.status if pair.status in KnowledgeStatus.values else KnowledgeStatus.APPROVED
    is_approved = status == KnowledgeStatus.APPROVED
    return SqlKnowledge(
        id=uuid7(), project=run.project, connection=run.connection, created_by=run.actor, question=pair.question,
        sql_query=pair.sql, database_type=database_type, schema_name=pair.database, schema_hash=run.schema_hash,
        status=status, tags=list(dict.fromkeys((*pair.tags, *run.tags)))[:MAX_TAGS], wordings=list(pair.wordings),
        approved_by=run.actor if is_approved else None, approved_at=timezone.now() if is_approved else None,
        created_at=pair.learned_at or timezone.now(), **derived,
    )  # fmt: skip


def _stored(run: _Import, rows: list[SqlKnowledge]) -> list[tuple[LineResult, UUID | None]]:
    # Each takes some ten milliseconds: a long file would keep its reader waiting for hours.
    embeds = run.embedded < EMBEDDED_AT_ONCE
    for row, meaning in zip(rows, meanings_of([row.question for row in rows]) if embeds and rows else (), strict=False):
        row.embedding = meaning
    run.embedded += len(rows)
    with transaction.atomic():
        locked_project(project=run.project, actor=run.actor, ability="update")
        known = _known(run, rows)
        # The first of equal lines is created, the others are its duplicates.
        new = {_key(row): row for row in reversed(rows) if _key(row) not in known}
        created = [row for row in rows if new.get(_key(row)) is row]
        SqlKnowledge.objects.bulk_create(created)
    fresh = {row.pk for row in created}
    known |= {key: row.pk for key, row in new.items()}
    return [("created" if row.pk in fresh else "duplicate", known[_key(row)]) for row in rows]


def _tried(run: _Import, rows: list[SqlKnowledge]) -> list[tuple[LineResult, UUID | None]]:
    known = _known(run, rows)
    results: list[tuple[LineResult, UUID | None]] = []
    for row in rows:
        key = _key(row)
        is_known = key in known or hash(key) in run.remembered
        if not is_known and len(run.remembered) < REMEMBERED:
            run.remembered.add(hash(key))
        results.append(("duplicate", known.get(key)) if is_known else ("created", None))
    return results


def _key(row: SqlKnowledge) -> tuple[str, str, str]:
    return row.database_type, row.mask_hash, row.sql_hash


def _known(run: _Import, rows: Sequence[SqlKnowledge]) -> dict[tuple[str, str, str], UUID]:
    """Pairs that are there already, by what makes them the same."""
    found = SqlKnowledge.objects.filter(
        project=run.project,
        connection=run.connection,
        database_type__in={row.database_type for row in rows},
        mask_hash__in={row.mask_hash for row in rows},
    )
    names = found.order_by("-pk").values_list("database_type", "mask_hash", "sql_hash", "pk")
    return {(database_type, mask, sql): pk for database_type, mask, sql, pk in names}


def summarise(reports: Iterable[LineReport]) -> dict[str, int]:
    """How many lines were created, duplicates and refused.

    Empty lines are none of the three.
    """
    counts = Counter(report.result for report in reports)
    return {"created": counts["created"], "duplicate": counts["duplicate"], "refused": counts["refused"]}


def export_pairs(rows: QuerySet[SqlKnowledge]) -> Iterator[bytes]:
    """JSON Lines of pairs that the caller may see, in the order they came in; an import gives the same file again."""
    after: UUID | None = None
    while page := list(rows.order_by("pk").filter(**({"pk__gt": after} if after else {}))[:500]):
        after = page[-1].pk
        yield b"".join(write_line(_exported(row)) for row in page)


def _exported(row: SqlKnowledge) -> ImportedPair:
    return ImportedPair(
        question=row.question,
        sql=row.sql_query,
        tags=tuple(row.tags),
        database=row.schema_name,
        database_type=row.database_type,
        status=row.status,
        learned_at=row.created_at,
        wordings=tuple(row.wordings),
    )
