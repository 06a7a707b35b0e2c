"""docs/schema-map.toml against the documents' columns and the migrated database."""

import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from config.tests.guards.sources import ROOT

MAP: dict[str, dict[str, dict[str, Any]]] = tomllib.loads((ROOT / "docs/schema-map.toml").read_text(encoding="utf-8"))
DOCUMENTS = json.loads((ROOT / "docs/columns.json").read_text(encoding="utf-8"))
TABLES = [(document, table) for document, content in DOCUMENTS.items() for table in content["tables"]]
LATER_APPS = {"backups", "chatbot", "text2sql", "speech", "imagegen", "monitoring", "accounts"}
#: D4, "Redis Keys Structure".
REDIS_KEYS = {
    "tts_queue", "tts_status:{request_id}", "tts_priority_queue", "tts_retry_queue", "tts_status_cache:{request_id}",
    "rate_limit:{user_id}", "audio_cache:{checksum}", "jwt_blacklist:{token_id}", "user_session:{user_id}",
}  # fmt: skip


def _places() -> Iterator[tuple[str, str]]:
    """(column of a document, table.column of ours) of all that is not planned."""
    for document, table in TABLES:
        for column, place in MAP[document][table].items():
            if column != "planned":
                yield f"{document}.{table}.{column}", place if isinstance(place, str) else place["at"]


@pytest.fixture
def database(db: None) -> set[str]:
    """Every `table.column` of the migrated database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public'"
        )
        return {name for (name,) in cursor.fetchall()}


def test_documents_hold_40_tables_and_423_columns() -> None:
    columns = [column for content in DOCUMENTS.values() for table in content["tables"].values() for column in table]
    assert (len(TABLES), len(columns)) == (40, 423)


@pytest.mark.parametrize(("document", "table"), TABLES, ids=".".join)
def test_every_column_has_a_place(document: str, table: str) -> None:
    places = MAP[document][table]
    if "planned" in places:
        assert places == {"planned": places["planned"]}
        assert places["planned"] in LATER_APPS
    else:
        assert set(places) == set(DOCUMENTS[document]["tables"][table])


def test_every_place_exists_in_the_database(database: set[str]) -> None:
    assert {column: place for column, place in _places() if place not in database} == {}


def test_map_holds_no_table_that_no_document_has() -> None:
    assert {(document, table) for document in DOCUMENTS for table in MAP[document]} == set(TABLES)
    assert set(MAP) == {*DOCUMENTS, "redis"}


def test_folding_has_a_reason() -> None:
    entries = [
        place for document, table in TABLES for place in MAP[document][table].values() if isinstance(place, dict)
    ]
    assert [entry for entry in entries if set(entry) != {"at", "because"} or len(entry["because"]) < 10] == []


def test_every_redis_key_has_an_owner_or_a_reason() -> None:
    assert set(MAP["redis"]) == REDIS_KEYS
    assert {frozenset(entry) for entry in MAP["redis"].values()} <= {
        frozenset({"in", "purpose"}),
        frozenset({"folded", "because"}),
        frozenset({"planned", "because"}),
    }


@pytest.mark.parametrize("key", sorted(key for key, entry in MAP["redis"].items() if "in" in entry))
def test_owner_of_a_redis_key_names_it(key: str) -> None:
    prefix = re.split(r"[{]", key)[0]
    assert prefix in (ROOT / MAP["redis"][key]["in"]).read_text(encoding="utf-8")


def test_folded_redis_keys_lead_to_columns(database: set[str]) -> None:
    assert {entry["folded"] for entry in MAP["redis"].values() if "folded" in entry} <= database
