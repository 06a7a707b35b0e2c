"""AI-Assistant's `data/connections/<uuid>.json`: addresses of databases, with passwords in clear letters."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from text2sql.catalog import DatabaseType

MAX_BYTES = 100_000
_TYPES: dict[str, DatabaseType] = {
    "postgresql": "postgresql", "postgres": "postgresql", "mysql": "mysql", "mariadb": "mysql",
    "clickhouse": "clickhouse", "mongodb": "mongodb", "mongo": "mongodb", "oracle": "oracle",
}  # fmt: skip
_PORTS: dict[DatabaseType, int] = {
    "postgresql": 5432, "mysql": 3306, "clickhouse": 8123, "mongodb": 27017, "oracle": 1521,
}  # fmt: skip
_TLS = frozenset({"true", "1", "require", "required", "verify-ca", "verify-full"})


class ConnectionFileUnreadable(ValueError):
    """The file is none of these; `code` says why. Nothing of its content stands in the message, nor in a cause."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class ImportedConnection:
    """The fields of a connection; the password is not shown where the object is."""

    name: str
    type: DatabaseType
    host: str
    port: int
    database_name: str = ""
    username: str = ""
    password: str = field(default="", repr=False)
    ssl_enabled: bool = False


def read_connection(raw: bytes) -> ImportedConnection:
    """The connection that a file describes; raises ConnectionFileUnreadable.

    Its fields count more than its `uri`; the port is the type's own where neither names one.
    """
    data = _object(raw)
    address = _of_uri(_text(data, "uri"))
    kind = _TYPES.get(_text(data, "db_type").lower()) or _TYPES.get(address["scheme"])
    if kind is None:
        raise ConnectionFileUnreadable("unknown_type")
    host = _text(data, "host") or address["host"]
    if not host:
        raise ConnectionFileUnreadable("no_host")
    database = _text(data, "database") or address["database"]
    return ImportedConnection(
        name=(_text(data, "name") or database or host)[:100],
        type=kind,
        host=host[:255],
        port=_port(data.get("port") or address["port"] or _PORTS[kind]),
        database_name=database[:100],
        username=(_text(data, "username") or address["username"])[:100],
        password=str(data.get("password") or "") or address["password"],
        ssl_enabled=address["tls"] in _TLS or data.get("ssl") is True,
    )


def _object(raw: bytes) -> dict[str, Any]:
    if len(raw) > MAX_BYTES:
        raise ConnectionFileUnreadable("too_large")
    try:
        data = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        # Without its cause, which quotes the document.
        raise ConnectionFileUnreadable("not_json") from None
    if not isinstance(data, dict):
        raise ConnectionFileUnreadable("not_an_object")
    return data


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    return value.replace("\0", "").strip() if isinstance(value, str) else ""


def _of_uri(uri: str) -> dict[str, str]:
    try:
        parts = urlsplit(uri)
        port = str(parts.port or "")
    except ValueError:
        raise ConnectionFileUnreadable("bad_uri") from None
    query = parse_qs(parts.query)
    tls = next((query[name][0] for name in ("sslmode", "ssl", "tls", "secure") if name in query), "")
    # SQLAlchemy names the driver after a plus sign, MongoDB a look-up by DNS.
    return {
        "scheme": parts.scheme.partition("+")[0].lower(),
        "host": parts.hostname or "",
        "port": port,
        "database": unquote(parts.path.strip("/")),
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "tls": tls.lower(),
    }


def _port(value: Any) -> int:
    try:
        port = int(value)
    except (TypeError, ValueError):
        raise ConnectionFileUnreadable("bad_port") from None
    if not 1 <= port <= 65_535:
        raise ConnectionFileUnreadable("bad_port")
    return port
