"""Which grants say more than reading, in the words of each database."""

from typing import Any

from text2sql.connectors.clickhouse.rights import judge_grants as judge_clickhouse
from text2sql.connectors.mongodb.rights import judge_status
from text2sql.connectors.mysql.rights import judge_grants as judge_mysql
from text2sql.connectors.oracle.rights import judge as judge_oracle

#: One grant of MySQL -> what is said about it; roles apart.
MYSQL: dict[str, tuple[list[str], list[str]]] = {
    "GRANT USAGE ON *.* TO `a`@`%`": ([], []),
    "GRANT SELECT ON `d`.* TO `a`@`%`": ([], []),
    "GRANT SELECT, SHOW VIEW, SHOW DATABASES ON *.* TO `a`@`%`": ([], []),
    "GRANT SELECT (`id`, `name`) ON `d`.`t` TO `a`@`%`": ([], []),
    "GRANT SELECT ON `d`.`odd ON x` TO `a`@`%`": ([], []),
    "REVOKE SELECT ON `d`.* FROM `a`@`%`": ([], []),
    "SET DEFAULT ROLE `r` FOR `a`@`%`": ([], []),
    "GRANT INSERT ON `d`.* TO `a`@`%`": (["The account may do more than read on `d`.*: INSERT."], []),
    "GRANT SELECT (`id`), UPDATE (`x`, `y`) ON `d`.`t` TO `a`@`%`": (
        ["The account may do more than read on `d`.`t`: UPDATE."], [],
    ),
    "GRANT FILE ON *.* TO `a`@`%` IDENTIFIED BY PASSWORD '*0123'": (
        ["The account may do more than read on *.*: FILE."], [],
    ),
    "GRANT SELECT, LOCK TABLES, EXECUTE ON `d`.* TO `a`@`%`": (
        ["The account may do more than read on `d`.*: EXECUTE, LOCK TABLES."], [],
    ),
    "GRANT A, B, C, D, E, F ON *.* TO `a`@`%`": (
        ["The account may do more than read on *.*: A, B, C, D, E and more."], [],
    ),
    "GRANT USAGE ON *.* TO `a`@`%` WITH GRANT OPTION": (
        ["The account may do more than read on *.*: GRANT OPTION."], [],
    ),
    "GRANT BINLOG MONITOR ON *.* TO `a`@`%`": (
        ["The account may do more than read on *.*: BINLOG MONITOR."], [],
    ),
    "GRANT `reader`@`%` TO `a`@`%`": ([], ["What the account's role may do is not known: `reader`@`%`."]),
}  # fmt: skip


def test_grants_of_mysql() -> None:
    assert {grant: judge_mysql([grant]) for grant in MYSQL} == MYSQL


CLICKHOUSE: dict[str, list[str]] = {
    "GRANT SELECT ON shop.* TO a": [],
    "GRANT SELECT ON `my shop`.`odd table` TO a": [],
    "GRANT SELECT(id, name) ON shop.orders TO a": [],
    "GRANT SHOW TABLES, SHOW COLUMNS, SHOW DICTIONARIES, SHOW DATABASES, dictGet, SELECT ON *.* TO a": [],
    "GRANT CURRENT GRANTS(SELECT ON *.*) TO a": [],
    "REVOKE SELECT ON shop.secrets FROM a": [],
    "GRANT SELECT ON shop.* TO a WITH GRANT OPTION": ["The account may do more than read on shop.*: GRANT OPTION."],
    "GRANT INSERT ON shop.* TO a": ["The account may do more than read on shop.*: INSERT."],
    "GRANT SELECT, URL, FILE, S3, REMOTE, MYSQL, JDBC ON *.* TO a": [
        "The account may do more than read on *.*: URL, FILE, S3, REMOTE, MYSQL and more.",
    ],
    "GRANT ALTER UPDATE(x), SELECT(y) ON shop.t TO a": ["The account may do more than read on shop.t: ALTER UPDATE."],
    "GRANT reader, writer TO a": ["What the account's role may do is not known: reader, writer."],
}  # fmt: skip


def test_grants_of_clickhouse() -> None:
    assert {grant: judge_clickhouse([grant]) for grant in CLICKHOUSE} == CLICKHOUSE


def test_privileges_of_oracle() -> None:
    assert [
        judge_oracle(["CREATE SESSION", "READ ANY TABLE", "SET CONTAINER", "UNLIMITED TABLESPACE"], [], owned=0),
        judge_oracle(["CREATE SESSION", "ALTER SESSION"], [], owned=0),
        judge_oracle(list("FEDCBA"), [], owned=0),
        judge_oracle([], ["UPDATE", "DELETE"], owned=0),
        judge_oracle([], [], owned=1),
    ] == [
        (),
        ("The account may do more than read: ALTER SESSION.",),
        ("The account may do more than read: A, B, C, D, E and more.",),
        ("The account may do more than read on tables of others: DELETE, UPDATE.",),
        ("The account owns tables, and may write into its own.",),
    ]


def status(*privileges: dict[str, Any], users: tuple[str, ...] = ("ann",)) -> dict[str, Any]:
    signed_in = [{"user": user, "db": "admin"} for user in users]
    return {"authInfo": {"authenticatedUsers": signed_in, "authenticatedUserPrivileges": list(privileges)}}


def privilege(resource: dict[str, Any], *actions: str) -> dict[str, Any]:
    return {"resource": resource, "actions": list(actions)}


#: An answer to connectionStatus -> username, whether it only reads, and the sentences.
MONGODB: list[tuple[dict[str, Any], tuple[str, bool | None, tuple[str, ...]]]] = [
    (status(), ("ann", True, ())),
    (status(privilege({"db": "shop", "collection": ""}, "find", "listCollections", "collStats")), ("ann", True, ())),
    (
        status(privilege({"db": "shop", "collection": "orders"}, "insert", "find", "remove")),
        ("ann", False, ("The account may do more than read on shop.orders: insert, remove.",)),
    ),
    (
        status(privilege({"db": "", "collection": ""}, "a", "b", "c", "d", "e", "f")),
        ("ann", False, ("The account may do more than read on everything: a, b, c, d, e and more.",)),
    ),
    (
        status(privilege({"cluster": True}, "shutdown")),
        ("ann", False, ("The account may do more than read on everything: shutdown.",)),
    ),
    (
        status(privilege({"db": "a", "collection": ""}, "update"), privilege({"db": "b", "collection": "c"}, "find")),
        ("ann", False, ("The account may do more than read on a: update.",)),
    ),
    (status(users=()), ("", False, ("The server does not ask who one is, so everybody may write.",))),
    ({}, ("", False, ("The server does not ask who one is, so everybody may write.",))),
]


def test_privileges_of_mongodb() -> None:
    found = [judge_status(answer, version="7.0", latency_ms=1.0) for answer, _expected in MONGODB]
    assert [(facts.username, facts.is_read_only, facts.warnings) for facts in found] == [row[1] for row in MONGODB]
    assert {(facts.version, facts.latency_ms) for facts in found} == {("MongoDB 7.0", 1.0)}
