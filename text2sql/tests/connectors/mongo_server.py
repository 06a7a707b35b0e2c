"""MongoDB's wire protocol in front of mongomock, so that PyMongo itself is used; it is not MongoDB.

It claims to be one of a replica set whose primary is elsewhere, as a server does that wants to send clients away.
"""

import contextlib
import datetime
import socketserver
import struct
import threading
from collections.abc import Iterator
from typing import Any

import bson
import mongomock

_MESSAGE, _QUERY, _REPLY = 2013, 2004, 1
DATABASE = "t2s_shop"


class MongoServer(socketserver.ThreadingTCPServer):
    """`commands` are the names of those that came; `actions` are what the signed-in user may do, None for nobody."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.mock: Any = mongomock.MongoClient()
        self.port: int = self.server_address[1]
        self.commands: list[str] = []
        self.documents_sent = 0
        self.actions: list[str] | None = ["find", "listCollections"]
        self.released = threading.Event()
        self._cursors: dict[int, Iterator[Any]] = {}

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no news."""

    def answer(self, command: dict[str, Any]) -> dict[str, Any]:
        """To one command."""
        name = next(iter(command))
        self.commands.append(name)
        method = getattr(self, f"_{name.lower()}", None)
        if method is None:
            return {"ok": 0, "errmsg": f"no such command: '{name}'", "code": 59}
        try:
            return {"ok": 1, **method(command)}
        except (mongomock.OperationFailure, NotImplementedError) as error:
            return {"ok": 0, "errmsg": str(error), "code": 40324}

    def _hello(self, command: dict[str, Any]) -> dict[str, Any]:
        return {
            "helloOk": True,
            "ismaster": False,
            "isWritablePrimary": False,
            "secondary": True,
            "setName": "rs",
            "hosts": ["192.0.2.7:27017"],
            "primary": "192.0.2.7:27017",
            "me": "192.0.2.7:27018",
            "maxBsonObjectSize": 16777216,
            "maxMessageSizeBytes": 48000000,
            "maxWriteBatchSize": 100000,
            "localTime": datetime.datetime.now(datetime.UTC),
            "minWireVersion": 0,
            "maxWireVersion": 21,
        }

    _ismaster = _hello

    def _ping(self, command: dict[str, Any]) -> dict[str, Any]:
        return {}

    _endsessions = _ping

    def _killop(self, command: dict[str, Any]) -> dict[str, Any]:
        self.released.set()
        return {}

    def _buildinfo(self, command: dict[str, Any]) -> dict[str, Any]:
        return {"version": "7.0.0", "versionArray": [7, 0, 0, 0]}

    def _connectionstatus(self, command: dict[str, Any]) -> dict[str, Any]:
        if self.actions is None:
            return {"authInfo": {"authenticatedUsers": [], "authenticatedUserPrivileges": []}}
        privilege = {"resource": {"db": DATABASE, "collection": ""}, "actions": self.actions}
        users = [{"user": "reader", "db": "admin"}]
        return {"authInfo": {"authenticatedUsers": users, "authenticatedUserPrivileges": [privilege]}}

    def _listcollections(self, command: dict[str, Any]) -> dict[str, Any]:
        names = [*self.mock[command["$db"]].list_collection_names(), "system.views", "broken"]
        found = [{"name": name, "type": "view" if name == "broken" else "collection"} for name in names]
        return self._first(iter(found), command)

    def _listindexes(self, command: dict[str, Any]) -> dict[str, Any]:
        indexes = self.mock[command["$db"]][command["listIndexes"]].index_information()
        found = [{**index, "name": name, "key": dict(index["key"])} for name, index in indexes.items()]
        return self._first(iter(found), command)

    def _count(self, command: dict[str, Any]) -> dict[str, Any]:
        return {"n": self.mock[command["$db"]][command["count"]].estimated_document_count()}

    def _explain(self, command: dict[str, Any]) -> dict[str, Any]:
        return {"queryPlanner": {"winningPlan": {"stage": "COLLSCAN"}}}

    def _aggregate(self, command: dict[str, Any]) -> dict[str, Any]:
        if command["aggregate"] in ("slow", 1):
            if command["aggregate"] == 1:
                return self._first(iter([{"opid": 5}]), command)
            self.released.clear()
            self.released.wait(5)
        if command["aggregate"] == "broken":
            raise mongomock.OperationFailure("the view fails")
        return self._first(self.mock[command["$db"]][command["aggregate"]].aggregate(command["pipeline"]), command)

    def _getmore(self, command: dict[str, Any]) -> dict[str, Any]:
        number = command["getMore"]
        batch, number = self._batch(self._cursors[number], number, command.get("batchSize", 101))
        return {"cursor": {"nextBatch": batch, "id": bson.Int64(number), "ns": f"{command['$db']}.x"}}

    def _killcursors(self, command: dict[str, Any]) -> dict[str, Any]:
        for number in command["cursors"]:
            self._cursors.pop(number, None)
        return {"cursorsKilled": command["cursors"]}

    def _first(self, found: Iterator[Any], command: dict[str, Any]) -> dict[str, Any]:
        number = len(self._cursors) + 1
        self._cursors[number] = found
        batch, number = self._batch(found, number, command.get("cursor", {}).get("batchSize", 101))
        return {"cursor": {"firstBatch": batch, "id": bson.Int64(number), "ns": f"{command['$db']}.x"}}

    def _batch(self, found: Iterator[Any], number: int, size: int) -> tuple[list[Any], int]:
        batch = [document for _place, document in zip(range(size), found, strict=False)]
        self.documents_sent += len(batch)
        return batch, number if len(batch) == size else 0


class _Handler(socketserver.StreamRequestHandler):
    """One connection: https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/."""

    server: MongoServer

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError, struct.error):
            while head := self.rfile.read(16):
                length, number, _to, kind = struct.unpack("<iiii", head)
                if not 16 < length < 1_000_000:
                    return
                body = self.rfile.read(length - 16)
                if kind == _QUERY:
                    start = body.index(b"\0", 4) + 9
                    reply = struct.pack("<iqii", 8, 0, 0, 1) + bson.encode(
                        self.server.answer(bson.decode(body[start:]))
                    )
                    self._send(number, _REPLY, reply)
                else:
                    answer = self.server.answer(bson.decode(body[5:]))
                    self._send(number, _MESSAGE, struct.pack("<IB", 0, 0) + bson.encode(answer))

    def _send(self, number: int, kind: int, body: bytes) -> None:
        self.wfile.write(struct.pack("<iiii", len(body) + 16, 0, number, kind) + body)
        self.wfile.flush()
