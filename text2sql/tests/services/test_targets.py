"""Where a stored connection leads, and what it must never reach."""

from typing import Any

import pytest

from text2sql.models import DatabaseConnection
from text2sql.services.targets import export_limits, own_servers, run_limits, target_of


def stored(**fields: Any) -> DatabaseConnection:
    given: dict[str, Any] = {"type": "mysql", "host": "Db.Example.org", "port": 3306, "password_encrypted": "geheim"}
    return DatabaseConnection(**given | fields)


def test_target_is_what_was_stored() -> None:
    target = target_of(stored(
        database_name="shop", username="reader", ssl_enabled=True, connection_params={"charset": "utf8mb4"}
    ))  # fmt: skip
    assert (target.database_type, target.host, target.port, target.database_name, target.username) == (
        "mysql", "Db.Example.org", 3306, "shop", "reader",
    )  # fmt: skip
    assert (target.password, target.ssl_enabled, dict(target.params), target.socket_dir) == (
        "geheim", True, {"charset": "utf8mb4"}, "",
    )  # fmt: skip


def test_password_is_not_in_what_logs_would_show() -> None:
    assert "geheim" not in repr(target_of(stored()))
    assert target_of(stored(password_encrypted="")).password == ""


def test_private_addresses_need_the_word_of_an_administrator(settings: Any) -> None:
    settings.TEXT2SQL_HOSTS_ALLOWED = ["db.EXAMPLE.org"]
    allowed = {
        "named in the settings": stored(), "another": stored(host="db2.example.org"),
        "allowed by hand": stored(host="db2.example.org", allows_private=True),
        "a part of the name": stored(host="example.org"), "with a dot": stored(host="db.example.org."),
    }  # fmt: skip
    assert {name: target_of(connection).allows_private for name, connection in allowed.items()} == {
        "named in the settings": True, "another": False, "allowed by hand": True, "a part of the name": False,
        "with a dot": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("host", "port", "redis", "broker", "expected"),
    [
        ("db.internal", "5433", "redis://cache.internal:6380/0", "amqp://u:p@mq.internal//",
         {("db.internal", 5433), ("cache.internal", 6380), ("mq.internal", 5672)}),
        ("db.internal", "", "rediss://:pw@cache.internal", "", {("db.internal", 5432), ("cache.internal", 6379)}),
        ("/run/postgresql", "", "unix:///run/redis.sock", "", set()),
    ],
)  # fmt: skip
def test_own_servers_are_known_by_host_and_port(
    settings: Any, monkeypatch: pytest.MonkeyPatch, host: str, port: str, redis: str, broker: str, expected: set[Any]
) -> None:
    for name, value in (("HOST", host), ("PORT", port)):
        monkeypatch.setitem(settings.DATABASES["default"], name, value)
    settings.REDIS_URL, settings.BROKER_URL = redis, broker
    assert own_servers() == expected
    assert target_of(stored()).forbidden == expected


def test_limits_are_the_installation_s(settings: Any) -> None:
    settings.TEXT2SQL_TIMEOUT_SECONDS, settings.TEXT2SQL_MAX_ROWS, settings.TEXT2SQL_MAX_BYTES = 3.0, 4, 5
    settings.TEXT2SQL_EXPORT_SECONDS, settings.TEXT2SQL_EXPORT_ROWS, settings.TEXT2SQL_EXPORT_BYTES = 6.0, 7, 8
    page, file = run_limits(), export_limits()
    assert (page.timeout_seconds, page.max_rows, page.max_bytes) == (3.0, 4, 5)
    assert (file.timeout_seconds, file.max_rows, file.max_bytes) == (6.0, 7, 8)


def test_example_is_found_by_the_house_alone(db: None) -> None:
    target = target_of(stored(is_demo=True, host="evil.example.org", port=1, username="root"))
    assert (target.host == "evil.example.org", target.username.endswith("_shop_reader"), target.port) == (
        False, True, 5432,
    )  # fmt: skip
