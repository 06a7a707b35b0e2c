"""Saving, changing and removing connections. Passwords come in and never go out.

Where a database is, is checked by the connectors when they open it: names change their addresses after they were
saved.
"""

from typing import Any, TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import Account
from config.common.problems import Forbidden
from projects.models import Project
from projects.services import get_abilities
from text2sql.errors import ConnectionNotFound, InvalidConnection
from text2sql.models import DatabaseConnection
from text2sql.selectors.connections import connection_abilities

_PLAIN = frozenset({"type", "ssl_enabled", "connection_params"})
_TEXTS = ("name", "host", "database_name", "username")
_PORTS = {"postgresql": 5432, "mysql": 3306, "clickhouse": 8123, "mongodb": 27017, "oracle": 1521}


class ConnectionFields(TypedDict, total=False):
    """What people fill in; absent fields stay. An empty `password` of a change keeps the old one."""

    name: str
    type: str
    host: str
    port: int | None
    database_name: str
    username: str
    password: str
    ssl_enabled: bool
    connection_params: dict[str, Any]
    project: Project | None
    allows_private: bool


def create_connection(*, user: Account, **fields: Unpack[ConnectionFields]) -> DatabaseConnection:
    """A new connection of `user`; raises InvalidConnection naming every wrong field, or Forbidden.

    Nobody signs in here: a wrong password is found by the test that the pages start next.
    """
    connection = DatabaseConnection(user=user)
    _fill(connection, user, fields)
    _save(connection, force_insert=True)
    return connection


def update_connection(
    *, connection: DatabaseConnection, actor: Account, **changes: Unpack[ConnectionFields]
) -> DatabaseConnection:
    """Change the given fields; what an earlier test said no longer counts once the address or login changed.

    Raises Forbidden or InvalidConnection, and ConnectionNotFound for one that was removed meanwhile: a password that
    is sent from a second tab must not be stored with what is gone.
    """
    _require(connection, actor, "update")
    with transaction.atomic():
        fresh = DatabaseConnection.objects.active().select_for_update(of=("self",)).filter(pk=connection.pk).first()
        if fresh is None:
            raise ConnectionNotFound
        _fill(fresh, actor, changes)
        if set(changes) - {"name", "project"}:
            fresh.last_tested, fresh.last_test_result = None, None
        _save(fresh)
    return fresh


def remove_connection(*, connection: DatabaseConnection, actor: Account) -> None:
    """Take it away: its password is deleted, questions and what was learned stay. Removing twice is no error.

    Work that waits finds the connection gone; sessions that workers hold open end when they are next idle.
    """
    _require(connection, actor, "delete")
    DatabaseConnection.objects.filter(pk=connection.pk).update(is_active=False, password_encrypted="")


def _require(connection: DatabaseConnection, actor: Account, ability: str) -> None:
    if not connection_abilities(connection, actor)[ability]:
        raise Forbidden(_("Only its owner may change this connection."))


def _fill(connection: DatabaseConnection, actor: Account, fields: ConnectionFields) -> None:
    errors: dict[str, list[str]] = {}
    for name in _TEXTS:
        if name in fields:
            setattr(connection, name, _text(name, str(fields.get(name) or ""), errors))
    for name in _PLAIN & fields.keys():
        setattr(connection, name, fields.get(name))
    if password := fields.get("password"):
        connection.password_encrypted = _text("password", password, errors, strip=False)
    if "port" in fields or connection.port is None:
        connection.port = fields.get("port") or _PORTS.get(connection.type, 1)
    if "project" in fields:
        connection.project = _shared_with(fields["project"], actor)
    _allow_private(connection, actor, fields.get("allows_private", connection.allows_private))
    if errors:
        raise InvalidConnection(errors=errors)


def _allow_private(connection: DatabaseConnection, actor: Account, wanted: bool) -> None:
    if wanted != connection.allows_private and not connection_abilities(connection, actor)["allow_private"]:
        raise Forbidden(_("Only an administrator may allow addresses inside the network."))
    connection.allows_private = wanted


def _text(name: str, value: str, errors: dict[str, list[str]], *, strip: bool = True) -> str:
    text = value.strip() if strip else value
    if not text.isprintable() or any("\ud800" <= character <= "\udfff" for character in text):
        errors[name] = [_("The text holds characters that do not belong here.")]
    return text


def _shared_with(project: Project | None, actor: Account) -> Project | None:
    if project is not None and not get_abilities(project=project, user=actor)["submit_tasks"]:
        raise Forbidden(_("You may not share connections with this project."))
    return project


def _save(connection: DatabaseConnection, *, force_insert: bool = False) -> None:
    errors = _field_errors(connection)
    if errors:
        raise InvalidConnection(errors=errors)
    try:
        with transaction.atomic():
            connection.save(force_insert=force_insert)
    except IntegrityError as error:
        if "database_connections_name_of_person" not in str(error):
            raise
        message = _("You have a connection of this name already.")
        raise InvalidConnection(message, code="name_taken", errors={"name": [message]}) from error
    connection.refresh_from_db(fields=["created_at", "updated_at"])


def _field_errors(connection: DatabaseConnection) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    try:
        connection.clean_fields(exclude=["user", "project"])
    except ValidationError as error:
        errors = {name.replace("_encrypted", ""): messages for name, messages in error.message_dict.items()}
    if not isinstance(connection.connection_params, dict):
        errors["connection_params"] = [_("A JSON object is expected.")]
    if not connection.is_demo and not 1 <= connection.port <= 65535:
        errors["port"] = [_("Choose a port from 1 to 65535.")]
    return errors
