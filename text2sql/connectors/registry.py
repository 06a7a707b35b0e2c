"""Which connector speaks to which kind of database. Drivers are imported here, when the first one is asked for."""

import importlib
from functools import cache

from text2sql.catalog import DATABASE_TYPES, DatabaseType
from text2sql.connectors.base import Connector, ConnectorError

_CONNECTORS: dict[DatabaseType, tuple[str, str]] = {
    "postgresql": ("text2sql.connectors.postgresql.connector", "PostgresConnector"),
    "mysql": ("text2sql.connectors.mysql.connector", "MysqlConnector"),
    "clickhouse": ("text2sql.connectors.clickhouse.connector", "ClickHouseConnector"),
    "mongodb": ("text2sql.connectors.mongodb.connector", "MongoConnector"),
    "oracle": ("text2sql.connectors.oracle.connector", "OracleConnector"),
}


@cache
def connector_for(database_type: DatabaseType) -> Connector:
    """The connector; raises ConnectorError `driver_error` for a kind that there is none for.

    Connectors hold no state, so one of each is enough.
    """
    if database_type not in _CONNECTORS:
        known = ", ".join(DATABASE_TYPES)
        raise ConnectorError("driver_error", f"There is no connector for “{database_type}”; there are {known}.")
    module, name = _CONNECTORS[database_type]
    connector: Connector = getattr(importlib.import_module(module), name)()
    return connector
