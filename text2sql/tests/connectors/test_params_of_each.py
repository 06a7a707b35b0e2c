"""Which parameters each connector takes, and what its driver is told."""

from typing import Any, get_args

import pytest

from text2sql.catalog import DATABASE_TYPES, DatabaseType
from text2sql.connectors.addresses import Place
from text2sql.connectors.base import ConnectorError, Target
from text2sql.connectors.mongodb.connector import client_options
from text2sql.connectors.oracle.connector import connect_options
from text2sql.connectors.params import is_flag, is_word, one_of
from text2sql.connectors.registry import connector_for
from text2sql.tests.connectors.asking import code_of

#: Parameters of the right form, by the databases that take them; nothing listens on the port.
TAKEN: list[tuple[dict[str, Any], str]] = [
    ({}, "postgresql mysql clickhouse mongodb oracle"),
    ({"sslmode": "require"}, "postgresql mysql clickhouse mongodb oracle"),
    ({"sslmode": "verify-full"}, "postgresql mysql clickhouse mongodb oracle"),
    ({"sslmode": "disable"}, ""),
    ({"sslmode": "prefer"}, ""),
    ({"sslmode": True}, ""),
    ({"sslrootcert": "/etc/ssl/certs/ca.pem"}, ""),
    ({"sslrootcert": "-----BEGIN CERTIFICATE-----" + "x" * 200_000}, ""),
    ({"charset": "utf8mb4"}, "mysql"),
    ({"charset": "latin1"}, "mysql"),
    ({"charset": "gbk"}, ""),
    ({"charset": "big5"}, ""),
    ({"charset": "sjis"}, ""),
    ({"authSource": "shop"}, "mongodb"),
    ({"authSource": "$external"}, "mongodb"),
    ({"authSource": "a b"}, ""),
    ({"authSource": "x" * 129}, ""),
    ({"authMechanism": "SCRAM-SHA-256"}, "mongodb"),
    ({"authMechanism": "MONGODB-X509"}, ""),
    ({"authMechanism": "GSSAPI"}, ""),
    ({"authMechanism": "PLAIN"}, ""),
    ({"readPreference": "secondaryPreferred"}, "mongodb"),
    ({"readPreference": "Secondary"}, ""),
    ({"replicaSet": "rs0"}, ""),
    ({"tlsAllowInvalidCertificates": True}, ""),
    ({"sid": "XE"}, "oracle"),
    ({"sid": "XE)(HOST=10.0.0.1"}, ""),
    ({"ssl_server_dn_match": False}, "oracle"),
    ({"ssl_server_dn_match": "no"}, ""),
    ({"wallet_location": "/etc"}, ""),
    ({"options": "-c default_transaction_read_only=off"}, ""),
    ({"service": "x"}, ""),
    ({"passfile": "/etc/passwd"}, ""),
    ({"hostaddr": "169.254.169.254"}, ""),
    ({"target_session_attrs": "any"}, ""),
    ({"local_infile": True}, ""),
    ({"read_default_file": "/etc/my.cnf"}, ""),
    ({"unix_socket": "/run/mysqld.sock"}, ""),
    ({"init_command": "SET GLOBAL x = 1"}, ""),
    ({"compress": True}, ""),
    ({"http_proxy": "http://10.0.0.1"}, ""),
    ({"verify": False}, ""),
    ({"": "x"}, ""),
]


def takes(kind: DatabaseType, params: dict[str, Any]) -> bool:
    """The next refusal after the parameters' own is that of the address."""
    target = Target(kind, "10.0.0.1", 1, database_name="shop", params=params)
    code = code_of(connector_for(kind).open, target, connect_seconds=0.1)
    assert code in ("driver_error", "address_refused")
    return code == "address_refused"


def test_each_database_takes_its_own_parameters_only() -> None:
    found = [(params, " ".join(kind for kind in DATABASE_TYPES if takes(kind, params))) for params, _kinds in TAKEN]
    assert found == TAKEN
    assert get_args(DatabaseType) == DATABASE_TYPES


WORDS: dict[Any, bool] = {
    "shop": True, "a.b-c_d$e": True, "x" * 128: True, "x" * 129: False, "": False, " ": False, "a b": False,
    "a\n": False, "a;b": False, "a'b": False, "a/b": False, "a=b": False, "đơn": False, None: False, 5: False,
    True: False,
}  # fmt: skip


