"""AI-Assistant's files of connections."""

import json
from typing import Any

import pytest

from text2sql.knowledge.connections_file import ConnectionFileUnreadable, ImportedConnection, read_connection

FIELDS = {
    "id": "9f0c",
    "name": "Shop",
    "db_type": "postgres",
    "connection_type": "manual",
    "host": "db.example.org",
    "port": "5433",
    "username": "ann",
    "password": " s3cret ",
    "database": "shop",
    "uri": "",
    "created_at": "2025-01-01",
}
URI = {"db_type": "", "host": "", "port": None, "username": "", "password": "", "database": "", "name": ""}


def read(**changes: Any) -> ImportedConnection:
    return read_connection(json.dumps(FIELDS | changes).encode())


def test_fields_are_read() -> None:
    assert read() == ImportedConnection(
        "Shop", "postgresql", "db.example.org", 5433, "shop", "ann", " s3cret ", ssl_enabled=False
    )


def test_uri_fills_what_is_missing() -> None:
    uri = "mysql+pymysql://b%40b:p%2Fw@db.example.org/shop?ssl=true"
    assert read(**URI, uri=uri) == ImportedConnection(
        "shop", "mysql", "db.example.org", 3306, "shop", "b@b", "p/w", ssl_enabled=True
    )


def test_types_have_their_names_and_ports() -> None:
    kinds = ["postgresql", "mariadb", "clickhouse", "mongo", "Oracle"]
    found = {kind: (read(db_type=kind, port=None).type, read(db_type=kind, port=None).port) for kind in kinds}
    assert found == {
        "postgresql": ("postgresql", 5432),
        "mariadb": ("mysql", 3306),
        "clickhouse": ("clickhouse", 8123),
        "mongo": ("mongodb", 27017),
        "Oracle": ("oracle", 1521),
    }


def test_password_is_not_shown() -> None:
    assert "s3cret" not in repr(read())


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"not json, password=s3cret", "not_json"),
        (b"[]", "not_an_object"),
        (b"\xff", "not_json"),
        (b"x" * 100_001, "too_large"),
        (json.dumps(FIELDS | {"db_type": "sqlite"}).encode(), "unknown_type"),
        (json.dumps(FIELDS | {"host": ""}).encode(), "no_host"),
        (json.dumps(FIELDS | {"port": "x"}).encode(), "bad_port"),
        (json.dumps(FIELDS | {"port": 70_000}).encode(), "bad_port"),
        (json.dumps(FIELDS | {"uri": "http://[s3cret"}).encode(), "bad_uri"),
    ],
)
def test_other_files_are_refused_without_quoting_them(raw: bytes, code: str) -> None:
    with pytest.raises(ConnectionFileUnreadable) as refusal:
        read_connection(raw)
    assert (refusal.value.code, str(refusal.value), refusal.value.__cause__) == (code, code, None)
