"""Every number that a driver may bring, with the code and the words that people get for it."""

import os
import ssl
from collections.abc import Iterable
from types import SimpleNamespace

import oracledb
import psycopg
import pymysql
import pytest
from clickhouse_connect.driver.exceptions import DatabaseError, OperationalError
from pymongo import errors as mongo
from urllib3 import exceptions as http

from text2sql.connectors.clickhouse.errors import connector_error as clickhouse_error
from text2sql.connectors.mongodb.errors import connector_error as mongo_error
from text2sql.connectors.mysql.errors import connector_error as mysql_error
from text2sql.connectors.oracle.errors import connector_error as oracle_error
from text2sql.connectors.postgresql.errors import connect_error, query_error

#: SQLSTATEs and whole classes of them.
POSTGRESQL = {
    "unknown_table": "42P01 3F000",
    "unknown_column": "42703",
    "syntax_error": "42601",
    "permission_denied": "42501",
    "query_timeout": "55P03",
    "query_refused": "25006",
    "too_many_connections": "53300",
    "query_too_costly": "53000 53100 53200 53400",
    "unknown_database": "3D000",
    "wrong_credentials": "28000 28P01",
    "connection_lost": "08000 08006 57P01 57P02 57P03 57P05",
    "query_failed": "22012 22P02 42883 42702 42804 42P10 21000 XX000 P0001 40001 57014",
}
MYSQL = {
    "wrong_credentials": "1045 1698 1130 1251 1862 4151 2059 2061",
    "unknown_database": "1049 1046",
    "too_many_connections": "1040 1203 1226",
    "connection_refused": "1129",
    "tls_failed": "2026 3159",
    "connection_lost": "2006 2013 2014 2055 1053 1927 4031",
    "unknown_table": "1146 1051 1109 1356",
    "unknown_column": "1054",
    "syntax_error": "1064 1149 1065",
    "permission_denied": "1044 1142 1143 1227 1370 1345",
    "query_refused": "1792 1290",
    "query_timeout": "1969 3024 1205",
    "query_failed": "1052 1055 1111 1140 1241 1248 1305 1365 1582 0",
}
CLICKHOUSE = {
    "wrong_credentials": "192 193 194 516",
    "unknown_database": "81",
    "too_many_connections": "202 210",
    "unknown_table": "60 390",
    "unknown_column": "47 16 8",
    "syntax_error": "62 26",
    "permission_denied": "497 291",
    "query_refused": "164 452 392",
    "query_timeout": "159 160 209",
    "query_too_costly": "241 307 158 396",
    "connection_lost": "101",
    "query_failed": "46 53 70 43 215 395 394 999",
}
MONGODB = {
    "permission_denied": "13",
    "wrong_credentials": "18 11 8000",
    "unknown_table": "26",
    "query_timeout": "50 262",
    "query_too_costly": "292",
    "syntax_error": "40324 40323 9 14 168 15959",
    "connection_lost": "91 11600",
    "query_failed": "11601 2 40 51091 17 1",
}
ORACLE = {
    "wrong_credentials": "ORA-01017 ORA-28000 ORA-28001 ORA-01045 ORA-01005",
    "unknown_database": "ORA-12514 ORA-12505 DPY-6001 DPY-6003 ORA-12154 ORA-01034",
    "too_many_connections": "ORA-00018 ORA-00020 ORA-02391 ORA-12519 ORA-12516 ORA-12520",
    "connection_lost": "ORA-03113 ORA-03114 ORA-03135 ORA-01012 ORA-00028 DPY-4011 DPY-1001",
    "unknown_table": "ORA-00942 ORA-04043 ORA-02289",
    "unknown_column": "ORA-00904 ORA-00918",
    "syntax_error": "ORA-00900 ORA-00907 ORA-00911 ORA-00923 ORA-00933 ORA-00936 ORA-03049 ORA-01756",
    "permission_denied": "ORA-01031 ORA-41900",
    "query_refused": "ORA-01456 ORA-14551 ORA-16000 ORA-01453",
    "query_timeout": "DPY-4024 ORA-01013 ORA-00040 ORA-03156",
    "query_too_costly": "ORA-01652 ORA-04030 ORA-02394",
    "query_failed": "ORA-00937 ORA-00979 ORA-01476 ORA-01722 ORA-01427",
    "driver_error": "DPY-6005",
}


