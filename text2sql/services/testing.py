"""Live tests of connections, and schemas read anew: a worker's part."""

from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from tasks.engines.cancel import CancelToken
from text2sql.catalog import Catalog
from text2sql.connectors.base import ConnectorError
from text2sql.connectors.registry import connector_for
from text2sql.models import DatabaseConnection
from text2sql.services.answering import engine_error
from text2sql.services.schemas import diff_catalogs, present_schema, read_schema
from text2sql.services.targets import target_of

#: More differences than anybody reads.
MAX_CHANGES_SHOWN = 200


def test_now(connection: DatabaseConnection) -> dict[str, Any]:
    """Sign in and look around; a failure is an answer, stored like a success.

    Not stored where the connection leads elsewhere by now: the page would call an address good that nobody tried.
    """
    target = target_of(connection)
    try:
        facts = connector_for(target.database_type).test(target)
        result: dict[str, Any] = {
            "ok": True, "version": facts.version, "latency_ms": round(facts.latency_ms, 1),
            "username": facts.username, "is_read_only": facts.is_read_only, "warnings": list(facts.warnings),
        }  # fmt: skip
    except ConnectorError as error:
        result = {"ok": False, "code": error.code, "detail": error.message}
    with transaction.atomic():
        present = DatabaseConnection.objects.active().select_for_update(of=("self",)).filter(pk=connection.pk)
        if (now := present.first()) is not None and target_of(now) == target:
            present.update(last_tested=Now(), last_test_result=result)
    return result


def introspect_now(connection: DatabaseConnection, cancel: CancelToken) -> dict[str, Any]:
    """Read the schema; returns its hash, its size and the differences to what was known before.

    `changes` are cut after MAX_CHANGES_SHOWN, `change_count` counts all. Raises EngineError with the database's code,
    and the schema that was known stays.
    """
    before = present_schema(connection)
    try:
        schema = read_schema(connection, cancel=cancel)
    except ConnectorError as error:
        raise engine_error(error.code, error.message) from error
    changes = []
    if before is not None and before.schema_hash != schema.schema_hash:
        old, new = Catalog.from_json(before.schema_json), Catalog.from_json(schema.schema_json)
        changes = [
            {"what": change.what, "place": change.place, "detail": change.detail} for change in diff_catalogs(old, new)
        ]
    return {
        "schema_hash": schema.schema_hash,
        "table_count": schema.table_count,
        "total_columns": schema.total_columns,
        "is_changed": bool(before and before.schema_hash != schema.schema_hash),
        "changes": changes[:MAX_CHANGES_SHOWN],
        "change_count": len(changes),
    }
