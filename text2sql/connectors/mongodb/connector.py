"""Signing in to MongoDB."""

import contextlib
import time
from typing import Any

import pymongo
from bson.codec_options import DatetimeConversion
from pymongo.errors import PyMongoError

from text2sql.connectors.addresses import Place, find_place
from text2sql.connectors.base import ConnectorError, Target, TestFacts
from text2sql.connectors.clock import Deadline, milliseconds_since
from text2sql.connectors.mongodb.errors import connector_error
from text2sql.connectors.mongodb.rights import judge_status
from text2sql.connectors.mongodb.session import Client, MongoSession
from text2sql.connectors.params import authority_file, is_word, one_of, read_params, verifies_certificate

_PARAMS = {
    "authSource": is_word,
    "authMechanism": one_of("SCRAM-SHA-1", "SCRAM-SHA-256"),
    "readPreference": one_of("primary", "secondary", "secondaryPreferred", "primaryPreferred", "nearest"),
}


class MongoConnector:
    """`text2sql.connectors.base.Connector` for one MongoDB server.

    It is always connected to directly: what a server or the name service says about other hosts is not followed.
    Parameters: `authSource` (else `admin`), `authMechanism`, `readPreference`.
    """

    def test(self, target: Target, *, timeout_seconds: float = 10.0) -> TestFacts:
        """See the contract; `latency_ms` is one command."""
        deadline = Deadline(timeout_seconds)
        with _client(target, deadline) as client:
            try:
                with pymongo.timeout(deadline.left):
                    started = time.perf_counter()
                    client.admin.command("ping")
                    latency_ms = milliseconds_since(started)
                    version = str(client.server_info()["version"])
                    status = client[_database(target)].command("connectionStatus", showPrivileges=True)
            except (PyMongoError, OSError) as error:
                raise _connect_error(error) from None
        return judge_status(status, version=version, latency_ms=latency_ms)

    def open(self, target: Target, *, connect_seconds: float = 10.0) -> MongoSession:
        """See the contract."""
        deadline = Deadline(connect_seconds)
        with contextlib.ExitStack() as on_failure:
            client = on_failure.enter_context(_client(target, deadline))
            try:
                with pymongo.timeout(deadline.left):
                    client[_database(target)].command("ping")
            except (PyMongoError, OSError) as error:
                raise _connect_error(error) from None
            on_failure.pop_all()
        return MongoSession(client, _database(target))


def client_options(target: Target, place: Place, *, seconds: float, authorities: str) -> dict[str, Any]:
    """Everything that PyMongo is told.

    With a checked certificate the name is connected to, since PyMongo compares it with what it connects to: another
    address behind the same name would have to hold that name's certificate. Else it is the checked address itself.
    """
    milliseconds = max(1, int(seconds * 1000))
    options: dict[str, Any] = {
        "host": place.addresses[0], "port": place.port, "directConnection": True, "connect": False, "maxPoolSize": 2,
        "serverSelectionTimeoutMS": milliseconds, "connectTimeoutMS": milliseconds, "retryReads": False,
        "retryWrites": False, "appname": "roundhouse", "heartbeatFrequencyMS": 60_000, "tls": target.ssl_enabled,
        "datetime_conversion": DatetimeConversion.DATETIME_AUTO, "tz_aware": True, "uuidRepresentation": "standard",
        "unicode_decode_error_handler": "replace", "serverMonitoringMode": "poll",
    }  # fmt: skip
    if verifies_certificate(target):
        options |= {"host": place.host, "tlsCAFile": authorities}
    elif target.ssl_enabled:
        options["tlsInsecure"] = True
    if target.username:
        options |= {"username": target.username, "password": target.password, "authSource": "admin"}
    return options | {name: value for name, value in target.params.items() if name in _PARAMS}


def _client(target: Target, deadline: Deadline) -> Client:
    read_params(target, _PARAMS)
    place = find_place(target, seconds=deadline.left)
    with authority_file(target) as authorities:
        try:
            return pymongo.MongoClient(**client_options(target, place, seconds=deadline.left, authorities=authorities))
        except (PyMongoError, OSError, ValueError) as error:
            raise ConnectorError("driver_error", f"PyMongo does not take this connection: {error}") from None


def _database(target: Target) -> str:
    return target.database_name or "test"


def _connect_error(error: Exception) -> ConnectorError:
    made = connector_error(error, otherwise="driver_error")
    if made.code == "query_timeout":
        return ConnectorError("connect_timeout", "The server did not answer in time.")
    return made