def each(table: dict[str, str]) -> dict[str, str]:
    return {number: code for code, numbers in table.items() for number in numbers.split()}


def failure(number: str) -> oracledb.DatabaseError:
    return oracledb.DatabaseError(SimpleNamespace(full_code=number, message=f"{number}: words\nHelp: https://x.y/z"))


def test_numbers_of_every_driver_have_their_codes() -> None:
    found = {
        "mysql": {n: mysql_error(pymysql.OperationalError(int(n), "words")).code for n in each(MYSQL)},
        "clickhouse": {n: clickhouse_error(DatabaseError(f"Code: {n}. words")).code for n in each(CLICKHOUSE)},
        "mongodb": {n: mongo_error(mongo.OperationFailure("words", int(n))).code for n in each(MONGODB)},
        "oracle": {n: oracle_error(failure(n)).code for n in each(ORACLE)},
    }
    assert found == {
        "mysql": each(MYSQL), "clickhouse": each(CLICKHOUSE), "mongodb": each(MONGODB), "oracle": each(ORACLE),
    }  # fmt: skip


@pytest.fixture(scope="module")
def states() -> dict[str, tuple[str, str]]:
    """Code and words of every SQLSTATE, raised by a real PostgreSQL; one connection for all."""
    found: dict[str, tuple[str, str]] = {}
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        for state in each(POSTGRESQL):
            words = f"RAISE EXCEPTION 'words' USING ERRCODE = '{state}', DETAIL = 'more', HINT = 'try'"
            with pytest.raises(psycopg.Error) as caught:
                connection.execute(f"DO $$ BEGIN {words}; END $$".encode())
            assert caught.value.pgresult is not None
            error = query_error(caught.value.pgresult)
            found[state] = (error.code, error.message)
    return found


def test_states_of_postgresql_have_their_codes(states: dict[str, tuple[str, str]]) -> None:
    assert {state: code for state, (code, _message) in states.items()} == each(POSTGRESQL)


def test_words_detail_and_hint_are_told(states: dict[str, tuple[str, str]]) -> None:
    assert {message for _code, message in states.values()} == {"words\nDetail: more\nHint: try"}


def messages(errors: Iterable[tuple[int, str]]) -> list[str]:
    return [mysql_error(pymysql.OperationalError(number, text)).message for number, text in errors]


def test_mysql_tells_no_address_of_ours() -> None:
    assert messages([
        (1045, "Access denied for user 'ann'@'172.17.0.1' (using password: YES)"),
        (1044, "Access denied for user 'ann'@'10.0.0.1' to database 'shop'"),
        (1142, "SELECT command denied to user 'ann'@'10.0.0.1' for table 'orders'"),
        (1130, "Host '172.17.0.1' is not allowed to connect to this MySQL server"),
        (1129, "Host '172.17.0.1' is blocked because of many connection errors"),
        (2013, "Lost connection to MySQL server at '10.0.0.1'"),
        (1064, "You have an error near 'a@b' at line 1"),
        (1054, "Unknown column 'x' in 'field list'"),
    ]) == [
        "Access denied for user 'ann' (using password: YES)",
        "Access denied for user 'ann' to database 'shop'",
        "SELECT command denied to user 'ann' for table 'orders'",
        "Host is not allowed to connect to this MySQL server",
        "Host is blocked because of many connection errors",
        "The server ended the connection.",
        "You have an error near 'a@b' at line 1",
        "Unknown column 'x' in 'field list'",
    ]  # fmt: skip