def test_words_and_flags_are_exact() -> None:
    assert {value: is_word(value) for value in WORDS} == WORDS
    assert [is_flag(value) for value in (True, False, 1, 0, "true", None)] == [True, True, False, False, False, False]
    assert [one_of("a", "b")(value) for value in ("a", "b", "A", "", None, ["a"])] == [True, True, *[False] * 4]


PLACE = Place("db.example.org", 27017, ("93.184.215.14", "93.184.215.15"))


def mongo(**changes: Any) -> dict[str, Any]:
    target = Target("mongodb", "db.example.org", 27017, **changes)
    options = client_options(target, PLACE, seconds=1.5, authorities="/ca.pem")
    names = ("host", "tls", "tlsCAFile", "tlsInsecure", "username", "password", "authSource", "authMechanism")
    return {name: options[name] for name in names if name in options}


def test_pymongo_is_told_the_name_only_where_its_certificate_is_checked() -> None:
    assert [
        mongo(),
        mongo(ssl_enabled=True),
        mongo(ssl_enabled=True, params={"sslmode": "require"}),
        mongo(username="ann", password="p"),
        mongo(username="ann", params={"authSource": "shop", "authMechanism": "SCRAM-SHA-1"}),
        mongo(password="p"),
    ] == [
        {"host": "93.184.215.14", "tls": False},
        {"host": "db.example.org", "tls": True, "tlsCAFile": "/ca.pem"},
        {"host": "93.184.215.14", "tls": True, "tlsInsecure": True},
        {"host": "93.184.215.14", "tls": False, "username": "ann", "password": "p", "authSource": "admin"},
        {
            "host": "93.184.215.14", "tls": False, "username": "ann", "password": "", "authSource": "shop",
            "authMechanism": "SCRAM-SHA-1",
        },
        {"host": "93.184.215.14", "tls": False},
    ]  # fmt: skip


def test_pymongo_follows_nobody_and_waits_as_long_as_it_may() -> None:
    options = client_options(Target("mongodb", "h", 1), PLACE, seconds=0.0001, authorities="")
    assert {name: options[name] for name in ("directConnection", "retryReads", "retryWrites", "maxPoolSize")} == {
        "directConnection": True, "retryReads": False, "retryWrites": False, "maxPoolSize": 2,
    }  # fmt: skip
    assert (options["serverSelectionTimeoutMS"], options["connectTimeoutMS"]) == (1, 1)


def oracle(name: str = "shop", **changes: Any) -> dict[str, Any]:
    target = Target("oracle", "db.example.org", 1521, database_name=name, **changes)
    options = connect_options(target, PLACE, seconds=1.0)
    names = ("host", "protocol", "service_name", "sid", "ssl_server_dn_match")
    return {name: options[name] for name in names if name in options}


def test_oracle_is_told_a_service_or_a_sid() -> None:
    address, name = "93.184.215.14", "db.example.org"
    assert [
        oracle(),
        oracle("", params={"sid": "XE"}),
        oracle("shop", params={"sid": "XE"}),
        oracle(ssl_enabled=True),
        oracle(ssl_enabled=True, params={"ssl_server_dn_match": False}),
        oracle(ssl_enabled=True, params={"sslmode": "require", "ssl_server_dn_match": True}),
    ] == [
        {"host": address, "protocol": "tcp", "service_name": "shop"},
        {"host": address, "protocol": "tcp", "sid": "XE"},
        {"host": address, "protocol": "tcp", "sid": "XE"},
        {"host": name, "protocol": "tcps", "service_name": "shop", "ssl_server_dn_match": True},
        {"host": name, "protocol": "tcps", "service_name": "shop", "ssl_server_dn_match": False},
        {"host": address, "protocol": "tcps", "service_name": "shop", "ssl_server_dn_match": False},
    ]


@pytest.mark.parametrize("name", ["", "a b", "x)(ADDRESS=(HOST=10.0.0.1", "shop/x", "shop?y", "x" * 129])
def test_service_of_oracle_cannot_carry_another_address(name: str) -> None:
    with pytest.raises(ConnectorError) as caught:
        oracle(name)
    assert caught.value.code == "unknown_database"
