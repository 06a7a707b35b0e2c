"""Pages of connections and schemas."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import Account
from projects.models import Project
from tasks.models import Task
from text2sql.models import DatabaseConnection, SchemaNote
from text2sql.tests.working import Work

ROOT = "/sql/connections/"
FORM = {
    "name": "Sales",
    "type": "postgresql",
    "host": "db.example.org",
    "password": "geheim",
    "connection_params": "{}",
}


def signed_in(person: Account) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_saved_connection_is_tested_at_once(browser_client: Client, project: Project, owner: Account) -> None:
    answer = browser_client.post(f"{ROOT}new/", FORM | {"project": str(project.pk)})
    made = DatabaseConnection.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"{ROOT}{made.pk}/")
    assert (made.user, made.project, made.port, made.password_encrypted) == (owner, project, 5432, "geheim")
    task = Task.objects.get()
    assert (task.task_type, task.input_data) == ("text2sql.test", {"connection_id": str(made.pk)})


def test_wrong_fields_come_back_with_their_reasons_and_nothing_is_saved(
    browser_client: Client, project: Project
) -> None:
    answer = browser_client.post(f"{ROOT}new/", FORM | {"port": "70000", "connection_params": "{"})
    assert answer.status_code == 422
    assert sorted(answer.context["form"].errors) == ["connection_params", "port"]
    assert not DatabaseConnection.objects.exists()


def test_password_is_on_no_page(browser_client: Client, shop: DatabaseConnection) -> None:
    DatabaseConnection.objects.filter(pk=shop.pk).update(password_encrypted="geheimwort")
    pages = [browser_client.get(f"{ROOT}{path}").content.decode() for path in ("", f"{shop.pk}/", f"{shop.pk}/edit/")]
    assert ["geheimwort" in page for page in pages] == [False, False, False]
    assert ["Shop" in page for page in pages] == [True, True, True]


def test_change_keeps_the_password_that_is_not_typed(browser_client: Client, shop: DatabaseConnection) -> None:
    form = browser_client.get(f"{ROOT}{shop.pk}/edit/").context["form"]
    sent = {name: form[name].value() for name in form.fields} | {"name": "Renamed", "connection_params": "{}"}
    sent = {name: value for name, value in sent.items() if value not in (None, False)}
    assert browser_client.post(f"{ROOT}{shop.pk}/edit/", sent).status_code == 302
    row = DatabaseConnection.objects.get()
    assert (row.name, row.password_encrypted, row.host) == ("Renamed", shop.password_encrypted, shop.host)


def test_member_sees_the_state_without_address_and_cannot_change_it(
    member: Account, read_shop: DatabaseConnection
) -> None:
    client = signed_in(member)
    page = client.get(f"{ROOT}{read_shop.pk}/")
    assert (page.status_code, read_shop.host in page.content.decode()) == (200, False)
    refused = [
        client.get(f"{ROOT}{read_shop.pk}/edit/"), client.post(f"{ROOT}{read_shop.pk}/remove/"),
        client.post(f"{ROOT}{read_shop.pk}/notes/", {"table_schema": "public", "table_name": "orders"}),
    ]  # fmt: skip
    assert [answer.status_code for answer in refused] == [403, 403, 403]
    assert (DatabaseConnection.objects.get().is_active, SchemaNote.objects.exists()) == (True, False)


def test_strangers_get_nothing_and_nothing_happens(stranger: Account, read_shop: DatabaseConnection) -> None:
    client, path = signed_in(stranger), f"{ROOT}{read_shop.pk}/"
    answers = [client.get(path), client.get(f"{path}edit/")]
    answers += [client.post(f"{path}{deed}/") for deed in ("remove", "test", "introspect", "notes")]
    assert [answer.status_code for answer in answers] == [404] * 6
    assert "Shop" not in client.get(ROOT).content.decode()
    assert (DatabaseConnection.objects.get().is_active, Task.objects.exists()) == (True, False)


def test_only_staff_are_offered_addresses_inside_the_network(browser_client: Client, staff: Account) -> None:
    offered = [
        "allows_private" in client.get(f"{ROOT}new/").context["form"].fields
        for client in (browser_client, signed_in(staff))
    ]
    assert offered == [False, True]


def test_schema_is_searched_and_described(browser_client: Client, read_shop: DatabaseConnection) -> None:
    path = f"{ROOT}{read_shop.pk}/"
    found = browser_client.get(path, {"q": "PRICE"}).context["tables"]
    assert [table.name for table in found] == ["order_items", "products"]
    note = {
        "table_schema": "public",
        "table_name": "orders",
        "description": "What was bought",
        "synonyms": "sales, buys",
    }
    assert browser_client.post(f"{path}notes/", note).status_code == 302
    [orders] = [table for table in browser_client.get(path).context["tables"] if table.name == "orders"]
    assert (orders.description, orders.synonyms) == ("What was bought", ("sales", "buys"))


def test_page_follows_the_work_until_it_ends(browser_client: Client, shop: DatabaseConnection, work: Work) -> None:
    path = f"{ROOT}{shop.pk}/"
    browser_client.post(f"{path}introspect/")
    task = Task.objects.get()
    assert browser_client.get(path).context["work"]["task_id"] == task.pk
    work(task)
    page = browser_client.get(path)
    assert (page.context["work"], page.context["schema"].table_count) == (None, 6)


def test_removed_connection_is_gone_from_the_list(browser_client: Client, shop: DatabaseConnection) -> None:
    answer = browser_client.post(f"{ROOT}{shop.pk}/remove/", follow=True)
    assert (answer.status_code, answer.context["rows"]) == (200, [])


@pytest.mark.parametrize("path", ["", "new/", "01a22fdc-c274-7908-b983-4a654f689b93/"])
def test_who_is_not_signed_in_is_sent_to_the_door(client: Client, db: Any, path: str) -> None:
    assert client.get(f"{ROOT}{path}")["Location"].startswith("/account/login/")