SERVER = 'connection to server at "db" (10.0.0.5), port 5432 failed: '
#: libpq's words -> code and message.
CONNECTING = {
    f'{SERVER}FATAL:  role "x" does not exist': ("wrong_credentials", 'role "x" does not exist'),
    f'{SERVER}FATAL:  role "x" is not permitted to log in': (
        "wrong_credentials", 'role "x" is not permitted to log in',
    ),
    f'{SERVER}FATAL:  database "SSL timeout" does not exist': (
        "unknown_database", 'database "SSL timeout" does not exist',
    ),
    f'{SERVER}FATAL:  no pg_hba.conf entry for host "172.17.0.9", user "x", database "y", no encryption': (
        "wrong_credentials", 'no pg_hba.conf entry for user "x", database "y", no encryption',
    ),
    f"{SERVER}fe_sendauth: no password supplied": ("wrong_credentials", "fe_sendauth: no password supplied"),
    f'{SERVER}FATAL:  permission denied for database "y"': ("wrong_credentials", 'permission denied for database "y"'),
    f"{SERVER}FATAL:  remaining connection slots are reserved": (
        "too_many_connections", "remaining connection slots are reserved",
    ),
    f"{SERVER}server does not support SSL, but SSL was required": (
        "tls_failed", "server does not support SSL, but SSL was required",
    ),
    f"{SERVER}Connection refused\n\tIs the server running there?": (
        "connection_refused", "Connection refused Is the server running there?",
    ),
    f"{SERVER}Network is unreachable": ("connection_refused", "Network is unreachable"),
    f"{SERVER}could not receive data from server: Connection reset by peer": (
        "connection_refused", "could not receive data from server: Connection reset by peer",
    ),
    f"{SERVER}server closed the connection unexpectedly": (
        "connection_lost", "server closed the connection unexpectedly",
    ),
    f"{SERVER}FATAL:  the database system is shutting down": (
        "connection_lost", "the database system is shutting down",
    ),
    f"{SERVER}received invalid response to GSSAPI negotiation: H": (
        "driver_error", "received invalid response to GSSAPI negotiation: H",
    ),
    " \n \n": ("driver_error", "The server ended the connection."),
}  # fmt: skip


def test_libpqs_words_have_codes_and_lose_our_addresses() -> None:
    found = {text: connect_error(text) for text in CONNECTING}
    assert {text: (error.code, error.message) for text, error in found.items()} == CONNECTING


def caused(error: Exception, cause: BaseException) -> Exception:
    error.__cause__ = cause
    return error


BROKEN_TLS = ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1)")
REFUSED, SLOW = "The connection was refused.", "The server did not answer in time."
GONE = "The server ended the connection."
#: ClickHouse's HTTP layer.
HTTP: list[tuple[Exception, tuple[str, str]]] = [
    (caused(OperationalError("x"), ConnectionRefusedError()), ("connection_refused", REFUSED)),
    (caused(OperationalError("x"), TimeoutError()), ("connect_timeout", SLOW)),
    (caused(OperationalError("x"), http.ConnectTimeoutError()), ("connect_timeout", SLOW)),
    (caused(OperationalError("x"), http.ProtocolError("x", ConnectionResetError())), ("connection_lost", GONE)),
    (caused(OperationalError("x"), BrokenPipeError()), ("connection_lost", GONE)),
    (OperationalError("x"), ("query_failed", "The server does not answer as ClickHouse's HTTP interface does.")),
    (ValueError("x"), ("connection_lost", "The answer cannot be read.")),
    (EOFError(), ("connection_lost", "The answer cannot be read.")),
]


def test_what_breaks_below_clickhouse_has_its_words() -> None:
    found = [clickhouse_error(error) for error, _expected in HTTP]
    assert [(error.code, error.message) for error in found] == [expected for _error, expected in HTTP]


