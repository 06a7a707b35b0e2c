"""Saving, changing and removing connections."""

from typing import Any

import pytest
from django.db import connection as database

from accounts.models import Account
from config.common.problems import Forbidden
from projects.models import Project
from text2sql.errors import InvalidConnection
from text2sql.models import DatabaseConnection
from text2sql.services.connections import create_connection, remove_connection, update_connection

FIELDS: dict[str, Any] = {"name": "Sales", "type": "postgresql", "host": "db.example.org", "username": "reader"}


def test_password_is_sealed_in_the_database_and_plain_for_workers(owner: Account) -> None:
    made = create_connection(user=owner, **FIELDS, password=" geheim ố ")
    with database.cursor() as cursor:
        cursor.execute("SELECT password_encrypted FROM database_connections WHERE id = %s", [made.pk])
        (stored,) = cursor.fetchone()
    assert stored.startswith("v1:")
    assert "geheim" not in stored
    assert DatabaseConnection.objects.get(pk=made.pk).password_encrypted == " geheim ố "


def test_port_is_the_usual_one_unless_it_is_named(owner: Account) -> None:
    usual = {kind: create_connection(user=owner, **FIELDS | {"type": kind, "name": kind}).port for kind in (
        "postgresql", "mysql", "clickhouse", "mongodb", "oracle",
    )}  # fmt: skip
    assert usual == {"postgresql": 5432, "mysql": 3306, "clickhouse": 8123, "mongodb": 27017, "oracle": 1521}
    assert create_connection(user=owner, **FIELDS, port=6000).port == 6000


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"), ({"name": "a" * 101}, "name"), ({"type": "sqlite"}, "type"), ({"host": ""}, "host"),
        ({"host": "a\x00b"}, "host"), ({"username": "a\ud800"}, "username"), ({"port": 70_000}, "port"),
        ({"connection_params": ["x"]}, "connection_params"), ({"password": "a\nb"}, "password"),
    ],
)  # fmt: skip
def test_wrong_field_is_named_and_nothing_is_saved(owner: Account, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidConnection) as refused:
        create_connection(user=owner, **FIELDS | wrong)
    assert list(refused.value.errors) == [field]
    assert not DatabaseConnection.objects.exists()


def test_name_is_taken_once_per_person_and_free_again_after_removal(owner: Account, member: Account) -> None:
    first = create_connection(user=owner, **FIELDS)
    create_connection(user=member, **FIELDS)
    with pytest.raises(InvalidConnection):
        create_connection(user=owner, **FIELDS)
    remove_connection(connection=first, actor=owner)
    create_connection(user=owner, **FIELDS)
    assert DatabaseConnection.objects.owned_by(owner).count() == 2


def test_change_without_password_keeps_the_old_one_and_forgets_the_test(owner: Account) -> None:
    made = create_connection(user=owner, **FIELDS, password="old")
    DatabaseConnection.objects.filter(pk=made.pk).update(last_test_result={"ok": True})
    renamed = update_connection(connection=made, actor=owner, name="Shop", password="")
    assert (renamed.name, renamed.password_encrypted, renamed.last_test_result) == ("Shop", "old", None)


def test_change_of_the_name_alone_keeps_what_the_test_said(owner: Account) -> None:
    made = create_connection(user=owner, **FIELDS)
    DatabaseConnection.objects.filter(pk=made.pk).update(last_test_result={"ok": True})
    assert update_connection(connection=made, actor=owner, name="Shop").last_test_result == {"ok": True}


def test_removal_deletes_the_password_and_keeps_the_row(owner: Account) -> None:
    made = create_connection(user=owner, **FIELDS, password="old")
    remove_connection(connection=made, actor=owner)
    remove_connection(connection=made, actor=owner)
    row = DatabaseConnection.objects.get()
    assert (row.is_active, row.password_encrypted) == (False, "")


def test_only_the_owner_and_staff_change_it(owner: Account, member: Account, staff: Account, project: Project) -> None:
    made = create_connection(user=owner, **FIELDS, project=project)
    for verb in (lambda: update_connection(connection=made, actor=member, name="x"),
                 lambda: remove_connection(connection=made, actor=member)):  # fmt: skip
        with pytest.raises(Forbidden):
            verb()
    row = DatabaseConnection.objects.get()
    assert (row.name, row.is_active) == ("Sales", True)
    assert update_connection(connection=made, actor=staff, name="Staff's").name == "Staff's"


def test_only_staff_allow_addresses_inside_the_network(owner: Account, staff: Account) -> None:
    made = create_connection(user=owner, **FIELDS)
    with pytest.raises(Forbidden):
        update_connection(connection=made, actor=owner, allows_private=True)
    assert DatabaseConnection.objects.get().allows_private is False
    assert update_connection(connection=made, actor=staff, allows_private=True).allows_private is True
    assert update_connection(connection=made, actor=owner, allows_private=True, name="same").name == "same"


def test_stranger_to_a_project_cannot_share_with_it(stranger: Account, project: Project) -> None:
    with pytest.raises(Forbidden):
        create_connection(user=stranger, **FIELDS, project=project)
    assert not DatabaseConnection.objects.exists()
