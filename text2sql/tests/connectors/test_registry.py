"""Which connector speaks to which database, and what importing them costs the web process."""

import subprocess
import sys

from text2sql.catalog import DATABASE_TYPES
from text2sql.connectors.base import Connector
from text2sql.connectors.registry import connector_for
from text2sql.tests.connectors.asking import code_of


def test_each_kind_of_database_has_its_connector() -> None:
    found = {kind: connector_for(kind) for kind in DATABASE_TYPES}
    assert all(isinstance(connector, Connector) for connector in found.values())
    assert len({type(connector) for connector in found.values()}) == 5
    assert connector_for("oracle") is found["oracle"]
    assert code_of(connector_for, "sqlite") == "driver_error"


def test_no_driver_is_imported_before_it_is_needed() -> None:
    program = (
        "import sys, text2sql.connectors.registry, text2sql.connectors.pool, text2sql.connectors.addresses\n"
        "print([name for name in ('pymysql', 'clickhouse_connect', 'pymongo', 'oracledb', 'psycopg', 'django')"
        " if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"