#: PyMongo's exceptions, whose words name addresses.
PYMONGO: list[tuple[Exception, tuple[str, str]]] = [
    (mongo.NetworkTimeout("10.0.0.1:27017: timed out"), ("query_timeout", "The query took longer than it may.")),
    (mongo.ExecutionTimeout("operation exceeded", 50), ("query_timeout", "operation exceeded")),
    (mongo.ServerSelectionTimeoutError("10.0.0.1: [Errno 111] Connection refused"), ("connection_refused", REFUSED)),
    (mongo.ServerSelectionTimeoutError("10.0.0.1: No route to host"), ("connection_refused", REFUSED)),
    (mongo.ServerSelectionTimeoutError("10.0.0.1: timed out"), ("connect_timeout", SLOW)),
    (
        mongo.ServerSelectionTimeoutError("SSL handshake failed: 10.0.0.1: certificate verify failed"),
        ("tls_failed", "TLS failed: the certificate or the protocol is not accepted."),
    ),
    (
        mongo.ServerSelectionTimeoutError("10.0.0.1: connection closed"),
        ("driver_error", "The server does not speak MongoDB's protocol."),
    ),
    (mongo.AutoReconnect("10.0.0.1: connection closed"), ("connection_lost", GONE)),
    (mongo.ConnectionFailure("10.0.0.1"), ("connection_lost", GONE)),
    (
        mongo.ConfigurationError("Server at 10.0.0.1 reports wire version 2"),
        ("driver_error", "The server does not support how we sign in, or is too old."),
    ),
    (mongo.OperationFailure("words, full error: {'at': '10.0.0.1'}", 40324), ("syntax_error", "words")),
    (mongo.OperationFailure("long", 2, {"errmsg": "short"}), ("query_failed", "short")),
]


def test_what_pymongo_raises_has_its_words() -> None:
    found = [mongo_error(error) for error, _expected in PYMONGO]
    assert [(error.code, error.message) for error in found] == [expected for _error, expected in PYMONGO]


NO_ORACLE = "The server ended the connection, or does not speak Oracle's protocol."
ORACLES: list[tuple[Exception, tuple[str, str]]] = [
    (failure("ORA-00942"), ("unknown_table", "ORA-00942: words")),
    (failure("ORA-03113"), ("connection_lost", NO_ORACLE)),
    (failure("DPY-6005"), ("driver_error", NO_ORACLE)),
    (oracledb.DatabaseError(), ("driver_error", NO_ORACLE)),
    (OSError("10.0.0.1 went away"), ("driver_error", NO_ORACLE)),
    (caused(failure("DPY-6005"), ConnectionRefusedError()), ("connection_refused", REFUSED)),
    (caused(failure("DPY-6005"), TimeoutError()), ("connect_timeout", SLOW)),
    (caused(failure("DPY-6005"), caused(OSError(), TimeoutError())), ("connect_timeout", SLOW)),
]


def test_what_oracles_driver_raises_has_its_words() -> None:
    found = [oracle_error(error) for error, _expected in ORACLES]
    assert [(error.code, error.message) for error in found] == [expected for _error, expected in ORACLES]


def test_tls_is_told_apart_by_every_driver() -> None:
    mysql = pymysql.OperationalError(2003, "no")
    caused(mysql, BROKEN_TLS)
    said = [
        mysql_error(mysql),
        clickhouse_error(caused(OperationalError("x"), BROKEN_TLS)),
        oracle_error(caused(failure("DPY-6005"), BROKEN_TLS)),
    ]
    assert [error.code for error in said] == ["tls_failed"] * 3
    assert [error.message[:12] for error in said] == ["TLS failed: "] * 3


def test_cause_that_leads_back_to_itself_ends() -> None:
    error = failure("ORA-00942")
    error.__context__ = caused(OSError(), error)
    assert oracle_error(error).code == "unknown_table"
